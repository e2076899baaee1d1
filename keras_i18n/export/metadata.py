"""What an exported file says of itself, so that any client can use it and prove that it reads texts rightly."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n import datasets
from keras_i18n.export.precisions import TOLERANCES
from keras_i18n.export.schema import metadata_schema, problem
from keras_i18n.protocols import Path, Texts, TokenIds
from keras_i18n.shown import cut, shown

CONTRACT_VERSION = 2
MEMBER = "keras_i18n.json"
MOST_BYTES = 1 << 26
_OF_ANY_LENGTH = ("tokenization", "translation", "translation-encoder")  # tasks whose answers differ in length
_MAX_GOLDEN_LANGUAGES = 24
# texts in no language that a client gets wrong first: nothing, white space, composed and decomposed, emoji, a surrogate
_EDGE_TEXTS = ("", "  \t ", "Ａ e\u0301 é ﬁ", "👩🏽‍🚀🇪🇹", "a\ud800b", "½ € 10")

_OF_LABELS = ("text-classification", "vectors-classification")
_EXAMPLES = dict.fromkeys(("vectors-classification", "vectors-embedding"), "token_vectors")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Metadata:
    """The one JSON of an exported file.

    Args:
        task: "text-classification", "text-embedding", "text-generation", "translation", "image-classification",
            "tokenization"; of the two files of a pair "token-vectors", and "vectors-classification" or "vectors-embedding";
            of the two of a translator in steps "translation-encoder" and "translation-step".
        outputs: names of the outputs, in order.
        labels: names of the scores' columns; empty for vectors and token ids.
        languages: BCP-47 tags that the model was made for.
        tokenizer_digest: hex SHA-256 of all that decides the token ids.
        precision: of the weights in this very file.
        tolerance: largest difference to the Keras model; in 4 bits and fewer, to its twin whose tables take as few.
        max_codepoints: the file reads this many code points of a text, the first ones.
        golden: list of {"text", "codepoints", "ids", "output"}: examples that a client can replay. Of a language model
            "output" are the log probabilities of "tokens", the best ones to follow; of a translator the code points of
            the translation, into the language at the place "target_language"; of images: {"image", "output"}.
            "text" is absent where the code points are no valid Unicode text (a lone surrogate). Of a pair's body:
            {"token_vectors", "output"}, and "vectors" of inputs that take one vector a text; of its pack "output" is the sum
            of the vectors of the text's tokens, and behind it its other vectors in the order of the outputs, each divided by its
            length where that is above 1.
        label_names: dict, language -> the labels' names in it, in their order.
        image_shape: shape of one image, None where any size fits; empty for texts.
        generation: of a language model: "states" (input, output, size, dtype, first value), "end_id", "language_tags",
            "subwords" (whether U+2581 in a piece is a space, and <0xNN> a byte).
        target_languages: of a translator, the BCP-47 tags of the languages that it writes, by the number that the input
            `target_language` takes; without that input where there is one. Left out of the JSON where there is none.
        max_tokens: of a translator: tokens of a source that it reads at once. Where the output `source_length` has more, the
            rest was left out: a client translates such a text sentence by sentence. None, and left out of the JSON, elsewhere.
        thresholds: where a text may have several labels, BCP-47 tag -> the score from which on it has a label, for each
            label; "und" is for texts in any other language. Empty, and left out of the JSON, where a text has one label.
        abstain_below: of a language identifier: the probability below which its answer is "und", as it is for a text
            without letters. None, and left out of the JSON, where every text is answered.
        threads: that a client should let one call use. None, and left out of the JSON, where that is its own choice.
        body: of the two files of a pair, hex SHA-256 of the body's weights before they were rounded; of the two of a
            translator in steps, of the network's. Empty, and left out of the JSON, in all others.
        contract: version of this description.
        sha256: hex digest of this description and of all else that decides the file's answers (`sealed`). Empty in .h5,
            which carries a digest of the whole file at its end.
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
    target_languages: tuple = ()
    max_tokens: int | None = None
    thresholds: dict = dataclasses.field(default_factory=dict)
    abstain_below: float | None = None
    threads: int | None = None
    body: str = ""
    contract: int = CONTRACT_VERSION
    sha256: str = ""

    @property
    def output_dim(self) -> int:
        """Numbers that the file gives for one text or image."""
        return len(self.labels) or (len(self.golden[0]["output"]) if self.golden else 0)

    def to_json(self) -> str:
        """JSON in ASCII, valid for strict parsers.

        Raises:
            ValueError: something in it is no number or no Unicode text.
        """
        values = dataclasses.asdict(self)
        for name in ("thresholds", "target_languages"):
            if not values[name]:
                del values[name]
        for name in ("max_tokens", "abstain_below", "threads"):
            if values[name] is None:
                del values[name]
        if not self.body:
            del values["body"]
        try:
            text = json.dumps(values, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
            json.dumps(values, ensure_ascii=False).encode("utf-8")
        except ValueError as error:
            raise ValueError(
                "What a file says of itself must be finite numbers and valid Unicode. "
                f"Received: {cut(error)}. Look for lone surrogates in labels and for NaN in weights."
            ) from error
        return text

    def sealed(self, content_sha256: str) -> Self:
        """The same with a digest over itself and over the rest of the file.

        Args:
            content_sha256: hex SHA-256 of all else that decides the answers.
        """
        return dataclasses.replace(self, sha256=self._seal(content_sha256))

    def check_seal(self, content_sha256: str, path: Path) -> None:
        """Compares the digest with what the file holds.

        Raises:
            ValueError: file or description were changed after the export.
        """
        if self.sha256 != self._seal(content_sha256):
            raise ValueError(
                f"'{path}' is damaged or was changed after it was exported: its digest differs from the one in its "
                "metadata. Export the model again."
            )

    def _seal(self, content_sha256):
        return hashlib.sha256((dataclasses.replace(self, sha256="").to_json() + content_sha256).encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str, path: Path) -> Self:
        """Reads what `to_json` wrote; `path` is named in errors.

        Raises:
            ValueError: the text is no such JSON, breaks the schema, or is one of another contract.
        """
        if len(text) > MOST_BYTES:
            raise ValueError(f"The metadata of '{path}' must be below {MOST_BYTES:,} bytes. Received: {len(text):,}.")
        try:
            values = json.loads(text, parse_constant=_refused)
            contract = values["contract"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ValueError(
                f"The metadata of '{path}' cannot be read: {error!r:.200}. Export the model again."
            ) from error
        if contract != CONTRACT_VERSION:
            raise ValueError(
                f"This version reads files of contract {CONTRACT_VERSION}. Received: contract {shown(contract)} in "
                f"'{cut(path)}'. A newer keras_i18n reads a later one; export the model again if it is an earlier one."
            )
        told = problem(values, metadata_schema())
        if not told:
            fields: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
            }
            metadata = cls(**fields)
            told = metadata.contradiction()
        if told:
            raise ValueError(f"The metadata of '{path}' breaks its schema: {told}. Export the model again.")
        return metadata

    def contradiction(self) -> str:
        """The first thing in which the fields do not fit each other, as the end of a sentence; empty where they do."""
        outputs = [len(example["output"]) for example in self.golden]
        if not all(np.isfinite(np.asarray(example["output"], "float64")).all() for example in self.golden):
            return "a golden example has an output that is no finite number"
        if self.generation:
            if set(self.generation) != {"states", "end_id", "language_tags", "subwords"}:
                return "generation lacks some of its members"
            if any(len(example.get("tokens", ())) != len(example["output"]) for example in self.golden):
                return "golden examples have as many tokens as outputs"
            if any(token >= len(self.labels) for example in self.golden for token in example["tokens"]):
                return "a golden example has a token that is no label"
        elif self.labels and any(size != len(self.labels) for size in outputs):
            return f"there are {len(self.labels)} labels, and golden examples of {outputs[:3]} scores"
        elif self.task not in _OF_ANY_LENGTH and len(set(outputs)) > 1:
            return "golden examples have outputs of several sizes"
        if self.task.endswith("-classification") and len(set(self.labels)) != len(self.labels):
            return "two labels are the same"
        if any(len(names) != len(self.labels) for names in self.label_names.values()):
            return "label_names has not as many names as there are labels"
        if self.thresholds and ("und" not in self.thresholds or self.task not in _OF_LABELS):
            return "thresholds are of a text classifier, and hold those of 'und'"
        if any(len(values) != len(self.labels) for values in self.thresholds.values()):
            return "thresholds has not as many numbers as there are labels"
        if self.abstain_below is not None and (self.task != "text-classification" or self.thresholds):
            return "abstain_below is of a classifier that gives each text one label"
        places = [example.get("target_language", 0) for example in self.golden]
        if max(places, default=0) >= max(1, len(self.target_languages)):
            return "a golden example has a target language of no name"
        if len(self.target_languages) > 1 and any("target_language" not in example for example in self.golden):
            return "a golden example lacks its target language"
        example_of = "image" if self.image_shape else _EXAMPLES.get(self.task, "codepoints")
        some = {example_of, "vectors"} if self.task in _EXAMPLES else {example_of}
        if any(some.isdisjoint(example) for example in self.golden):
            return f"a golden example lacks its {example_of}"
        return ""


def _refused(constant):
    raise ValueError(f"{constant} is no JSON")


def text_of(codepoints: Sequence[int]) -> str:
    """The text of a golden example's code points; a lone surrogate stays one."""
    return "".join(map(chr, codepoints))


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
    examples = []
    for text, ids, output in zip(texts, sequences, outputs, strict=True):
        example = {
            "text": text,
            "codepoints": [ord(character) for character in text],
            "ids": np.asarray(ids).tolist(),
            "output": np.asarray(output).round(7).tolist(),
        }
        if any("\ud800" <= character <= "\udfff" for character in text):
            del example["text"]  # as an escape, strict parsers of JSON refuse the whole
        examples.append(example)
    return tuple(examples)
