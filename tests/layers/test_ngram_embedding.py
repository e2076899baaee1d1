import numpy as np
import pytest

from keras_i18n.layers import NgramEmbedding
from tests.layers.checks import LayerCase, check_layer

IDS = np.array([[4, 0, 11, 4, 22], [9, 1, 4, 0, 11], [4, 0, -1, -1, -1]], "int32")


def layer_of(**options):
    layer = NgramEmbedding(23, 3, num_rows=500, ngram_dim=2, ngrams=(2, 4), **options)
    layer.build()
    layer.set_weights([np.random.default_rng(0).normal(size=weight.shape) for weight in layer.get_weights()])
    return layer


def test_shared_checks():
    check_layer(
        LayerCase(
            make=lambda: NgramEmbedding(23, 4, num_rows=50, ngram_dim=3, ngrams=(3, 2)),
            call=lambda layer, token_ids, vectors, mask: layer(token_ids, mask=mask)[0],
            by_token=True,
        )
    )


def test_the_same_tokens_before_give_the_same_vector_and_others_another():
    vectors = np.array(layer_of()(IDS)[0])
    token, ngrams = vectors[..., :3], vectors[..., 3:]
    np.testing.assert_array_equal(token[0, 0], token[1, 2])
    assert np.abs(ngrams[0, 2] - ngrams[1, 4]).min() > 0  # the bigram is the same, what is before it is not
    longer = np.array(layer_of()(np.array([[7, 9, 1, 4, 0, 11]], "int32"))[0])
    np.testing.assert_allclose(longer[0, 4:, 3:], ngrams[1, 3:], atol=1e-6)


@pytest.mark.parametrize("cut", [0, 1, 3, 5])
def test_reading_on_from_the_state_gives_what_reading_at_once_gives(cut):
    layer = layer_of()
    whole, last = layer(IDS[:2])
    first, state = layer(IDS[:2, :cut])
    second, state = layer(IDS[:2, cut:], initial_state=[state])
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-6)
    np.testing.assert_array_equal(state, last)
    np.testing.assert_allclose(layer.vectors_of(last), np.array(whole)[:, -1:], atol=1e-6)


def test_with_a_mask_the_state_ends_where_the_padding_begins():
    layer = layer_of()
    _, state = layer(IDS, mask=IDS >= 0)
    assert np.array(state).tolist() == [[1, 12, 5, 23], [2, 5, 1, 12], [0, 0, 5, 1]]
    _, again = layer(np.full((3, 2), -1, "int32"), initial_state=[state], mask=np.zeros((3, 2), bool))
    np.testing.assert_array_equal(again, state)


def test_dropout_leaves_out_whole_ngrams_in_training_alone():
    layer = layer_of(dropout=0.5)
    plain = np.array(layer_of()(IDS)[0])
    np.testing.assert_array_equal(layer(IDS)[0], plain)
    trained = np.array(layer(np.tile(IDS, (200, 1)), training=True)[0]).reshape(200, *plain.shape)
    np.testing.assert_array_equal(trained[..., :3], np.broadcast_to(plain[..., :3], trained[..., :3].shape))
    np.testing.assert_allclose(trained.mean(axis=0), plain, atol=0.8)
    assert trained[:, 0, 4, 3:].std() > 0.3


def test_any_integers_are_taken():
    wild = np.array([[2**31 - 1, -(2**31), 23, -7, 0]], "int32")
    vectors, state = layer_of()(wild)
    assert np.isfinite(vectors).all()
    assert np.isfinite(state).all()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"ngrams": (1, 2)}, "`ngrams` must be lengths from 2 to 8"),
        ({"ngrams": ()}, "`ngrams` must be"),
        ({"dropout": 1.0}, "`dropout` must be"),
        ({"num_rows": 0}, "`num_rows` must be at least 1"),
    ],
)
def test_bad_arguments_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        NgramEmbedding(23, 3, **options)
