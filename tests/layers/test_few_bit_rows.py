"""Rows in few bits: alone, within the layers that look them up, and in every file and runtime."""

import functools

import keras
import numpy as np
import pytest

from keras_i18n import layers
from keras_i18n.layers.product_quantization import nearest_centres, trained_centres
from tests.layers import mobile_runtime, runtimes
from tests.layers.checks import (
    DIM,
    TOKEN_IDS,
    VOCABULARY_SIZE,
    LayerCase,
    assert_close,
    check_config,
    check_files,
    check_layer,
    check_runtimes,
    model_around,
)

FEW_BITS = {
    "int8": functools.partial(layers.FewBitRows.of, bits=8),
    "int8 in blocks": functools.partial(layers.FewBitRows.of, bits=8, block=4),
    "int8, fine": lambda table: layers.FewBitRows.of(
        table, block=4, fine_rows=len(table) // 2, sensitivity=np.diag(np.arange(1, table.shape[1] + 1))
    ),
    "int4": functools.partial(layers.FewBitRows.of, bits=4),
    "int4 in blocks": functools.partial(layers.FewBitRows.of, bits=4, block=4),
    "product": functools.partial(layers.ProductQuantizedRows.of, piece_dim=4),
}
# share of a row's largest number that any number of it may be off
HALF_A_STEP = {
    "int8": 0.5 / 120,
    "int8 in blocks": 0.5 / 120,
    "int8, fine": 0.5 / 120,
    "int4": 2 / 15,
    "int4 in blocks": 2 / 15,
}


def table_of_very_different_rows(rows=VOCABULARY_SIZE, dim=DIM):
    generator = np.random.default_rng(1)
    return (generator.normal(size=(rows, dim)) * 10.0 ** np.linspace(-1, 2, rows)[:, None]).astype("float32")


def model_of(layer):
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    return keras.Model(token_ids, layer(token_ids))


@pytest.mark.parametrize("name", ["int8", "int8, fine", "int4 in blocks", "product"])
def test_rows_are_the_same_in_files_and_runtimes(name):
    # seven numbers a row: neither pairs, blocks nor pieces come out even
    table = table_of_very_different_rows(dim=7)
    model = model_of(layers.MultilingualEmbedding(VOCABULARY_SIZE, 7, stored_rows=FEW_BITS[name](table)))
    check_files(model)
    check_runtimes(model, tolerance=1e-4)  # of numbers up to 300
    (vectors,) = runtimes.keras_outputs(model, TOKEN_IDS)
    assert np.abs(vectors[TOKEN_IDS < 0]).max() == 0
    if name in HALF_A_STEP:
        expected = table[np.maximum(TOKEN_IDS, 0)]
        off = np.abs(vectors - expected)[TOKEN_IDS >= 0]
        assert (off <= HALF_A_STEP[name] * np.abs(expected).max(-1, keepdims=True)[TOKEN_IDS >= 0]).all()
        assert off.max() > 0
    (mobile,) = mobile_runtime.outputs(runtimes.tflite_bytes(model), [TOKEN_IDS])
    np.testing.assert_allclose(mobile, vectors, atol=1e-4)


CASES = {
    "table": lambda: layers.MultilingualEmbedding(
        VOCABULARY_SIZE - 8, DIM, language_rows={"sw": 8}, embeddings_initializer="normal"
    ),
    "pooled": lambda: layers.PooledEmbedding(VOCABULARY_SIZE, DIM, divide_by="count", embeddings_initializer="normal"),
    "hashed": lambda: layers.HashEmbedding(50, DIM, num_hashes=3, embeddings_initializer="normal"),
    "ngrams": lambda: layers.NgramEmbedding(VOCABULARY_SIZE, DIM, num_rows=40, ngram_dim=5, ngrams=(2, 3)),
}


@functools.cache
def float_layer(name):
    keras.utils.set_random_seed(2)
    layer = CASES[name]()
    layer.build(None)
    return layer


def call(layer, token_ids, vectors, mask):
    if isinstance(layer, layers.NgramEmbedding):
        return layer(token_ids, mask=mask)[0]
    return layer(token_ids)


