from typing import Protocol, runtime_checkable

import numpy as np

from keras_i18n.protocols import Config, Texts, TokenIds


@runtime_checkable
class Tokenizer(Protocol):
    """Text -> token ids: what every tokenizer of this room has, and all that a network needs of it.

    Example:

    >>> from keras_i18n import tokenizers
    >>> isinstance(tokenizers.NgramTokenizer(num_buckets=50), tokenizers.Tokenizer)
    True
    """

    padding_id: int

    @property
    def vocabulary_size(self) -> int:
        """Ids are 0 .. vocabulary_size - 1, and `padding_id`."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides the ids."""
        ...

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """An int32 array of ids for each text."""
        ...

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """int32 `(texts, longest)`, padded with `padding_id` on the right."""
        ...

    def get_config(self) -> Config:
        """The arguments that make an equal tokenizer, as plain data."""
        ...

    def to_bytes(self) -> bytes:
        """The content of its file."""
        ...
