"""The words of Keras' `TextVectorization` and `StringLookup` layers as data: the very ids of the layer."""

import functools
import json
import re
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import tokenizer_file
from keras_i18n.tokenizers.padding import padded
from keras_i18n.tokenizers.sentencepiece_tokenizer import PADDING_ID, clean_text

_FORMAT = "keras_i18n text vectorization tokenizer 1"
_MAX_BYTES = 2**26
_MAX_NGRAM = 16
_SURROGATE = re.compile("[\ud800-\udfff]")
PUNCTUATION = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
WHITE_SPACE = "\t\n\v\f\r "
STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation", None)
SPLIT = ("whitespace", "character", None)


class TextVectorizationTokenizer:
    """Text to token ids as the Keras layer `TextVectorization` gives them.

    The layer knows ASCII only: É stays large, 。 and ¿ stay on their words, and a Chinese or Thai sentence is one word.
    That is kept as it is, since the network has learned it; `conformance.weaknesses` tells it. `from_text_vectorization`
    makes the tokenizer of a layer.

    Args:
        vocabulary: the tokens, without the mask token and the unknown token.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation" or None: what is done to a text, of
            ASCII letters and punctuation.
        split: "whitespace" (of ASCII), "character", or None: a text is one token.
        ngrams: widths of runs of tokens that are looked up, in this order; () for the tokens alone.
        mask: whether id 0 is kept for padding, as the layer does with `output_mode="int"`. The unknown token has the
            next id, then come those of the vocabulary.
        empty_token: with `split=None`, whether an empty text is a token too.
        max_tokens: longest result of `tokenize` and of the compiled tokenizer; None for any length.

    Raises:
        ValueError: a vocabulary with a token twice, or another option out of its range.

    >>> tokenizer = TextVectorizationTokenizer(["good", "night"])
    >>> tokenizer.tokenize(["Good night, all!", ""])
    [array([2, 3, 1], dtype=int32), array([], dtype=int32)]
    """

    padding_id = PADDING_ID

    def __init__(
        self,
        vocabulary: Sequence[str],
        *,
        standardize: str | None = "lower_and_strip_punctuation",
        split: str | None = "whitespace",
        ngrams: Sequence[int] = (),
        mask: bool = True,
        empty_token: bool = False,
        max_tokens: int | None = None,
    ) -> None:
        self.vocabulary = _checked_vocabulary(vocabulary)
        for name, value, known in (("standardize", standardize, STANDARDIZE), ("split", split, SPLIT)):
            if value not in known:
                raise ValueError(f"`{name}` must be one of {', '.join(map(repr, known))}. Received: {shown(value)}.")
        for name, flag in (("mask", mask), ("empty_token", empty_token)):
            if not isinstance(flag, (bool, np.bool_)):
                raise ValueError(f"`{name}` must be True or False. Received: {shown(flag)}.")
        self.standardize, self.split = standardize, split
        self.ngrams = _checked_ngrams(ngrams, split)
        self.mask, self.empty_token = bool(mask), bool(empty_token)
        if max_tokens is not None:
            max_tokens = _checked_max_tokens(max_tokens)
        self.max_tokens = max_tokens
        first = self.unknown_id + 1
        self._ids = {token.encode(): number for number, token in enumerate(self.vocabulary, first)}

    @property
    def unknown_id(self) -> int:
        """Token id of what the vocabulary lacks."""
        return int(self.mask)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids; token ids are 0 .. vocabulary_size - 1."""
        return self.unknown_id + 1 + len(self.vocabulary)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The tokens by their ids, as `get_vocabulary` of the layer gives them."""
        return ("",) * self.mask + ("[UNK]", *self.vocabulary)

    def words(self, text: str) -> list[bytes]:
        """The tokens of one text, UTF-8, before they are looked up.

        >>> TextVectorizationTokenizer([], ngrams=(1, 2)).words("Don't stop!")
        [b'dont', b'stop', b'dont stop']
        """
        data = clean_text(text).encode()
        if self.standardize in ("lower", "lower_and_strip_punctuation"):
            data = data.lower()
        if self.standardize in ("strip_punctuation", "lower_and_strip_punctuation"):
            data = data.translate(None, PUNCTUATION.encode())
        if self.split is None:
            return [data] if data or self.empty_token else []
        tokens = data.split() if self.split == "whitespace" else [c.encode() for c in data.decode()]
        if not self.ngrams:
            return tokens
        return [b" ".join(tokens[at : at + size]) for size in self.ngrams for at in range(len(tokens) - size + 1)]

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """Token ids of texts, without padding.

        Args:
            texts: sequence of str. Lone surrogates and code points 0 count as U+FFFD.
            max_tokens: longest result, that of the tokenizer unless given; the ids after it are left out.

        Returns:
            A list of int32 arrays, one a text.

        Raises:
            TypeError: for one str in place of a sequence, or for texts that are not str.
            ValueError: for `max_tokens` below 1.
        """
        if isinstance(texts, (str, bytes)):
            raise TypeError(f"`texts` must be a sequence of str. Received: {shown(texts)}. Put it into a list.")
        room = self.max_tokens if max_tokens is None else _checked_max_tokens(max_tokens)
        find, unknown = self._ids.get, self.unknown_id
        return [np.array([find(word, unknown) for word in self.words(text)[:room]], np.int32) for text in texts]

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """Stacks sequences of ids to int32 `[batch, longest]`, padded with `padding_id` on the right."""
        return padded(sequences, self.padding_id)

    def extended(self, tokens: Sequence[str]) -> "TextVectorizationTokenizer":
        """A tokenizer with more tokens, whose ids follow those of this one, which stay."""
        return type(self)(**{**self.get_config(), "vocabulary": [*self.vocabulary, *tokens]})

    def get_config(self) -> Config:
        """All that decides the token ids, as plain data."""
        return {
            "vocabulary": list(self.vocabulary),
            "standardize": self.standardize,
            "split": self.split,
            "ngrams": list(self.ngrams),
            "mask": self.mask,
            "empty_token": self.empty_token,
            "max_tokens": self.max_tokens,
        }

    def _described(self):
        return {"format": _FORMAT, **self.get_config()}

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of all that decides the token ids."""
        return tokenizer_file.json_digest(self._described())

    def to_bytes(self) -> bytes:
        """The tokenizer as JSON, with its digest."""
        return json.dumps({**self._described(), tokenizer_file.DIGEST: self.digest}, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads `to_bytes()` again.

        Raises:
            ValueError: for other bytes, or some that differ from those that were written.
        """
        return tokenizer_file.from_json(data, cls, file_format=_FORMAT, name="text vectorization tokenizer")

    def save(self, path: Path) -> None:
        """Writes one file, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; refusals (ValueError) name the file."""
        return tokenizer_file.loaded(path, cls.from_bytes, _MAX_BYTES)

    def __repr__(self) -> str:
        options = {name: value for name, value in self.get_config().items() if name != "vocabulary"}
        described = ", ".join(f"{name}={value!r}" for name, value in options.items())
        return f"TextVectorizationTokenizer({len(self.vocabulary)} tokens, {described})"


