"""A model cut to languages and megabytes: what they need is kept, bit for bit or as near as a size allows."""

from keras_i18n.localization.inspection import Inspection, inspect
from keras_i18n.localization.localizing import Localized, localize

__all__ = ["Inspection", "Localized", "inspect", "localize"]
