"""What rooms hand to each other: whatever has these methods fits, wherever it was made."""

import os
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

__all__ = ["Classifier", "Encoder", "LabelledTexts"]

Path: TypeAlias = str | os.PathLike[str]
Texts: TypeAlias = Sequence[str]
TokenIds: TypeAlias = list[np.ndarray]  # an int32 array for each text
Array: TypeAlias = np.ndarray | Sequence[Any]  # numbers, also as lists in lists
Config: TypeAlias = dict[str, Any]  # what a JSON file can hold
# Keras and TensorFlow have no types of their own for these: a tensor, symbolic or not, and the shape of one
Tensor: TypeAlias = Any
Shape: TypeAlias = Any


@runtime_checkable
class Encoder(Protocol):
    """Texts -> vectors: a `TextEncoder`, or whatever has its method.

    >>> import numpy as np
    >>> class Lengths:
    ...     def encode(self, texts):
    ...         return np.array([[len(text)] for text in texts], "float32")
    >>> isinstance(Lengths(), Encoder)
    True
    """

    def encode(self, texts: list[str], /) -> np.ndarray:
        """Float `(texts, dim)`."""
        ...


@runtime_checkable
class Classifier(Protocol):
    """Texts -> scores of labels: a `TextClassifier`, an exported file, or whatever has these.

    >>> import numpy as np
    >>> class Coin:
    ...     labels = ("heads", "tails")
    ...
    ...     def predict(self, texts):
    ...         return np.full((len(texts), 2), 0.5)
    >>> isinstance(Coin(), Classifier)
    True
    """

    @property
    def labels(self) -> Sequence[str]:
        """Names of the columns of `predict`."""
        ...

    def predict(self, texts: list[str], /) -> np.ndarray:
        """Float `(texts, labels)`."""
        ...


@runtime_checkable
class LabelledTexts(Protocol):
    """Texts with labels and languages, row by row: a `datasets.Dataset`, or whatever has its columns.

    >>> import keras_i18n as ki
    >>> isinstance(ki.datasets.from_lists(["jua"], ["sun"], language="sw"), LabelledTexts)
    True
    """

    @property
    def text(self) -> Sequence[str]: ...

    @property
    def label(self) -> Any:
        """A label for each text, or None for the whole column."""
        ...

    @property
    def language(self) -> Sequence[str]: ...

    @property
    def labels(self) -> Sequence[str]:
        """Each label once."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """Each language once."""
        ...

    @property
    def columns(self) -> Sequence[str]: ...

    def select(
        self, *, languages: Sequence[str] | None = None, labels: Sequence[str] | None = None
    ) -> "LabelledTexts": ...

    def __getitem__(self, key: Any, /) -> Any:
        """A column by its name, or rows as another such object."""
        ...

    def __len__(self) -> int: ...
