"""A file carries a digest of all that decides its answers: what was damaged or edited is told, not answered otherwise."""

import dataclasses
import json
import os
import pathlib
import random
import shutil
import zipfile

import h5py
import jsonschema
import keras
import numpy as np
import onnx
import pytest

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.export import h5 as h5_format
from keras_i18n.export import keras_file, onnx_contents
from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.schema import KEYWORDS, metadata_schema, problem
from keras_i18n.models.saving.file_kind import file_kind
from tests.export.sealing import sealed_onnx

FORMATS = ki.export.FORMATS
TEXTS = ["Wake me at six", "明日の朝", ""]


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(3)
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    x = layers.MultilingualEmbedding(tokenizer.vocabulary_size, 8, name="table")(token_ids)
    x = layers.MaskedMean(name="mean")(x, mask=mask)
    network = keras.Model(token_ids, keras.layers.Dense(3, activation="softmax", name="scores")(x))
    network.set_weights([20 * weight for weight in network.get_weights()])  # answers far apart
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=("alarm", "music", "radio"))


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    return ki.export(model, tmp_path_factory.mktemp("whole"))


def copied(folder, name, target):
    path = target / FORMATS[name].file
    source = folder / FORMATS[name].file
    shutil.copytree(source, path) if source.is_dir() else shutil.copy(source, path)
    return path


def with_metadata(name, path, change):
    """Edits the metadata by the means of the format, as somebody with an editor would: no digest is made anew."""
    if name == "saved_model":
        file = path / "assets" / MEMBER
        file.write_text(change(file.read_text()))
    elif name == "onnx":
        model = onnx.load(path)
        (entry,) = model.metadata_props
        entry.value = change(entry.value)
        onnx.save(model, path)
    elif name == "h5":
        with h5py.File(path, "r+") as file:
            told = change(bytes(file[MEMBER][()]).decode())
            del file[MEMBER]
            file.create_dataset(MEMBER, data=np.frombuffer(told.encode(), "uint8"))
    else:
        with zipfile.ZipFile(path) as archive:
            members = {entry: archive.read(entry) for entry in archive.infolist()}
        begin = min(entry.header_offset for entry in members)
        content = path.read_bytes()[:begin]
        path.write_bytes(content)
        with zipfile.ZipFile(path, "a") as archive:
            for entry, data in members.items():
                edited = change(data.decode()).encode() if entry.filename in (MEMBER, "labels.txt") else data
                archive.writestr(entry.filename, edited)


@pytest.mark.parametrize("name", FORMATS)
def test_renamed_labels_are_noticed(folder, tmp_path, name):
    path = copied(folder, name, tmp_path)
    with_metadata(name, path, lambda text: text.replace("alarm", "smoke"))
    with pytest.raises(ValueError, match=rf"(?s){path.name}.*digest"):
        ki.load_exported(path)


@pytest.mark.parametrize("name", FORMATS)
def test_weights_of_another_file_are_noticed(folder, model, tmp_path, name):
    """Each file is whole, and the two do not belong together."""
    other = ki.export(_shifted(model), tmp_path / "other", formats=name) / FORMATS[name].file
    path = copied(folder, name, tmp_path)
    if name == "saved_model":
        shutil.copytree(other / "variables", path / "variables", dirs_exist_ok=True)
    elif name == "onnx":
        one, two = onnx.load(path), onnx.load(other)
        one.graph.CopyFrom(two.graph)
        onnx.save(one, path)
    elif name == "h5":
        with h5py.File(path, "r+") as file, h5py.File(other) as source:
            del file["model_weights"]
            source.copy("model_weights", file)
    else:
        with zipfile.ZipFile(other) as archive:
            told = archive.read(MEMBER).decode()
        with_metadata(name, path, lambda text: told if text.startswith("{") else text)
    with pytest.raises(ValueError, match=rf"(?s){path.name}.*digest"):
        ki.load_exported(path)


