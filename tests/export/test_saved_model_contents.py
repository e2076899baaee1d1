"""A SavedModel is a program: what is in it is looked through before any of it runs."""

import pathlib
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.export import saved_model_contents as contents
from keras_i18n.export import saved_model_operators as operators
from keras_i18n.export.metadata import MEMBER

TOKENIZER = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The SavedModel of a small encoder."""
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    x = layers.MultilingualEmbedding(TOKENIZER.vocabulary_size, 4, name="table")(token_ids)
    network = keras.Model(token_ids, layers.MaskedMean(name="mean")(x, mask=mask))
    encoder = ki.TextEncoder(tokenizer=TOKENIZER, network=network)
    return ki.export(encoder, tmp_path_factory.mktemp("whole"), formats="saved_model") / "saved_model"


def metadata_of(folder):
    return folder / "assets" / MEMBER


def saved_again(folder, path, serve, **parts):
    """A SavedModel with the metadata of a good one and another function: what an attacker hands over."""
    module = tf.Module()
    module.metadata = tf.saved_model.Asset(str(metadata_of(folder)))
    for name, part in parts.items():
        setattr(module, name, part)
    spec = tf.TensorSpec([None, None], tf.int32, name="codepoints")
    module.serve = tf.function(serve, input_signature=[spec])
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.serve})
    return path


def vectors(codepoints):
    return tf.zeros([tf.shape(codepoints)[0], 4])


class _WritesWhenLoaded(tf.saved_model.experimental.TrackableResource):
    def __init__(self, target):
        super().__init__()
        self.target = str(target)
        _ = self.resource_handle

    def _create_resource(self):
        return tf.raw_ops.HashTableV2(key_dtype=tf.int64, value_dtype=tf.int64)

    def _initialize(self):
        tf.io.write_file(self.target, "written while loading")


def test_an_initializer_that_writes_is_refused_before_it_runs(folder, tmp_path):
    target = tmp_path / "written"
    resource = _WritesWhenLoaded(target)

    def serve(codepoints):
        resource.resource_handle  # noqa: B018  (captured, so that it is saved)
        return {"vector": vectors(codepoints)}

    path = saved_again(folder, tmp_path / "tampered", serve, resource=resource)
    target.unlink(missing_ok=True)
    tf.saved_model.load(str(path))
    assert target.exists(), "the attack is real: TensorFlow itself runs it"
    target.unlink()
    with pytest.raises(ValueError, match=r"(?s)tampered.*not loaded"):
        ki.load_exported(path)
    assert not target.exists()


def _reads(codepoints):
    secret = tf.strings.length(tf.io.read_file("/etc/hostname"))
    return {"vector": vectors(codepoints) + tf.cast(secret, tf.float32)}


def _writes(codepoints):
    with tf.control_dependencies([tf.io.write_file("/tmp/never", "x")]):
        return {"vector": vectors(codepoints)}


def _runs_python(codepoints):
    return {"vector": tf.py_function(lambda value: value, [vectors(codepoints)], tf.float32)}


def _prints(codepoints):
    tf.print("hello")
    return {"vector": vectors(codepoints)}


def _loops_for_ever(codepoints):
    return {"vector": tf.while_loop(lambda x: tf.reduce_all(x < 1.0), lambda x: (x * 1.0,), [vectors(codepoints)])[0]}


def _counts_down(codepoints):
    _place, found = tf.while_loop(lambda i, x: i < 5, lambda i, x: (i - 1, x + 1.0), [0, vectors(codepoints)])
    return {"vector": found}


def _counts_far(codepoints):
    _place, found = tf.while_loop(lambda i, x: i < 2**31 - 1, lambda i, x: (i + 1, x), [0, vectors(codepoints)])
    return {"vector": found}


def _unfolds(codepoints):
    return {"vector": vectors(codepoints) + tf.reduce_sum(tf.constant(0.5, shape=[1 << 28]))}


ATTACKS = {
    "ReadFile": _reads,
    "WriteFile": _writes,
    "PyFunc": _runs_python,
    "PrintV2": _prints,
    "a loop that need not end": _loops_for_ever,
    "need not end": _counts_down,
    "loop that need not": _counts_far,
    "unfolds to": _unfolds,
}


@pytest.mark.parametrize("told", ATTACKS)
def test_a_graph_that_does_more_than_compute(folder, tmp_path, told):
    path = saved_again(folder, tmp_path / "tampered", ATTACKS[told])
    with pytest.raises(ValueError, match=f"(?s)tampered.*{told}"):
        ki.load_exported(path)


def edited(folder, path, change):
    """A copy whose graph was changed byte for byte, not by TensorFlow."""
    shutil.copytree(folder, path)
    model = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
    change(model)
    (path / "saved_model.pb").write_bytes(model.SerializeToString())
    return path


def _functions(model):
    return {one.signature.name: one for one in model.meta_graphs[0].graph_def.library.function}


def _calls_the_saver(model):
    functions = _functions(model)
    saver = next(name for name in functions if "traced_save" in name)
    wrapper = next(one for name, one in functions.items() if "signature_wrapper" in name)
    call = next(node for node in wrapper.node_def if node.op == "StatefulPartitionedCall")
    call.attr["f"].func.name = saver


def _offers_the_saver(model):
    saver = next(name for name in _functions(model) if "traced_save" in name)
    node = next(one for one in model.meta_graphs[0].object_graph_def.nodes if one.HasField("bare_concrete_function"))
    node.bare_concrete_function.concrete_function_name = saver


def _two_graphs(model):
    model.meta_graphs.add().CopyFrom(model.meta_graphs[0])


def _the_old_way(model):
    model.meta_graphs[0].ClearField("object_graph_def")


def _a_file_far_away(model):
    model.meta_graphs[0].asset_file_def[0].filename = "../../../../etc/hostname"


def _runs_at_start(model):
    node = next(node for node in model.meta_graphs[0].graph_def.node if node.op == "StatefulPartitionedCall")
    model.meta_graphs[0].collection_def["saved_model_main_op"].node_list.value[:] = [node.name]


def _hidden_in_the_graph(model):
    node = model.meta_graphs[0].graph_def.node.add()
    node.name, node.op = "extra", "ReadFile"


def _calls_itself(model):
    wrapper = next(one for name, one in _functions(model).items() if "signature_wrapper" in name)
    call = next(node for node in wrapper.node_def if node.op == "StatefulPartitionedCall")
    call.attr["f"].func.name = wrapper.signature.name


def _calls_what_is_not_there(model):
    wrapper = next(one for name, one in _functions(model).items() if "signature_wrapper" in name)
    call = next(node for node in wrapper.node_def if node.op == "StatefulPartitionedCall")
    call.attr["f"].func.name = "WriteFile"


def _vast_weights(model):
    node = next(one for one in model.meta_graphs[0].object_graph_def.nodes if one.HasField("variable"))
    node.variable.shape.dim[0].size = 1 << 40


def _another_kind_of_object(model):
    model.meta_graphs[0].object_graph_def.nodes[0].user_object.identifier = "optimizer"


EDITS = {
    "read and write weights": _calls_the_saver,
    "as functions of the model": _offers_the_saver,
    "2 graphs": _two_graphs,
    "without a description": _the_old_way,
    "assets": _a_file_far_away,
    "initializer": _runs_at_start,
    "ReadFile": _hidden_in_the_graph,
    "calls itself": _calls_itself,
    "not in the file": _calls_what_is_not_there,
    "are in the file": _vast_weights,
    "optimizer": _another_kind_of_object,
}


@pytest.mark.parametrize("told", EDITS)
def test_an_edited_graph(folder, tmp_path, told):
    path = edited(folder, tmp_path / "tampered", EDITS[told])
    with pytest.raises(ValueError, match=f"(?s)tampered.*{told}"):
        contents.check(path, MEMBER)
    with pytest.raises(ValueError, match="tampered"):
        ki.load_exported(path)


def _a_link(path):
    (path / "assets" / MEMBER).unlink()
    (path / "assets" / MEMBER).symlink_to("/etc/hostname")


def _more_files(path):
    (path / "assets" / "more").write_text("x")


def _the_text_form(path):
    (path / "saved_model.pbtxt").write_text("")


def _no_weights(path):
    (path / "variables" / "variables.index").unlink()


@pytest.mark.parametrize(
    ("told", "change"),
    [("link", _a_link), ("unknown member", _more_files), ("pbtxt", _the_text_form), ("without", _no_weights)],
)
def test_a_folder_that_holds_something_else(folder, tmp_path, told, change):
    path = tmp_path / "tampered"
    shutil.copytree(folder, path)
    change(path)
    with pytest.raises(ValueError, match=f"(?s)tampered.*{told}"):
        contents.check(path, MEMBER)


def test_every_operator_on_the_list_is_known_and_keeps_no_state():
    from tensorflow.python.framework import op_def_registry

    for name in operators.PURE - operators.CALLS:
        definition = op_def_registry.get(name)
        assert definition is not None, name
        # a weight is a state, which is read only; what TensorFlow calls stateful has an effect beside its result
        assert not definition.is_stateful or name in ("ReadVariableOp", "ResourceGather", "ResourceGatherNd"), name


def _branches(token_ids):
    """Many of Keras' own layers, which users put into their networks, side by side."""
    x = keras.layers.Embedding(52, 6)(keras.ops.maximum(token_ids, 0) + 1)
    normal = keras.layers.LayerNormalization()(keras.layers.BatchNormalization()(x))
    yield keras.layers.Bidirectional(keras.layers.LSTM(3))(normal)
    yield keras.layers.GRU(3)(x)
    yield layers.Bidirectional(layers.GRU(3))(x)
    yield keras.layers.GlobalMaxPooling1D()(keras.layers.Conv1D(4, 3, padding="same", activation="gelu")(x))
    yield keras.layers.GlobalAveragePooling1D()(keras.layers.SeparableConv1D(4, 3, padding="same")(normal))
    yield keras.layers.GlobalMaxPooling1D()(keras.layers.MultiHeadAttention(2, 3)(x, x))
    for activation in ("selu", "silu", "softplus", "leaky_relu", "hard_sigmoid", "mish", "elu"):
        yield keras.layers.GlobalMaxPooling1D()(keras.layers.Dense(2, activation=activation)(x))


