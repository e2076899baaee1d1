"""A translator of this package beside CTranslate2, an engine in C++ for Transformers, which runs the very same weights.

The model has a decoder of attention, which is what that engine knows. Both get text and give text, CTranslate2 with the
sentencepiece library and the model's own vocabulary before and behind it; both have one thread, and each runs in a process of
its own, whose CPU time is told. `pip install ctranslate2` first.

    python translation.py train attention.keras --minutes 14 --hidden 512 --decoder-layers 2 --decoder attention
    python translation_engine.py attention.keras
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import numpy as np
import results_file
from translation import pairs

OURS = ("LiteRT", "ONNX Runtime", "LiteRT, int8", "ONNX Runtime, int8", "Keras")
THEIRS = ("CTranslate2", "CTranslate2, int8")
BATCH = 64  # sentences that CTranslate2 gets at once in bulk


def ours(name, folder):
    """One text -> its translation, and many -> theirs."""
    import keras_i18n as ki

    if name == "Keras":
        return ki.load(folder / "model.keras").translate
    precision = "int8" if name.endswith("int8") else "float32"
    return ki.load_exported(
        folder / precision / ("model.tflite" if name.startswith("LiteRT") else "model.onnx")
    ).translate


def theirs(name, folder):
    import ctranslate2
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "pieces.model"))
    computed = "int8" if name.endswith("int8") else "float32"
    engine = ctranslate2.Translator(str(folder / "engine"), intra_threads=1, inter_threads=1, compute_type=computed)

    def translate(texts):
        cut = [[*tokens, "</s>"] for tokens in pieces.encode(list(texts), out_type=str)]
        given = engine.translate_batch(cut, beam_size=1, max_batch_size=BATCH)
        return [pieces.decode(one.hypotheses[0]) for one in given]

    return translate


def prepare(path, folder):
    """The exported files, and the same weights as CTranslate2 has them."""
    import keras_i18n as ki

    model = ki.load(path)
    model.save(folder / "model.keras")
    for precision in ("float32", "int8"):
        ki.export(model, folder / precision, target="edge", formats=["tflite", "onnx"], precision=precision)
    (folder / "pieces.model").write_bytes(model.tokenizer.model_bytes)
    (folder / "engine").mkdir()
    engine_of(model).save(str(folder / "engine"))


def engine_of(model):
    """CTranslate2's description of the network. Its kernels lie transposed."""
    from ctranslate2.specs import transformer_spec

    from keras_i18n import layers

    weights = {weight.path: weight.numpy() for weight in model.network.weights}
    names = {path.split("/")[0] for path in weights}
    blocks = [sum(f"{side}_{number}" in names for number in range(1, 99)) for side in ("encoder", "decoder")]
    heads = model.network.get_layer("encoder_1").num_heads
    spec = transformer_spec.TransformerSpec.from_config(tuple(blocks), heads, pre_norm=True)

    def dense(one, name):
        one.weight, one.bias = np.ascontiguousarray(weights[f"{name}/kernel"].T), weights[f"{name}/bias"]

    def norm(one, name):
        one.gamma, one.beta = weights[f"{name}/gamma"], weights[f"{name}/beta"]

    table = next(array for path, array in weights.items() if path.startswith("embedding/"))
    places = layers.PositionEmbedding(kind="sinusoidal")(np.zeros((1, 512, table.shape[1]), "float32"))
    for side in (spec.encoder, spec.decoder):
        side.position_encodings.encodings = np.array(places)[0]
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = table
    spec.decoder.projection.weight = table
    norm(spec.encoder.layer_norm, "memory")
    norm(spec.decoder.layer_norm, "decoder_norm")
    for number, layer in enumerate(spec.encoder.layer, 1):
        name = f"encoder_{number}"
        norm(layer.self_attention.layer_norm, f"{name}/attention_norm")
        dense(layer.self_attention.linear[0], f"{name}/queries_keys_values")
        dense(layer.self_attention.linear[1], f"{name}/attended")
        norm(layer.ffn.layer_norm, f"{name}/output_norm")
        dense(layer.ffn.linear_0, f"{name}/hidden")
        dense(layer.ffn.linear_1, f"{name}/output")
    for number, layer in enumerate(spec.decoder.layer, 1):
        name = f"decoder_{number}"
        norm(layer.self_attention.layer_norm, f"{name}/written_norm")
        own = [f"{name}/attention/{part}" for part in ("queries", "keys_values")]
        joined = [np.concatenate([weights[f"{one}/{kind}"] for one in own], axis=-1) for kind in ("kernel", "bias")]
        layer.self_attention.linear[0].weight = np.ascontiguousarray(joined[0].T)
        layer.self_attention.linear[0].bias = joined[1]
        dense(layer.self_attention.linear[1], f"{name}/attention/attended")
        norm(layer.attention.layer_norm, f"{name}/source_norm")
        for place, part in enumerate(("queries", "keys_values", "attended")):
            dense(layer.attention.linear[place], f"{name}/source/{part}")
        norm(layer.ffn.layer_norm, f"{name}/output_norm")
        dense(layer.ffn.linear_0, f"{name}/hidden")
        dense(layer.ffn.linear_1, f"{name}/output")
    tokenizer = model.tokenizer
    pieces = list(tokenizer.model.pieces)
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.bos_token = spec.config.decoder_start_token = pieces[tokenizer.begin_id]
    spec.config.eos_token, spec.config.unk_token = pieces[tokenizer.end_id], pieces[tokenizer.unknown_id]
    spec.validate()
    spec.optimize(quantization=None)
    return spec


def child(name, folder, count):
    """What one engine takes, on standard output as JSON."""
    translate = (ours if name in OURS else theirs)(name, folder)
    texts = pairs("test_2016_flickr", "en", "de").source
    by_length = {"1 to 9": [], "10 to 14": [], "15 and more": []}
    for text in texts:
        words = len(text.split())
        by_length["1 to 9" if words < 10 else "10 to 14" if words < 15 else "15 and more"].append(text)
    told = {}
    translate(texts[:2])
    for words, group in by_length.items() if name != "Keras" else ():
        seconds = []
        for text in group[:count]:
            translate([text])
            began = time.process_time()
            translate([text])
            seconds.append(time.process_time() - began)
        told[words] = round(1e3 * statistics.median(seconds), 2)
    began = time.process_time()
    found = translate(texts)
    told["sentences a second of one thread, in bulk"] = round(len(texts) / (time.process_time() - began), 1)
    print(json.dumps({"told": told, "translations": found}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "model", type=pathlib.Path, help="a .keras file, English to German, with a decoder of attention"
    )
    parser.add_argument("--sentences", type=int, default=40, help="of each length")
    parser.add_argument("--engine", choices=OURS + THEIRS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.engine:
        return child(options.engine, options.model, options.sentences)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(options.model, folder)
        figures = {"rows": {}}
        for engine in (*THEIRS, *OURS):
            command = [sys.executable, __file__, str(folder), "--engine", engine, "--sentences", str(options.sentences)]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            row = json.loads(output.splitlines()[-1])
            figures["rows"][engine], found = row["told"], row["translations"]
            if engine == THEIRS[0]:
                expected = found
            same = sum(one == other for one, other in zip(found, expected, strict=True))
            figures["rows"][engine]["translations as CTranslate2 has them, of 1,000"] = same
            print(engine, figures["rows"][engine], flush=True)
    results_file.write("translation_engine", figures)


if __name__ == "__main__":
    main()
