"""What a model and the languages that it is cut to must be, before work begins."""

from collections.abc import Sequence
from typing import Any

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.models import LanguageIdentifier, TextClassifier, TextEncoder
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import UnigramTokenizer


def checked_model(model: Any, *, kinds: tuple[type, ...] = (UnigramTokenizer,)) -> None:
    """Raises ValueError for a model whose pieces and rows cannot be chosen; `kinds` are the tokenizers that will do."""
    if not isinstance(model, (TextClassifier, TextEncoder)) or isinstance(model, LanguageIdentifier):
        raise ValueError(
            "`model` must be a TextClassifier or a TextEncoder. Received: "
            f"{type(model).__name__}. Of several models in one, localise each."
        )
    if not isinstance(model.tokenizer, kinds):
        way_out = networks.other_preset(model.network)
        raise ValueError(
            f"`model` must have a {' or a '.join(kind.__name__ for kind in kinds)}, whose pieces can be chosen. Received: "
            f"{type(model.tokenizer).__name__}, whose rows no language owns.{way_out}"
        )
    rows = networks.token_embedding(model.network).num_rows
    if rows != model.tokenizer.vocabulary_size:
        raise ValueError(
            f"The token table must have a row for each of {model.tokenizer.vocabulary_size} pieces. Received: {cut(rows)} rows."
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
