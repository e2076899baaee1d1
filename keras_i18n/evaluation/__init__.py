"""Scores by language, with their counts and intervals, as tables, files and pictures."""

from keras_i18n.evaluation.accuracy import accuracy
from keras_i18n.evaluation.answers import report_of_answers
from keras_i18n.evaluation.bootstrap import bootstrap_interval
from keras_i18n.evaluation.by_language import evaluate_by_language
from keras_i18n.evaluation.calibration import expected_calibration_error
from keras_i18n.evaluation.comparison import Comparison, compare
from keras_i18n.evaluation.confusion import Confusion, confusion_counts
from keras_i18n.evaluation.language_report import LanguageReport
from keras_i18n.evaluation.language_score import LanguageScore
from keras_i18n.evaluation.macro_f1 import macro_f1
from keras_i18n.evaluation.multi_label import MultiLabelReport, MultiLabelScore
from keras_i18n.evaluation.nearest_neighbours import Scorer, nearest
from keras_i18n.evaluation.retrieval import (
    RetrievalReport,
    RetrievalScore,
    ranks_of,
    retrieval_by_language,
    sentence_retrieval,
    word_retrieval,
)
from keras_i18n.evaluation.tfidf_baseline import TfidfBaseline
from keras_i18n.evaluation.translation_scores import TranslationReport, TranslationScore, translation_scores

__all__ = [
    "Comparison",
    "Confusion",
    "LanguageReport",
    "LanguageScore",
    "MultiLabelReport",
    "MultiLabelScore",
    "RetrievalReport",
    "RetrievalScore",
    "Scorer",
    "TfidfBaseline",
    "TranslationReport",
    "TranslationScore",
    "accuracy",
    "bootstrap_interval",
    "compare",
    "confusion_counts",
    "evaluate_by_language",
    "expected_calibration_error",
    "macro_f1",
    "nearest",
    "ranks_of",
    "report_of_answers",
    "retrieval_by_language",
    "sentence_retrieval",
    "translation_scores",
    "word_retrieval",
]


def __dir__():
    return sorted(__all__)
