"""What a model and its new languages must be, before work begins."""

import warnings
from typing import Any

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.models import TextClassifier, TextEncoder
from keras_i18n.shown import cut
from keras_i18n.transfer.adding.extended_vocabulary import GROWTHS
from keras_i18n.transfer.language_resources import LanguageResources

# of NTREX-128's languages the 16-language encoder agrees so well with Indonesian alone of those that it was not trained
# on; with new pieces its topics fell from 83 to 74 %, where Galician (0.72) rose from 80 to 84
_READ_ALREADY = 0.75


def checked_resources(
    model: Any, resources: dict[str, LanguageResources], teacher: Any
) -> dict[str, LanguageResources]:
    """dict, language -> checked `LanguageResources`; ValueError where model or languages are not what they must be."""
    if not isinstance(model, (TextEncoder, TextClassifier)) or getattr(model, "encoder", model) is None:
        if getattr(model, "bag_encoder", None) is not None:
            raise ValueError(
                "`model` must be a TextEncoder, or a TextClassifier on one. Received: an encoder beside n-grams. Add the "
                "language to `model.bag_encoder`, then take `model.with_encoder(encoder)`."
            )
        raise ValueError(
            "`model` must be a TextEncoder, or a TextClassifier on one. Received: "
            f"{type(model).__name__}. For a model without an encoder: `transfer.convert_language`."
        )
    if type(model.tokenizer) not in GROWTHS:
        raise ValueError(
            f"`model` must have a tokenizer whose vocabulary can grow: {', '.join(kind.__name__ for kind in GROWTHS)}. "
            f"Received: {type(model.tokenizer).__name__}."
        )
    networks.token_embedding(model.network)
    networks.refuse_few_bits(model.network, "A new language")
    if not resources:
        raise ValueError("`resources` must name a language. Received: an empty dict.")
    _check_different(list(resources))
    checked = {}
    for tag, found in resources.items():
        language = tags.normalize(tag)
        known = next((other for other in model.languages if tags.equivalent(language, other)), None)
        if known is not None:
            which = "which is" if known == language else f"which is the same as its '{known}',"
            raise ValueError(
                f"The model must not know the language yet. Received: '{cut(language)}' ({cut(tags.name(language))}), {which} "
                f"one of its {len(model.languages)}. To teach it more, train the model."
            )
        checked[language] = found.checked(language, has_teacher=teacher is not None)
    return checked


def _check_different(languages):
    for place, language in enumerate(languages):
        twice = next((other for other in languages[:place] if tags.equivalent(language, other)), None)
        if twice is not None:
            raise ValueError(
                f"`resources` must name each language once. Received: '{cut(twice)}' and '{cut(language)}', which name the same "
                f"({cut(tags.name(twice))}). Put both under '{cut(twice)}'."
            )


def warn_of_known(language: str, agreement: float | None) -> None:
    """Warns where the model reads the language as if it had been trained on it."""
    if agreement is not None and agreement >= _READ_ALREADY:
        warnings.warn(
            f"The model reads '{language}' ({tags.name(language)}) already: the mean cosine of its sentences and their "
            f"translations is {agreement:.2f}, as in languages that it was trained on. New pieces take words away from "
            "good old ones; compare the new model with the old one before you use it.",
            stacklevel=5,
        )
