import numpy as np

from keras_i18n.export.codepoints import batches_by_length, codepoints_of
from keras_i18n.models.texts import checked_texts


class Runner:
    """An exported file, open in its own runtime; it answers as the model does.

    Args:
        path: the file.
        metadata: the `Metadata` found in it.
        run: int32 code points `(batch, length)` -> list of arrays, in the order of `metadata.outputs`.
        operators: names of the operators in the file, sorted; empty where the runtime has no such list.
    """

    def __init__(self, path, metadata, run, operators=()):
        self.path = path
        self.metadata = metadata
        self.operators = tuple(operators)
        self._run = run

    @property
    def labels(self):
        """Names of the scores' columns."""
        return self.metadata.labels

    def predict(self, texts, *, progress=None):
        """Runs the file on raw texts.

        Args:
            texts: list of str.
            progress: called with the number of texts done since the last call.

        Returns:
            float32 `(texts, outputs)`, as the model's own `predict`.

        Raises:
            TypeError: `texts` is no list of str.
        """
        if self.metadata.task == "tokenization":
            raise ValueError("An exported tokenizer gives token ids: call `tokenize(texts)`. Received: `predict`.")
        texts = checked_texts(texts, self.metadata.max_codepoints)
        if not texts:
            return np.zeros((0, len(self.labels)), "float32")
        results = [None] * len(texts)
        for rows in batches_by_length(texts):
            output = self._run(codepoints_of([texts[row] for row in rows]))[0]
            for row, values in zip(rows, output, strict=True):
                results[row] = values
            if progress is not None:
                progress(len(rows))
        return np.stack(results)

    def tokenize(self, texts):
        """Token ids of texts, where the file is a tokenizer: a list of int32 arrays."""
        if self.metadata.task != "tokenization":
            raise ValueError(f"`tokenize` needs an exported tokenizer. Received: a file for {self.metadata.task}.")
        texts = checked_texts(texts, self.metadata.max_codepoints)
        sequences = [None] * len(texts)
        for rows in batches_by_length(texts):
            token_ids, lengths = self._run(codepoints_of([texts[row] for row in rows]))
            for row, ids, length in zip(rows, token_ids, lengths, strict=True):
                sequences[row] = ids[:length]
        return sequences

    def classify(self, texts):
        """The best label of each text."""
        return [self.labels[place] for place in self.predict(texts).argmax(axis=1)]

    def __repr__(self):
        return f"Runner('{self.path}', {self.metadata.task}, {self.metadata.precision})"
