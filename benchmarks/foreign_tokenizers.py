"""Are the ids of the tokenizers that were taken over those of their libraries, in every runtime, and how fast are they?

WordPiece and byte-level BPE against Hugging Face's `tokenizers`, lower-cased WordPiece also against KerasHub's, SentencePiece BPE
against the sentencepiece library, `TextVectorization` against Keras' own layer: all SIB-200 dev sentences, fuzzed strings and edges through the Python of this package and five runtimes.
"""

import argparse
import io
import json
import pathlib
import random
import tempfile
import time
import unicodedata

import numpy as np
import open_data
import results_file
import tokenizer_files

from keras_i18n.tokenizers import (
    BytePairTokenizer,
    SentencePieceBPETokenizer,
    WordPieceTokenizer,
    clean_text,
    conformance,
    from_keras_hub,
    from_text_vectorization,
    word_patterns,
)
from keras_i18n.tokenizers.byte_pair import pieces_by_id

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MARKS = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c))[0] == "M"]
EDGES = [
    *("", " ", "x" * 100, "x" * 101, *SPECIAL, "[CLS][SEP]a[MASK]b", "[CLS", "[cls]", "##a", "a\0b", "\0", "a\ud800b"),
    *(
        "é" * 50 + "\u0301" * 60,
        "\U0001d158\U0001d16d\U0001d165",
        "각각 \u1112\u1161\u11ab",
        "\uf8ff\u200db\xadc",
        "\u0378",
    ),
    *("ab " * 3333, "e\u0301é", *conformance.REAL),
]


LARGE = 128_000


def training_texts(size):
    """A fifth of SIB-200 train; for large vocabularies half of it, and half of NTREX."""
    if size < LARGE:
        return [row["text"] for row in open_data.rows("sib200/train.tsv.xz")][::5]
    return [row["text"] for name in ("sib200/train", "ntrex128/ntrex128") for row in open_data.rows(f"{name}.tsv.xz")][
        ::2
    ]


