"""The figures that are told, each read from the result of its benchmark: to tell another one, add a row."""

import dataclasses
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Figure:
    """A row of RESULTS.md.

    Args:
        benchmark: `benchmarks/NAME.py`, which writes `results/NAME.json`.
        what: what was measured.
        figure: result -> the figure, as text.
        beside: result -> what stands beside it, as text.
        measures: what the figure is of, paths from the root.
        arguments: of the command, for this figure.
        result: name of the result where it is another one.
    """

    benchmark: str
    what: str
    figure: Callable[[Any], str]
    beside: Callable[[Any], str]
    measures: tuple[str, ...]
    arguments: str = ""
    result: str = ""

    @property
    def command(self) -> str:
        """What a reader types."""
        return f"python benchmarks/{self.benchmark}.py {self.arguments}".strip()

    @property
    def path(self) -> str:
        """Its result, from the root."""
        return f"benchmarks/results/{self.result or self.benchmark}.json"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def percents(*shares: float) -> str:
    return " / ".join(f"{100 * share:.1f}" for share in shares) + " %"


def _create(result, method):
    return percents(*(row["mean_accuracy"] for row in result["rows"] if row["method"] == method))


def _of_draws(result, name, method):
    """Means over draws, by number of texts."""
    rows = [row for row in result["rows"] if (row["set"], row["method"]) == (name, method)]
    rows.sort(key=lambda row: float("inf") if row["texts_a_language"] == "all" else int(row["texts_a_language"]))
    shares = {row["texts_a_language"]: [] for row in rows}
    for row in rows:
        shares[row["texts_a_language"]].append(row["mean_accuracy"])
    return percents(*(sum(some) / len(some) for some in shares.values()))


def _one_language(result, found, size=None):
    rows = [found[language] for language in result["own"]]
    means = {key: sum(row[key] for row in rows) / len(rows) for key in ("accuracy", "milliseconds")}
    megabytes = (size or sum(row["bytes"] for row in rows) / len(rows)) / 1e6
    return f"{megabytes:.1f} MB, {percent(means['accuracy'])}, {means['milliseconds']:.1f} ms ({len(rows)} languages)"


def _mean(by_language):
    return sum(by_language.values()) / len(by_language)


def _of_full(result, line, size):
    full = result["lines"]["whole, fewer bits"]["float32"]["by_language"]
    point = result["lines"][line][size]
    shares = [100 * accuracy / full[tag] for tag, accuracy in point["by_language"].items()]
    return f"{point['megabytes']:.0f} MB {sum(shares) / len(shares):.1f}, {min(shares):.1f} %"


def _cut_translator(row):
    both = [row[direction] for direction in ("en to de", "de to en")]
    same, bleu = (", ".join(str(one[name]) for one in both) for name in ("the same", "bleu"))
    return f"{row['int8 .tflite, megabytes']}; {same}; {bleu}"


def _shortlisted(row):
    times = "; ".join(f"{row[f'{suffix}, median ms']:.1f}" for suffix in ("tflite", "onnx"))
    return f"{row['tokens a text']}; {_bleu(row)}; {times}"


def _bleu(row):
    return f"{row['greedy']:.1f} / {row['beam 4']:.1f}"


def _localized(result, size):
    row = result[size]
    return (
        f"{row['languages']} languages: {percents(row['agreement'], row['worst_agreement'])}; "
        f"{row['mean_loss']:.1f}, {row['worst_loss']:.1f} points"
    )


def _zero_shot(result, name):
    found = result[name]["zero_shot"]
    return percents(*(found[key] for key in ("all", "the_16_of_use_multilingual_v3", "eight")))


def _other_presets(result, figure):
    return "; ".join(
        f"{figure(name)} {name}" for name in ("use_multilingual_v3", "multilingual_e5_small") if name in result
    )


def _row(result, **wanted):
    return next(row for row in result["rows"] if all(str(row[key]).startswith(value) for key, value in wanted.items()))


def _speed(result, kind, runtimes):
    return ", ".join(f"{result['milliseconds'][kind][name]:.2f} ms {name}" for name in runtimes)


def _int8(result, runtime):
    before, after = (result["files"][f"{runtime} {kind}"] for kind in ("float32", "int8"))
    return f"{before['least_ms'] / after['least_ms']:.1f} x; {percent(after['same_labels'])}"


def _exported_pair(result, precision, format):
    row = result["exported"][precision][format]
    sizes = ", ".join(f"{row['packs'][tag]['bytes'] / 1e6:.1f}" for tag in ("fr", "sw", "ja", "am"))
    return f"{row['body'] / 1e6:.1f}; {sizes}"


def _pair_difference(result):
    rows = [row for formats in result["exported"].values() for row in formats.values()]
    return max(pack["largest_difference"] for row in rows for pack in row["packs"].values())


def _test(result):
    return result["tests"]["test_2016_flickr"]


def _mean_bleu(result, of):
    """The mean over directions of what `of(names of the two languages, row)` gives, None left out."""
    found = [of(name.split("-"), row) for name, row in result["directions"].items()]
    found = [value for value in found if value is not None]
    return sum(found) / len(found)


