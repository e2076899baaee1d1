import numpy as np
import pytest

from keras_i18n.layers import LanguageAdapter
from tests.layers.checks import LayerCase, check_layer
from tests.layers.languages_of_texts import LanguageOfFirstToken

X = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
CALLS = {
    1: lambda layer, token_ids, vectors, mask: layer(vectors),
    2: lambda layer, token_ids, vectors, mask: layer(vectors, language=LanguageOfFirstToken()(token_ids)),
}


@pytest.mark.parametrize("count", CALLS)
def test_shared_checks(count):
    languages = ["sw", "zh-Hant"][:count]

    def make():
        return LanguageAdapter(languages, 3, activation="tanh")

    check_layer(LayerCase(make=make, call=CALLS[count], by_token=True))


def trained():
    layer = LanguageAdapter(["sw", "tr"], 2)
    layer.build(X.shape)
    layer.set_weights([np.random.default_rng(2).normal(size=weight.shape) for weight in layer.get_weights()])
    return layer


def test_it_starts_as_the_identity():
    np.testing.assert_array_equal(np.array(LanguageAdapter(["sw"], 2)(X)), X)


def test_each_text_gets_its_language():
    layer = trained()
    outputs = np.array(layer(X, language=np.array([1, -1, 0], "int32")))
    for row, language in ((0, "tr"), (2, "sw")):
        own = layer.language_resources(language)
        hidden = np.maximum(X[row] @ own["down"] + own["down_bias"], 0)
        np.testing.assert_allclose(outputs[row], X[row] + hidden @ own["up"] + own["up_bias"], atol=1e-5)
    np.testing.assert_array_equal(outputs[1], X[1])


def test_swapping_a_language_leaves_the_others():
    layer = trained()
    others = layer.language_resources("tr")
    layer.set_language_resources("sw", {name: values * 2 for name, values in layer.language_resources("sw").items()})
    for name, values in layer.language_resources("tr").items():
        np.testing.assert_array_equal(values, others[name])


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"distinct languages\. Received: \('sw', 'sw'\)"):
        LanguageAdapter(["sw", "sw"], 2)
    with pytest.raises(ValueError, match=r"\['sw', 'tr'\].*Received: None"):
        trained()(X)
    with pytest.raises(ValueError, match=r"'down' must have the shape \(4, 2\)\. Received: \(4, 3\)"):
        trained().set_language_resources("sw", {"down": np.zeros((4, 3))})
