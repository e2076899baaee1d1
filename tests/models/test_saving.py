"""One file for a whole model: what comes back is bit for bit what was saved, and what is no model is refused."""

import hashlib
import io
import json
import pathlib
import re
import zipfile

import h5py
import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.saving import model_archive
from tests import fresh_process
from tests.models.conftest import make_pooling_classifier

TEXTS = ["wake me up at six", "", "¿qué tiempo hará mañana?", "👩‍👩‍👧", "x \ud800 y"]


def randomised(model):
    generator = np.random.default_rng(1)
    for weight in model.network.weights:
        if "float" in weight.dtype:
            weight.assign(generator.normal(0, 0.3, weight.shape))
    return model


@pytest.fixture
def saved(tokenizer, tmp_path):
    """(classifier, the file that it was saved in)."""
    classifier = randomised(make_pooling_classifier(tokenizer, ("alarm", "music", "погода")))
    classifier.save(tmp_path / "model.keras")
    return classifier, tmp_path / "model.keras"


def assert_same(loaded, model):
    assert type(loaded) is type(model)
    assert loaded.to_config() == model.to_config()
    assert loaded.tokenizer.digest == model.tokenizer.digest
    assert loaded.task == model.task
    np.testing.assert_array_equal(loaded.predict(TEXTS), model.predict(TEXTS))


@pytest.mark.parametrize("head", [None, "kernel", "linear", "mlp"])
def test_what_is_loaded_answers_bit_for_bit(small_encoder, tmp_path, head):
    model = small_encoder
    if head is not None:
        model = ki.TextClassifier.on_encoder(small_encoder, labels=["a", "b", "ç"], head=head)
    randomised(model).save(tmp_path / "model.keras")
    loaded = ki.load(tmp_path / "model.keras")
    assert_same(loaded, model)
    if head is not None:
        np.testing.assert_array_equal(loaded.encoder.encode(TEXTS), model.encoder.encode(TEXTS))


def test_a_network_from_scratch(saved):
    assert_same(ki.load(saved[1]), saved[0])
    assert_same(ki.load(str(saved[1])), saved[0])


def test_keras_reads_the_network_out_of_the_file(saved):
    classifier, path = saved
    network = keras.saving.load_model(path)
    batch = classifier.tokenizer.pad(classifier.tokenize(TEXTS))
    np.testing.assert_array_equal(np.array(network(batch)), np.array(classifier.network(batch)))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("head", [None, "kernel", "mlp"])
def test_the_network_alone_in_both_formats(small_encoder, tmp_path, head, suffix):
    model = small_encoder
    if head is not None:
        model = ki.TextClassifier.on_encoder(small_encoder, labels=["a", "b"], head=head)
    randomised(model).network.save(tmp_path / f"network{suffix}")
    network = keras.saving.load_model(tmp_path / f"network{suffix}")
    batch = model.tokenizer.pad(model.tokenize(TEXTS))
    np.testing.assert_array_equal(np.array(network(batch)), np.array(model.network(batch)))
    if head is not None:  # it is a classifier again
        again = ki.TextClassifier(tokenizer=model.tokenizer, network=network, labels=model.labels)
        np.testing.assert_array_equal(again.predict(TEXTS), model.predict(TEXTS))
        assert again.head is not None


