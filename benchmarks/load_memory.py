"""What it takes to open a saved classifier of 280 MB, in a fresh process each: seconds, and memory above the imports.

Beside it: Keras itself opening the .keras export of the same model, which holds the same weights.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import open_data
import results_file

# each prints seconds, the peak before and the peak after, in MiB
_OPENED = """
import pathlib, time
import keras_i18n as ki
import keras, tensorflow
from keras_i18n import layers, models
def peak():
    line = next(x for x in pathlib.Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
before, begin = peak(), time.perf_counter()
model = {call}
print(time.perf_counter() - begin, before, peak())
"""
WAYS = {
    "keras_i18n, ki.load": ("assistant.keras", "ki.load({path!r})"),
    "Keras, its export": ("model.keras", "keras.models.load_model({path!r}, compile=False)"),
}


def measured(call):
    """(seconds, MiB of the imports, MiB above them) of one process."""
    found = subprocess.run(
        [sys.executable, "-c", _OPENED.replace("{call}", call)],
        capture_output=True,
        text=True,
        check=True,
        cwd=open_data.REPOSITORY,
    )
    seconds, before, after = map(float, found.stdout.split())
    return seconds, before, after - before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="processes of each; the median counts")
    arguments = parser.parse_args()
    import keras_i18n as ki

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=["a", "b"], head="linear")
        classifier.save(pathlib.Path(folder) / "assistant.keras")
        ki.export(classifier, folder, formats=["keras"])
        for name, (file, call) in WAYS.items():
            call = call.format(path=str(pathlib.Path(folder) / file))
            runs = sorted(measured(call) for _ in range(arguments.repeats))
            seconds, imports, above = runs[len(runs) // 2]
            rows.append({"way": name, "seconds": seconds, "MiB of imports": imports, "MiB above": above})
            print(f"{name:24} {seconds:6.1f} s   {imports:6.0f} MiB of imports, {above:6.0f} MiB above them")
    results_file.write("load_memory", rows)


if __name__ == "__main__":
    main()
