"""Workers that were forked after TensorFlow had started are told so at once; what needs no TensorFlow goes on in them."""

import json
import os
import subprocess
import sys

import pytest

# One process for all cases: it starts TensorFlow, forks a worker for each, and tells what became of it.
_SCRIPT = """
import json, os, pathlib, sys, time
import numpy as np
import keras
import keras_i18n as ki
from keras_i18n.models.heads import building as heads
from keras_i18n.networks import building
from keras_i18n.tokenizers import NgramTokenizer
from tests.models.test_language_model import model_of

folder = pathlib.Path(sys.argv[1])
image = keras.Input((4, 4, 1))
scores = keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(image))
images = ki.models.ImageClassifier(keras.Model(image, scores), ["a", "b", "c"])
tokenizer = NgramTokenizer(num_buckets=50, compose=False)
network = ki.networks.pooling(vocabulary_size=50, num_labels=3, size="tiny")
classifier = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b", "c"])
classifier.save(folder / "saved.keras")
language_model = model_of("gru")
ki.export(classifier, folder)
runners = {name: ki.load_exported(folder / row.file) for name, row in ki.export.FORMATS.items()}
train = ki.datasets.Dataset({"text": ["x", "y"], "language": ["en", "en"], "label": ["a", "b"]})
networks = sorted(building.NETWORKS)
other_networks = {
    "language_model": lambda: ki.networks.language_model(50, size="tiny"),
    "universal_sentence_encoder": lambda: ki.networks.universal_sentence_encoder(
        vocabulary_size=50, dim=8, ngram_dim=8, hidden_dim=8
    ),
    "sentence_transformer": lambda: ki.networks.sentence_transformer(
        vocabulary_size=50, dim=8, num_heads=2, num_layers=1, hidden_dim=8
    ),
    "copy_network": lambda: ki.networks.copy_network(network),
    "padded_with_zero": lambda: ki.networks.padded_with_zero(network),
    "next_token_step": lambda: ki.networks.next_token_step(language_model.network),
    "head": lambda: heads.build_head("mlp", 8, 3),
    "identifier": lambda: ki.models.LanguageIdentifier.create(["en", "sw"], num_buckets=100, compose=False),
}
questions = {
    "predict": lambda: classifier.predict(["x"]),
    "fit": lambda: classifier.fit(train, trainable="all", epochs=1, verbose=0),
    "suggest": lambda: language_model.suggest("x"),
    "log_probability": lambda: language_model.log_probability(["x"]),
    "images": lambda: images.predict(np.zeros((1, 4, 4, 1))),
    "load": lambda: ki.load(folder / "saved.keras"),
    "load_exported": lambda: ki.load_exported(folder / "model.h5"),
    "to_keras": classifier.to_keras,
    "tokenize": lambda: tokenizer.tokenize(["x"]),
    **{name: lambda runner=runner: runner.predict(["x"]) for name, runner in runners.items()},
    **{
        f"network {name}": lambda name=name: ki.networks.build(name, vocabulary_size=50, num_labels=3, size="tiny")
        for name in networks
    },
    **{f"network {name}": made for name, made in other_networks.items()},
}
for name in ("predict", "suggest", "saved_model", "tflite", "onnx"):
    questions[name]()


def answer(question):
    reading, writing = os.pipe()
    worker = os.fork()
    if not worker:
        try:
            question()
            os.write(writing, b"answered")
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writing)
    for _ in range(100):
        if os.waitpid(worker, os.WNOHANG)[0]:
            return os.read(reading, 1000).decode()
        time.sleep(0.1)
    os.kill(worker, 9)
    os.waitpid(worker, 0)
    return "hangs"


print(json.dumps({name: answer(question) for name, question in questions.items()}))
"""
WITHOUT_TENSORFLOW = ("tokenize", "tflite", "onnx")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_worker_answers_or_tells_what_to_do(tmp_path):
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", _SCRIPT, str(tmp_path)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-2000:]
    answers = json.loads(ran.stdout.splitlines()[-1])
    assert len(answers) == 14 + 6 + 8
    for name, answer in answers.items():
        if name in WITHOUT_TENSORFLOW:
            assert answer == "answered", name
        else:
            assert answer.startswith("ForkedWorkerError: TensorFlow must be started"), (name, answer)
            assert "spawn" in answer
