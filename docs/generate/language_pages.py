"""A page for each language: what it is, what was measured in it, and how to improve it. Figures are those of the results
of benchmarks alone; where nothing was measured the page says so."""

import dataclasses
import json
import math
import pathlib
from collections.abc import Callable
from typing import Any

import keras_i18n as ki
from keras_i18n.models.presets import preset_languages

FOLDER = "look-up/languages"
_RESULTS = pathlib.Path(__file__).parents[2] / "benchmarks" / "results"
# results that sections of their own read
_BESIDE = ("one_language_files", "language_identification")
# of SIB-200's dev part, in each of its languages
_TEXTS = 99


@dataclasses.dataclass(frozen=True)
class Measure:
    """A row of a page's table.

    Args:
        what: what was measured, as a sentence.
        command: the benchmark, and the name of its result.
        by_language: result -> dict from tag to the figure.
        beside: result -> dict from tag to what stands beside it.
        told_beside: what that is.
        share: whether the figure is a share of `_TEXTS` texts, which has an interval.
    """

    what: str
    command: str
    by_language: Callable[[Any], dict[str, float]]
    beside: Callable[[Any], dict[str, float]] = lambda result: {}
    told_beside: str = ""
    share: bool = True


def _rows(result, method):
    largest = [row for row in result["rows"] if row["method"] == method and row["set"] == "sib200"]
    return max(largest, key=lambda row: sum(row["by_language"].values()))["by_language"] if largest else {}


def _mean(result, part):
    pairs = result[part]["to_english_and_from_english"] if part in result else {}
    return {tag: sum(both) / 2 for tag, both in pairs.items()}


MEASURES = (
    Measure(
        "topics of sentences, a classifier trained in English alone on the encoder `universal`, whose training saw sentences "
        "of the same source, without labels",
        "universal_encoder",
        lambda result: result["universal"]["by_language"],
        lambda result: result["use_multilingual_v3"]["by_language"],
        "`use_multilingual_v3`",
    ),
    Measure(
        "the same on the encoder `use_multilingual_v3`",
        "zero_shot",
        lambda result: result["by_language"],
    ),
    Measure(
        "the same, after this language was added by sentence pairs, a list of words and a teacher",
        "eight_new_languages",
        lambda result: result["after_in_the_last_model"],
        lambda result: {row["language"]: row["before"] for row in result["languages"]},
        "before",
    ),
    Measure(
        "topics of sentences, `TextClassifier.create` on the most labels that were tried (its settings were chosen on these texts)",
        "default_wins",
        lambda result: _rows(result, "create"),
        lambda result: _rows(result, "TF-IDF + logistic regression"),
        "TF-IDF + logistic regression",
    ),
    Measure(
        "sentences find their English translation, mean of both directions",
        "sentence_retrieval",
        lambda result: _mean(result, "before"),
    ),
    Measure(
        "the same after this language was added",
        "sentence_retrieval_added",
        lambda result: _mean(result, "after"),
        lambda result: _mean(result, "before"),
        "before",
    ),
    Measure(
        "topics of sentences in one small file: accuracy",
        "one_small_file",
        lambda result: _small(result, "accuracy"),
        lambda result: _small(result, "full_accuracy"),
        "the whole model",
    ),
    Measure(
        "bits a character of one language model of 20 languages (fewer are better)",
        "language_model_twenty_languages",
        lambda result: result["bits a character"],
        lambda result: result["Witten-Bell 6-gram, peer 'best'"],
        "the better of two Witten-Bell 6-grams",
        share=False,
    ),
)


def _small(result, key):
    return {tag: row[key] for one in (*result["together"], *result["alone"]) for tag, row in one["by_language"].items()}


