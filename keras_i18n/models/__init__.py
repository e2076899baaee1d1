"""Texts in, answers out: a tokenizer, a network, labels and languages held together."""

from keras_i18n.models.classifier import Classifier, Prediction
from keras_i18n.models.combined.ensemble import Ensemble
from keras_i18n.models.combined.router import Router
from keras_i18n.models.decoding.generation import Suggestion
from keras_i18n.models.fitting.language_model_fitting import LanguageModelTraining
from keras_i18n.models.image_classifier import ImageClassifier
from keras_i18n.models.label_thresholds import LabelThresholds
from keras_i18n.models.language_identifier import LanguageIdentifier
from keras_i18n.models.language_model import LanguageModel
from keras_i18n.models.localized_labels import LocalizedLabels
from keras_i18n.models.presets import PRESETS, load_preset
from keras_i18n.models.saving.loading import load
from keras_i18n.models.text_classifier import TextClassifier
from keras_i18n.models.text_encoder import TextEncoder
from keras_i18n.models.text_model import TextModel
from keras_i18n.models.translation.fitting import TranslatorTraining
from keras_i18n.models.translation.search import Translation
from keras_i18n.models.translation.shortlist import TranslationShortlist
from keras_i18n.models.translator import Translator
from keras_i18n.training.language_metrics import LanguageMetrics
from keras_i18n.training.options import TrainingOptions

__all__ = [
    "PRESETS",
    "Classifier",
    "Ensemble",
    "ImageClassifier",
    "LabelThresholds",
    "LanguageIdentifier",
    "LanguageMetrics",
    "LanguageModel",
    "LanguageModelTraining",
    "LocalizedLabels",
    "Prediction",
    "Router",
    "Suggestion",
    "TextClassifier",
    "TextEncoder",
    "TextModel",
    "TrainingOptions",
    "Translation",
    "TranslationShortlist",
    "Translator",
    "TranslatorTraining",
    "load",
    "load_preset",
]


def __dir__():
    return sorted(__all__)
