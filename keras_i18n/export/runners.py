"""Which runner opens a file, by its task."""

from keras_i18n.export.image_runner import ImageRunner
from keras_i18n.export.runner import Runner
from keras_i18n.export.suggestion_runner import SuggestionRunner

RUNNERS = {"image-classification": ImageRunner, "text-generation": SuggestionRunner}


def runner_of(path, metadata, run, operators=()):
    """The `Runner` of a file's task; arguments as there."""
    return RUNNERS.get(metadata.task, Runner)(path, metadata, run, operators)