def interval(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of so many texts.

    >>> [round(bound, 3) for bound in interval(0.5, 99)]
    [0.403, 0.597]
    """
    z = 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return middle - half, middle + half


def pages() -> dict[str, str]:
    """A page for each language in which something was measured or of which the sample has texts, and their list."""
    results = {name: _result(name) for name in (*(one.command for one in MEASURES), *_BESIDE)}
    measured = {one: _canonical(one.by_language(results[one.command])) for one in MEASURES}
    train, test = ki.datasets.sample("assistant")
    tags = sorted({*train.languages, *(tag for row in measured.values() for tag in row)})
    written = {f"{FOLDER}/{tag}.md": _page(tag, measured, results, train, test) for tag in tags}
    written[f"{FOLDER}/index.md"] = _index(tags, measured)
    return written


def _result(name):
    path = _RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _canonical(figures):
    """Figures by the shortest tag of each language: `ko-Hang` is `ko`, `ha-Latn` is `ha`."""
    return {_short(tag): figure for tag, figure in figures.items()}


def _short(tag):
    plain = tag.split("-")[0]
    return plain if ki.languages.script(plain) and _script(tag) == _script(plain) else tag


def _script(tag):
    return {"Hang": "Kore"}.get(ki.languages.script(tag), ki.languages.script(tag))


def _page(tag, measured, results, train, test):
    code = ki.languages.script(tag)
    own = ki.languages.autonym(tag)
    encoders = _short_all(results["zero_shot"]["languages_of_the_encoder"])
    direction = {"ltr": "left to right", "rtl": "right to left"}[ki.languages.direction(tag)]
    parts = [
        f"# {ki.languages.name(tag)}",
        f"`{tag}` · {_in_its_language(own, tag)} · script `{code}` ({ki.languages.script_name(code)}), {direction}"
        if code
        else f"`{tag}` · {_in_its_language(own, tag)} · {direction}",
    ]
    parts += ["## What was measured", _table(tag, measured, results)]
    files = _files(tag, results)
    parts += ["## What a file takes", _file_table(files)] if files else []
    parts += ["## What is taken for what", "\n".join(_confusions(tag, files, results))]
    parts += ["## What data there is", _data(tag, train, test)]
    parts += ["## How to improve it", _advice(tag, tag in encoders, results)]
    return "\n\n".join(parts) + "\n"


def _in_its_language(text, tag):
    """A text that a browser writes in its own direction, by the fonts of its language."""
    return f'<bdi lang="{tag}" dir="{ki.languages.direction(tag)}">{text}</bdi>'


def _files(tag, results):
    """(what a file is, its bytes, what was measured of it) for a language's own file and that of all languages."""
    result = results["one_language_files"]
    own, all_of_them = _canonical(result["own"]).get(tag), _canonical(result["universal"]["by_language"]).get(tag)
    told = []
    if own is not None:
        told.append(("a file of its own, hashed n-grams, from 701 labelled sentences of it", own["bytes"], own))
    if all_of_them is not None:
        told.append(
            ("`universal`, one file for all languages, from 701 in English", result["universal"]["bytes"], all_of_them)
        )
    return told


def _file_table(files):
    rows = ["| file | size | one sentence | topics |", "| --- | --- | --- | --- |"]
    rows += [
        f"| {what} | {size / 1e6:.1f} MB | {found['milliseconds']:.2g} ms | {found['accuracy']:.1%} |"
        for what, size, found in files
    ]
    told = (
        f"int8 .tflite with the tokenizer inside, in LiteRT on two cores that others used too: {_TEXTS} sentences of SIB-200's "
        "dev part one by one, each three times, the median of the fastest (`python benchmarks/one_language_files.py`)."
    )
    return "\n".join(rows) + f"\n\n{told}"


def _confusions(tag, files, results):
    """What is most often taken for something else: topics in these files, and the language itself."""
    lines = []
    for what, _, found in files:
        if found["confusions"]:
            pairs = ", ".join(f"{label} as {given} ({count})" for label, given, count in found["confusions"])
            lines.append(f"- Topics of {_TEXTS} sentences, by {what.split(',')[0]}: {pairs}.")
    for pair in results["language_identification"]["taken_for_each_other"]:
        shortest = [_short(one) for one in pair["languages"]]
        if tag in shortest:
            other = shortest[1 - shortest.index(tag)]
            lines.append(
                f"- The language: of {pair['texts']} sentences of it and of [{ki.languages.name(other)}]({other}.md) "
                f"{pair['wrong']} are taken for the other (`python benchmarks/language_identification.py`)."
            )
    return lines or ["Nothing that came more than once in what was measured."]


def _short_all(tags):
    return {_short(tag) for tag in tags}


def _table(tag, measured, results):
    rows = []
    for one in MEASURES:
        if tag not in measured[one]:
            continue
        figure, beside = measured[one][tag], _canonical(one.beside(results[one.command])).get(tag)
        rows.append(
            f"| {one.what} | {_shown(figure, one)} | {_interval(figure, one)} | "
            f"{f'{_shown(beside, one)} {one.told_beside}' if beside is not None else '-'} | "
            f"<code>{one.command.replace('_', '_<wbr>')}</code> |"
        )
    if not rows:
        return "Nothing yet."
    told = (
        f"Shares are of {_TEXTS} texts of SIB-200's dev part; intervals are Wilson's, 95 %. Each row is from "
        "`benchmarks/results/NAME.json`."
    )
    return (
        "| what | figure | interval | beside | from |\n| --- | --- | --- | --- | --- |\n"
        + "\n".join(rows)
        + f"\n\n{told}"
    )


def _shown(figure, one):
    return f"{figure:.1%}" if one.share else f"{figure:.2f}"


def _interval(figure, one):
    if not one.share:
        return "-"
    low, high = interval(figure, _TEXTS)
    return f"{low:.1%} to {high:.1%}"


def _data(tag, train, test):
    lines = [
        f"- The embedded sample `assistant`: {sum(one == tag for one in data.language)} {part} texts."
        for data, part in ((train, "training"), (test, "test"))
        if tag in data.languages
    ]
    if not lines:
        lines = ["- The embedded sample has none of its texts."]
    return "\n".join(lines)


def _advice(tag, known, results):
    own = tag in _short_all(preset_languages("universal"))
    lines = _of_labels(tag, results)
    if known:
        lines.append(
            "- The encoders `use_multilingual_v3` and `universal` were made for it: train in any of their languages and ask in "
            "this one."
        )
    else:
        lines.append(
            f"- The encoder `universal`, which comes with the package, {'was' if own else 'was not'} made for it. Train with "
            "labels of it: [`TextClassifier.create`](../../do/choose-a-classifier.md) decides what to build on.\n"
            "- `use_multilingual_v3` was not made for it; [add it](../../do/add-a-language.md) with sentence pairs, of which "
            "two thousand are enough to begin."
        )
    if tag not in {_short(one) for one in results["eight_new_languages"]["after_in_the_last_model"]} and not known:
        lines.append("- What adding it gives was not measured by language.")
    lines.append(
        f"- [Judge it](../../do/judge.md) on texts of your own: {_TEXTS} texts tell no difference of a few points."
    )
    return "\n".join(lines)


def _of_labels(tag, results):
    """Whether labels in the language help, where a file that had them was measured beside one that had English ones."""
    files = dict(zip(("own", "universal"), (found for _, _, found in _files(tag, results)), strict=False))
    if len(files) < 2:
        return []
    own, english = files["own"]["accuracy"], files["universal"]["accuracy"]
    told = f"701 labelled sentences of it alone gave {own:.1%}, 701 in English through `universal` {english:.1%}"
    low, high = interval(english, _TEXTS)
    if own > high:
        return [f"- Labels in it help most: {told}."]
    if own < low:
        return [f"- Labels in English help as well, with an encoder: {told}."]
    return [f"- Labels in it, or in English with an encoder: {told}, which {_TEXTS} texts do not tell apart."]


def _index(tags, measured):
    (topics, retrieval) = (
        next(found for one, found in measured.items() if one.command == name)
        for name in ("universal_encoder", "sentence_retrieval")
    )
    rows = [
        "| language | name | script | topics, trained in English | finds its translation |",
        "| --- | --- | --- | --- | --- |",
    ]
    rows += [
        f"| [`{tag}`]({tag}.md) | {ki.languages.name(tag)} | {ki.languages.script(tag) or '-'} | "
        f"{_cell(topics.get(tag))} | {_cell(retrieval.get(tag))} |"
        for tag in tags
    ]
    return (
        "# Languages\n\nA page for each language in which something was measured. The first figure is of the encoder `universal` "
        "(`python benchmarks/universal_encoder.py`), the second of `use_multilingual_v3` as it is (`python "
        "benchmarks/sentence_retrieval.py`); pages of languages that were added have those of after.\n\n"
        + "\n".join(rows)
        + "\n"
    )


def _cell(share):
    return "-" if share is None else f"{share:.1%}"
