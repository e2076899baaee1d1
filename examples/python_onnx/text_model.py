"""An exported .onnx file without keras_i18n: numpy and ONNX Runtime are all it takes.

    pip install onnxruntime numpy
    python text_model.py model.onnx "Wie wird das Wetter morgen?"

Without texts it reads lines of standard input, each the code points of a text as decimal numbers, and writes for each the
milliseconds it took and the file's numbers, as every client beside this one does.
"""

import json
import sys
import time

import numpy as np
import onnxruntime

CONTRACT = 2
TASKS = ("text-classification", "text-embedding", "tokenization", "text-generation", "translation")


class TextModel:
    """A classifier, encoder, tokenizer, translator or next-word step; it opens only if it answers as the file says it must."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        options.enable_mem_reuse = False  # opens in half of the time, in no more memory
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        told = self._session.get_modelmeta().custom_metadata_map.get("keras_i18n.json")
        if told is None:
            raise ValueError(f"'{path}' must be an .onnx file that keras_i18n exported.")
        self.metadata = metadata = json.loads(told)
        if metadata["contract"] != CONTRACT or metadata["task"] not in TASKS:
            raise ValueError(
                f"This client reads files for {', '.join(TASKS)}, of contract {CONTRACT}. Received: {metadata['task']}, "
                f"contract {metadata['contract']}. Take the client of the keras_i18n that wrote it."
            )
        self._begin = {}  # of a language model: nothing was read yet
        if metadata["task"] == "text-generation":
            self._begin = {
                one["input"]: np.full((1, one["size"]), one["first"], one["dtype"])
                for one in metadata["generation"]["states"]
            }
            self._begin["token_ids"] = np.array([[-1]], "int32")
        for golden in metadata["golden"]:
            numbers = self.predict(golden["codepoints"], golden.get("target_language", 0))
            expected = np.array(golden["output"])
            if "tokens" in golden:  # log probabilities of the best ones to follow
                numbers, expected = numbers[golden["tokens"]], np.exp(expected)
            same = len(numbers) == len(expected)
            difference = np.abs(numbers - expected).max(initial=0) if same else np.inf
            if not difference <= metadata["tolerance"]:
                raise ValueError(f"'{path}' does not answer as it must on this machine: {difference:.2g} off.")

    def predict(self, codepoints, target_language=0):
        """Of one text, given as Unicode code points: scores, a vector, token ids, what token follows how probably, or the
        code points of its translation into the language at a place of the metadata's `target_languages`."""
        given = {"codepoints": np.array([codepoints or [0]], "int32"), **self._begin}
        if len(self.metadata.get("target_languages", ())) > 1:
            given["target_language"] = np.array([[target_language]], "int32")
        first, *length = (found[0] for found in self._session.run(self.metadata["outputs"], given))
        if self._begin:
            return np.exp(first)
        if self.metadata["task"] == "translation":
            if length and length[0] > self.metadata["max_tokens"]:
                print("A text is too long to be read at once, and was cut: translate its sentences.", file=sys.stderr)
            return first[first > 0]
        return first[: length[0]] if length else first

    def classify(self, text, language="und"):
        """[(label, score)], best first: one, of next tokens three; where a text may have several labels those above their thresholds."""
        told, scores = self.metadata, self.predict([ord(character) for character in text])
        ranked = sorted(zip(told["labels"], scores.tolist(), strict=True), key=lambda pair: -pair[1])
        if "thresholds" in told:
            least = told["thresholds"].get(language, told["thresholds"]["und"])
            return [pair for pair in ranked if pair[1] >= least[told["labels"].index(pair[0])]]
        unsure = ranked[0][1] < told.get("abstain_below", 0)
        if "abstain_below" in told and (unsure or not any(map(str.isalpha, text))):
            return [("und", ranked[0][1])]
        return ranked[: 3 if self._begin else 1]


def main(path, *texts):
    """Labels of texts, or numbers of code points."""
    model = TextModel(path)
    for text in texts:
        told = model.classify(text) if model.metadata["labels"] else model.predict([ord(one) for one in text]).tolist()
        if model.metadata["task"] == "translation":
            told = "".join(map(chr, told))
        print(text, json.dumps(told, ensure_ascii=False), sep="\t")
    for line in () if texts else sys.stdin:
        codepoints = [int(one) for one in line.split()]
        begin = time.perf_counter()
        numbers = model.predict(codepoints)
        took = time.perf_counter() - begin
        print(f"{took * 1000:.4f}\t{' '.join(f'{number:.9g}' for number in numbers)}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:  # ONNX Runtime's own errors have no common kind
        sys.exit(f"error: {' '.join(str(error).split())}")
