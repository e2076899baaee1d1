"""First rows for pieces that a table of vectors lacks. A method is one NumPy function and one row of `METHODS`."""

from keras_i18n.transfer.initialization.context import InitializationContext
from keras_i18n.transfer.initialization.initializing import METHODS, InitializedRows, initialize_rows

__all__ = ["METHODS", "InitializationContext", "InitializedRows", "initialize_rows"]
