"""The languages that a model says it was made for."""

from keras_i18n.languages.matching import matches

UNDETERMINED = ("und", "mul", "zxx", "mis")


def is_undetermined(tag: str) -> bool:
    """Whether a tag names no language.

    >>> is_undetermined("und-Latn"), is_undetermined("sw")
    (True, False)
    """
    return tag.split("-")[0] in UNDETERMINED


def languages_of(model: object) -> tuple[str, ...]:
    """Tags of the languages that a model was made for; empty where it does not say.

    Args:
        model: with `languages`, or an opened file with them in its `metadata`; anything else says nothing.

    >>> languages_of(None)
    ()
    """
    return tuple(getattr(model, "languages", ()) or getattr(getattr(model, "metadata", None), "languages", ()) or ())


def made_for(model: object, tag: str) -> bool | None:
    """Whether a model was made for a language; None where it does not say, or a language is undetermined.

    A model that was trained on texts of no language ("und") may have been made for any.

    Args:
        model: as in `languages_of`.
        tag: a BCP-47 tag.

    >>> import types
    >>> model = types.SimpleNamespace(languages=("en", "arb"))
    >>> made_for(model, "ar"), made_for(model, "sw"), made_for(model, "und"), made_for(None, "sw")
    (True, False, None, None)
    """
    known = languages_of(model)
    if not known or is_undetermined(tag):
        return None
    found = bool(matches(tag, known))
    return None if not found and any(map(is_undetermined, known)) else found