def test_networks_of_keras_own_layers_leave_and_return(tmp_path, monkeypatch):
    # without masks these layers read padding, for which a model is refused; here their operators are what counts
    monkeypatch.setattr(ki.TextEncoder, "check_network", lambda model: None)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    x = keras.layers.Concatenate()(list(_branches(token_ids)))
    network = keras.Model(token_ids, keras.layers.Dense(2, activation="softmax")(x))
    model = ki.TextEncoder(tokenizer=TOKENIZER, network=network)
    folder = ki.export(model, tmp_path, formats="saved_model")
    runner = ki.load_exported(folder / "saved_model")
    assert "TensorListReserve" in runner.operators
    np.testing.assert_allclose(runner.predict(["Grüße"]), model.predict(["Grüße"]), atol=1e-5)


class _AsString(keras.layers.Layer):
    def call(self, x):
        return tf.cast(tf.strings.length(tf.strings.as_string(x)), "float32")


def test_what_could_not_be_opened_is_not_written(tmp_path):
    from keras_i18n.export import saved_model
    from keras_i18n.export.exportable import Exportable
    from keras_i18n.export.metadata import Metadata

    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    exported = Exportable(
        keras.Model(codepoints, _AsString()(codepoints)), Metadata(task="text-embedding", outputs=("vector",))
    )
    with pytest.raises(ValueError, match=r"AsString.*other `formats`"):
        saved_model.save(exported, pathlib.Path(tmp_path) / "saved_model")
