"""Models that were used can be copied and sent to other processes, as joblib and scikit-learn do."""

import copy
import pickle

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.tokenizers import CharacterTokenizer
from tests.models.conftest import make_pooling_classifier
from tests.models.test_threads import KINDS, TEXTS

COPIES = {"pickle": lambda model: pickle.loads(pickle.dumps(model)), "deepcopy": copy.deepcopy}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_used_model_is_copied(kind, how, tokenizer):
    make, ask = KINDS[kind]
    model = make(tokenizer)
    before = [repr(ask(model, text)) for text in TEXTS[:5]]  # its graphs are traced
    assert [repr(ask(COPIES[how](model), text)) for text in TEXTS[:5]] == before
    assert [repr(ask(model, text)) for text in TEXTS[:5]] == before


def test_a_copy_is_independent(tokenizer):
    model = make_pooling_classifier(tokenizer, ("a", "b"))
    before = model.predict(TEXTS)
    other = copy.deepcopy(model)
    other.network.set_weights([weight + 1 for weight in other.network.get_weights()])
    np.testing.assert_array_equal(model.predict(TEXTS), before)


@pytest.fixture(scope="module")
def runners(tmp_path_factory):
    """An opened file of every format, whose tokenizer has the smallest graph: each copy of a Keras file traces it."""
    tokenizer = CharacterTokenizer.train(TEXTS, compose=False)
    folder = ki.export(make_pooling_classifier(tokenizer, ("a", "b")), tmp_path_factory.mktemp("copies"))
    return [ki.load_exported(folder / row.file) for row in ki.export.FORMATS.values()]


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_an_opened_file_is_the_file_opened_anew(runners, how):
    for runner in runners:
        np.testing.assert_array_equal(COPIES[how](runner).predict(TEXTS[:4]), runner.predict(TEXTS[:4]))


def test_a_file_that_was_replaced_is_no_copy(tmp_path):
    tokenizer = CharacterTokenizer.train(TEXTS, compose=False)
    ki.export(make_pooling_classifier(tokenizer, ("a", "b")), tmp_path, formats="keras")
    sent = pickle.dumps(ki.load_exported(tmp_path / "model.keras"))
    ki.export(make_pooling_classifier(tokenizer, ("b", "c")), tmp_path, formats="keras")
    with pytest.raises(ValueError, match="must be the file that the runner was opened from"):
        pickle.loads(sent)
