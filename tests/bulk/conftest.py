import pytest

import keras_i18n as ki


@pytest.fixture(scope="session")
def classifier():
    train, _ = ki.datasets.sample("assistant")
    model = ki.TextClassifier.from_scratch(train.labels, num_buckets=500)
    model.fit(train.select(languages=["en", "ja"]), epochs=2, verbose=0)
    return model


@pytest.fixture(scope="session")
def model_file(classifier, tmp_path_factory):
    path = tmp_path_factory.mktemp("bulk") / "model.keras"
    classifier.save(path)
    return path


@pytest.fixture(scope="session")
def texts():
    return ki.datasets.sample("assistant")[1]
