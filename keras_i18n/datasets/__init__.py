"""Labelled and parallel texts: read, split, sampled by temperature, and embedded samples."""

from keras_i18n.datasets.accepting import as_dataset
from keras_i18n.datasets.checking.checking import check
from keras_i18n.datasets.checking.finding import Finding
from keras_i18n.datasets.checking.report import CheckReport
from keras_i18n.datasets.dataset import Dataset, concatenate, from_lists
from keras_i18n.datasets.embedded import sample
from keras_i18n.datasets.leakage import shared_ids
from keras_i18n.datasets.pandas_frames import from_pandas, to_pandas
from keras_i18n.datasets.parallel import ParallelTexts, read_parallel
from keras_i18n.datasets.problems import DataError
from keras_i18n.datasets.reading import read
from keras_i18n.datasets.summary import Summary
from keras_i18n.datasets.temperature import language_shares

__all__ = [
    "CheckReport",
    "DataError",
    "Dataset",
    "Finding",
    "ParallelTexts",
    "Summary",
    "as_dataset",
    "check",
    "concatenate",
    "from_lists",
    "from_pandas",
    "language_shares",
    "read",
    "read_parallel",
    "sample",
    "shared_ids",
    "to_pandas",
]


def __dir__():
    return sorted(__all__)
