"""The small classifier of the clients' tests, served."""

import pytest

from keras_i18n.serving import Server
from tests.examples.conftest import classifier, exported

__all__ = ["classifier", "exported"]


@pytest.fixture(scope="session")
def server(exported):
    with Server(exported, port=0) as server:
        yield server
