"""The two files of a pair, each open in its runtime."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_i18n.export.codepoints import batches_by_length, codepoints_of
from keras_i18n.export.runner import Runner
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Texts
from keras_i18n.shown import cut, shown

_BATCH = 32
# what a pack gives and a body takes by these names; all else is one vector a text
TOKEN_VECTORS, LENGTH = "token_vectors", "length"


def told_of_a_text(vectors: Mapping[str, np.ndarray]) -> np.ndarray:
    """The sum of the vectors of a text's tokens; behind it its other vectors, divided by their length where that is above 1.

    Sums of n-grams have no bounds, as the tolerance of a file needs them.

    Args:
        vectors: name -> numbers, in the order of the pack's outputs.

    >>> told_of_a_text({"token_vectors": np.array([[1.0, 2.0], [3.0, 4.0]]), "ngram_vector": np.array([30.0, 40.0])})
    array([4. , 6. , 0.6, 0.8])
    """
    return np.concatenate(
        [
            one.sum(axis=0) if name == TOKEN_VECTORS else one / max(1.0, float(np.linalg.norm(one)))
            for name, one in vectors.items()
        ]
    )


class PackRunner(Runner):
    """The exported tokenizer and rows of some languages: `vectors(texts)`."""

    def vectors(self, texts: Texts) -> list[dict[str, np.ndarray]]:
        """What the body takes of each text, by name, as `BodyRunner.predict` does.

        Args:
            texts: list of str.

        Returns:
            A dict each: "token_vectors" float32 `(tokens, dim)`, and of a pack with hashed n-grams such as "ngram_vector"
            float32 `(dim,)`.
        """
        texts = checked_texts(texts, self.metadata.max_codepoints)
        found: list[Any] = [None] * len(texts)
        for rows in batches_by_length(texts):
            given = self.run(codepoints_of([texts[row] for row in rows]))
            lengths = given.pop(LENGTH, None)
            for place, row in enumerate(rows):
                found[row] = {name: values[place] for name, values in given.items()}
                if lengths is not None:
                    found[row][TOKEN_VECTORS] = given[TOKEN_VECTORS][place, : lengths[place]]
        return found

    def token_vectors(self, texts: Texts) -> list[np.ndarray]:
        """The vectors of the tokens of each text: float32 `(tokens, dim)` each.

        Args:
            texts: list of str.

        Raises:
            ValueError: the pack has hashed n-grams alone.
        """
        if TOKEN_VECTORS not in self.metadata.outputs:
            raise ValueError(
                f"`token_vectors` needs a pack with them. Received: '{cut(self.path)}', which gives "
                f"{cut(', '.join(self.metadata.outputs))}. Call `vectors(texts)`."
            )
        return [one[TOKEN_VECTORS] for one in self.vectors(texts)]

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> np.ndarray:
        """What the golden examples tell of each text: see `told_of_a_text`.

        Args:
            texts: list of str.
            progress: as in `Runner.predict`.

        Returns:
            float32 `(texts, numbers)`.
        """
        found = self.vectors(texts)
        sums = [told_of_a_text(one) for one in found]
        Counter(progress, "texts", total=len(found)).add(len(found))
        return np.stack(sums) if sums else np.zeros((0, self.metadata.output_dim), "float32")

    def run(self, codepoints: np.ndarray) -> dict[str, np.ndarray]:
        """What the body takes of one batch of code points, by name, such as "token_vectors" `(batch, tokens, dim)`."""
        return dict(zip(self.metadata.outputs, self._run(codepoints=codepoints), strict=True))


class BodyRunner(Runner):
    """The exported network of all languages: `predict(vectors)`, such as those of a `PackRunner`."""

    @property
    def takes(self) -> tuple[str, ...]:
        """Names of the inputs, sorted."""
        sizes = self._sizes()
        return tuple(sorted([*sizes, LENGTH] if TOKEN_VECTORS in sizes else sizes))

    def predict(self, vectors: Any, *, progress: ProgressOption = None) -> np.ndarray:
        """Runs the file.

        Args:
            vectors: a list of dicts, one a text, as `PackRunner.vectors` gives them; where a body takes token vectors alone,
                float32 `(tokens, dim)` in place of a dict will do.
            progress: as in `Runner.predict`.

        Returns:
            float32 `(texts, outputs)`.

        Raises:
            ValueError: vectors of another shape, or of other names.
        """
        sizes = self._sizes()
        given = [_checked(one, sizes) for one in vectors]
        found = [np.zeros((0, self.metadata.output_dim), "float32")]
        counter = Counter(progress, "texts", total=len(given))
        for start in range(0, len(given), _BATCH):
            some = given[start : start + _BATCH]
            batch = {name: np.stack([one[name] for one in some]) for name in sizes if name != TOKEN_VECTORS}
            if TOKEN_VECTORS in sizes:
                batch |= _padded([one[TOKEN_VECTORS] for one in some], sizes[TOKEN_VECTORS])
            found.append(self._run(**batch)[0])
            counter.add(len(some))
        return np.concatenate(found)

    def _sizes(self):
        """Numbers of a vector, by the name of the input that takes it."""
        return {name: np.shape(values)[-1] for name, values in _inputs_of(self.metadata.golden[0]).items()}

    def replay_inputs(self) -> list[Any]:
        return [_inputs_of(example) for example in self.metadata.golden]

    def run(self, **vectors: np.ndarray) -> list[np.ndarray]:
        """What the file gives for one batch as `PackRunner.run` gives it, each input by its name."""
        return self._run(**vectors)


def _inputs_of(example):
    found = {TOKEN_VECTORS: example[TOKEN_VECTORS]} if TOKEN_VECTORS in example else {}
    return found | example.get("vectors", {})


def _checked(one, sizes):
    one = one if isinstance(one, Mapping) else {TOKEN_VECTORS: one}
    if set(one) != set(sizes):
        raise ValueError(
            f"The vectors of a text must be {cut(', '.join(sizes))}, by name. Received: {cut(', '.join(map(str, one)))}. "
            "`PackRunner.vectors` gives them."
        )
    found = {name: np.asarray(values, "float32") for name, values in one.items()}
    for name, values in found.items():
        of_tokens = name == TOKEN_VECTORS
        empty = of_tokens and values.ndim == 2 and not len(values)
        if not empty and (values.ndim != 1 + of_tokens or values.shape[-1] != sizes[name]):
            called, shape = (
                ("Token vectors", f"(tokens, {sizes[name]})") if of_tokens else (f"`{name}`", f"({sizes[name]},)")
            )
            raise ValueError(f"{called} must have the shape {shape}. Received: {shown(values.shape)}.")
    return found


def _padded(sequences, dim):
    lengths = np.array([len(vectors) for vectors in sequences], "int32")
    padded = np.zeros((len(sequences), max(1, *lengths), dim), "float32")
    for row, vectors in zip(padded, sequences, strict=True):
        row[: len(vectors)] = vectors
    return {TOKEN_VECTORS: padded, LENGTH: lengths}
