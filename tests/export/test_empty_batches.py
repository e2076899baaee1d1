"""No text in, no answer out: the raw inputs of a file with no row, in every format and for every kind of tokenizer."""

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.tokenizers import CharacterTokenizer, NgramTokenizer, train_unigram
from tests.models.test_language_model import model_of

KINDS = {
    "n-grams": (lambda: NgramTokenizer(num_buckets=50, compose=False), [(0,), (0,)]),
    "pieces": (
        lambda: train_unigram(["to be or not to be"] * 9, vocabulary_size=14, normalizer="identity"),
        [(0,), (0,)],
    ),
    "characters": (lambda: CharacterTokenizer("abc"), [(0,), (0,)]),
    "language model": (lambda: model_of("gru"), [(0, None), (0, 1), (0, 16)]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_nothing_out(kind, tmp_path):
    make, shapes = KINDS[kind]
    folder = ki.export(make(), tmp_path, formats=["keras", "tflite", "onnx"])
    for file in ("model.keras", "model.tflite", "model.onnx"):
        runner = ki.load_exported(folder / file)
        inputs = {"codepoints": np.zeros((0, 4), "int32")}
        if runner.metadata.generation:
            states = runner.metadata.generation["states"]
            inputs |= {one["input"]: np.full((0, one["size"]), one["first"], one["dtype"]) for one in states}
            inputs["token_ids"] = np.full((0, 1), -1, "int32")
        found = runner._run(**inputs)
        assert [output.shape[0] for output in found] == [0] * len(shapes)
        for output, shape in zip(found, shapes, strict=True):
            assert all(size in (None, got) for size, got in zip(shape, output.shape, strict=False))