@pytest.mark.parametrize(
    ("name", "kind"), [("table", "int4"), ("pooled", "int8"), ("hashed", "int4 in blocks"), ("ngrams", "product")]
)
def test_layers_that_look_up(name, kind):
    make = functools.partial(float_layer(name).stored_by, FEW_BITS[kind])
    if name == "table":
        check_layer(LayerCase(make=make, call=call, by_token=True, trainable=False))
    else:  # the first has seen to gradients and half precision
        model = model_around(make(), call)
        check_config(LayerCase(make=make, call=call), model)
        check_files(model)
        check_runtimes(model)
    exact, stored = (np.array(call(layer, TOKEN_IDS, None, TOKEN_IDS >= 0)) for layer in (float_layer(name), make()))
    tolerance = {"int8": 0.01, "int4": 0.2, "int4 in blocks": 0.2}.get(kind, 2.0)
    assert 0 < np.abs(stored - exact).max() <= tolerance * np.abs(exact).max()


@pytest.mark.parametrize(("name", "precision"), [("int4 in blocks", "float16"), ("product", "int8")])
def test_converters_leave_the_rows_alone(name, precision):
    model = model_of(layers.PooledEmbedding(500, 32, stored_rows=FEW_BITS[name](table_of_very_different_rows(500, 32))))
    received = runtimes.tflite_outputs(runtimes.tflite_bytes(model, precision), TOKEN_IDS)
    assert_close(received, runtimes.keras_outputs(model, TOKEN_IDS), 1e-4, precision)


SIZES = {
    "int4 in blocks": (functools.partial(layers.FewBitRows.of, bits=4, block=32), 5000 * (32 + 2 * 3)),
    "product": (FEW_BITS["product"], 5000 * (16 + 2) + 256 * 64),
}


@pytest.mark.parametrize("name", SIZES)
def test_every_file_is_small(name, tmp_path):
    make, most = SIZES[name]
    model = model_of(
        layers.MultilingualEmbedding(5000, 64, stored_rows=make(np.random.default_rng(0).normal(size=(5000, 64))))
    )
    for suffix in (".keras", ".h5"):
        model.save(tmp_path / f"model{suffix}")
        assert most < (tmp_path / f"model{suffix}").stat().st_size < most + 50_000
    runtimes.write_saved_model(model, tmp_path / "saved_model")
    (variables,) = (tmp_path / "saved_model" / "variables").glob("variables.data*")
    assert variables.stat().st_size < most + 20_000
    assert most < len(runtimes.tflite_bytes(model)) < most + 15_000
    assert most < runtimes.onnx_model(model).ByteSize() < most + 15_000


def test_rows_of_zeros_and_steps_of_every_size():
    table = np.array([[0.0, 0.0], [1e-30, 0.0], [1e4, -1e4], [0.7, -0.05]], "float32")
    for make in FEW_BITS.values():
        found = np.array(make(table)(np.arange(4)))
        assert np.isfinite(found).all()
        assert np.abs(found[:2]).max() < 0.2
    np.testing.assert_allclose(np.array(FEW_BITS["int8"](table)(np.arange(4))), table, atol=0.5, rtol=0.005)


def test_integers_on_a_ruler_of_any_step_and_zero_come_back():
    generator = np.random.default_rng(4)
    codes = generator.integers(0, 14, (200, 32))
    table = (codes - generator.uniform(3, 10, (200, 1))) * np.exp(generator.normal(size=(200, 1)))
    found = np.array(layers.FewBitRows.of(table, bits=4)(np.arange(200)))
    # a zero is a sixteenth of a step
    assert (np.abs(found - table) <= 0.06 * np.ptp(table, axis=1, keepdims=True) / 13).all()


def test_the_first_rows_have_a_second_byte():
    table = table_of_very_different_rows()
    rows = layers.FewBitRows.of(table, fine_rows=10)
    off = np.abs(np.array(rows(np.arange(VOCABULARY_SIZE))) - table).max(axis=1) / np.abs(table).max(axis=1)
    assert off[:10].max() < 0.6 / 127 / 256
    assert off[10:].min() > 2 * off[:10].max()
    assert [weight.shape[0] for weight in rows.weights] == [VOCABULARY_SIZE, VOCABULARY_SIZE, 11]


