"""A large table is read from its file into its variable: nothing of its size is made on the way."""

import tracemalloc
import zipfile

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.saving.stored_member import StoredMember

ROWS, DIM = 20_000, 256  # 20 MB


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=ROWS, compose=False)
    network = ki.networks.universal_sentence_encoder(vocabulary_size=ROWS, dim=DIM, ngram_dim=8, hidden_dim=12)
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(size=weight.shape).astype("float32") for weight in network.weights])
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en"])
    path = tmp_path_factory.mktemp("large") / "encoder.keras"
    encoder.save(path)
    return encoder, path


def test_nothing_of_its_size_is_made(saved):
    encoder, path = saved
    tracemalloc.start()
    try:
        loaded = ki.load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.5 * 4 * ROWS * DIM
    for one, other in zip(loaded.network.get_weights(), encoder.network.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(loaded.encode(["kaixo"]), encoder.encode(["kaixo"]))
    # it trains as any other, and the file stays as it is
    loaded.network.layers[1].weights[0].assign_add(np.ones((ROWS, DIM), "float32"))
    assert np.array_equal(ki.load(path).network.get_weights()[0], encoder.network.get_weights()[0])


def test_a_member_is_read_in_place(tmp_path):
    path = tmp_path / "a.zip"
    content = bytes(range(256)) * 50
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("first", b"x" * 1000)
        archive.writestr("numbers", content)
        archive.writestr("packed", content, compress_type=zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path) as archive:
        with StoredMember(archive, "numbers") as member:
            assert member.read() == content
            assert (member.seek(-5, 2), member.read(), member.read()) == (len(content) - 5, content[-5:], b"")
            assert (member.seek(300), member.read(4)) == (300, content[300:304])
        with pytest.raises(zipfile.BadZipFile, match="'packed' is compressed"):
            StoredMember(archive, "packed")
    broken = bytearray(path.read_bytes())
    broken[broken.index(b"PK\x03\x04", 10)] = 0
    path.write_bytes(broken)
    with zipfile.ZipFile(path) as archive, pytest.raises(zipfile.BadZipFile, match="does not begin where"):
        StoredMember(archive, "numbers")
