"""Serves exported files: a page that runs them in the browser, and a small JSON API."""

from keras_i18n.serving.limits import Limits
from keras_i18n.serving.server import Server

__all__ = ["Limits", "Server"]


def __dir__():
    return sorted(__all__)
