"""A translation that is shown while it grows: an encoder reads the text once, a step writes one more token.

    pip install ai-edge-litert numpy
    python streamed_translation.py encoder.tflite step.tflite "A dog runs on the beach."

`keras-i18n export translator.keras FOLDER --part steps` writes the two. Of a translator into several languages, `--target 1`
before the text takes the second of the metadata's `target_languages`. The golden examples are translated first.
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


class StreamedTranslator:
    """Two .tflite files as one translator; they open only if they belong together and translate as they say they must."""

    def __init__(self, encoder, step):
        self.told, self._encoder = _opened(encoder, "translation-encoder")
        step_told, self._step = _opened(step, "translation-step")
        if step_told["body"] != self.told["body"]:
            raise ValueError(f"'{step}' must be the step of '{encoder}'. Received: one of another translator.")
        for golden in self.told["golden"]:
            expected = "".join(map(chr, golden["output"]))
            *_, found = self._grown(golden["codepoints"], golden.get("target_language", 0))
            if found != expected:
                raise ValueError(f"'{encoder}' must give {expected!r} on this machine. Received: {found!r}.")

    def stream(self, text, target=0):
        """The translation after each token; `target` is a place in the metadata's `target_languages`."""
        return self._grown([ord(character) for character in text], target)

    def _grown(self, codepoints, target):
        inputs = {"codepoints": np.array([codepoints or [0]], "int32")}
        if len(self.told.get("target_languages", ())) > 1:
            inputs["target_language"] = np.array([[target]], "int32")
        read = self._encoder(**inputs)
        given = {name: read[name] for name in ("source_ids", "source", "written", "states")}
        for _ in range(given["written"].shape[1]):  # it ends within its room
            found = self._step(**given)
            given["written"], given["states"] = found["next_written"], found["next_states"]
            yield "".join(chr(codepoint) for codepoint in found["translation"][0] if codepoint)
            if not found["going"][0]:
                return


def _opened(path, task):
    with zipfile.ZipFile(path) as tail:  # a zip archive lies behind the model
        told = json.loads(tail.read("keras_i18n.json"))
    if told["contract"] != CONTRACT or told["task"] != task:
        raise ValueError(f"'{path}' must be for {task}. Received: {told['task']}, contract {told['contract']}.")
    return told, Interpreter(model_path=str(path), num_threads=1).get_signature_runner("serving_default")


def main(encoder, step, *texts):
    """Prints each text's translation as it grows, in one line where a terminal shows it."""
    translator, target = StreamedTranslator(encoder, step), 0
    if texts[:1] == ("--target",):
        target, texts = int(texts[1]), texts[2:]
    for text in texts:
        found = ""
        for found in translator.stream(text, target):
            if sys.stdout.isatty():
                print(found, end="\r", flush=True)
        print(found)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        sys.exit(f"error: {error}")
