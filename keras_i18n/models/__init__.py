"""Texts in, answers out: a tokenizer, a network, labels and languages held together."""

from keras_i18n.models.generation import Suggestion
from keras_i18n.models.image_classifier import ImageClassifier
from keras_i18n.models.language_identifier import LanguageIdentifier
from keras_i18n.models.language_metrics import LanguageMetrics
from keras_i18n.models.language_model import LanguageModel
from keras_i18n.models.language_model_training import LanguageModelTraining
from keras_i18n.models.localized_labels import LocalizedLabels
from keras_i18n.models.presets import PRESETS, load_preset
from keras_i18n.models.saving import load
from keras_i18n.models.text_classifier import Prediction, TextClassifier
from keras_i18n.models.text_encoder import TextEncoder
from keras_i18n.models.text_model import TextModel
from keras_i18n.models.training_options import TrainingOptions

__all__ = ["PRESETS", "ImageClassifier", "LanguageIdentifier", "LanguageMetrics", "LanguageModel", "LanguageModelTraining", "LocalizedLabels", "Prediction", "Suggestion", "TextClassifier", "TextEncoder", "TextModel", "TrainingOptions", "load", "load_preset"]
