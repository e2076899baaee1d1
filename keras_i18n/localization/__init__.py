"""A model cut to languages and megabytes: what they need is kept, bit for bit or as near as a size allows."""

from keras_i18n.localization.assembling import Assembled, assemble
from keras_i18n.localization.compacting import Compacted, compact
from keras_i18n.localization.file_parts import FileParts, file_parts
from keras_i18n.localization.inspection import Inspection, inspect
from keras_i18n.localization.localizing import Localized, localize
from keras_i18n.localization.model_checks import checked_languages
from keras_i18n.localization.packing import PackFile, Packs, make_packs
from keras_i18n.localization.word_lists import frequent_words

__all__ = [
    "Assembled",
    "Compacted",
    "FileParts",
    "Inspection",
    "Localized",
    "PackFile",
    "Packs",
    "assemble",
    "checked_languages",
    "compact",
    "file_parts",
    "frequent_words",
    "inspect",
    "localize",
    "make_packs",
]


def __dir__():
    return sorted(__all__)
