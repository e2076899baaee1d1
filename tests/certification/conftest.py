"""The small classifier of the clients' tests."""

from tests.examples.conftest import classifier, exported, exported_tokenizer

__all__ = ["classifier", "exported", "exported_tokenizer"]
