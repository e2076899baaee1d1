"""Looking through labelled texts before they train or judge a model."""

import collections
from collections.abc import Callable, Sequence
from typing import Any

from keras_i18n import languages as tags
from keras_i18n.datasets.accepting import as_dataset
from keras_i18n.datasets.checking import encodings, labels, language_tags, leaks, texts
from keras_i18n.datasets.checking.finding import Checked, Finding
from keras_i18n.datasets.checking.report import CheckReport, LanguageRow, by_severity, title_of
from keras_i18n.progress import Counter, ProgressOption

# each gives the findings of its kind
CHECKS: tuple[Callable[[Checked], Any], ...] = (
    leaks.leaks,
    leaks.shared_sentences,
    labels.one_label_only,
    labels.spelling_variants,
    labels.labels_without_examples,
    labels.labels_of_one_language,
    labels.imbalance,
    labels.few_texts,
    texts.conflicting_labels,
    texts.duplicates,
    texts.near_empty,
    texts.markup,
    texts.too_long,
    encodings.mojibake,
    encodings.lost_signs,
    encodings.zawgyi,
    encodings.control_characters,
    language_tags.other_scripts,
    language_tags.undetermined,
    language_tags.identified_otherwise,
    language_tags.same_text_in_languages,
    language_tags.unknown_languages,
    language_tags.unread_letters,
    language_tags.unknown_pieces,
)


def check(
    train: Any,
    test: Any = None,
    model: Any = None,
    *,
    identify: Any = None,
    progress: ProgressOption = None,
) -> CheckReport:
    """Looks for what makes a training or a score wrong, before anybody trusts it.

    Told are test texts that stand in the training part (also but for case, spaces and punctuation), the same text with
    different labels, duplicates, near-empty texts, wrong encodings, markup, tags that do not fit the script of their
    texts, labels that are spelled twice, lack examples or belong to one language, labels that have most texts of a
    language; and with a model the languages that it was not made for, by their tags, by their letters and by the tokens
    that it does not know, labels that it lacks, texts that are longer than it reads.

    Args:
        train: `Dataset`, with or without labels, or what `datasets.as_dataset` makes one of.
        test: the same, or None.
        model: what was or will be trained: a model, an encoder or an opened file; None where there is none yet.
        identify: a `LanguageIdentifier`, an opened file of one, or a function, list of str -> list of tags; None for
            none: the scripts of texts are compared with their tags in any case.
        progress: True to show it, or a function that is called with a `Progress` after each check.

    Returns: `CheckReport`: `str(report)` is one page with advice, `report.findings` what was found, `report.ok`.

    Raises:
        TypeError: texts in another form, an identifier that is none.
        DataError: a file that cannot be read.

    Example:

    >>> from keras_i18n import datasets
    >>> train = datasets.from_lists(["Wake me", "wake me!", "Play jazz"] * 3, ["alarm", "alarm", "music"] * 3, language="en")
    >>> report = datasets.check(train, datasets.from_lists(["Play jazz"], ["music"], language="en"))
    >>> report.faults()
    ['leak', 'duplicate', 'few texts of a label']
    >>> train[report.kept_rows()].text  # without what is tested
    ('Wake me',)
    """
    train = _given(train, "train")
    test = None if test is None else _given(test, "test")
    checked = Checked(train, test, model, _identifier(identify))
    findings: list[Finding] = []
    counter = Counter(progress, "checks", total=len(CHECKS))
    for one in CHECKS:
        findings += one(checked)
        counter.add()
    return CheckReport(by_severity(findings), _rows(checked), title_of(train, test))


def _given(data, name):
    data = as_dataset(data, name=name, labelled=True) if not hasattr(data, "languages") else data
    if not len(data):
        raise ValueError(f"`{name}` must have at least one row. Received: an empty data set.")
    return data


def _identifier(given):
    if given is None:
        return None
    if hasattr(given, "classify"):
        return lambda texts: [one.label for one in given.classify(list(texts))]
    if callable(given):
        return lambda texts: _told(given, texts)
    raise TypeError(
        "`identify` must be a language identifier or a function, list of texts -> list of tags. "
        f"Received: {type(given).__name__}."
    )


def _told(identify: Callable[[Sequence[str]], Sequence[str]], texts: Sequence[str]) -> list[str]:
    found = [tags.normalize(tag) for tag in identify(list(texts))]
    if len(found) != len(texts):
        raise ValueError(f"`identify` must give a tag a text ({len(texts)}). Received: {len(found)}.")
    return found


def _rows(checked):
    train, test = checked.train, checked.test
    shares = language_tags.unknown_shares(checked.model, train)
    rows_of = {name: collections.Counter(data.language) for name, data in checked.parts()}
    by_language = {name: labels.counts_by_language(data) for name, data in checked.parts() if data.label is not None}
    rows = []
    for tag in sorted({*train.languages, *(test.languages if test is not None else ())}):
        counts = by_language.get("train", {}).get(tag, collections.Counter())
        judged = by_language.get("test", {}).get(tag) or counts
        label, count = judged.most_common(1)[0] if judged else (None, 0)
        part = "test" if by_language.get("test", {}).get(tag) else "train"
        rows.append(
            LanguageRow(
                language=tag,
                name=tags.name(tag),
                train=rows_of["train"][tag],
                test=rows_of.get("test", {}).get(tag, 0),
                labels=len(counts),
                majority_label=label,
                majority_share=count / rows_of[part][tag] if judged else None,
                made_for=tags.made_for(checked.model, tag),
                unknown_pieces=shares.get(tag),
            )
        )
    return tuple(rows)
