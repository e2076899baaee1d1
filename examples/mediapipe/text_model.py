"""An exported mediapipe.tflite in MediaPipe Tasks: TextClassifier or TextEmbedder, as apps for Android and iOS call them.

    pip install mediapipe
    python text_model.py mediapipe.tflite "Wie wird das Wetter morgen?"

Without texts it reads lines of standard input, each the code points of a text as decimal numbers, and writes for each the
milliseconds it took and the file's numbers, as every client beside this one does.
"""

import json
import sys
import time
import zipfile

from mediapipe.tasks.python import BaseOptions, text

CONTRACT = 2


class TextModel:
    """A classifier or encoder; it opens only if it answers as the file says it must."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as tail:  # a zip archive lies behind the model
            self.metadata = told = json.loads(tail.read("keras_i18n.json"))
            if "characters.model" not in tail.namelist():
                raise ValueError("This client reads what export(target='mediapipe') wrote. Received: another file.")
        if told["contract"] != CONTRACT:
            raise ValueError(f"This client reads contract {CONTRACT}. Received: {told['contract']}.")
        options = {"base_options": BaseOptions(model_asset_path=str(path))}
        if told["labels"]:
            self._task = text.TextClassifier.create_from_options(text.TextClassifierOptions(**options))
        else:
            self._task = text.TextEmbedder.create_from_options(text.TextEmbedderOptions(**options))
        for golden in told["golden"]:
            pairs = zip(self.predict(golden["codepoints"]), golden["output"], strict=True)
            difference = max(abs(one - other) for one, other in pairs)
            if not difference <= told["tolerance"]:
                raise ValueError(f"'{path}' does not answer as it must on this machine: {difference:.2g} off.")

    def predict(self, codepoints):
        """Scores or a vector of one text, given as Unicode code points."""
        given = "".join(map(chr, codepoints)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if not self.metadata["labels"]:
            return list(map(float, self._task.embed(given).embeddings[0].embedding))
        categories = self._task.classify(given).classifications[0].categories
        return [one.score for one in sorted(categories, key=lambda one: one.index)]

    def close(self):
        """Lets go of the task; MediaPipe's threads keep a program from ending otherwise."""
        self._task.close()


def main(path, *texts):
    """Labels of texts, or numbers of code points."""
    model = TextModel(path)
    labels = model.metadata["labels"]
    for one in texts:
        numbers = model.predict(list(map(ord, one)))
        best = max(range(len(numbers)), key=numbers.__getitem__)
        print(one, json.dumps([labels[best], numbers[best]] if labels else numbers, ensure_ascii=False), sep="\t")
    for line in () if texts else sys.stdin:
        codepoints = [int(one) for one in line.split()]
        begin = time.perf_counter()
        numbers = model.predict(codepoints)
        took = time.perf_counter() - begin
        print(f"{took * 1000:.4f}\t{' '.join(f'{number:.9g}' for number in numbers)}")
    model.close()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        sys.exit(f"error: {error}")
