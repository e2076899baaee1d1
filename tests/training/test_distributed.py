"""Replicas and workers end with equal weights, where one process ends; a worker that is killed is told."""

import json
import re
import socket

import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.training import distributed
from tests import fresh_process

SCRIPT = """
import os, sys
import numpy as np
import tensorflow as tf
kind, out, backup = sys.argv[1:4]
if kind == "replicas":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
make = {"alone": lambda: None, "workers": tf.distribute.MultiWorkerMirroredStrategy,
        "replicas": lambda: tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])}
strategy = make[kind]()
import keras
import keras_i18n as ki
from keras_i18n import optimizers, tokenizers
from tests.models.conftest import make_pooling_classifier

train, test = (part.select(languages=["en"]) for part in ki.datasets.sample("assistant"))
train = train[int(os.environ.get("ROWS", 0)) :]
tokenizer = tokenizers.NgramTokenizer(num_buckets=300)
classifier = make_pooling_classifier(tokenizer, train.labels, seed=1 + len(os.environ.get("OTHER_START", "")))
worker = 0 if kind != "workers" else strategy.cluster_resolver.task_id

def kill(epoch, logs):
    if epoch == 1 and worker == 1 and "KILL" in os.environ:
        os._exit(9)

history = classifier.fit(
    train, validation_data=test, trainable="all", epochs=3, batch_size=15, seed=5, verbose=0, strategy=strategy,
    backup_dir=None if backup == "none" else backup, class_weight="balanced",
    optimizer={optimizer}, callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=kill)],
)
np.savez(out, *classifier.network.get_weights(), **history.history)
"""
ADAM = "optimizers.RowwiseAdam(0.05)"


def start(kind, folder, *, worker=0, workers=(), optimizer=ADAM, backup="none", **environment):
    environment = {"CUDA_VISIBLE_DEVICES": "-1", **environment}
    if workers:
        task = {"type": "worker", "index": worker}
        environment["TF_CONFIG"] = json.dumps({"cluster": {"worker": list(workers)}, "task": task})
    arguments = [kind, f"{folder}/{kind}{worker}.npz", str(backup)]
    return fresh_process.FreshProcess(SCRIPT.replace("{optimizer}", optimizer), arguments, environment=environment)


def addresses(count=2):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    found = [f"localhost:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return found


def ended(processes, codes=(0, 0), seconds=150):
    try:
        finished = [process.wait(timeout=seconds) for process in processes]
    finally:
        for process in processes:
            process.kill()
    outputs = [(done.stdout + done.stderr).decode("utf-8", "replace") for done in finished]
    for done, code, output in zip(finished, codes, outputs, strict=False):
        assert done.returncode == code, output[-3000:]
    return outputs


def results(folder, name):
    with np.load(f"{folder}/{name}.npz") as file:
        return {key: file[key] for key in file}


def assert_close(one, other):
    assert sorted(one) == sorted(other)
    for key, values in one.items():
        np.testing.assert_allclose(values, other[key], atol=1e-5, rtol=1e-5, err_msg=key)


@pytest.mark.slow
@pytest.mark.parametrize(
    "optimizer",
    [ADAM, "optimizers.RowwiseAdagrad(0.05, accumulator='row')", "optimizers.RowwiseAdamW(0.05, global_clipnorm=0.1)"],
)
def test_two_replicas_through_fit_end_where_one_device_ends(tmp_path, optimizer):
    ended([start(kind, tmp_path, optimizer=optimizer) for kind in ("alone", "replicas")])
    assert_close(results(tmp_path, "alone0"), results(tmp_path, "replicas0"))


@pytest.mark.slow
def test_two_workers_end_with_equal_weights_where_one_process_ends(tmp_path):
    where = addresses()
    ended(
        [
            start("workers", tmp_path, worker=0, workers=where),
            start("workers", tmp_path, worker=1, workers=where, OTHER_START="1"),
        ]
    )
    ended([start("alone", tmp_path)], (0,))
    one, other = results(tmp_path, "workers0"), results(tmp_path, "workers1")
    assert sorted(one) == sorted(other)
    assert all(np.array_equal(one[key], other[key]) for key in one if key.startswith("arr_"))
    assert_close(results(tmp_path, "alone0"), one)


@pytest.mark.slow
def test_a_killed_worker_is_told_by_the_others_and_a_new_start_goes_on_to_the_same_end(tmp_path):
    where, backup = addresses(), tmp_path / "backup"
    workers = [start("workers", tmp_path, worker=place, workers=where, backup=backup, KILL="1") for place in (0, 1)]
    outputs = ended(workers, (1, 9))
    # a busy machine may still be at the end of the first epoch when the other worker is killed in the second
    assert re.search("A worker of the training no longer answers, in epoch [12]", outputs[0])
    assert not (tmp_path / "workers0.npz").exists()
    written = backup / "training.json"
    done = json.loads(written.read_text())["epoch"] if written.exists() else 0
    assert done <= 1
    where = addresses()
    ended([start("workers", tmp_path, worker=place, workers=where, backup=backup) for place in (0, 1)])
    ended([start("alone", tmp_path)], (0,))
    alone = results(tmp_path, "alone0")
    for place in (0, 1):
        found = results(tmp_path, f"workers{place}")
        assert_close({key: values if key.startswith("arr_") else values[done:] for key, values in alone.items()}, found)
    assert not backup.exists()


@pytest.mark.slow
def test_workers_with_other_data_are_told_before_they_train(tmp_path):
    where = addresses()
    workers = [start("workers", tmp_path, worker=place, workers=where, ROWS=str(9 * place)) for place in (0, 1)]
    outputs = ended(workers, (1, 1))
    for output, who in zip(outputs, ("another", "this"), strict=True):
        assert "The workers of a training must do the same" in output
        assert f"Received: other data or options in {who} worker. Nothing was trained." in output
    assert not list(tmp_path.iterdir())


def test_a_worker_that_is_gone_is_named():
    lost = tf.errors.UnavailableError(None, None, "/job:worker/replica:0/task:1: connection refused")
    assert "no longer answers, in epoch 3 (the runtime names worker 1)" in distributed._lost(lost, 2)


def test_distributed_without_a_strategy_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {"worker": ["a:1", "b:1"]}}))
    with pytest.raises(ValueError, match="TF_CONFIG names 2 workers, so `strategy` must be given"):
        distributed.check_strategy(None)
