"""What an `Ensemble` and a `Router` have in common: several models that are one model."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers
from keras_i18n.models.combined import combined_file
from keras_i18n.models.label_thresholds import LabelThresholds
from keras_i18n.models.several_labels import TextClassification
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.models.text_model import TextModel
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import shown
from keras_i18n.tokenizers.tokenizer import Tokenizer


class MemberTokenizers:
    """The tokenizers of the members: each reads the raw text. Its own `tokenize` is that of the first member."""

    def __init__(self, tokenizers: Sequence[Tokenizer]) -> None:
        self.tokenizers = tuple(tokenizers)
        self.padding_id = self.tokenizers[0].padding_id
        self.digest = hashlib.sha256("\n".join(one.digest for one in self.tokenizers).encode()).hexdigest()

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        return self.tokenizers[0].tokenize(texts, max_tokens)

    def pad(self, sequences: TokenIds) -> np.ndarray:
        return self.tokenizers[0].pad(sequences)


class CombinedClassifier(TextModel, TextClassification):
    """Classifiers of the same labels that answer together; see `Ensemble` and `Router`.

    Where the members have `multi_label`, it has too, and thresholds of its own. It is exported like any other
    model: `to_keras()` holds every member with its compiled tokenizer.
    """

    task = "text-classification"

    def __init__(
        self,
        members: Sequence[Any],
        labels: tuple[str, ...],
        thresholds: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        self.members = tuple(members)
        self.labels = labels
        self.multi_label = getattr(self.members[0], "multi_label", False)
        if thresholds and not self.multi_label:
            raise ValueError(f"`thresholds` need members with multi_label=True. Received: {shown(thresholds)}.")
        self.thresholds = LabelThresholds(labels, thresholds)
        self.languages = tuple(dict.fromkeys(tag for member in self.members for tag in member.languages))
        self.max_codepoints = min(member.max_codepoints for member in self.parts)
        self.tokenizer = MemberTokenizers([member.tokenizer for member in self.parts])

    @property
    def parts(self) -> tuple[Any, ...]:
        """Every model that is saved, in order."""
        return self.members

    def to_config(self) -> Config:
        """The thresholds, where a text may have several labels."""
        return {"thresholds": self.thresholds.by_language} if self.multi_label else {}

    def _texts(self, texts):
        return checked_texts(texts, self.max_codepoints)

    def to_keras(self) -> keras.Model:
        """The text-in model: every member with its tokenizer, and the choice between them."""
        codepoints = keras.Input((None,), dtype="int32", name="codepoints")
        text = layers.TextTruncation(self.max_codepoints, name="truncation")(codepoints)
        outputs = []
        for number, member in enumerate(self.parts):
            part = member.to_keras()
            part.name = f"member_{number}"
            outputs.append(part(text))
        return keras.Model(codepoints, self._combine(outputs), name=f"text_in_{type(self).__name__.lower()}")

    def save(self, path: Path, *, with_optimizer: bool = False) -> None:
        """Writes one `.keras` file with every member in it; arguments and errors as in `TextModel.save`."""
        combined_file.save(self, path, with_optimizer=with_optimizer)

    def with_networks(self, change: Callable[[keras.Model], keras.Model]) -> Self:
        """The same model with `change(network)` in place of the network of every member; see `TextModel`."""
        parts = [part.with_networks(change) for part in self.parts]
        if all(one is other for one, other in zip(parts, self.parts, strict=True)):
            return self
        return type(self).from_parts(parts, self.to_config())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.members)} members, labels: {len(self.labels)})"


def checked_members(members: Iterable[Any], what: str = "members") -> tuple[Any, tuple[str, ...]]:
    """(tuple of models, their labels).

    Raises:
        ValueError: no member, or labels that differ.
    """
    members = tuple(members)
    if not members:
        raise ValueError(f"`{what}` must hold at least one model. Received: none.")
    for member in members:
        if not hasattr(member, "labels") or not hasattr(member, "to_keras"):
            raise TypeError(f"`{what}` must be classifiers. Received: {type(member).__name__}.")
        if getattr(member, "multi_label", False) != getattr(members[0], "multi_label", False):
            raise ValueError(
                f"`{what}` must all have one label a text, or all several. Received: some with multi_label=True."
            )
        if tuple(member.labels) != tuple(members[0].labels):
            raise ValueError(
                f"`{what}` must have the same labels in the same order. Received: {shown(tuple(members[0].labels))} and "
                f"{shown(tuple(member.labels))}. Train them with the same `labels`."
            )
    return members, tuple(members[0].labels)


def normalized(tag: str) -> str:
    """A language tag in its usual spelling."""
    return tags.normalize(tag)
