"""One file a format behind one table: write, open and verify. The room itself is the verb: `keras_i18n.export(...)`."""

import sys
import types

from keras_i18n.export.benchmarking import BenchmarkReport, benchmark
from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.exporting import export, load_exported
from keras_i18n.export.formats import FORMATS
from keras_i18n.export.metadata import Metadata
from keras_i18n.export.opening_models import open_file
from keras_i18n.export.pair import export_body, export_pack, load_pair
from keras_i18n.export.precision_search import PrecisionSearch, choose_precision
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.export.runner import Runner
from keras_i18n.export.targets import TARGETS, checked_target
from keras_i18n.export.translation_steps import export_steps, load_steps
from keras_i18n.export.verification import VerificationReport, verify

__all__ = [
    "FORMATS",
    "PRECISIONS",
    "TARGETS",
    "BenchmarkReport",
    "Metadata",
    "PrecisionSearch",
    "Runner",
    "VerificationReport",
    "benchmark",
    "checked_target",
    "choose_precision",
    "codepoints_of",
    "export",
    "export_body",
    "export_pack",
    "export_steps",
    "load_exported",
    "load_pair",
    "load_steps",
    "open_file",
    "verify",
]


class _Room(types.ModuleType):
    """A module that can be called: the room and its verb have one name."""

    def __call__(self, *args, **options):
        return export(*args, **options)


sys.modules[__name__].__class__ = _Room


def __dir__():
    return sorted(__all__)
