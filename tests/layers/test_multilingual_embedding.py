import numpy as np
import pytest

from keras_i18n.layers import MultilingualEmbedding
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    check_layer(
        LayerCase(
            make=lambda: MultilingualEmbedding(30, 5, padding_id=-1, embeddings_initializer="glorot_normal"),
            call=lambda layer, token_ids, vectors, mask: layer(token_ids),
            by_token=True,
        )
    )


def test_padding_gives_zeros():
    embedding = MultilingualEmbedding(10, 3, padding_id=2)
    vectors = np.array(embedding(np.array([[1, 2]], "int32")))
    assert np.abs(vectors[0, 0]).sum() > 0
    assert np.abs(vectors[0, 1]).sum() == 0


@pytest.mark.parametrize("arguments", [(0, 4), (4, 0)])
def test_no_rows_or_no_size_is_refused(arguments):
    with pytest.raises(ValueError, match=r"must be at least 1\. Received: 0"):
        MultilingualEmbedding(*arguments)