_BULK, _ALIKE = "sentences a second of one thread, in bulk", "translations as CTranslate2 has them, of 1,000"


def _engine(result, name):
    return " / ".join(f"{result['rows'][name][words]:.1f}" for words in ("1 to 9", "10 to 14", "15 and more"))


def _by_words(result, label, file):
    """Milliseconds by length of the sentence, in float32."""
    row = result["rows"][label]["median ms of one thread, by words"][f"float32 {file}"]
    return " / ".join(f"{row[words]:.1f}" for words in ("1 to 9", "10 to 14", "15 and more"))


def _longer(times):
    return f"{times['16000'] / times['1000']:.0f}"


def _every_runtime(result):
    runs = [run for kind in result.values() for run in kind["runs"] if run["status"] != "not checked"]
    exact = [run for run in runs if run["precision"] == "float32" and run["status"] == "checked"]
    largest = max(run["largest_difference"] or 0.0 for run in exact)
    ids = [run["ids_equal"] for run in exact if run["ids_equal"]]
    failed = sum(run["status"] == "failed" for run in runs)
    return (
        f"{len(exact)} runs in {len({run['runtime'] for run in exact})} runtimes, {failed} failed: {largest:.0e}, "
        f"{percent(sum(equal for equal, _ in ids) / sum(of for _, of in ids))} of the texts"
    )


def _alone_in_the_browser(result):
    one, two = (row for name, row in result.items() if "next to nothing" in name)
    products = "median ms of this file's products of matrices"
    return (
        f"onnxruntime-web with a file of one node {one['seconds until a file of one node is open']:.1f}; with this file's products "
        f"of matrices alone {one[products]:.1f}, {two[products]:.1f} on two threads"
    )


def _growth(row):
    told = (row[name]["an_hour_in_the_second_half"] for name in ("heap_mb", "process_mb"))
    return " and ".join(f"{value:.1f}" for value in told)


def _starts(result, method, part):
    return percents(*(result[language][part][method]["1997"] for language in ("sw", "hi")))


def _converted(result, key, digits):
    return " / ".join(f"{result[language][key]:.{digits}f}" for language in ("de", "sw"))


def _three_conversions(result, digits, scale=1):
    kept = {tag: {key: result[tag][key] * scale for key in ("source", "target", "joint")} for tag in ("de", "sw")}
    joint, target, source = (_converted(kept, key, digits) for key in ("joint", "target", "source"))
    unit = " %" if scale == 100 else ""
    return f"{joint}{unit} joint, {target}{unit} rows alone, {source}{unit} no labels or texts of the language"


