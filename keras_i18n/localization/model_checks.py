"""What a model and the languages that it is cut to must be, before work begins."""

from collections.abc import Sequence
from typing import Any

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.models import LanguageIdentifier, TextClassifier, TextEncoder
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import piece_subset


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


def checked_parts(model: Any) -> None:
    """Raises ValueError for a model that cannot be taken apart into a body and packs."""
    checked_choice(model)
    if not piece_subset.can_be_joined(model.tokenizer):
        raise ValueError(
            "`model` must have unigram pieces, hashed n-grams, or both, whose packs can be put together again. Received: "
            f"{type(model.tokenizer).__name__}. `localize` takes it."
        )
    ids = [first for first, _ in piece_subset.id_ranges(model.tokenizer)]
    if networks.table_rows(networks.with_selected_rows(networks.uncompiled(model.network), ids)) is None:
        raise ValueError(
            "The rows of a model that is packed must all be kept alike. Received: a table whose first rows have more bits, as "
            "`compact` leaves it, or one with rows that were added to rows in few bits. `localize` takes it; or make packs of the "
            "model that it was made of."
        )


def _check_kind(model):
    if not isinstance(model, (TextClassifier, TextEncoder)) or isinstance(model, LanguageIdentifier):
        raise ValueError(
            "`model` must be a TextClassifier or a TextEncoder. Received: "
            f"{type(model).__name__}. Of several models in one, localise each; `localize` takes translators too."
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
