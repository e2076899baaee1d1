"""A body and a language pack, chained: the body comes with the app, the pack is what its user's language needs.

    pip install ai-edge-litert numpy
    python chained_files.py body.tflite fr.tflite "Quel temps fera-t-il demain ?"

`keras-i18n export --part body` and `--part pack` write the two. Code points go into the pack; what it gives goes into the
body by name. Both files replay their golden examples first.
"""

import json
import sys
import zipfile

import numpy as np

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:  # its predecessor, on devices of 2023
    from tflite_runtime.interpreter import Interpreter

CONTRACT = 2


class ChainedModel:
    """Two .tflite files as one model; they open only if they belong together and answer as they say they must."""

    def __init__(self, body, pack):
        self.told, self._body = _opened(body)
        pack_told, self._pack = _opened(pack)
        if pack_told["task"] != "token-vectors" or not self.told["task"].startswith("vectors-"):
            raise ValueError(f"A body and a pack are chained. Received: {self.told['task']} and {pack_told['task']}.")
        if pack_told["body"] != self.told["body"]:
            raise ValueError(f"'{pack}' must be a pack of '{body}'. Received: one of another body.")
        for golden in pack_told["golden"]:
            given = self._vectors(golden["codepoints"])
            _check(pack, _told([given[name] for name in pack_told["outputs"] if name != "length"]), golden, pack_told)
        for golden in self.told["golden"]:
            given = {name: np.array([numbers], "float32") for name, numbers in golden.get("vectors", {}).items()}
            if "token_vectors" in golden:
                given["token_vectors"] = np.array([golden["token_vectors"]], "float32")
                given["length"] = np.array([given["token_vectors"].shape[1]], "int32")
            _check(body, self._answer(**given), golden, self.told)

    def predict(self, text):
        """Scores or the vector of a text."""
        return self._answer(**self._vectors([ord(character) for character in text]))

    def _vectors(self, codepoints):
        return self._pack(codepoints=np.array([codepoints or [0]], "int32"))

    def _answer(self, **vectors):
        return self._body(**vectors)[self.told["outputs"][0]][0]


def _opened(path):
    with zipfile.ZipFile(path) as tail:  # a zip archive lies behind the model
        told = json.loads(tail.read("keras_i18n.json"))
    if told["contract"] != CONTRACT:
        raise ValueError(f"This client reads contract {CONTRACT}. Received: {told['contract']} in '{path}'.")
    return told, Interpreter(model_path=str(path), num_threads=1).get_signature_runner("serving_default")


def _told(vectors):
    """What a golden example of a pack tells: the sum of the vectors of a text's tokens; behind it its other vectors, at most 1 long."""
    return np.concatenate(
        [one[0].sum(axis=0) if one.ndim == 3 else one[0] / max(1, np.linalg.norm(one)) for one in vectors]
    )


def _check(path, numbers, golden, told):
    difference = np.abs(numbers - np.array(golden["output"])).max(initial=0)
    if not difference <= told["tolerance"]:
        raise ValueError(f"'{path}' does not answer as it must on this machine: {difference:.2g} off.")


def main(body, pack, *texts):
    """Prints each text with its label, or its vector."""
    model = ChainedModel(body, pack)
    for text in texts:
        numbers = model.predict(text)
        labels = model.told["labels"]
        print(text, labels[int(numbers.argmax())] if labels else numbers.tolist(), sep="\t")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        sys.exit(f"error: {error}")
