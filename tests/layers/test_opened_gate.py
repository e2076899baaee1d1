"""A gate that opens for texts with tokens of languages that were added."""

import numpy as np
import pytest

from keras_i18n.layers import MaskedMean, OpenedGate, UnitLength
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    def call(layer, token_ids, vectors, mask):
        gate = UnitLength()(MaskedMean()(vectors, mask=mask))  # of any width: it is opened number by number
        return layer([gate, token_ids])

    check_layer(LayerCase(make=lambda: OpenedGate(11, 0.7), call=call, trainable=False))


def test_texts_without_such_tokens_keep_theirs_to_the_bit():
    gate = np.random.default_rng(0).random((50, 1)).astype("float32")
    old, new = np.full((50, 3), 10, "int32"), np.array([[10, 11, -1]] * 50, "int32")
    np.testing.assert_array_equal(np.array(OpenedGate(11, 0.7)([gate, old])), gate)
    np.testing.assert_allclose(np.array(OpenedGate(11, 0.7)([gate, new])), gate + 0.7 * (1 - gate), rtol=1e-6)


def test_openness_is_a_share():
    with pytest.raises(ValueError, match=r"from 0 to 1. Received: 1\.5"):
        OpenedGate(11, 1.5)
