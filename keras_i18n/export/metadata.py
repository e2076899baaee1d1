"""What an exported file says of itself, so that any client can use it and prove that it reads texts rightly."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n import datasets
from keras_i18n.protocols import Path, Texts, TokenIds

CONTRACT_VERSION = 1
# largest difference to the Keras model that a file of a precision may show
TOLERANCES = {"float32": 1e-4, "float16": 1e-2, "int8": 5e-2}
MEMBER = "keras_i18n.json"
_MAX_BYTES = 1 << 26
_MAX_GOLDEN_LANGUAGES = 24
# texts in no language that a client gets wrong first: nothing, white space, composed and decomposed, emoji, a surrogate
_EDGE_TEXTS = ("", "  \t ", "Ａ e\u0301 é ﬁ", "👩🏽‍🚀🇪🇹", "a\ud800b", "½ € 10")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Metadata:
    """The one JSON of an exported file.

    Args:
        task: "text-classification", "text-embedding", "text-generation", "image-classification", "tokenization".
        outputs: names of the outputs, in order.
        labels: names of the scores' columns; empty for vectors and token ids.
        languages: BCP-47 tags that the model was made for.
        tokenizer_digest: hex SHA-256 of all that decides the token ids.
        precision: of the weights in this very file.
        tolerance: largest difference to the Keras model.
        max_codepoints: the file reads this many code points of a text, the first ones.
        golden: list of {"text", "codepoints", "ids", "output"}: examples that a client can replay. Of a language model
            "output" are the log probabilities of "tokens", the best ones to follow; of images: {"image", "output"}.
        label_names: dict, language -> the labels' names in it, in their order.
        image_shape: shape of one image, None where any size fits; empty for texts.
        generation: of a language model: "states" (input, output, size, dtype, first value), "end_id", "language_tags",
            "subwords" (whether U+2581 in a piece is a space, and <0xNN> a byte).
        contract: version of this description.
    """

    task: str
    outputs: tuple
    labels: tuple = ()
    languages: tuple = ()
    tokenizer_digest: str = ""
    precision: str = "float32"
    tolerance: float = TOLERANCES["float32"]
    max_codepoints: int = 16_384
    golden: tuple = ()
    label_names: dict = dataclasses.field(default_factory=dict)
    image_shape: tuple = ()
    generation: dict = dataclasses.field(default_factory=dict)
    contract: int = CONTRACT_VERSION

    @property
    def output_dim(self) -> int:
        """Numbers that the file gives for one text or image."""
        return len(self.labels) or (len(self.golden[0]["output"]) if self.golden else 0)

    def to_json(self) -> str:
        """JSON in ASCII: lone surrogates of the examples survive as escapes."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str, path: Path) -> Self:
        """Reads what `to_json` wrote; `path` is named in errors.

        Raises:
            ValueError: the text is no such JSON, or one of a later contract.
        """
        if len(text) > _MAX_BYTES:
            raise ValueError(f"The metadata of '{path}' must be below {_MAX_BYTES:,} bytes. Received: {len(text):,}.")
        try:
            values = json.loads(text)
            contract = values["contract"]
            if contract == CONTRACT_VERSION:
                lists = {name for name, value in values.items() if isinstance(value, list)}
                fields: dict[str, Any] = {
                    name: tuple(value) if name in lists else value for name, value in values.items()
                }
                return cls(**fields)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"The metadata of '{path}' cannot be read: {error!r}. Export the model again.") from error
        raise ValueError(
            f"This version reads files of contract {CONTRACT_VERSION}. Received: contract {contract!r} in '{path}'. "
            "A newer keras_i18n reads it."
        )


def golden_texts(languages: Sequence[str]) -> list[str]:
    """Texts for the golden examples: one of each language that the embedded sample has, and the edges."""
    _, sample = datasets.sample("assistant")
    first: dict[str, str] = {}
    for text, language in zip(sample.text, sample.language, strict=True):
        first.setdefault(language, text)
    known = [tag for tag in languages if tag in first] or ["en"]
    return [first[tag] for tag in known[:_MAX_GOLDEN_LANGUAGES]] + list(_EDGE_TEXTS)


def golden_examples(texts: Texts, sequences: TokenIds, outputs: Any) -> tuple[Any, ...]:
    """The examples as plain data.

    Args:
        texts: list of str. sequences: their token ids. outputs: their numbers, `(texts, ...)`.
    """
    return tuple(
        {
            "text": text,
            "codepoints": [ord(character) for character in text],
            "ids": np.asarray(ids).tolist(),
            "output": np.asarray(output).round(7).tolist(),
        }
        for text, ids, output in zip(texts, sequences, outputs, strict=True)
    )
