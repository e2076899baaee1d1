"""Test texts that were trained on: scores on them say nothing of new texts."""

from collections.abc import Iterator

from keras_i18n.datasets.checking.finding import Checked, Finding, in_rows
from keras_i18n.datasets.checking.text_key import text_keys

_WAY_OUT = "Leave them out of the training part: a score on them tells what was remembered."


def leaks(checked: Checked) -> Iterator[Finding]:
    """Test texts that stand in the training part too, in the same language, letter by letter or nearly so."""
    train, test = checked.train, checked.test
    if test is None:
        return
    texts = [list(zip(data.language, data.text, strict=True)) for data in (train, test)]
    keys = [list(zip(data.language, text_keys(data.text), strict=True)) for data in (train, test)]
    same = [text in known for known in [set(texts[0])] for text in texts[1]]
    near = [key in known and not equal for known in [set(keys[0])] for key, equal in zip(keys[1], same, strict=True)]
    for fault, found, how in (("leak", same, ""), ("near leak", near, " but for case, spaces or punctuation")):
        if any(found):
            leaked = {key for key, one in zip(keys[1], found, strict=True) if one}
            rows = [row for row, key in enumerate(keys[0]) if key in leaked]
            told = f"{sum(found):,} of {len(test):,} test texts stand in the training part{how}"
            yield in_rows(fault, train, "train", rows, severity="error", told=told, advice=_WAY_OUT)


def shared_sentences(checked: Checked) -> Iterator[Finding]:
    """Test rows whose `id` a training row has: where an id names a sentence, its translations lie on both sides."""
    train, test = checked.train, checked.test
    if test is None or "id" not in train.columns or "id" not in test.columns:
        return
    # rows that are numbered anew in each file name no sentence
    if any(_is_numbering(data["id"]) for data in (train, test)):
        return
    known = set(train["id"])
    rows = [row for row, value in enumerate(test["id"]) if value in known]
    if rows:
        yield in_rows(
            "shared id", test, "test", rows, severity="error",
            told="{count} of {total} test rows have an `id` that training rows have",
            advice="Where an id names a sentence and its translations, split by it: data.split(groups='id').",
        )  # fmt: skip


def _is_numbering(values):
    numbers = [str(value) for value in values]
    return any(numbers == [str(first + row) for row in range(len(numbers))] for first in (0, 1))
