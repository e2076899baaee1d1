"""Proves an exported file in every runtime that is there, and writes down what was seen."""

from keras_i18n.certification.certificate import Certificate
from keras_i18n.certification.certifying import certify
from keras_i18n.certification.checking import check
from keras_i18n.certification.runtimes import RUNTIMES

__all__ = ["RUNTIMES", "Certificate", "certify", "check"]


def __dir__():
    return sorted(__all__)