def _rates(result, server):
    rates = sorted(run["requests_per_second"] for run in result[server])
    return rates[len(rates) // 2]


def _points_lost(rows):
    lost = [100 * (row["full_accuracy"] - row["accuracy"]) for row in rows.values()]
    agreement = sum(row["agreement"] for row in rows.values()) / len(rows)
    return f"{percent(agreement)}, {sum(lost) / len(lost):.1f} points lower, the worst {max(lost):.1f}"


_MODELS = ("keras_i18n/models", "keras_i18n/networks")
_TOKENIZERS = ("keras_i18n/tokenizers", "keras_i18n/layers")
_TRANSFER = ("keras_i18n/transfer", "keras_i18n/tokenizers")

FIGURES = (
    Figure(
        "zero_shot",
        "zero-shot topics (SIB-200 dev), trained on English, the encoder's 16 languages",
        lambda result: percent(result["mean_accuracy_of_the_encoders_languages"]),
        lambda result: (
            f"{percent(result['peer_logistic_regression_on_the_same_vectors'])} logistic regression on the same vectors"
        ),
        _MODELS,
    ),
    Figure(
        "zero_shot",
        "the same, all 205 languages",
        lambda result: percent(result["mean_accuracy_of_all_205_languages"]),
        lambda result: f"{percent(result['peer_all_205_languages'])} logistic regression on the same vectors",
        _MODELS,
    ),
    Figure(
        "universal_encoder",
        "the encoder `universal`, which comes with the package: zero-shot topics (SIB-200 dev), trained on English, all 205 "
        "languages; the 16 of use_multilingual_v3; hi sw vi fi el uk te am",
        lambda result: _zero_shot(result, "universal"),
        lambda result: _other_presets(result, lambda name: _zero_shot(result, name)),
        _MODELS,
        arguments="--peer",
    ),
    Figure(
        "universal_encoder",
        "the same: texts a second from raw text, and the int8 .tflite with the tokenizer inside",
        lambda result: (
            f"{result['universal']['texts_a_second']:.0f}; {result['universal']['tflite']['int8']['bytes'] / 1e6:.1f} MB"
        ),
        lambda result: _other_presets(result, lambda name: f"{result[name]['texts_a_second']:.0f}"),
        _MODELS,
        arguments="--peer",
    ),
    Figure(
        "default_wins",
        "`TextClassifier.create` with 10 / 50 / 200 texts of each of 15 languages, one model for all (SIB-200 dev, looked at "
        "while settings were chosen; the encoder `universal` saw the training texts before, without labels)",
        lambda result: _create(result, "create"),
        lambda result: (
            f"{_create(result, 'TF-IDF + logistic regression')} TF-IDF + logistic regression; "
            f"{_create(result, 'logistic regression on frozen vectors')} logistic regression on the vectors of `universal`; "
            f"{_create(result, 'the same on use_multilingual_v3')} on those of `use_multilingual_v3`; "
            f"{_create(result, 'fastText autotuned')} fastText, autotuned for 20 seconds"
        ),
        ("keras_i18n/models",),
        arguments="--sets sib200 --counts 10 50 200",
    ),
    Figure(
        "default_wins",
        "the same on NusaX sentiment, 12 languages, 10 / 50 / 200 texts of each",
        lambda result: _create(result, "create"),
        lambda result: (
            f"{_create(result, 'TF-IDF + logistic regression')} TF-IDF + logistic regression; "
            f"{_create(result, 'logistic regression on frozen vectors')} logistic regression on the vectors of `universal`; "
            f"{_create(result, 'the same on use_multilingual_v3')} on those of `use_multilingual_v3`; "
            f"{_create(result, 'fastText autotuned')} fastText, autotuned"
        ),
        ("keras_i18n/models",),
        arguments="--sets nusax --counts 10 50 200 --name default_wins_nusax",
        result="default_wins_nusax",
    ),
    Figure(
        "default_wins",
        "the same in two of them, English and Indonesian, 20 / 50 / 100 / 200 texts of each",
        lambda result: _create(result, "create"),
        lambda result: (
            f"{_create(result, 'logistic regression on frozen vectors')} logistic regression on the vectors of `universal`; "
            f"{_create(result, 'the same on use_multilingual_v3')} on those of `use_multilingual_v3`"
        ),
        ("keras_i18n/models",),
        arguments="--sets nusax --languages en id --counts 20 50 100 200 --methods create 'logistic regression on frozen "
        "vectors' 'the same on use_multilingual_v3' --name default_wins_two",
        result="default_wins_two",
    ),
    Figure(
        "default_wins",
        "the same on SIB-200 dev, 200 texts of each of English, Amharic, Finnish and Yoruba, one model for the four",
        lambda result: f"{_create(result, 'create')} in {_row(result, method='create')['seconds']:.0f} s",
        lambda result: (
            f"{_create(result, 'TF-IDF + logistic regression')} TF-IDF + logistic regression; "
            f"{_create(result, 'fastText autotuned')} fastText, autotuned"
        ),
        ("keras_i18n/models",),
        arguments="--sets sib200 --counts 200 --languages en am fi yo-Latn --name default_wins_four",
        result="default_wins_four",
    ),
    Figure(
        "default_wins",
        "`TextClassifier.create`, means over three draws of 10 / 50 / 200 training texts a language: NusaX sentiment; SIB-200 topics",
        lambda result: f"{_of_draws(result, 'nusax', 'create')}; {_of_draws(result, 'sib200', 'create')}",
        lambda result: (
            f"{_of_draws(result, 'nusax', 'TF-IDF + logistic regression')}; "
            f"{_of_draws(result, 'sib200', 'TF-IDF + logistic regression')} TF-IDF + logistic regression"
        ),
        ("keras_i18n/models",),
        arguments="--sets nusax sib200 --counts 200 50 10 --draws 3 --methods create 'TF-IDF + logistic regression' "
        "--name default_wins_draws",
        result="default_wins_draws",
    ),
    Figure(
        "small_model_205",
        "one small model for 205 languages, trained in all of them: int8 .tflite of 8.6 MB",
        lambda result: percent(_row(result, model="keras_i18n, 1,200,000")["mean_dev_accuracy"]),
        lambda result: (
            f"{percent(_row(result, model='fastText')['mean_dev_accuracy'])} fastText, "
            f"{_row(result, model='fastText')['bytes'] / 1e6:.0f} MB"
        ),
        _MODELS,
    ),
    Figure(
        "one_language_files",
        "a file for one language, from 701 labelled sentences of it: int8 .tflite, topics (SIB-200 dev), milliseconds a sentence, "
        "means over the languages that were measured",
        lambda result: _one_language(result, result["own"]),
        lambda result: (
            f"{_one_language(result, result['universal']['by_language'], result['universal']['bytes'])} `universal`, English labels"
        ),
        _MODELS,
    ),
    Figure(
        "language_identification",
        "language identification, 205 languages: macro F1 and the bytes of the file",
        lambda result: (
            f"{_row(result, model='keras_i18n, 155,000 x 32, pq2')['macro_f1']:.3f}, "
            f"{_row(result, model='keras_i18n, 155,000 x 32, pq2')['bytes'] / 1e6:.2f} MB"
        ),
        lambda result: (
            f"{_row(result, model='fastText')['macro_f1']:.3f} fastText, "
            f"{_row(result, model='fastText')['bytes'] / 1e6:.0f} MB"
        ),
        _MODELS,
    ),
    Figure(
        "encoder_throughput",
        "encoder, sentences a second from raw text, 2,000 texts a call",
        lambda result: f"{result['ratio']:.1f} x",
        lambda result: "its own package",
        _MODELS,
    ),
    Figure(
        "tokenizer_exactness",
        "token ids in five runtimes, 20,295 sentences and 50,000 fuzzed strings, three vocabularies: equal, of",
        lambda result: (
            f"{sum(row['equal'] for row in result['rows']):,} of {sum(row['of'] for row in result['rows']):,}"
        ),
        lambda result: "the sentencepiece library",
        _TOKENIZERS,
    ),
    Figure(
        "tokenizer_speed",
        "tokenising 105 characters, one thread",
        lambda result: (
            f"{result['one sentence']['LiteRT']:.2f} ms LiteRT, {result['one sentence']['ONNX Runtime']:.2f} ms ONNX Runtime"
        ),
        lambda result: f"{result['one sentence']['sentencepiece (C++)']:.3f} ms sentencepiece, C++",
        _TOKENIZERS,
    ),
    Figure(
        "foreign_tokenizers",
        "token ids of eleven WordPiece, BPE and TextVectorization tokenizers, 20,295 sentences, 50,000 fuzzed strings and edges, Python "
        "and five runtimes: equal, of",
        lambda result: f"{sum(row['equal'] for row in result['ids']):,} of {sum(row['of'] for row in result['ids']):,}",
        lambda result: "Hugging Face tokenizers, KerasHub, sentencepiece, the Keras layer",
        _TOKENIZERS,
    ),
    *(
        Figure(
            "foreign_tokenizers",
            f"{kind} pieces, 105 characters, one thread",
            lambda result, kind=kind: _speed(result, kind, ("LiteRT", "ONNX Runtime")),
            lambda result, kind=kind: _speed(result, kind, ("the library",)),
            _TOKENIZERS,
            arguments=f'--no-ids --kinds "{kind}"',
        )
        for kind in ("SentencePiece BPE 32000", "byte-level BPE 32000, Llama 3", "byte-level BPE 128000, Llama 3")
    ),
    Figure(
        "foreign_models",
        "fifteen Keras models taken over (TextVectorization, subclassed, KerasHub), five formats, 400 texts: largest difference of a "
        "score",
        lambda result: f"{max(max(row.values()) for row in result['largest difference'].values()):.1e}",
        lambda result: f"scores of a label differ between texts by {min(result['spread'].values())} and more",
        ("keras_i18n/models/from_keras.py", "keras_i18n/networks", "keras_i18n/layers"),
    ),
    Figure(
        "export_verification",
        "five formats against Keras, 16 languages x 50 texts: largest difference, labels equal",
        lambda result: (
            ", ".join(
                f"{name} {max(row['largest_difference'] for key, row in result.items() if key.endswith(name)):.0e}"
                for name in ("float32", "float16")
            )
            + f", {percent(min(row['label_agreement'] for row in result.values()))} of the labels"
        ),
        lambda result: "the Keras model",
        ("keras_i18n/export", "keras_i18n/layers"),
    ),
    Figure(
        "every_runtime",
        "exported files of text models in Python, C, JVM, Node.js, Chromium, MediaPipe and on emulated 64-bit Arm, up to "
        "1,020 texts of 28 languages each: runs in float32 and runtimes, largest difference, token ids equal",
        lambda result: _every_runtime(result),
        lambda result: "the Keras model",
        ("keras_i18n/export", "keras_i18n/layers", "keras_i18n/certification", "examples"),
    ),
    Figure(
        "language_model_twenty_languages",
        "one character model of 20 languages, 33 minutes on one core: fewer bits a character on SIB-200 dev",
        lambda result: f"in {result['better in']}",
        lambda result: "the better of two Witten-Bell 6-grams, on each language's text and on all of it",
        _MODELS,
    ),
    Figure(
        "language_model_shakespeare",
        "tinyshakespeare, one LSTM of 384 units that reads hashed n-grams, 9 minutes on two cores: nats a character",
        lambda result: f"{result['validation nats a character']:.3f}",
        lambda result: (
            f"{result['interpolated Witten-Bell 7-gram, nats']:.3f} a 7-gram; published: nanoGPT "
            f"{result['published']['nanoGPT, A100']:.3f} on an A100"
        ),
        _MODELS,
    ),
    Figure(
        "word_retrieval",
        "words find their translations (P@1, 21 pairs, candidates equal), after alignment with training pairs",
        lambda result: percent(result["21 pairs"]["and rows of pieces"]["precision_at_1"]),
        lambda result: f"{percent(result['21 pairs']['before: cosine']['precision_at_1'])} the vectors as they are",
        ("keras_i18n/transfer",),
    ),
    Figure(
        "initialization_methods",
        "zero-shot topics in Swahili / Hindi with new rows from 1,997 pairs, before any training",
        lambda result: _starts(result, "best", "before_training"),
        lambda result: (
            f"{percents(result['sw']['nothing'], result['hi']['nothing'])} without; "
            f"{_starts(result, 'wechsel', 'before_training')} with rows of the package wechsel from the same pairs"
        ),
        _TRANSFER,
    ),
    Figure(
        "initialization_methods",
        "the same after 48 seconds of training on these pairs, one core",
        lambda result: _starts(result, "best", "after_0.8_minutes"),
        lambda result: (
            f"{_starts(result, 'random', 'after_0.8_minutes')} from random rows; "
            f"{_starts(result, 'wechsel', 'after_0.8_minutes')} from wechsel's"
        ),
        _TRANSFER,
        arguments="--train 0.8",
    ),
    Figure(
        "convert_language",
        "a whole English LSTM language model made German / Swahili with 1,997 pairs and 701 texts: bits a character on "
        "SIB-200 dev",
        lambda result: _three_conversions(result["LSTM language model"], 2),
        lambda result: f"{_converted(result['LSTM language model'], 'from_scratch', 2)} from scratch on the same texts",
        ("keras_i18n/transfer",),
    ),
    Figure(
        "convert_language",
        "a whole English classifier the same way: accuracy",
        lambda result: _three_conversions(result["topic classifier"], 1, scale=100),
        lambda result: (
            f"{percents(*(result['topic classifier'][tag]['from_scratch'] for tag in ('de', 'sw')))} from scratch on the same texts"
        ),
        ("keras_i18n/transfer",),
    ),
    Figure(
        "eight_new_languages",
        "zero-shot topics in eight languages added one after another (hi sw vi fi el uk te am), each in 6 to 8 minutes on two "
        "cores, from English labels, 1,997 sentence pairs, a word list and multilingual-e5-small (measured before the rule "
        "that new pieces must cover 10 % of a text)",
        lambda result: f"{percent(result['mean_after'])}, the least {percent(result['worst_after'])}",
        lambda result: f"{percent(result['mean_before'])} the encoder before",
        _TRANSFER,
    ),
    Figure(
        "all_ntrex_languages",
        "the same for the 112 other tags of NTREX-128 at once, 85 minutes of one core: mean over the 113 languages that "
        "SIB-200 has (278 -> 914 MB of float32)",
        lambda result: percent(result["mean_after"]),
        lambda result: (
            f"{percent(result['mean_before'])} before; {percent(result['peer_multilingual_e5_small'])} "
            f"multilingual-e5-small, at 1/{result['times_its_throughput']:.0f} of the rate"
        ),
        _TRANSFER,
    ),
    Figure(
        "many_languages_at_once",
        "unseen old texts tokenized differently after the vocabularies of 106 languages joined in one call",
        lambda result: (
            f"{result['percents']['15']['unseen_old_tokenized_differently']} of {result['unseen_old_texts']:,}, "
            f"{percent(result['percents']['15']['lost_of_new_pieces'])} of what new pieces cover lost"
        ),
        lambda result: (
            f"{result['percents']['1']['unseen_old_tokenized_differently']:,} with pieces used where they cover 1 %"
        ),
        _TRANSFER,
    ),
    Figure(
        "damaged_files",
        "damaged exports, models and ensembles that open and answer otherwise",
        lambda result: (
            f"{sum(kind.get('ANOTHER ANSWER', 0) for kind in result['files'].values())} of "
            f"{result['count'] * len(result['files']):,}"
        ),
        lambda result: f"{sum(kind['refused'] for kind in result['files'].values()):,} refused with the file's name",
        ("keras_i18n/export", "keras_i18n/models/saving"),
        "--count 1700",
    ),
    Figure(
        "old_texts_after_adding",
        "unseen texts of 16 old languages that are tokenized differently after Swahili, Finnish, Ukrainian and Vietnamese",
        lambda result: _changed(result, "used where they cover 10 percent"),
        lambda result: f"{_changed(result, 'used everywhere')} where new pieces are used everywhere",
        _TRANSFER,
    ),
    Figure(
        "one_small_file",
        "one file for French, 8.0 MB in place of 281: topics (SIB-200 dev, English labels) that get the full model's label, "
        "and accuracy (the aim was 99 %)",
        lambda result: _points_lost(result["alone"][0]["by_language"]),
        lambda result: (
            f"{_points_lost(result['trimmed'][0]['by_language'])}: the words' 6,447 most frequent rows in int8 alone"
        ),
        ("keras_i18n/localization", "keras_i18n/export"),
    ),
    Figure(
        "one_small_file",
        "the same for English, Spanish and Chinese, 14.0 MB",
        lambda result: _points_lost(result["together"][0]["by_language"]),
        lambda result: "-",
        ("keras_i18n/localization", "keras_i18n/export"),
    ),
    Figure(
        "size_curve",
        "topics (SIB-200 dev, English labels) in the 16 languages of use_multilingual_v3 by the megabytes of one .tflite for all of "
        "them: accuracy in % of the full model's 280 MB, mean and worst language",
        lambda result: "; ".join(
            _of_full(result, line, size)
            for line, size in (
                ("whole, fewer bits", "int4"),
                ("whole, fewer bits", "mixed3"),
                ("16 languages, compact", "24"),
                ("16 languages, compact", "16"),
                ("16 languages, compact", "10"),
            )
        ),
        lambda result: (
            f"{_of_full(result, '16 languages, trimmed, int8', '24')}: the most frequent pieces with rows in int8; "
            f"{_of_full(result, 'fastText .ftz', 'ftz')}: fastText .ftz"
        ),
        ("keras_i18n/localization", "keras_i18n/networks", "keras_i18n/export"),
        arguments="--plot docs/pictures/size_curve.png",
    ),
    Figure(
        "universal_localized",
        "the encoder `universal` for one language in 3 MB: the full model's label of topics (SIB-200 dev), mean and worst; accuracy "
        "lost, mean and worst",
        lambda result: _localized(result, "3 MB"),
        lambda result: (
            f"{percent(_mean(result['fasttext']['accuracy']))} right: fastText .ftz of the same English labels"
        ),
        ("keras_i18n/localization", "keras_i18n/networks", "keras_i18n/export"),
    ),
    Figure(
        "universal_localized",
        "the same in 8 MB for languages of its pretrained half (the aim was 99 %, and .5 points lost in French)",
        lambda result: _localized(result, "8 MB"),
        lambda result: "-",
        ("keras_i18n/localization", "keras_i18n/networks", "keras_i18n/export"),
    ),
    Figure(
        "universal_adding",
        "a language gets pieces of its own in the encoder `universal` from 1,997 sentence pairs (fi el am; the gate was chosen in "
        "hi vi sw te uk): SIB-200 dev sentences that find their English translation; topics; unseen texts of 16 old languages "
        "tokenized differently, at most",
        lambda result: (
            f"{percent(result['held out']['after retrieved'])}; {percent(result['held out']['after accuracy'])}; "
            f"{result['of them tokenized differently, at most']} of {result['unseen old texts']:,}"
        ),
        lambda result: (
            f"{percent(result['held out']['before retrieved'])}; {percent(result['held out']['before accuracy'])} by n-grams alone"
        ),
        ("keras_i18n/transfer", "keras_i18n/networks"),
    ),
    Figure(
        "localized_bit_equality",
        "texts of NTREX-128 and SIB-200 dev in the encoder's 16 languages that a model localised by script answers bit for bit "
        "as the full one: all whose pieces are kept (another answer ends the run; of Chinese and Korean SIB-200 dev alone)",
        lambda result: f"{result['script_total']['equal']:,} of {result['script_total']['texts']:,}",
        lambda result: (
            f"{result['words_total']['equal']:,} of {result['words_total']['texts']:,} with the pieces of word lists alone"
        ),
        ("keras_i18n/localization", "keras_i18n/tokenizers", "keras_i18n/networks"),
    ),
    Figure(
        "translation",
        "English to German, Multi30k test_2016_flickr, 1.8 million weights trained on the 29,000 pairs alone, beam 4: sacreBLEU; "
        "tokenised and in lower case, as papers tell it; int8 .tflite, greedily (the aim was 42.5 tokenised)",
        lambda result: (
            f"{_test(result)['beam 4']['bleu']}; {_test(result)['beam 4']['tokenised bleu']}; {result['files']['int8 model.tflite']['bleu']}, "
            f"{result['files']['int8 model.tflite']['megabytes']:.1f} MB"
        ),
        lambda result: (
            f"{_test(result)['greedy']['bleu']} greedily in float32; published: Transformer-Tiny, 2.6 million weights, 41.0 tokenised"
        ),
        ("keras_i18n/models/translation", "keras_i18n/networks/translation.py"),
        arguments="measure cooled.keras",
    ),
    Figure(
        "translation_many",
        "English, German, French and Czech in one translator of 2.0 million weights, 80 minutes of a loaded core, six directions trained "
        "(English on one side), test_2016_flickr, greedily: BLEU of these in the mean; of the six others by way of English",
        lambda result: (
            f"{_mean_bleu(result, lambda name, row: row['bleu'] if 'en' in name else None):.1f}; "
            f"{_mean_bleu(result, lambda name, row: row.get('by way of English', {}).get('bleu')):.1f}"
        ),
        lambda result: (
            f"{_mean_bleu(result, lambda name, row: None if 'en' in name else row['bleu']):.1f} zero-shot: it writes English then"
        ),
        ("keras_i18n/models/translation", "keras_i18n/networks/translation.py"),
        arguments="measure many.keras",
    ),
    Figure(
        "translation_adding",
        "that translator learns Ukrainian from sentences of news alone (chrF on others of them, into it and from it): old "
        "translations that stay the same",
        lambda result: (
            f"{result['scores']['en-uk']['after']['chrf']:.1f}, {result['scores']['uk-en']['after']['chrf']:.1f}; "
            f"{result['old translations']['same']:,} of {result['old translations']['asked']:,}"
        ),
        lambda result: f"from it {result['scores']['uk-en']['before']['chrf']:.1f} before; {result['pairs']:,} pairs",
        ("keras_i18n/transfer/adding", "keras_i18n/networks"),
        arguments="many.keras",
    ),
    Figure(
        "translation_engine",
        "a translator with attention, 1.8 million weights, captions of up to 9, 10 to 14, and more words: CPU milliseconds of one thread, "
        "text in and text out, LiteRT; ONNX Runtime; sentences a second in bulk, LiteRT",
        lambda result: (
            f"{_engine(result, 'LiteRT')}; {_engine(result, 'ONNX Runtime')}; {result['rows']['LiteRT'][_BULK]:.0f}"
        ),
        lambda result: (
            f"{_engine(result, 'CTranslate2')}, {result['rows']['CTranslate2'][_BULK]:.0f} in bulk: CTranslate2 with the same weights, of "
            f"whose 1,000 translations {result['rows']['LiteRT'][_ALIKE]} are the same"
        ),
        ("keras_i18n/export", "keras_i18n/layers", "keras_i18n/networks"),
        arguments="attention.keras",
    ),
    Figure(
        "translation",
        "a translator of 1.8 million weights, captions of up to 9, 10 to 14, and more words: milliseconds of one thread, text in and "
        "text out, LiteRT; ONNX Runtime",
        lambda result: "; ".join(_by_words(result, "now", file) for file in ("model.tflite", "model.onnx")),
        lambda result: (
            f"untrained, both writing up to the limit, LiteRT: {_by_words(result, 'ssru, untrained', 'model.tflite')} with SSRU, "
            f"{_by_words(result, 'attention, untrained', 'model.tflite')} with attention"
        ),
        ("keras_i18n/export", "keras_i18n/layers", "keras_i18n/networks"),
        result="translation_latency",
        arguments="latency en-de.keras --hidden 512 --decoder-layers 2 --sentences 20",
    ),
    Figure(
        "translation",
        "a caption while it is translated, an encoder and a step (float32, one thread), milliseconds in the median until the first word "
        "is there, and until the last: LiteRT; ONNX Runtime",
        lambda result: "; ".join(
            f"{result['files'][f'float32 {name}']['median ms, first word']:.1f}, "
            f"{result['files'][f'float32 {name}']['median ms, last word']:.1f}"
            for name in ("tflite", "onnx")
        ),
        lambda result: (
            "; ".join(f"{result['files'][f'float32 {name}']['median ms, one file']:.1f}" for name in ("tflite", "onnx"))
            + ": one file, one call; the same as Keras "
            + ", ".join(
                str(result["files"][f"float32 {name}"]["same as Keras in float32"]) for name in ("tflite", "onnx")
            )
            + f" of {result['captions']}"
        ),
        ("keras_i18n/export", "keras_i18n/networks", "keras_i18n/layers"),
        result="translation_stream",
        arguments="stream en-de.keras",
    ),
    Figure(
        "translation_ablations",
        "English to German on Multi30k by as many passes over the pairs each, one thing changed: BLEU of test_2016_flickr, greedily / "
        "by a beam of 4",
        lambda result: f"{_bleu(result['rows']['as it is'])} in {result['passes']} passes",
        lambda result: "; ".join(f"{_bleu(row)} {name}" for name, row in result["rows"].items() if name != "as it is"),
        ("keras_i18n/models/translation", "keras_i18n/networks", "keras_i18n/layers"),
    ),
    Figure(
        "translation_localized",
        "a translator of English, German, French and Czech cut to English and German: int8 .tflite, megabytes; of 1,000 captions that "
        "the choice did not see, translated as before from English and from German; BLEU",
        lambda result: _cut_translator(result["rows"]["texts"]),
        lambda result: f"{_cut_translator(result['rows']['all four'])}: all four",
        ("keras_i18n/localization", "keras_i18n/models/translation", "keras_i18n/networks"),
        arguments="many.keras",
    ),
    Figure(
        "translation_shortlist",
        "a translator (English to German, Multi30k) that looks at 50 tokens for each of the source and 200 in any case: tokens a text; "
        "BLEU of test_2016_flickr, greedily / by a beam of 4; milliseconds a caption, LiteRT; ONNX Runtime (float32, one thread)",
        lambda result: _shortlisted(result["rows"]["50 and 200"]),
        lambda result: f"{_shortlisted(result['rows']['all tokens'])}: all tokens",
        ("keras_i18n/models/translation", "keras_i18n/networks", "keras_i18n/layers"),
        arguments="en-de.keras",
    ),
    Figure(
        "long_texts",
        "the tokenizer of `universal` in its files, times as long for a text of 16,000 characters as for one of 1,000: ONNX Runtime, "
        "LiteRT",
        lambda result: ", ".join(_longer(result["rows"]["now"][file]) for file in ("model.onnx", "model.tflite")),
        lambda result: (
            ", ".join(_longer(result["rows"]["before"][file]) for file in ("model.onnx", "model.tflite")) + " before"
        ),
        ("keras_i18n/layers", "keras_i18n/export"),
    ),
    Figure(
        "universal_packs",
        "the encoder `universal` as one body and a pack for each language, megabytes: body; French, Swahili, Japanese, Amharic",
        lambda result: "; ".join(
            [
                f"{result['bytes']['body'] / 1e6:.1f}",
                ", ".join(f"{result['bytes'][tag] / 1e6:.1f}" for tag in ("fr", "sw", "ja", "am")),
            ]
        ),
        lambda result: (
            f"{result['assembled']['same_answers']} of {result['assembled']['texts']} texts have the vectors of the encoder localised "
            "to French and Swahili, bit for bit"
        ),
        ("keras_i18n/localization", "keras_i18n/tokenizers", "keras_i18n/networks"),
    ),
    Figure(
        "universal_packs",
        "the same as exported files that an app chains, .tflite in int8, megabytes: body; packs of French, Swahili, Japanese, Amharic",
        lambda result: _exported_pair(result, "int8", "tflite"),
        lambda result: (
            f"{_exported_pair(result, 'int8', 'onnx')} .onnx; {_exported_pair(result, 'float32', 'tflite')} .tflite in float32; largest "
            f"difference of a number to the one file {_pair_difference(result):.0e}"
        ),
        ("keras_i18n/localization", "keras_i18n/export", "keras_i18n/networks"),
    ),
    Figure(
        "int8_computing",
        "the encoder's body computed in int8 in place of float32, one text of 105 characters, LiteRT: times as fast; same labels",
        lambda result: _int8(result, "litert"),
        lambda result: f"{_int8(result, 'onnx')} ONNX Runtime",
        ("keras_i18n/networks",),
    ),
    Figure(
        "sentence_retrieval",
        "sentences of the eight added languages find their English translation (SIB-200 dev, both directions)",
        lambda result: percent(result["after"]["mean_precision_at_1"]),
        lambda result: f"{percent(result['before']['mean_precision_at_1'])} the encoder before",
        _TRANSFER,
        arguments="--model MODEL_OF_EIGHT_NEW_LANGUAGES --languages hi sw vi fi el uk te am --name sentence_retrieval_added",
        result="sentence_retrieval_added",
    ),
    Figure(
        "training_throughput",
        "words a second in the training of a pooling classifier over hashed n-grams",
        lambda result: f"{result['ratio']:.2f} x",
        lambda result: "fastText",
        ("keras_i18n/training", "keras_i18n/optimizers"),
    ),
    Figure(
        "serving_load",
        "`keras-i18n serve`: requests a second, one text of 105 characters each, 8 connections",
        lambda result: f"{_rates(result, 'keras_i18n') / _rates(result, 'fastapi'):.2f} x",
        lambda result: "FastAPI with ONNX Runtime, the same file",
        ("keras_i18n/serving",),
    ),
    Figure(
        "page_latency",
        "the page in Chromium, a file of 8 MB: seconds until the first answer, and milliseconds of a keystroke in a text of 105 "
        "characters (the aims were 1.5 and 5)",
        lambda result: "; ".join(
            f"{name} {row['seconds until the first answer']:.1f}, {row['median ms of a keystroke']:.0f}"
            for name, row in result.items()
            if "next to nothing" not in name
        ),
        _alone_in_the_browser,
        ("examples/web", "keras_i18n/serving", "keras_i18n/export", "keras_i18n/layers"),
    ),
    Figure(
        "typing_memory",
        "30 minutes of typing into the page in Chromium: MB that the second half adds to JavaScript's heap and to the process "
        "in an hour, LiteRT.js / onnxruntime-web",
        lambda result: " / ".join(_growth(result[name]) for name in ("LiteRT.js", "onnxruntime-web")),
        lambda result: f"{_growth(result['a blank text field'])}, a blank text field, 15 minutes",
        ("examples", "keras_i18n/serving"),
    ),
    Figure(
        "bulk_cluster",
        "`bulk.predict` on a Ray cluster of two nodes while a worker is killed and a node removed: rows out of rows in, of "
        "which twice or with another label than one process gives",
        lambda result: "{rows out:,} of {rows in:,}; {twice}, {other labels than alone}".format(
            **result["two nodes, harmed"]
        ),
        lambda result: (
            f"one process alone; unharmed, two nodes label {result['two nodes']['texts a second'] / result['one node']['texts a second']:.2f} "
            f"x the texts a second of one, their workers' memory {result['two nodes']['megabytes of workers, a quarter']} MB "
            f"early and {result['two nodes']['megabytes of workers, near the end']} late"
        ),
        ("keras_i18n/bulk",),
    ),
    Figure(
        "optimizers",
        "row-wise Adam, a step under `fit` at 1M x 64",
        lambda result: f"{_row(result, table='1M x 64', optimizer='RowwiseAdam')['times_keras']:.0f} x",
        lambda result: "Keras' Adam",
        ("keras_i18n/optimizers",),
    ),
)


def _changed(result, rule):
    """Of the last step: how many of how many unseen old texts."""
    told = result["rules"][rule]["steps"][-1]["unseen_old_tokenized_differently"]
    return f"{told['texts']} of {result['unseen_old_texts']['texts']:,}"
