"""The two files of a pair, each open in its runtime."""

from typing import Any

import numpy as np

from keras_i18n.export.codepoints import batches_by_length, codepoints_of
from keras_i18n.export.runner import Runner
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Texts
from keras_i18n.shown import shown

_BATCH = 32


class PackRunner(Runner):
    """The exported tokenizer and rows of some languages: `token_vectors(texts)`."""

    def token_vectors(self, texts: Texts) -> list[np.ndarray]:
        """The vectors of the tokens of each text: float32 `(tokens, dim)` each.

        Args:
            texts: list of str.
        """
        texts = checked_texts(texts, self.metadata.max_codepoints)
        found: list[Any] = [None] * len(texts)
        for rows in batches_by_length(texts):
            vectors, lengths = self._run(codepoints=codepoints_of([texts[row] for row in rows]))
            for row, values, length in zip(rows, vectors, lengths, strict=True):
                found[row] = values[:length]
        return found

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> np.ndarray:
        """The sum of the vectors of each text's tokens, float32 `(texts, dim)`: what the golden examples tell.

        Args:
            texts: list of str.
            progress: as in `Runner.predict`.
        """
        found = self.token_vectors(texts)
        sums = [vectors.sum(axis=0) for vectors in found]
        Counter(progress, "texts", total=len(found)).add(len(found))
        return np.stack(sums) if sums else np.zeros((0, self.metadata.output_dim), "float32")

    def run(self, codepoints: np.ndarray) -> list[np.ndarray]:
        """Token vectors `(batch, tokens, dim)` and their counts `(batch,)` for one batch of code points."""
        return self._run(codepoints=codepoints)


class BodyRunner(Runner):
    """The exported network of all languages: `predict(token_vectors)`, such as those of a `PackRunner`."""

    def predict(self, token_vectors: Any, *, progress: ProgressOption = None) -> np.ndarray:
        """Runs the file.

        Args:
            token_vectors: a list of float32 `(tokens, dim)`, one a text.
            progress: as in `Runner.predict`.

        Returns:
            float32 `(texts, outputs)`.

        Raises:
            ValueError: vectors of another shape.
        """
        dim = self._dim()
        given = [np.asarray(vectors, "float32") for vectors in token_vectors]
        for vectors in given:
            if vectors.ndim != 2 or (len(vectors) and vectors.shape[1] != dim):
                raise ValueError(
                    f"Token vectors must have the shape (tokens, {dim}). Received: {shown(vectors.shape)}."
                )
        found = [np.zeros((0, self.metadata.output_dim), "float32")]
        counter = Counter(progress, "texts", total=len(given))
        for start in range(0, len(given), _BATCH):
            some = given[start : start + _BATCH]
            padded = np.zeros((len(some), max(1, *map(len, some)) if some else 1, dim), "float32")
            for row, vectors in zip(padded, some, strict=True):
                row[: len(vectors)] = vectors
            lengths = np.array([len(vectors) for vectors in some], "int32")
            found.append(self._run(token_vectors=padded, length=lengths)[0])
            counter.add(len(some))
        return np.concatenate(found)

    def _dim(self):
        return len(self.metadata.golden[0]["token_vectors"][0])

    def replay_inputs(self) -> list[Any]:
        return [example["token_vectors"] for example in self.metadata.golden]

    def run(self, token_vectors: np.ndarray, length: np.ndarray) -> list[np.ndarray]:
        """What the file gives for one batch, padded as a `PackRunner` gives it."""
        return self._run(token_vectors=token_vectors, length=length)