def _checked_vocabulary(vocabulary):
    if isinstance(vocabulary, (str, bytes)) or not isinstance(vocabulary, Sequence):
        raise ValueError(f"`vocabulary` must be a sequence of tokens. Received: {shown(vocabulary)}.")
    seen = set()
    for number, token in enumerate(vocabulary):
        if not isinstance(token, str) or not token or token in seen or _SURROGATE.search(token):
            raise ValueError(
                "Tokens of a vocabulary must be text without surrogates, none empty, none twice. "
                f"Received: {shown(token)} as token {cut(number)}."
            )
        seen.add(token)
    return tuple(map(str, vocabulary))


def _checked_ngrams(ngrams, split):
    sizes = tuple(ngrams) if isinstance(ngrams, Sequence) and not isinstance(ngrams, str) else (ngrams,)
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or not 1 <= size <= _MAX_NGRAM:
            raise ValueError(f"`ngrams` must be widths from 1 to {_MAX_NGRAM}. Received: {shown(ngrams)}.")
    if sizes and split is None:
        raise ValueError(f"`ngrams` need a `split`. Received: {shown(ngrams)} and split=None.")
    return tuple(map(int, sizes))


def _checked_max_tokens(max_tokens):
    if isinstance(max_tokens, bool) or not isinstance(max_tokens, (int, np.integer)) or max_tokens < 1:
        raise ValueError(f"`max_tokens` must be an integer of at least 1. Received: {shown(max_tokens)}.")
    return int(max_tokens)