def test_numbers_are_rounded_together():
    table = np.random.default_rng(2).normal(size=(5000, 40)).astype("float32")  # more than are packed at once
    reads = np.random.default_rng(3).normal(size=(40, 10))  # a body sees ten sums of the forty numbers

    def loss(**options):
        rows = np.array(layers.FewBitRows.of(table, **options)(np.arange(len(table))))
        return np.square((rows - table) @ reads).mean()

    alone, together = loss(), loss(sensitivity=reads @ reads.T)
    assert together < 0.25 * alone
    # nothing is known: each to its nearest
    assert loss(sensitivity=np.eye(40)) == pytest.approx(alone)
    assert loss(fine_rows=2500, sensitivity=reads @ reads.T) == pytest.approx(together / 2, rel=0.1)


def test_language_vectors_stay():
    layer = layers.MultilingualEmbedding(5, 4, language_vectors=("sw",))
    layer.build()
    layer.set_language_resources("sw", {"vector": np.arange(4)})
    exact, stored = (
        np.array(one(np.array([[2]]), np.array([0]))) for one in (layer, layer.stored_by(FEW_BITS["int8"]))
    )
    np.testing.assert_allclose(stored, exact, atol=1e-3)


def test_blocks_and_norms_are_worth_their_bytes():
    generator = np.random.default_rng(3)
    table = generator.normal(size=(600, 64)) * np.exp(generator.normal(size=(600, 2))).repeat(32, axis=1)

    def error(layer):
        return np.square(np.array(layer(np.arange(600))) - table).mean()

    assert error(layers.FewBitRows.of(table, bits=4, block=32)) < 0.75 * error(layers.FewBitRows.of(table, bits=4))
    assert error(layers.ProductQuantizedRows.of(table, piece_dim=2)) < 0.5 * error(
        layers.ProductQuantizedRows.of(table, piece_dim=8)
    )


def test_centres():
    generator = np.random.default_rng(0)
    true = generator.normal(size=(8, 3)) * 10
    pieces = true[generator.integers(8, size=2000)] + generator.normal(size=(2000, 3)) * 0.1
    found = trained_centres(pieces, 32, generator=generator)
    assert np.square(pieces - found[nearest_centres(pieces, found)]).sum(1).mean() < 0.1
    assert nearest_centres(true, true).tolist() == list(range(8))
    again = [trained_centres(pieces, 4, generator=np.random.default_rng(5)) for _ in range(2)]
    assert (again[0] == again[1]).all()


def test_what_is_refused():
    rows = FEW_BITS["int4"](np.ones((5, 4)))
    with pytest.raises(ValueError, match=r"keeps 6 rows of 4 numbers\. Received: .*of 5 x 4"):
        layers.PooledEmbedding(6, 4, stored_rows=rows)
    with pytest.raises(ValueError, match=r"`bits` must be one of 8, 4\. Received: 3"):
        layers.FewBitRows(5, 4, bits=3)
    with pytest.raises(ValueError, match=r"`block` must be at least 1"):
        layers.FewBitRows(5, 4, block=0)
    with pytest.raises(ValueError, match=r"`fine_rows` must be 0 to 5: .*Received: 6"):
        layers.FewBitRows(5, 4, fine_rows=6)
    with pytest.raises(ValueError, match=r"`fine_rows` must be 0 to 0: .*Received: 1"):
        layers.FewBitRows(5, 4, bits=4, fine_rows=1)
    with pytest.raises(ValueError, match=r"from 1 to 256\. Received: 300"):
        layers.ProductQuantizedRows(5, 4, num_centres=300)
    embedding = layers.MultilingualEmbedding(3, 4, language_rows={"sw": 2}, stored_rows=rows)
    for use in (
        lambda: embedding.language_resources("sw"),
        lambda: embedding.resized({"sw": 3}),
        lambda: embedding(np.ones((1, 1, 4), "float32"), reverse=True),
    ):
        with pytest.raises(ValueError, match="few bits can be looked up, not"):
            use()
