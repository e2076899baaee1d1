"""Labels that are spelled twice, lack examples, or stand for a language rather than for what is said."""

import collections
from collections.abc import Iterator

from keras_i18n.datasets.checking.finding import Checked, Finding
from keras_i18n.datasets.checking.text_key import bare
from keras_i18n.datasets.dataset import Dataset

_FEW_TEXTS = 5
_NEAR = 0.5  # of the way from chance to 1: where a label has more of a language's texts, it stands for the language
_SHOWN = 6


def spelling_variants(checked: Checked) -> Iterator[Finding]:
    """Labels that differ by case, spaces and punctuation only."""
    spelled: dict[str, set] = {}
    for _, data in checked.parts():
        for label in data.labels:
            spelled.setdefault(bare(label) or label, set()).add(label)
    for label in getattr(checked.model, "labels", ()) or ():
        spelled.setdefault(bare(label) or label, set()).add(label)
    alike = [sorted(labels) for labels in spelled.values() if len(labels) > 1]
    if alike:
        yield Finding(
            "label spelling",
            f"{len(alike)} label{'s are' if len(alike) > 1 else ' is'} spelled in more than one way",
            "Write each in one way: a model takes them for different labels.",
            severity="error",
            examples=tuple(" / ".join(labels) for labels in alike[:_SHOWN]),
        )


def labels_without_examples(checked: Checked) -> Iterator[Finding]:
    """Labels of the test part or of the model that no training text has, and those that a language lacks."""
    train = checked.train
    if train.label is None:
        return
    for part, others in (("test", checked.test), ("model", checked.model)):
        lacking = sorted(set(getattr(others, "labels", ()) or ()) - set(train.labels))
        if lacking:
            whose = "the test texts have" if part == "test" else "the model has"
            yield Finding(
                "label without training text",
                f"No training text has {len(lacking)} of the labels that {whose}: {_listed(lacking)}",
                "Add texts of them, or leave the labels out: no answer of the model will be one of them.",
                severity="error",
                examples=tuple(lacking[:3]),
            )
    tags_of = _languages_of_labels(train)
    shared = [label for label in train.labels if len(tags_of[label]) > 1 or len(train.languages) == 1]
    lacking_by_language = {
        tag: [label for label in shared if tag not in tags_of[label]]
        for tag in (train.languages if len(shared) > 1 else ())
    }
    lacking_by_language = {tag: labels for tag, labels in lacking_by_language.items() if labels}
    if lacking_by_language:
        yield Finding(
            "label missing in a language",
            f"{len(lacking_by_language)} of {len(train.languages)} languages have no example of some labels",
            "Add a few texts of them: what a label looks like there is then known only from other languages.",
            languages={tag: len(labels) for tag, labels in lacking_by_language.items()},
            examples=tuple(f"{tag}: {_listed(labels)}" for tag, labels in lacking_by_language.items()),
        )


def labels_of_one_language(checked: Checked) -> Iterator[Finding]:
    """Labels that texts of one language only have, where there are several languages."""
    train = checked.train
    if train.label is None or len(train.languages) < 2:
        return
    alone = {label: tags for label, tags in _languages_of_labels(train).items() if len(tags) == 1}
    if alone:
        yield Finding(
            "label of one language",
            f"{len(alone)} of {len(train.labels)} labels have texts in one language only",
            "Add texts in other languages: a model learns the language instead of what is said.",
            languages=dict(collections.Counter(tag for tags in alone.values() for tag in tags).most_common()),
            examples=tuple(f"{label} ({next(iter(tags))})" for label, tags in list(alone.items())[:_SHOWN]),
        )


def one_label_only(checked: Checked) -> Iterator[Finding]:
    """A training part, or a language of it, that has one label."""
    train = checked.train
    if train.label is None:
        return
    if len(train.labels) < 2:
        yield Finding(
            "one label",
            f"All {len(train):,} training texts have the label {_listed(train.labels) or 'none'}",
            "A classifier needs at least two: add texts of the others.",
            severity="error",
        )


def imbalance(checked: Checked) -> Iterator[Finding]:
    """Languages in which one label has most of the texts."""
    for part, data in checked.parts():
        if data.label is None or len(data.labels) < 2 or data.multi_label:
            continue
        chance = 1 / len(data.labels)
        found = {}
        for tag, counts in counts_by_language(data).items():
            label, count = counts.most_common(1)[0]
            if counts.total() >= 2 * len(data.labels) and count / counts.total() >= chance + _NEAR * (1 - chance):
                found[tag] = (label, count, counts.total())
        if found:
            yield Finding(
                "imbalance",
                f"In {len(found)} of {len(data.languages)} languages one label has most of the {part} texts",
                "Compare every accuracy with this share, and read macro F1; train with class_weight='balanced' "
                "(--class-weight balanced), or add texts of the others.",
                part=part,
                languages={tag: count for tag, (_, count, _) in found.items()},
                examples=tuple(f"{tag}: {label} {count / all_:.0%}" for tag, (label, count, all_) in found.items()),
                command="keras-i18n train {data} {model} --class-weight balanced" if part == "train" else "",
            )


def few_texts(checked: Checked) -> Iterator[Finding]:
    """Labels and languages of fewer than five training texts."""
    train = checked.train
    counts = collections.Counter(train.language)
    few = {tag: count for tag, count in sorted(counts.items()) if count < _FEW_TEXTS}
    if few:
        yield Finding(
            "few texts of a language",
            f"{len(few)} of {len(counts)} languages have fewer than {_FEW_TEXTS} training texts",
            "Add texts: so few tell little of a language.",
            severity="note",
            languages=few,
        )
    per_label = collections.Counter(label for row in train.label or () for label in _each(row))
    rare = {label: count for label, count in sorted(per_label.items()) if count < _FEW_TEXTS}
    if rare:
        yield Finding(
            "few texts of a label",
            f"{len(rare)} of {len(per_label)} labels have fewer than {_FEW_TEXTS} training texts",
            "Add texts, or join rare labels into one.",
            examples=tuple(f"{label} ({count})" for label, count in list(rare.items())[:_SHOWN]),
        )


def counts_by_language(data: Dataset) -> dict[str, collections.Counter]:
    """Language tag -> label -> rows, in the order of tags.

    >>> from keras_i18n.datasets import from_lists
    >>> counts_by_language(from_lists(["jua", "sun"], ["sun", "sun"], language=["sw", "en"]))["sw"]
    Counter({'sun': 1})
    """
    counts: dict[str, collections.Counter] = {tag: collections.Counter() for tag in data.languages}
    for tag, row in zip(data.language, data.label or (), strict=True):
        counts[tag].update(_each(row))
    return counts


def _languages_of_labels(data):
    tags_of = {label: set() for label in data.labels}
    for tag, row in zip(data.language, data.label, strict=True):
        for label in _each(row):
            tags_of[label].add(tag)
    return tags_of


def _each(row):
    return row if isinstance(row, tuple) else (row,)


def _listed(labels):
    return ", ".join(labels[:_SHOWN]) + (f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else "")