def from_text_vectorization(layer: Any) -> TextVectorizationTokenizer:
    """The tokenizer of a Keras `TextVectorization` or `StringLookup` layer: the same ids, as data.

    What the layer does with the ids (`output_mode`, padding with 0) is not the tokenizer's:
    `layers.VectorizedTokens.from_layer` does it.

    Args:
        layer: the layer, with a vocabulary.

    Raises:
        TypeError: for another object.
        ValueError: for a layer without a vocabulary, a `standardize` or `split` that is a function, ragged output, another
            encoding than UTF-8, more than one unknown id, or a mask token that is text.

    >>> class TextVectorization:  # stands for the one of Keras
    ...     def get_config(self):
    ...         return {"standardize": "lower", "split": "whitespace", "ngrams": None, "output_mode": "int"}
    ...
    ...     def get_vocabulary(self, include_special_tokens):
    ...         return ["good", "night"]
    >>> from_text_vectorization(TextVectorization()).tokenize(["GOOD night!"])[0].tolist()
    [2, 1]
    """
    kind = type(layer).__name__
    if kind not in ("TextVectorization", "StringLookup"):
        raise TypeError(f"`layer` must be a TextVectorization or a StringLookup. Received: {shown(layer)}.")
    config = layer.get_config()
    name = f"{kind} {config.get('name', '')!r}"
    for option in ("standardize", "split"):
        value = config.get(option)
        if value is not None and not isinstance(value, str):
            wanted = STANDARDIZE if option == "standardize" else SPLIT
            raise ValueError(
                f"`{option}` of the layer must be one of {', '.join(map(repr, wanted))}, which are data. Received: "
                f"{cut(name)} with the function {shown(_function_name(layer, option, value))}. Apply the function to the texts "
                f"before, and give the layer {cut(option)}=None."
            )
    encoding = config.get("encoding", "utf-8")
    for refused, what, way in (
        (config.get("ragged"), "ragged=True", "Use ragged=False: texts are padded with 0."),
        (str(encoding).lower().replace("_", "-") not in ("utf-8", "utf8"), f"encoding={encoding!r}", "Use UTF-8."),
        (config.get("num_oov_indices", 1) != 1, "num_oov_indices other than 1", "Use one unknown id."),
        (config.get("mask_token", "") not in ("", None), "a mask token that is text", "Use mask_token='' or None."),
        (config.get("invert"), "invert=True", "Look tokens up, not ids."),
        (config.get("output_mode", "int") == "one_hot", "output_mode='one_hot'", "Use 'multi_hot' or 'int'."),
    ):
        if refused:
            raise ValueError(
                f"A layer with {what} is no tokenizer that can be taken over. Received: {cut(name)}. {cut(way)}"
            )
    vocabulary = [str(token) for token in layer.get_vocabulary(include_special_tokens=False)]
    if not vocabulary:
        raise ValueError(
            f"The layer must have a vocabulary. Received: {cut(name)} without. Call `layer.adapt(texts)` first."
        )
    ngrams, counts_ids = config.get("ngrams"), config.get("output_mode", "int") == "int"
    if kind == "StringLookup":
        masked = config.get("mask_token") is not None
        return TextVectorizationTokenizer(
            vocabulary, standardize=None, split=None, mask=masked and counts_ids, empty_token=not masked
        )
    return TextVectorizationTokenizer(
        vocabulary,
        standardize=config.get("standardize"),
        split=config.get("split"),
        ngrams=() if ngrams is None else range(1, ngrams + 1) if isinstance(ngrams, int) else tuple(ngrams),
        mask=counts_ids,
        max_tokens=config.get("output_sequence_length"),
    )


def _function_name(layer, option, value):
    """The name of a function that a layer was given, as well as it can be told."""
    function = getattr(layer, f"_{option}", None)
    if callable(function):
        return getattr(function, "__name__", type(function).__name__)
    return str(value.get("config", value)) if isinstance(value, dict) else str(value)
