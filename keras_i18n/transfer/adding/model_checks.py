"""What a model and its new languages must be, before work begins."""

import warnings
from typing import Any

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.models import TextClassifier, TextEncoder, Translator
from keras_i18n.models.two_halves import has_two_halves
from keras_i18n.shown import cut
from keras_i18n.transfer.adding.extended_vocabulary import GROWTHS
from keras_i18n.transfer.language_resources import LanguageResources

# of NTREX-128's languages the 16-language encoder agrees so well with Indonesian alone of those that it was not trained
# on; with new pieces its topics fell from 83 to 74 %, where Galician (0.72) rose from 80 to 84
_READ_ALREADY = 0.75
# vectors of a Transformer's first token all lie close: a translation must be nearer by half of the way from others to 1
_NEARER = 0.5
_READ, _HALF = (
    200,
    0.5,
)  # texts that the gate of two halves is asked for, and from where on the pretrained half reads them


def checked_resources(
    model: Any, resources: dict[str, LanguageResources], teacher: Any
) -> dict[str, LanguageResources]:
    """dict, language -> checked `LanguageResources`; ValueError where model or languages are not what they must be."""
    if encoder_of(model) is None:
        raise ValueError(_without_vectors(model))
    _check_growth(model)
    if not resources:
        raise ValueError("`resources` must name a language. Received: an empty dict.")
    _check_different(list(resources))
    checked = {}
    for tag, found in resources.items():
        language = tags.normalize(tag)
        known = next((other for other in model.languages if tags.equivalent(language, other)), None)
        if known is not None and has_two_halves(model):
            _check_unread(model, language, found)
        elif known is not None:
            which = "which is" if known == language else f"which is the same as its '{known}',"
            raise ValueError(
                f"The model must not know the language yet. Received: '{cut(language)}' ({cut(tags.name(language))}), {which} "
                f"one of its {len(model.languages)}. To teach it more, train the model."
            )
        checked[language] = found.checked(language, has_teacher=teacher is not None)
    return checked


def _check_growth(model):
    networks.token_embedding(model.network)
    grows = model.tokenizer.tokenizers[-1] if has_two_halves(model) else model.tokenizer
    if type(grows) not in GROWTHS:
        raise ValueError(
            f"`model` must have a tokenizer whose vocabulary can grow: {', '.join(kind.__name__ for kind in GROWTHS)}. "
            f"Received: {type(model.tokenizer).__name__}."
        )
    if not has_two_halves(model):
        networks.refuse_few_bits(model.network, "A new language")


def _check_unread(model, language, found):
    """A language that only the n-grams read may get pieces of its own; one of the pretrained half has them."""
    texts = found.all_texts()[:_READ]
    if not texts:
        return
    opened = networks.gate_of(model.network).predict(model.tokenizer.pad(model.tokenize(texts)), verbose=0).mean()
    if opened >= _HALF:
        raise ValueError(
            f"The model must not read the language with pieces of its own yet. Received: '{cut(language)}' "
            f"({cut(tags.name(language))}), of whose vectors its pretrained half gives {round(100 * float(opened))} %. To teach it more, train "
            "a classifier on labelled texts of it."
        )


def encoder_of(model: Any) -> TextEncoder | None:
    """What gives a text's vector inside of a model, as a `TextEncoder` that shares its weights; None where nothing does.

    Of a classifier that was made without an encoder, such as one of KerasHub, it is what the scores are made of.
    """
    if isinstance(model, TextEncoder):
        return model
    if not isinstance(model, TextClassifier) or model.bag_encoder is not None:
        return None
    if model.encoder is not None:
        return model.encoder
    network = networks.scored_vector(model.network)
    if network is None:
        return None
    return TextEncoder(
        tokenizer=model.tokenizer, network=network, languages=model.languages, max_codepoints=model.max_codepoints
    )


def _without_vectors(model):
    rule = "`model` must be a TextEncoder, or a TextClassifier whose scores are made of one vector a text."
    if getattr(model, "bag_encoder", None) is not None:
        return (
            f"{rule} Received: an encoder beside n-grams. Add the language to `model.bag_encoder`, then take "
            "`model.with_encoder(encoder)`."
        )
    if isinstance(model, Translator):
        return f"{rule} Received: a Translator. For one: `transfer.add_translation_language`."
    return f"{rule} Received: {type(model).__name__}. For a model without an encoder: `transfer.convert_language`."


def _check_different(languages):
    for place, language in enumerate(languages):
        twice = next((other for other in languages[:place] if tags.equivalent(language, other)), None)
        if twice is not None:
            raise ValueError(
                f"`resources` must name each language once. Received: '{cut(twice)}' and '{cut(language)}', which name the same "
                f"({cut(tags.name(twice))}). Put both under '{cut(twice)}'."
            )


def warn_of_known(language: str, agreement: float | None, others: float | None) -> None:
    """Warns where the model reads the language as if it had been trained on it.

    Args:
        language: its tag.
        agreement, others: mean cosine of sentences with their translations, and with those of other sentences; None for no
            sentences.
    """
    if agreement is None or others is None:
        return
    if agreement >= _READ_ALREADY and agreement - others >= _NEARER * (1 - others):
        warnings.warn(
            f"The model reads '{language}' ({tags.name(language)}) already: the mean cosine of its sentences and their "
            f"translations is {agreement:.2f}, as in languages that it was trained on. New pieces take words away from "
            "good old ones; compare the new model with the old one before you use it.",
            stacklevel=5,
        )
