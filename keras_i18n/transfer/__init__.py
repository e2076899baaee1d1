"""A trained model moves into other languages."""

from keras_i18n.models.combined.ensemble import Ensemble
from keras_i18n.models.combined.router import Router
from keras_i18n.transfer.adding.extended_vocabulary import ExtendedVocabulary, extend_vocabulary
from keras_i18n.transfer.adding.language_addition import AddingOptions, add_language, add_languages
from keras_i18n.transfer.adding.report import AddedLanguage, AddedLanguages
from keras_i18n.transfer.adding.row_training import RowTrainingOptions
from keras_i18n.transfer.adding.translation_language import AddedTranslation, add_translation_language
from keras_i18n.transfer.adding.unchanged import UnseenTexts
from keras_i18n.transfer.alignment import (
    MAPS,
    Alignment,
    align,
    correlated,
    mutual_pairs,
    procrustes,
    rcsls,
    ridge,
    shared_pairs,
)
from keras_i18n.transfer.conversion import (
    TRAINING_METHODS,
    AdjustReport,
    ConversionReport,
    MethodComparison,
    adjust,
    compare_methods,
    convert_language,
    train_resources,
)
from keras_i18n.transfer.initialization import (
    METHODS,
    InitializationContext,
    InitializedRows,
    initialize_rows,
)
from keras_i18n.transfer.language_resources import LanguageResources
from keras_i18n.transfer.teachers.bridges import LinearBridge, NeighbourBridge, TeacherBridge
from keras_i18n.transfer.teachers.distillation import DistillationReport, distill
from keras_i18n.transfer.teachers.translator_distillation import TranslatorDistillationReport, distill_translator
from keras_i18n.transfer.transfer_report import TransferReport, refuse_leaks, transfer_report
from keras_i18n.transfer.word_translation.lexical_shortlist import lexical_shortlist
from keras_i18n.transfer.word_translation.word_vectors import WordVectors

__all__ = [
    "MAPS",
    "METHODS",
    "TRAINING_METHODS",
    "AddedLanguage",
    "AddedLanguages",
    "AddedTranslation",
    "AddingOptions",
    "AdjustReport",
    "Alignment",
    "ConversionReport",
    "DistillationReport",
    "Ensemble",
    "ExtendedVocabulary",
    "InitializationContext",
    "InitializedRows",
    "LanguageResources",
    "LinearBridge",
    "MethodComparison",
    "NeighbourBridge",
    "Router",
    "RowTrainingOptions",
    "TeacherBridge",
    "TransferReport",
    "TranslatorDistillationReport",
    "UnseenTexts",
    "WordVectors",
    "add_language",
    "add_languages",
    "add_translation_language",
    "adjust",
    "align",
    "compare_methods",
    "convert_language",
    "correlated",
    "distill",
    "distill_translator",
    "extend_vocabulary",
    "initialize_rows",
    "lexical_shortlist",
    "mutual_pairs",
    "procrustes",
    "rcsls",
    "refuse_leaks",
    "ridge",
    "shared_pairs",
    "train_resources",
    "transfer_report",
]


def __dir__():
    return sorted(__all__)
