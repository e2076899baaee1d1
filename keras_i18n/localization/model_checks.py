"""What a model and the languages that it is cut to must be, before work begins."""

from collections.abc import Sequence
from typing import Any

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.models import LanguageIdentifier, TextClassifier, TextEncoder
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import UnigramTokenizer, piece_subset


def checked_choice(model: Any) -> None:
    """Raises ValueError for a model whose token ids cannot be chosen, as `localize` chooses them."""
    _check_kind(model)
    if not piece_subset.can_be_chosen(model.tokenizer):
        kinds = " or a ".join(kind.__name__ for kind in piece_subset.KINDS)
        raise ValueError(
            f"`model` must have a {kinds}, whose ids can be chosen. Received: {type(model.tokenizer).__name__}."
        )
    # several tables may have rows for the same ids
    ranges = sorted({(table.first, table.last) for table in networks.token_tables(model.network)})
    if ranges != piece_subset.id_ranges(model.tokenizer):
        raise ValueError(
            f"The token tables must have a row for each id, {piece_subset.id_ranges(model.tokenizer)}. Received: rows for "
            f"{cut(ranges)}."
        )


def checked_model(model: Any) -> None:
    """Raises ValueError for a model without unigram pieces whose float32 rows can be chosen and changed."""
    _check_kind(model)
    if not isinstance(model.tokenizer, UnigramTokenizer):
        way_out = networks.other_preset(model.network)
        raise ValueError(
            f"`model` must have a UnigramTokenizer, whose rows can be changed. Received: {type(model.tokenizer).__name__}. "
            f"`localize` takes it.{way_out}"
        )
    rows = networks.token_embedding(model.network).num_rows
    if rows != model.tokenizer.vocabulary_size:
        raise ValueError(
            f"The token table must have a row for each of {model.tokenizer.vocabulary_size} pieces. Received: {cut(rows)} rows."
        )


def _check_kind(model):
    if not isinstance(model, (TextClassifier, TextEncoder)) or isinstance(model, LanguageIdentifier):
        raise ValueError(
            "`model` must be a TextClassifier or a TextEncoder. Received: "
            f"{type(model).__name__}. Of several models in one, localise each."
        )


def checked_languages(model: Any, languages: Sequence[str]) -> tuple[str, ...]:
    """The languages by the tags that the model has for them.

    Raises:
        ValueError: none, one twice, or one that the model does not have.

    >>> import types
    >>> checked_languages(types.SimpleNamespace(languages=("en", "zh-Hans")), ["zh"])
    ('zh-Hans',)
    """
    if isinstance(languages, str) or not len(list(languages)):
        raise ValueError(f"`languages` must be a list of BCP-47 tags such as ['fr']. Received: {shown(languages)}.")
    found = []
    for tag in languages:
        own = tags.lookup(tag, list(model.languages)) if model.languages else tags.normalize(tag)
        if own is None:
            raise ValueError(
                f"`languages` must be some of the model's: {', '.join(model.languages)}. Received: '{cut(tag)}' "
                f"({cut(tags.name(tag))}). `transfer.add_language` adds one."
            )
        if own in found:
            raise ValueError(
                f"`languages` must name each language once. Received: '{cut(own)}' twice in {shown(list(languages))}."
            )
        found.append(own)
    return tuple(found)