def _shifted(model):
    network = keras.models.clone_model(model.network)
    network.set_weights([weight + 1.0 for weight in model.network.get_weights()])
    return ki.TextClassifier(tokenizer=model.tokenizer, network=network, labels=model.labels)


@pytest.mark.parametrize("name", FORMATS)
def test_flipped_bytes_are_refused_or_change_nothing(folder, model, tmp_path, name):
    """`benchmarks/damaged_files.py` does this 10,000 times."""
    expected = model.predict(TEXTS)
    randomly = random.Random(name)
    refused = unnamed = 0
    for _ in range(12):
        path = copied(folder, name, tmp_path)
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
        file = randomly.choice(files)
        content = bytearray(file.read_bytes())
        content[randomly.randrange(len(content))] ^= 1 << randomly.randrange(8)
        file.write_bytes(content)
        try:
            found = ki.load_exported(path).predict(TEXTS)
            np.testing.assert_allclose(found, expected, atol=1e-4)
        except (ValueError, FileNotFoundError) as error:
            refused += str(path) in str(error)
            unnamed += str(path) not in str(error)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert refused >= 6
    assert not unnamed


def resigned(path, change):
    """What somebody can do who edits a .keras file and computes its digests anew."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    told = Metadata.from_json(members.pop(MEMBER).decode(), path)
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(MEMBER, told.sealed(keras_file._content_sha256(archive)).to_json())


def _a_member_more(members):
    members["assets/code.py"] = b"import os"


def _a_lambda(members):
    config = json.loads(members["config.json"])
    config["config"]["layers"].append({"class_name": "Lambda", "module": "keras.layers", "config": {}})
    members["config.json"] = json.dumps(config).encode()


def _a_giant(members):
    members["config.json"] = members["config.json"].replace(b'"units": 3', b'"units": 2000000000')


def _a_link_in_the_weights(members):
    path = pathlib.Path("weights.h5")
    path.write_bytes(members["model.weights.h5"])
    with h5py.File(path, "r+") as file:
        file["more"] = h5py.ExternalLink("/etc/hostname", "x")
    members["model.weights.h5"] = path.read_bytes()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_a_member_more, "no others"),
        (_a_lambda, "Lambda"),
        (_a_giant, "2,000,000,000 units"),
        (_a_link_in_the_weights, "link to another place"),
    ],
)
def test_a_keras_file_that_was_signed_again(folder, tmp_path, monkeypatch, change, told):
    monkeypatch.chdir(tmp_path)
    path = copied(folder, "keras", tmp_path)
    resigned(path, change)
    with pytest.raises(ValueError, match=rf"(?s)model\.keras.*{told}"):
        ki.load_exported(path)


@pytest.mark.parametrize("told", ["link to another place", "kept elsewhere", "packed", "unfold"])
def test_an_h5_file_that_was_signed_again(folder, tmp_path, told):
    path = copied(folder, "h5", tmp_path)
    with h5py.File(path, "r+") as file:
        if told == "link to another place":
            del file[MEMBER]
            file[MEMBER] = h5py.ExternalLink("other.h5", MEMBER)
        elif told == "kept elsewhere":
            file.create_dataset("more", (8,), "uint8", external=[("/etc/hostname", 0, 8)])
        elif told == "packed":
            file.create_dataset("more", data=np.zeros(1 << 20), compression="gzip")
        else:
            file.create_dataset("more", (1 << 33,), "float64")  # no byte of it is on the disk
    content = path.read_bytes()
    path.write_bytes(content + h5_format._MARK + h5_format._sha256(path, len(content)).encode())
    with pytest.raises(ValueError, match=rf"(?s)model\.h5.*{told}"):
        ki.load_exported(path)


def _data_elsewhere(model):
    tensor = next(one for one in model.graph.initializer if one.raw_data)
    onnx.external_data_helper.set_external_data(tensor, "/etc/hostname")
    tensor.ClearField("raw_data")


def _endless(model):
    true = onnx.helper.make_tensor_value_info
    body = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["go"], ["on"])],
        "body",
        [true("round", 7, []), true("go", 9, [])],
        [true("on", 9, [])],
    )
    model.graph.initializer.append(onnx.helper.make_tensor("always", 9, [], [True]))
    model.graph.node.append(onnx.helper.make_node("Loop", ["", "always"], [], name="endless", body=body))


@pytest.mark.parametrize(("change", "told"), [(_data_elsewhere, "another file"), (_endless, "need not end")])
def test_an_onnx_file_that_was_signed_again(folder, tmp_path, change, told):
    path = copied(folder, "onnx", tmp_path)
    sealed_onnx(path, change)
    with pytest.raises(ValueError, match=rf"(?s)model\.onnx.*{told}"):
        ki.load_exported(path)


def test_scores_are_as_many_as_labels(folder, model, tmp_path):
    path = copied(folder, "onnx", tmp_path)
    told = Metadata.from_json(onnx.load(path).metadata_props[0].value, path)
    more = dataclasses.replace(told, labels=(*told.labels, "weather"))
    assert "4 labels" in more.contradiction()
    with pytest.raises(ValueError, match="4 labels"):
        Metadata.from_json(more.to_json(), path)
    # and where no golden example tells
    model_proto = onnx.load(path)
    del model_proto.metadata_props[:]
    content = model_proto.SerializeToString()
    properties = onnx.ModelProto()
    bare = dataclasses.replace(more, golden=()).sealed(onnx_contents.content_sha256(content))
    onnx.helper.set_model_props(properties, {MEMBER: bare.to_json()})
    path.write_bytes(content + properties.SerializeToString())
    with pytest.raises(ValueError, match="each of its 4 labels"):
        ki.load_exported(path).predict(TEXTS)


def test_nan_is_told_on_saving_loading_and_exporting(model, tmp_path):
    network = keras.models.clone_model(model.network)
    network.set_weights([np.full_like(weight, np.nan) for weight in model.network.get_weights()])
    broken = ki.TextClassifier(tokenizer=model.tokenizer, network=network, labels=model.labels)
    with pytest.warns(UserWarning, match="NaN or infinite"):
        broken.save(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match="NaN or infinite"):
        ki.load(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="finite weights"):
        ki.export(broken, tmp_path / "out", formats="onnx")


def metadata_of(folder):
    return json.loads((folder / "saved_model" / "assets" / MEMBER).read_text())


def test_the_schema_is_kept_by_us_and_by_a_library_of_the_standard(folder):
    schema = metadata_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    fields = {field.name for field in dataclasses.fields(Metadata)}
    # only some files have these, and those of earlier versions neither
    some = {"thresholds", "abstain_below", "threads", "target_languages", "max_tokens", "body"}
    assert set(schema["properties"]) == fields == set(schema["required"]) | some
    good = metadata_of(folder)
    jsonschema.validate(good, schema)
    assert problem(good, schema) == ""
    wrong = {
        "labels": [5, [5], "alarm", None],
        "outputs": [None, [], [""]],
        "max_codepoints": [-5, 0, 1 << 40, "9", True],
        "precision": ["float8"],
        "tolerance": [-1, "x"],
        "golden": [[{}], [5], [{"output": ["x"]}], [{"output": [], "codepoints": [-1]}]],
        "label_names": [[], {"sw": 5}],
        "generation": [{"more": 1}, {"states": [{}]}],
        "sha256": ["zz", 5],
        "thresholds": [[], {"sw": 0.5}, {"sw": ["x"]}, {"und": [1.5]}],
        "threads": [0, "two"],
        "max_tokens": [1, "64"],
        "abstain_below": [-0.1, 2, "x"],
        "more": [1],
    }
    for name, values in wrong.items():
        for value in values:
            edited = good | {name: value}
            assert problem(edited, schema), (name, value)
            assert list(jsonschema.Draft202012Validator(schema).iter_errors(edited)), (name, value)
            with pytest.raises(ValueError, match="schema"):
                Metadata.from_json(json.dumps(edited), "x")
    lacking = {name: value for name, value in good.items() if name != "labels"}
    assert "labels" in problem(lacking, schema)
    assert _keywords(schema) <= KEYWORDS


def _keywords(schema):
    found = set(schema)
    for name in ("properties",):
        for rule in schema.get(name, {}).values():
            found |= _keywords(rule)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            found |= _keywords(schema[name])
    return found


def test_metadata_are_json_for_strict_parsers(folder):
    text = (folder / "saved_model" / "assets" / MEMBER).read_text(encoding="ascii")

    def refused(constant):
        raise AssertionError(constant)

    told = json.loads(text, parse_constant=refused)
    json.dumps(told, ensure_ascii=False).encode("utf-8")  # fails at a lone surrogate
    assert any(0xD800 in example["codepoints"] for example in told["golden"])


def test_golden_examples_never_hold_a_users_texts(tmp_path):
    """They come from the embedded sample, whatever a model was trained on."""
    secret = [f"patient {number} has an appointment at noon" for number in range(20)]
    data = ki.datasets.Dataset({"text": secret, "label": ["a", "b"] * 10, "language": ["en"] * 20})
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    network = ki.networks.build("pooling", vocabulary_size=50, num_labels=2, size="tiny")
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=("a", "b"), languages=["en"])
    model.fit(data, trainable="all", epochs=1, verbose=0)
    folder = ki.export(model, tmp_path, formats="h5")
    model.save(tmp_path / "model.keras")
    for file in (folder / "model.h5", tmp_path / "model.keras"):
        content = file.read_bytes()
        assert not [text for text in secret if text.encode() in content or text[:12].encode() in content]


@pytest.mark.parametrize("opener", [ki.load, ki.load_exported])
def test_what_has_no_end_is_not_read(tmp_path, opener):
    for ending in (".keras", ".onnx", ".tflite", ".h5"):
        pipe = tmp_path / f"pipe{ending}"
        os.mkfifo(pipe)
        link = tmp_path / f"zero{ending}"
        link.symlink_to("/dev/zero")
        for path in (pipe, link):
            with pytest.raises(ValueError, match="regular file"):
                opener(path)


def test_each_opener_names_the_other(folder, model, tmp_path):
    model.save(tmp_path / "saved.keras")
    model.network.save(tmp_path / "foreign.keras")
    kinds = {
        tmp_path / "saved.keras": "saved model",
        tmp_path / "foreign.keras": "Keras model",
        folder / "model.keras": "exported file",
        folder / "saved_model": "exported file",
        folder / "model.onnx": "exported file",
    }
    assert {path: file_kind(path) for path in kinds} == kinds
    with pytest.raises(ValueError, match=r"keras_i18n\.load` opens it"):
        ki.load_exported(tmp_path / "saved.keras")
    for file in ("model.keras", "model.onnx"):
        with pytest.raises(ValueError, match=r"keras_i18n\.load_exported` opens it"):
            ki.load(folder / file)
    for opener in (ki.load, ki.load_exported):
        with pytest.raises(ValueError, match=r"keras\.saving\.load_model` opens it"):
            opener(tmp_path / "foreign.keras")


@pytest.mark.parametrize("name", FORMATS)
def test_golden_examples_are_replayed_on_demand(folder, name):
    assert ki.load_exported(folder / FORMATS[name].file, replay=True).labels == ("alarm", "music", "radio")


def test_a_replay_finds_what_a_new_digest_hides(folder, tmp_path):
    path = copied(folder, "onnx", tmp_path)

    def swap(model):
        kernel = next(one for one in model.graph.initializer if list(one.dims) == [8, 3])
        kernel.raw_data = kernel.raw_data[::-1]

    sealed_onnx(path, swap)
    ki.load_exported(path)
    with pytest.raises(ValueError, match="must answer as its metadata says"):
        ki.load_exported(path, replay=True)
