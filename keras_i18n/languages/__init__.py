"""BCP-47 language tags: their canonical form, names, scripts and directions."""

from keras_i18n.languages.alphabet import Alphabet, writing
from keras_i18n.languages.macrolanguages import equivalent
from keras_i18n.languages.made_for import languages_of, made_for
from keras_i18n.languages.matching import lookup, matches
from keras_i18n.languages.names import autonym, name
from keras_i18n.languages.scripts import direction, script, script_name
from keras_i18n.languages.tags import is_valid, normalize
from keras_i18n.languages.unread_scripts import unread_scripts

__all__ = [
    "Alphabet",
    "autonym",
    "direction",
    "equivalent",
    "is_valid",
    "languages_of",
    "lookup",
    "made_for",
    "matches",
    "name",
    "normalize",
    "script",
    "script_name",
    "unread_scripts",
    "writing",
]
