"""Makes the weights of the preset `universal` from what pip and npm install and from the open data of the benchmarks.

    pip install -c constraints.txt '.[presets,onnx,words]' numba
    npm install --ignore-scripts cldr-annotations-full cldr-annotations-derived-full cldr-localenames-full
    apt-get install icu-devtools
    PYTHONPATH=benchmarks python recipes/universal --cldr node_modules --folder build/universal --minutes 25

About an hour and a half on two cores, half of it the teachers'; a run that was killed goes on from what they have read.
After `python benchmarks/universal_encoder.py`, `--claim` leaves the languages that it read badly (below 45 %) out of those
that the file names. `sources.py` lists the texts with their licences; INPUTS.json in the folder gets their digests. With `--without-sib` no text of SIB-200 is
seen. The training stops by the clock, and its threads write into rows at once, so that another run makes another file; with
`--steps` it stops by their number and one thread writes: the same seed gives the same file. The file that the package ships was made by
these steps one by one, before they stood in one command, of 253,000 phrases and 20 minutes of training; how far a run of
the command comes from it has not been measured.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numba
import numpy as np
import packing
import phrases
import results_file
import rich.progress
import sources
import teachers
import training

from keras_i18n import TextEncoder, networks
from keras_i18n.models.presets import universal
from keras_i18n.transfer import LinearBridge

_NUM_ROWS = 750_000
_AFTER = 0.15  # of the minutes, for the layers above the rows alone
_BRIDGED = {"sentence": 9000, "word": 16_000}  # texts that both teachers read, to fit the bridges


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cldr", type=pathlib.Path, default="node_modules", help="where npm put the packages of CLDR")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("build/universal"))
    parser.add_argument("--minutes", type=float, default=25.0, help="of training")
    parser.add_argument("--steps", type=int, help="of training, in place of the minutes: the same on each machine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--phrases", type=int, default=250_000, help="of frequent words, for the teacher to read")
    parser.add_argument("--rows", type=int, default=_NUM_ROWS, help="of n-grams")
    parser.add_argument("--without-sib", action="store_true", help="see no text of SIB-200")
    parser.add_argument("--sample", type=float, default=1.0, help="share of the texts: a quick trial")
    parser.add_argument("--output", type=pathlib.Path, default=universal.FILE)
    parser.add_argument("--claim", action="store_true", help="nothing but this: see above")
    options = parser.parse_args()
    if options.claim:
        packing.claim(options.output, results_file.read("universal_encoder")["universal"]["by_language"])
        return _tell(options.output)
    options.folder.mkdir(parents=True, exist_ok=True)

    texts = sources.texts(options.cldr, sib=not options.without_sib)
    if options.sample < 1:
        texts = [text for text in texts if random.Random(text.text).random() < options.sample]
    texts += phrases.phrases(texts, round(options.phrases * options.sample))
    _write_inputs(options.folder, texts)
    english = list(dict.fromkeys(text.english for text in texts if text.english))
    texts += [sources.Text("en", "ntrex" if " " in text else "cldr", text, text) for text in english]

    encoder = TextEncoder.from_preset("use_multilingual_v3")
    known, targets = _targets(texts, encoder, options.folder)
    tokenizer = packing.tokenizer_of(options.rows)
    ids = [np.unique(one) for one in tokenizer.tokenize([text.text for text in texts])]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in ids])])
    settings = training.Options(seed=options.seed)
    keras.utils.set_random_seed(options.seed)
    if options.steps:
        numba.set_num_threads(1)  # two threads that change a row at once leave what the last one wrote
    examples = training.Examples(texts, np.concatenate(ids).astype("int32"), starts, known, targets, settings)
    network = networks.ngram_sentence_encoder(
        vocabulary_size=options.rows,
        encoder=encoder.network,
        dim=settings.dim,
        hidden_dim=settings.hidden,
        initializer=keras.initializers.RandomNormal(stddev=0.002, seed=0),
    )
    training.train(examples, network, 60 * options.minutes, steps=options.steps)
    embedding = network.get_layer("ngram_embedding").embeddings
    table = embedding.numpy()
    embedding.assign(packing.rounded(table))  # what reads the rows learns them as the file will hold them
    after = max(1, round(_AFTER * options.steps)) if options.steps else None
    training.train(examples, network, 60 * _AFTER * options.minutes, steps=after, rows=False)
    dense = {layer.name: layer.get_weights() for layer in network.layers if layer.name in packing.DENSE}
    languages = sorted({text.language for text in texts} - {"und"})
    packing.pack(table, dense, languages, options.output)
    _tell(options.output)


def _tell(path):
    print(f"{path}: {path.stat().st_size:,} bytes. The digest in keras_i18n/models/presets/universal.py must be")
    print(_digest(path.read_bytes()))


def _targets(texts, encoder, folder):
    """What the encoder says of each text, zeros where only the other teacher reads it, and what each text should be."""
    by_encoder = {
        text.text for text in texts if text.kind in ("ntrex", "cldr", "sib", "span") or text.language in sources.KNOWN
    }
    by_encoder |= {text.english for text in texts if text.english}
    read = sorted(by_encoder)
    place = {text: at for at, text in enumerate(read)}
    vectors = encoder.encode(read, progress=True).astype("float16")
    known = np.zeros((len(texts), vectors.shape[1]), "float16")
    for at, text in enumerate(texts):
        if text.text in place:
            known[at] = vectors[place[text.text]]

    e5 = teachers.E5(folder)
    bridges = {name: _bridge(name, texts, e5, vectors, place) for name in _BRIDGED}
    targets, asked = np.zeros_like(known), collections.defaultdict(list)
    for at, text in enumerate(texts):
        if text.english and not (text.language in sources.KNOWN and text.kind == "ntrex"):
            targets[at] = vectors[place[text.english]]
        elif text.language in sources.KNOWN:
            targets[at] = known[at]
        else:
            asked["word" if text.kind in training.SHORT else "sentence"].append(at)
    for name, places in asked.items():
        with rich.progress.Progress() as bar:
            task = bar.add_task(f"the teacher reads ({name})", total=len(places))
            read = e5.read(
                [texts[at].text for at in places], lambda done, bar=bar, task=task: bar.update(task, completed=done)
            )
        targets[places] = bridges[name](read).astype("float16")
    return known, targets


def _bridge(name, texts, e5, vectors, place):
    """From one teacher's space to the other's, fitted on what both read; texts of SIB-200 only where they are seen anyway."""
    kinds = ("word",) if name == "word" else ("ntrex", "sib")
    both = sorted({text.text for text in texts if text.kind in kinds and text.language in sources.KNOWN})
    both = random.Random(0).sample(both, min(len(both), _BRIDGED[name]))
    wanted = vectors[[place[text] for text in both]].astype("float32")
    return LinearBridge.fit(e5.read(both).astype("float32"), wanted)


def _write_inputs(folder, texts):
    by_kind = collections.defaultdict(list)
    for text in texts:
        by_kind[text.kind].append(f"{text.language}\t{text.text}\t{text.english or ''}")
    told = {
        kind: {"texts": len(rows), "sha256": _digest("\n".join(rows).encode("utf-8", "replace"))}
        for kind, rows in by_kind.items()
    }
    (folder / "INPUTS.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _digest(data):
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