def wordpiece_vocabulary(size, lowercase, strip_accents=None):
    """The file of a vocabulary that is trained on `training_texts` and kept."""
    from tokenizers import BertWordPieceTokenizer

    path = tokenizer_files.CACHE / f"wordpiece {size} {lowercase}{' accents' if strip_accents is False else ''}.txt"
    if not path.exists():
        tokenizer_files.CACHE.mkdir(exist_ok=True)
        trained = BertWordPieceTokenizer(lowercase=lowercase, strip_accents=strip_accents)
        trained.train_from_iterator(
            training_texts(size), vocab_size=size, limit_alphabet=min(6000, size // 2), show_progress=False
        )
        found = trained.get_vocab()
        path.write_text("".join(f"{piece}\n" for piece in sorted(found, key=found.get)))
    return path


def wordpiece(size, lowercase):
    """Ours, and a function from texts to the ids of `tokenizers`."""
    from tokenizers import BertWordPieceTokenizer

    path = wordpiece_vocabulary(size, lowercase)
    theirs = BertWordPieceTokenizer(str(path), lowercase=lowercase)
    ours = WordPieceTokenizer.from_file(path, lowercase=lowercase, begin=True, end=True)
    return ours, lambda texts: [found.ids for found in theirs.encode_batch(texts)]


def keras_hub_wordpiece(size, strip_accents):
    """Ours, and a function from texts to the ids of KerasHub's tokenizer, lower-cased, in a graph as `tf.data` has it.

    Called outside of one, it folds by the Unicode of Python, and does not compose what something ignorable parts.
    """
    import keras_hub
    import tensorflow as tf

    pieces = wordpiece_vocabulary(size, True, strip_accents).read_text("utf-8").split("\n")[:-1]
    theirs = keras_hub.tokenizers.WordPieceTokenizer(
        pieces, lowercase=True, strip_accents=strip_accents, special_tokens=["[MASK]"], special_tokens_in_strings=True
    )
    in_graph = tf.function(theirs, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    return from_keras_hub(theirs), lambda texts: in_graph(tf.constant(texts)).to_list()


def byte_pairs(size, pattern, prefix_space=False):
    """Ours, and a function from texts to the ids of `tokenizers`; trained on a third of NTREX, large ones on `training_texts`."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    path = tokenizer_files.CACHE / f"byte pairs {size} {pattern} {prefix_space}.json"
    if not path.exists():
        tokenizer_files.CACHE.mkdir(exist_ok=True)
        trained = Tokenizer(models.BPE())
        split = pre_tokenizers.Split(Regex(word_patterns.PATTERNS[pattern].expression), "isolated")
        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, use_regex=pattern == "gpt2")
        trained.pre_tokenizer = byte_level if pattern == "gpt2" else pre_tokenizers.Sequence([split, byte_level])
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        texts = [row["text"] for row in open_data.rows("ntrex128/ntrex128.tsv.xz")][::3]
        if size >= LARGE:
            texts = training_texts(size)
        trained.train_from_iterator(texts, trainer)
        trained.save(str(path))
    theirs = Tokenizer.from_file(str(path))
    model = json.loads(path.read_text())["model"]
    ours = BytePairTokenizer(
        pieces_by_id(model["vocab"]),
        model["merges"],
        pattern=pattern,
        prefix_space=prefix_space,
        special_tokens=SPECIAL,
    )
    return ours, lambda texts: [found.ids for found in theirs.encode_batch(texts)]


def sentencepiece_bpe(size):
    """Ours, and a function from texts to the ids of sentencepiece; with byte fallback, trained on a fifth of SIB-200 train."""
    import sentencepiece

    path = tokenizer_files.CACHE / f"sentencepiece bpe {size}.model"
    if not path.exists():
        tokenizer_files.CACHE.mkdir(exist_ok=True)
        written = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(training_texts(size)),
            model_writer=written,
            model_type="bpe",
            vocab_size=size,
            byte_fallback=True,
            split_digits=True,
            normalization_rule_name="identity",
            character_coverage=0.9995,
            max_sentence_length=1 << 20,
            minloglevel=2,
        )
        path.write_bytes(written.getvalue())
    theirs = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return SentencePieceBPETokenizer.from_file(path), theirs.encode


def text_vectorization(size, **options):
    """Ours, and a function from texts to the ids of the layer, without padding."""
    import keras
    import tensorflow as tf

    layer = keras.layers.TextVectorization(max_tokens=size, **options)
    layer.adapt([row["text"] for row in open_data.rows("sib200/train.tsv.xz")][::5])

    def theirs(texts):
        found = []
        for start in range(0, len(texts), 500):
            rows = layer(tf.constant([[text] for text in texts[start : start + 500]])).numpy()
            found += [row[: np.flatnonzero(row)[-1] + 1 if row.any() else 0].tolist() for row in rows]
        return found

    return from_text_vectorization(layer), theirs


KINDS = {
    "WordPiece 32000, uncased": lambda: wordpiece(32_000, True),
    "WordPiece 32000, cased": lambda: wordpiece(32_000, False),
    "WordPiece 128000, cased": lambda: wordpiece(LARGE, False),
    "KerasHub WordPiece 32000, uncased": lambda: keras_hub_wordpiece(32_000, False),
    "KerasHub WordPiece 32000, uncased, no accents": lambda: keras_hub_wordpiece(32_000, True),
    "byte-level BPE 8000, RoBERTa": lambda: byte_pairs(8_000, "gpt2", prefix_space=True),
    "byte-level BPE 32000, GPT-2": lambda: byte_pairs(32_000, "gpt2"),
    "byte-level BPE 32000, Llama 3": lambda: byte_pairs(32_000, "llama3"),
    "byte-level BPE 128000, Llama 3": lambda: byte_pairs(LARGE, "llama3"),
    "SentencePiece BPE 32000": lambda: sentencepiece_bpe(32_000),
    "TextVectorization 32000": lambda: text_vectorization(32_000),
    "TextVectorization 8000, pairs": lambda: text_vectorization(8_000, ngrams=2),
}


def fuzzed(count, seed):
    """Random texts of every plane, with marks, spaces and special tokens among them."""
    chance = random.Random(seed)

    def part():
        kind = chance.random()
        low, high = chance.choice(conformance.BLOCKS)
        if kind < 0.6:
            return "".join(chr(chance.randint(low, high)) for _ in range(chance.randint(1, 6)))
        if kind < 0.7:
            return chance.choice((*SPECIAL, "[cls]", "[CLS", "##a", "don't", "A.B"))
        if kind < 0.8:
            return chance.choice(conformance.WHITE_SPACE) * chance.randint(1, 2)
        if kind < 0.9:
            return "".join(chance.choice(MARKS) for _ in range(chance.randint(1, 4)))
        return chance.choice(conformance.REAL)[: chance.randint(1, 14)]

    return ["".join(part() for _ in range(chance.randint(0, 8))) for _ in range(count)]


def equal_ids(run, texts, wanted):
    """How many texts get the wanted ids from a function of a list of matrices."""
    chosen, rows = zip(*tokenizer_files.batches(texts), strict=True)
    equal = 0
    for places, ids in zip(chosen, run(list(rows)), strict=True):
        for place, row in zip(places, ids, strict=True):
            count = int((row != -1).sum())
            equal += row[:count].tolist() == list(wanted[place])
    return equal


def tell(results, kind, texts, runtime, equal, of):
    """Shows and keeps how many texts of a group got the ids of the library."""
    results["ids"].append({"kind": kind, "texts": texts, "runtime": runtime, "equal": equal, "of": of})
    print(f"{kind:45} {texts:12} {runtime:22} {equal:6} of {of:6}", flush=True)


def milliseconds(run, given, repeats=60):
    """The 20th percentile: other work on the machine only ever adds."""
    run(given)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run(given)
        times.append(time.perf_counter() - start)
    return float(np.percentile(times, 20)) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, help="only so many SIB-200 dev sentences (default: all 20,295)")
    parser.add_argument("--fuzzed", type=int, default=50_000, help="number of fuzzed strings")
    parser.add_argument("--sample", type=int, help="texts of each group in the slower runtimes (default: all)")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), help="which tokenizers; figures of others stay")
    parser.add_argument("--no-ids", action="store_true", help="speed and tables only; what was found of ids stays")
    options = parser.parse_args()
    rows = list(open_data.rows("sib200/dev.tsv.xz"))
    sentences = [row["text"] for row in rows][: options.sentences]
    of_length = list({row["lang"]: row["text"] for row in rows if len(row["text"]) == 105}.values())[:12]
    groups = {"SIB-200 dev": sentences, "fuzzed": fuzzed(options.fuzzed, 3), "edges": EDGES}
    # what the libraries get: they take no surrogates, and code point 0 counts as U+FFFD here
    groups = {name: [clean_text(text) for text in texts] for name, texts in groups.items()}
    results = results_file.read("foreign_tokenizers") or {"ids": [], "milliseconds": {}, "table bytes": {}}
    for kind in options.kinds:
        if not options.no_ids:
            results["ids"] = [row for row in results["ids"] if row["kind"] != kind]
        ours, theirs = KINDS[kind]()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            model = tokenizer_files.compiled(ours, folder)
            import tensorflow as tf

            served = tf.saved_model.load(str(folder / "saved_model"))
            lite, onnx = (
                tokenizer_files.litert(folder / "model.tflite"),
                tokenizer_files.onnx_runtime(folder / "model.onnx"),
            )
            runtimes = {
                "LiteRT": lambda rows, lite=lite: [lite(row) for row in rows],
                "ONNX Runtime": lambda rows, onnx=onnx: [onnx(row) for row in rows],
                "tflite-runtime 2.14.0": lambda rows, folder=folder: tokenizer_files.tflite_runtime(
                    folder / "model.tflite", rows
                ),
                "Keras": lambda rows, model=model: [model.predict_on_batch(row) for row in rows],
                "SavedModel": lambda rows, served=served: [
                    served.serve(tf.constant(row))["token_ids"].numpy() for row in rows
                ],
            }
            for group, texts in () if options.no_ids else groups.items():
                wanted = theirs(texts)
                found = ours.tokenize(texts)
                step = max(1, len(texts) // (options.sample or len(texts)))
                equal = sum(a.tolist() == list(b) for a, b in zip(found, wanted, strict=True))
                tell(results, kind, group, "Python", equal, len(texts))
                for name, run in runtimes.items():
                    part = slice(None) if name == "LiteRT" else slice(None, None, step)
                    tell(results, kind, group, name, equal_ids(run, texts[part], wanted[part]), len(texts[part]))
            speeds = {}
            for name, run in (("the library", theirs), ("LiteRT", lite), ("ONNX Runtime", onnx)):
                given = (
                    [[t] for t in of_length]
                    if name == "the library"
                    else [tokenizer_files.code_points([t]) for t in of_length]
                )
                speeds[name] = round(float(np.median([milliseconds(run, one) for one in given])), 4)
            results["milliseconds"][kind] = speeds
            results["table bytes"][kind] = sum(weight.numpy().nbytes for weight in model.weights)
            print(f"{kind:45} {speeds} ms, tables of {results['table bytes'][kind]:,} bytes", flush=True)
        results_file.write("foreign_tokenizers", results)


if __name__ == "__main__":
    main()
