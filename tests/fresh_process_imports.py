"""What the server of `fresh_process` has imported when it forks: what a user's script and our command line import.

The command line itself is not among it: its console looks at the terminal when it is imported.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: F401
import langcodes.language_distance  # noqa: F401
import rich.progress  # noqa: F401
import scipy.sparse  # noqa: F401
import tensorflow  # noqa: F401
import typer  # noqa: F401
import wordfreq  # noqa: F401

import keras_i18n

for name in keras_i18n.__all__:
    getattr(keras_i18n, name)
