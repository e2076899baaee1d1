"""Labelled, parallel and lexicon data: read, split, sampled by temperature, and embedded samples."""

from keras_i18n.datasets.dataset import Dataset, concatenate, from_lists
from keras_i18n.datasets.embedded import sample
from keras_i18n.datasets.summary import Summary
from keras_i18n.datasets.temperature import language_shares

__all__ = ["Dataset", "Summary", "concatenate", "from_lists", "language_shares", "sample"]