def test_training_goes_on_with_the_optimizers_state(tokenizer, assistant, tmp_path):
    train = assistant[0]
    options = {"trainable": "all", "epochs": 2, "verbose": 0}
    classifier = make_pooling_classifier(tokenizer, train.labels)
    classifier.fit(train, **options)
    classifier.save(tmp_path / "model.keras", with_optimizer=True)
    loaded = ki.load(tmp_path / "model.keras")
    optimizer = loaded.network.optimizer
    assert int(optimizer.iterations) == int(classifier.network.optimizer.iterations) > 0
    for one, other in zip(optimizer.variables, classifier.network.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    losses = [
        model.fit(train, **options, optimizer=model.network.optimizer).history["loss"] for model in (classifier, loaded)
    ]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    np.testing.assert_allclose(loaded.predict(train.text), classifier.predict(train.text), atol=1e-6)


def test_what_the_optimizer_learned_is_in_no_file(tokenizer, assistant, tmp_path):
    """An optimizer has two numbers for each weight: a file that carries them is three times as large."""
    train = assistant[0]
    classifier = make_pooling_classifier(tokenizer, train.labels)
    sizes = {}
    for when in ("new", "trained"):
        classifier.save(tmp_path / f"{when}.keras")
        ki.export(classifier, tmp_path / when, formats=["keras", "h5"])
        files = [tmp_path / f"{when}.keras", tmp_path / when / "model.keras", tmp_path / when / "model.h5"]
        sizes[when] = np.array([file.stat().st_size for file in files])
        classifier.fit(train, trainable="all", epochs=1, verbose=0)
    assert np.abs(sizes["trained"] - sizes["new"]).max() < 2000
    assert not ki.load(tmp_path / "trained.keras").network.compiled
    classifier.save(tmp_path / "with.keras", with_optimizer=True)
    assert (tmp_path / "with.keras").stat().st_size > sizes["trained"][0] + 2 * 4 * tokenizer.vocabulary_size * 16


def test_an_ensemble_makes_the_folder_that_it_is_saved_in(saved, tmp_path):
    ensemble = ki.Ensemble([saved[0], saved[0]])
    ensemble.save(tmp_path / "new" / "folder" / "ensemble.keras")
    assert_same_answers(ki.load(tmp_path / "new" / "folder" / "ensemble.keras"), ensemble)
    assert [file.name for file in (tmp_path / "new" / "folder").iterdir()] == ["ensemble.keras"]
    assert ensemble.classify(TEXTS[:1], top=2)[0][0].label in ensemble.labels


def assert_same_answers(loaded, model):
    np.testing.assert_array_equal(loaded.predict(TEXTS), model.predict(TEXTS))


def test_the_name_must_end_in_keras(saved, tmp_path):
    with pytest.raises(ValueError, match=r"must end in '.keras'.*For .h5: model.network.save"):
        saved[0].save(tmp_path / "model.h5")


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No model file at .*nothing.keras"):
        ki.load(tmp_path / "nothing.keras")


class TokenizerThatFailsError(Exception):
    pass


@pytest.mark.parametrize("error", [KeyboardInterrupt, TokenizerThatFailsError])
def test_an_interrupted_save_leaves_the_old_file(saved, tokenizer, monkeypatch, error):
    _, path = saved
    before = path.read_bytes()

    def interrupt(*arguments):
        raise error

    monkeypatch.setattr(model_archive, "append", interrupt)  # Keras has written its part
    with pytest.raises(error):
        make_pooling_classifier(tokenizer, ("a", "b")).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["model.keras"]


ON_A_FULL_DISK = """
import resource, sys
import keras_i18n as ki

classifier = ki.load(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
try:
    classifier.save(sys.argv[1])
except OSError as error:
    print("OSError:", error)
"""


def test_a_full_disk_leaves_the_old_file(saved):
    _, path = saved
    before = path.read_bytes()
    told = fresh_process.run(ON_A_FULL_DISK, [path], check=True).stdout
    assert re.match(r"OSError: .*what was there before is unchanged", told)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["model.keras"]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_truncated_files_are_refused(saved, share):
    _, path = saved
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(
        ValueError, match=r"must be a model saved by keras_i18n .*is damaged, truncated or something else"
    ):
        ki.load(path)


def test_a_flipped_byte_is_found_or_harmless(saved):
    """A byte of each region of the file: headers, members, directory. What loads must be the model that was saved."""
    classifier, path = saved
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        directory = archive.start_dir
    places = [place for info in members for place in range(info.header_offset, info.header_offset + 40, 3)]
    places += [info.header_offset + 60 + info.file_size // 2 for info in members]
    places += list(range(directory, len(content), 5))
    harmless = 0
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        try:
            manifest, tokenizer = model_archive.read(path, ("TextClassifier", "TextEncoder"))
        except ValueError as error:
            assert str(path) in str(error)  # noqa: PT017
            continue
        harmless += 1  # a time stamp, a file mode
        assert manifest["config"] == classifier.to_config()
        assert tokenizer == classifier.tokenizer.to_bytes()
    assert harmless < len(places) / 2


def rewritten(path, changes=None, *, digests=True, manifest=None, compression=zipfile.ZIP_STORED, extra=()):
    """Writes the file anew with changed members; with digests that fit, as somebody would who means harm."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= changes or {}
    members = {name: content for name, content in members.items() if content is not None}
    if model_archive.MANIFEST in members and model_archive.MANIFEST not in (changes or {}):
        told = json.loads(members[model_archive.MANIFEST])
        if digests:
            told["sha256"] = {
                name: hashlib.sha256(content).hexdigest()
                for name, content in members.items()
                if name != model_archive.MANIFEST
            }
        members[model_archive.MANIFEST] = json.dumps(told | (manifest or {})).encode()
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in [*members.items(), *extra]:
            archive.writestr(name, content)
    return path


def test_rewriting_alone_changes_nothing(saved):
    assert_same(ki.load(rewritten(saved[1])), saved[0])


NOT_MODELS = {
    "another zip": (lambda path: _zip_of(path, {"holiday.jpg": b"beach"}), r"It is another zip file"),
    "no zip": (lambda path: path.write_bytes(b"PK\x03\x04 or not"), r"is damaged, truncated or something else"),
    "no tokenizer": (lambda path: rewritten(path, {"tokenizer.bin": None}), r"it lacks \['tokenizer.bin'\]"),
    "no manifest": (lambda path: rewritten(path, {model_archive.MANIFEST: None}), r"a Keras model without a tokenizer"),
    "no weights": (lambda path: rewritten(path, {"model.weights.h5": None}), r"it lacks \['model.weights.h5'\]"),
    "more": (lambda path: rewritten(path, extra=[("more.py", b"1")]), r"and has \['more.py'\]"),
    "path": (lambda path: rewritten(path, extra=[("../../etc/passwd", b"1")]), r"has \['../../etc/passwd'\]"),
    "absolute": (lambda path: rewritten(path, extra=[("/etc/passwd", b"1")]), r"has \['/etc/passwd'\]"),
    "twice": (lambda path: rewritten(path, extra=[("config.json", b"{}")]), r"or one twice \(6 members\)"),
    "bomb": (
        lambda path: rewritten(path, {"tokenizer.bin": b"\0" * 10_000_000}, compression=zipfile.ZIP_DEFLATED),
        r"has compressed members and was not opened",
    ),
    "version": (lambda path: rewritten(path, manifest={"version": 2}), r"version 2.*A newer keras_i18n may read it"),
    "kind": (lambda path: rewritten(path, manifest={"kind": "Oracle"}), r"kinds .*TextClassifier.*kind 'Oracle'"),
    "kind is a list": (lambda path: rewritten(path, manifest={"kind": ["x"]}), r"of another type: \['kind'\]"),
    "digests": (lambda path: rewritten(path, manifest={"sha256": None}), r"of another type: \['sha256'\]"),
    "one digest": (lambda path: rewritten(path, manifest={"sha256": {}}), r"damaged: the digest of its member"),
    "manifest": (
        lambda path: rewritten(path, {model_archive.MANIFEST: b"\xff{"}),
        r"The manifest of .* cannot be read",
    ),
    "manifest list": (
        lambda path: rewritten(path, {model_archive.MANIFEST: b"[]"}),
        r"The manifest of .* cannot be read",
    ),
    "manifest deep": (lambda path: rewritten(path, {model_archive.MANIFEST: b"[" * 10**5}), r"The manifest of"),
    "tokenizer name": (
        lambda path: rewritten(path, manifest={"tokenizer": "train_unigram"}),
        r"tokenizer of a model must be one of .*UnigramTokenizer.*'train_unigram'",
    ),
    "tokenizer": (lambda path: rewritten(path, {"tokenizer.bin": b"word"}), r"The tokenizer in .* cannot be read"),
    "changed weights": (
        lambda path: rewritten(path, {"model.weights.h5": b"x"}, digests=False),
        r"digest of its member 'model.weights.h5' differs",
    ),
    "weights": (lambda path: rewritten(path, {"model.weights.h5": b"x"}), r"The network in .* cannot be rebuilt"),
    "config deep": (lambda path: rewritten(path, {"config.json": b"[" * 10**5}), r"no JSON that can be read"),
    "model's config": (
        lambda path: rewritten(path, manifest={"config": {"labels": ["a", "b"]}}),
        r"do not fit together: `network` must have one output a label \(2\)",
    ),
    "model's arguments": (
        lambda path: rewritten(path, manifest={"config": {"labels": ["a", "b", "c"], "code": "1"}}),
        r"do not fit together: .*'code'",
    ),
}


def _zip_of(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", NOT_MODELS)
def test_what_is_no_model_is_refused(saved, name):
    change, message = NOT_MODELS[name]
    change(saved[1])
    with pytest.raises(ValueError, match=message):
        ki.load(saved[1])


def test_a_plain_keras_model_is_refused(saved, tmp_path):
    saved[0].network.save(tmp_path / "plain.keras")
    with pytest.raises(ValueError, match=r"It is a Keras model without a tokenizer"):
        ki.load(tmp_path / "plain.keras")


def lambda_layer():
    """Keras' own description of a layer whose code lies in the file."""
    layer = keras.layers.Lambda(lambda x: x * 2, name="scores")
    return keras.saving.serialize_keras_object(layer)


def entry(module, name, registered=None, config=None):
    return {"module": module, "class_name": name, "config": config or {}, "registered_name": registered}


FOREIGN = {
    "lambda": lambda_layer,
    "code": lambda: {"class_name": "__lambda__", "config": {"value": "AAAA"}},
    "a module": lambda: entry("os", "system"),
    "subprocess": lambda: entry("subprocess", "Popen", config={"args": ["true"]}),
    "private Keras": lambda: entry("keras.src.utils.file_utils", "File"),
    "get_file": lambda: entry("keras.utils", "get_file"),
    "dotted": lambda: entry("keras.layers", "utils.get_file"),
    "dotted function": lambda: entry("builtins", "function", config="utils.get_file"),
    "a saved model": lambda: entry("keras.layers", "TFSMLayer", config={"filepath": "/tmp/x"}),
    "a file of words": lambda: entry("keras.layers", "StringLookup", config={"vocabulary": "/etc/passwd"}),
    "pickle": lambda: entry("keras.layers", "TorchModuleWrapper", config={"module": "gASV"}),
    "load_model": lambda: entry("keras.saving", "load_model"),
    "data sets": lambda: entry("keras.datasets.mnist", "function", config="load_data"),
    "not registered": lambda: entry("their.layers", "Dense", "theirs>Dense"),
    "hidden behind a name of ours": lambda: entry("os", "system", "keras_i18n>Nothing"),
    "a name that is none": lambda: entry("keras.layers", ["Lambda"]),
    "a space": lambda: entry("keras.layers ", "Dense"),
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("place", ["layer", "compiled"])
def test_a_network_that_names_foreign_code_is_refused(saved, name, place):
    _, path = saved
    config = json.loads(zipfile.ZipFile(path).read("config.json"))
    if place == "layer":
        config["config"]["layers"][-1] |= FOREIGN[name]()
    else:
        config["compile_config"] = {"optimizer": "adam", "loss": FOREIGN[name]()}
    rewritten(path, {"config.json": json.dumps(config).encode()})
    with pytest.raises(ValueError, match=r"The network in .* cannot be rebuilt: it names .*"):
        ki.load(path)


def test_building_blocks_of_keras_are_allowed(tokenizer, tmp_path):
    """A network with operators, regularizers, schedules and metrics of Keras."""
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    x = ki.layers.MultilingualEmbedding(tokenizer.vocabulary_size, 8)(token_ids)
    x = ki.layers.MaskedMean()(x, mask=ki.layers.PaddingMask()(token_ids))
    x = keras.layers.Dense(8, activation=keras.activations.gelu, kernel_regularizer=keras.regularizers.L2(1e-3))(x)
    x = keras.layers.Dense(8, activation=keras.ops.tanh, kernel_constraint=keras.constraints.MaxNorm(2.0))(x) * 0.5
    x = keras.Sequential([keras.layers.BatchNormalization(), keras.layers.Dense(2, activation="softmax")])(x)
    network = keras.Model(token_ids, x)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, 10)
    network.compile(keras.optimizers.AdamW(rate), keras.losses.CategoricalCrossentropy(), [keras.metrics.F1Score()])
    classifier = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b"])
    classifier.save(tmp_path / "model.keras")
    assert_same(ki.load(tmp_path / "model.keras"), classifier)


@keras.saving.register_keras_serializable(package="tests")
class Doubled(keras.layers.Layer):
    def call(self, x):
        return x * 2


def test_a_class_that_the_user_registered_is_allowed(tokenizer, tmp_path, saved):
    source = saved[0].network
    scores = keras.layers.Softmax()(Doubled()(source.outputs[0]))
    network = keras.Model(source.inputs[0], scores)
    classifier = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b", "c"])
    classifier.save(tmp_path / "own.keras")
    assert_same(ki.load(tmp_path / "own.keras"), classifier)


def test_weights_that_lie_in_another_file_are_refused(saved, tmp_path):
    """HDF5 can point to any file of the machine."""
    _, path = saved
    weights = io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["0"] = np.zeros(3, "float32")
    with h5py.File(weights, "r+") as file:
        group = file["layers/dense/vars"]
        del group["1"]
        group["1"] = h5py.ExternalLink(str(secret), "0")
    rewritten(path, {"model.weights.h5": weights.getvalue()})
    with pytest.raises(ValueError, match=r"The network in .* cannot be rebuilt"):
        ki.load(path)
    assert pathlib.Path(secret).exists()
