"""A cluster of two nodes: a worker is killed and a node goes away, and each row has its answer once."""

import os
import signal
import threading
import time

import pytest

import keras_i18n as ki
from keras_i18n import bulk

pq = pytest.importorskip("pyarrow.parquet")
ray = pytest.importorskip("ray")
psutil = pytest.importorskip("psutil")


@pytest.fixture
def cluster(monkeypatch):
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield found
    ray.shutdown()
    found.shutdown()


def worker_processes():
    return [one for one in psutil.process_iter(["cmdline"]) if "ShardWorker" in " ".join(one.info["cmdline"] or ())]


def wait_until(there, seconds=240):
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "waited for nothing"
        time.sleep(0.05)


def test_each_row_has_its_answer_once(cluster, model_file, classifier, texts, tmp_path):
    data = ki.datasets.concatenate(*[texts] * 3)
    data.to_file(tmp_path / "a.parquet")
    node = cluster.add_node(num_cpus=1)
    output, done = tmp_path / "out", []

    def harm():
        wait_until(lambda: len(list(output.glob("part-*"))) >= 2)
        victims = worker_processes()
        os.kill(victims[0].pid, signal.SIGKILL)
        done.append(len(victims))
        cluster.remove_node(node)

    told = []
    harming = threading.Thread(target=harm)
    harming.start()
    report = bulk.predict(
        model_file, tmp_path / "a.parquet", output, shard_rows=100, cluster=cluster.address, progress=told.append
    )
    harming.join()
    assert done
    assert done[0] >= 1
    assert (report.rows, report.failures) == (len(data), ())
    found = pq.read_table(output).to_pydict()
    assert found["text"] == list(data.text)
    assert found["predicted"] == [one.label for one in classifier.classify(list(texts.text))] * 3
    assert told[-1].done == len(data)


def test_a_cluster_that_is_not_there(model_file, tmp_path):
    (tmp_path / "a.tsv").write_text("text\na\n", encoding="utf-8")
    with pytest.raises(ConnectionError, match="`cluster` must be 'local', 'auto' or the address"):
        bulk.predict(model_file, tmp_path / "a.tsv", tmp_path / "out", cluster="auto")
    assert not (tmp_path / "out").exists()
