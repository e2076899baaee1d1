"""The small classifier of the clients' tests."""

from tests.examples.conftest import classifier, exported

__all__ = ["classifier", "exported"]
