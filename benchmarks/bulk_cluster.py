"""A million texts through a classifier on a Ray cluster of two nodes, while a worker is killed and a node goes away.

The texts are SIB-200's dev sentences of all languages, again and again, each with a number of its own. Counted are the
rows that came out, those that came twice, those that are not there and those whose label is another one than in a run of
this process alone on the distinct texts. Then fewer texts on two nodes of a core each without any harm, and on one; and
the memory of the workers when a quarter of the shards is done and near the end.

    pip install -c constraints.txt '.[cluster]'
    python benchmarks/bulk_cluster.py --rows 1000000
"""

import argparse
import os
import pathlib
import signal
import tempfile
import threading
import time

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import numpy as np
import open_data
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import ray
import results_file
from ray.cluster_utils import Cluster

import keras_i18n as ki

SHARD_ROWS = 20_000


def classifier(path):
    """English labels train it; what it answers elsewhere is of no interest here."""
    rows = open_data.by_language("sib200/train.tsv.xz")["en"]
    data = ki.datasets.from_lists([row["text"] for row in rows], [row["label"] for row in rows], language="en")
    model = ki.TextClassifier.from_scratch(data.labels, num_buckets=20_000)
    model.fit(data, verbose=0)
    model.save(path / "model.keras")
    return ki.export(model, path / "exported", formats=["tflite"]) / "model.tflite"


def write_texts(path, texts, rows):
    with pq.ParquetWriter(path, pa.schema([("id", pa.int64()), ("text", pa.string())])) as writer:
        for start in range(0, rows, 100_000):
            numbers = np.arange(start, min(start + 100_000, rows))
            writer.write_table(pa.table({"id": numbers, "text": [texts[number % len(texts)] for number in numbers]}))


def workers():
    found = psutil.process_iter(["cmdline"])
    return [one for one in found if "ShardWorker" in " ".join(one.info["cmdline"] or ())]


def megabytes():
    return sum(one.memory_info().rss for one in workers()) / 1e6


def run(model, data, output, nodes, *, harm=False, rows):
    """Seconds between the first and the last file of answers, and what happened on the way."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    added = [cluster.add_node(num_cpus=1) for _ in range(nodes - 1)]
    shards, told = -(-rows // SHARD_ROWS), {"nodes": nodes}

    def watch():
        done = lambda: len(list(output.glob("part-*")))  # noqa: E731
        marks = {shards // 4: "megabytes of workers, a quarter", shards * 9 // 10: "megabytes of workers, near the end"}
        first = None
        while done() < shards:
            count = done()
            if count and first is None:
                first = time.monotonic(), count
            for mark, name in marks.items():
                if count >= mark and name not in told:
                    told[name] = round(megabytes())
            if harm and count >= shards // 3 and "killed" not in told:
                told["killed"] = len(workers())
                os.kill(workers()[0].pid, signal.SIGKILL)
            if harm and count >= shards // 2 and added:
                cluster.remove_node(added.pop())
                told["node removed after shards"] = count
            time.sleep(0.05)
        told["texts a second"] = round(SHARD_ROWS * (shards - first[1]) / (time.monotonic() - first[0]))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    report = ki.bulk.predict(
        model, data, output, columns=["id"], cluster=cluster.address, shard_rows=SHARD_ROWS, progress=True
    )
    watching.join(5)
    ray.shutdown()
    cluster.shutdown()
    return told | {"seconds": round(report.seconds, 1), "failures": len(report.failures)}


def compared(output, expected, rows):
    found = pq.read_table(output)
    ids = found["id"].to_numpy()
    labels = np.array(found["predicted"].to_pylist())
    counts = np.bincount(ids, minlength=rows)
    return {
        "rows in": rows,
        "rows out": len(ids),
        "twice": int((counts > 1).sum()),
        "missing": int((counts == 0).sum()),
        "in the order of the input": bool((ids == np.arange(rows)).all()),
        "other labels than alone": int((labels != expected[ids % len(expected)]).sum()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--compared-rows", type=int, default=200_000, help="of the runs without harm")
    options = parser.parse_args()
    texts = [row["text"] for rows in open_data.by_language("sib200/dev.tsv.xz").values() for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        model = classifier(path)
        alone = ki.load_exported(model)
        expected = np.array([one.label for one in alone.classify(texts)])
        figures = {"distinct texts": len(texts), "processors": os.cpu_count(), "ray": ray.__version__}
        few, many = options.compared_rows, options.rows
        for name, nodes, harm, rows in (
            ("two nodes, harmed", 2, True, many),
            ("two nodes", 2, False, few),
            ("one node", 1, False, few),
        ):
            data, output = path / f"{rows}.parquet", path / name.replace(" ", "-")
            if not data.exists():
                write_texts(data, texts, rows)
            told = run(model, data, output, nodes, harm=harm, rows=rows)
            figures[name] = told | compared(output, expected, rows)
            print(name, figures[name], flush=True)
    results_file.write("bulk_cluster", figures)


if __name__ == "__main__":
    main()
