"""Languages that are not what their tags say, and languages that the model was not made for."""

import collections
from collections.abc import Iterator

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.datasets.checking.finding import Checked, Finding, in_rows
from keras_i18n.datasets.checking.text_key import bare
from keras_i18n.datasets.dataset import Dataset
from keras_i18n.languages.letters import letter_counts, letters_of
from keras_i18n.languages.made_for import is_undetermined

_FEW_LETTERS = 6
# Texts in Latin letters within a language of another script are common: names, and how people type on phones.
_SHARE_IN_LATIN, _SHARE_IDENTIFIED = 0.05, 0.1
# of a text with names in Latin letters, such as "monitor لا يعمل", so much must be in the tag's own
_SHARE_OWN, _SHARE_OWN_BESIDE_LATIN = 1 / 2, 1 / 5
_LONG = 20  # letters and digits from which on two languages hardly share a text
_UNKNOWN_PIECES, _SAMPLED = 0.1, 200  # the encoder's Korean has 6 %, its Hebrew, which it does not know, 12


def other_scripts(checked: Checked) -> Iterator[Finding]:
    """Texts most of whose letters are not of the script that their tag has."""
    for part, data in checked.parts():
        rows, seen = [], collections.Counter()
        latin: dict[str, list] = collections.defaultdict(list)
        for row, (text, tag) in enumerate(zip(data.text, data.language, strict=True)):
            found = _other_script(text, tag)
            if found == "LATIN":
                latin[tag].append(row)
            elif found:
                rows.append(row)
                seen[f"{tag} in {found.capitalize()} letters"] += 1
        totals = collections.Counter(data.language)
        for tag, some in latin.items():
            if len(some) >= _SHARE_IN_LATIN * totals[tag]:
                rows += some
                seen[f"{tag} in Latin letters"] += len(some)
        if rows:
            yield in_rows(
                "script of another language", data, part, sorted(rows), severity="error",
                told="{count} of {total} {part} texts are not in the script of their tag: "
                + ", ".join(f"{what} ({count})" for what, count in seen.most_common(4)),
                advice="Correct the tags; a language in another script has a tag that says so, such as 'sr-Latn'.",
            )  # fmt: skip


def undetermined(checked: Checked) -> Iterator[Finding]:
    """Rows without a language."""
    for part, data in checked.parts():
        rows = [row for row, tag in enumerate(data.language) if is_undetermined(tag)]
        if not rows:
            continue
        scripts = collections.Counter(
            name.capitalize() for row in rows[:1000] for name in letter_counts(data.text[row])
        )
        told = "{count} of {total} {part} texts have no language"
        if checked.identify is not None:
            found = collections.Counter(checked.identify([data.text[row] for row in rows]))
            told += ": the identifier says " + ", ".join(f"{tag} ({count})" for tag, count in found.most_common(8))
        else:
            told += f"; their letters are {', '.join(name for name, _ in scripts.most_common(4))}"
        yield in_rows(
            "no language tag", data, part, rows, told=told,
            advice="Give each row its tag: scores by language, and what a model knows, are told by it. A language "
            "identifier helps: `identify=`, --identifier FILE.",
        )  # fmt: skip


def identified_otherwise(checked: Checked) -> Iterator[Finding]:
    """Texts of which the identifier says that they are in another language than their tag."""
    if checked.identify is None:
        return
    for part, data in checked.parts():
        rows, seen = [], collections.Counter()
        identified = checked.identify(list(data.text))
        by_tag: dict[str, list] = collections.defaultdict(list)
        for row, (tag, found) in enumerate(zip(data.language, identified, strict=True)):
            if not (is_undetermined(tag) or is_undetermined(found)) and not tags.matches(tag, [found]):
                by_tag[tag].append(row)
        totals = collections.Counter(data.language)
        for tag, some in by_tag.items():
            # an identifier errs, on short texts above all
            if len(some) >= max(2, _SHARE_IDENTIFIED * totals[tag]):
                rows += some
                seen.update(f"{tag} looks like {identified[row]}" for row in some)
        if rows:
            yield in_rows(
                "identified as another language", data, part, sorted(rows),
                told="{count} of {total} {part} texts are in another language than their tag says, by the identifier: "
                + ", ".join(f"{what} ({count})" for what, count in seen.most_common(4)),
                advice="Read some of them, and correct the tags. An identifier that does not know a language, or was "
                "trained on other texts, errs.",
            )  # fmt: skip


def same_text_in_languages(checked: Checked) -> Iterator[Finding]:
    """Long texts that stand in the data under two languages."""
    for part, data in checked.parts():
        languages: dict[str, set] = collections.defaultdict(set)
        keys = [bare(text) for text in data.text]
        for key, tag in zip(keys, data.language, strict=True):
            if len(key) >= _LONG:
                languages[key].add(tag)
        rows = [row for row, key in enumerate(keys) if len(languages.get(key, ())) > 1]
        if rows:
            yield in_rows(
                "same text in two languages", data, part, rows,
                told="{count} of {total} {part} texts stand under more than one language",
                advice="One of the tags is wrong, or the text was not translated.",
            )  # fmt: skip


def unknown_languages(checked: Checked) -> Iterator[Finding]:
    """Languages that the model was not made for, by their tags."""
    for part, data in checked.parts():
        unknown = [tag for tag in data.languages if tags.made_for(checked.model, tag) is False]
        if unknown:
            counts = collections.Counter(data.language)
            yield Finding(
                "language unknown to the model",
                f"The model was not made for {len(unknown)} of {len(data.languages)} languages of the {part} part",
                "Labels in the language itself help most: train on them, also fine-tuning (--trainable all) or from "
                "scratch. With sentence pairs the language can be added.",
                part=part,
                languages={tag: counts[tag] for tag in sorted(unknown, key=lambda tag: (-counts[tag], tag))},
                command=f"keras-i18n add-language {{model}} {unknown[0]} NEW.keras --parallel en-{unknown[0]}.tsv",
            )


def unread_letters(checked: Checked) -> Iterator[Finding]:
    """Texts in letters that no language of the model has, though it was made for the language of their tag."""
    for part, data in checked.parts():
        found = tags.unread_scripts(checked.model, data.text, data.language)
        found = {tag: script for tag, script in found.items() if tags.made_for(checked.model, tag) is not False}
        if found:
            counts = collections.Counter(data.language)
            yield Finding(
                "letters unknown to the model",
                f"Texts of the {part} part are in letters that no language of the model is written in: "
                + ", ".join(f"{tag} in {script} letters" for tag, script in list(found.items())[:8]),
                "The model reads next to nothing of them. Correct the tags, write the texts in the script that the model "
                "knows, or take one that reads them.",
                part=part,
                languages={tag: counts[tag] for tag in found},
            )


def unknown_pieces(checked: Checked) -> Iterator[Finding]:
    """Languages of whose tokens many are unknown to the model's tokenizer."""
    shares = unknown_shares(checked.model, checked.train)
    found = {tag: share for tag, share in shares.items() if share >= _UNKNOWN_PIECES}
    if found:
        counts = collections.Counter(checked.train.language)
        ordered = sorted(found.items(), key=lambda item: -item[1])
        yield Finding(
            "unknown pieces",
            f"The model's vocabulary cannot spell much of {len(found)} of {len(checked.train.languages)} languages: "
            + ", ".join(f"{tag} {share:.0%} of the tokens" for tag, share in ordered[:8]),
            "Add the language to the model, or take a model that reads it: what is not in the vocabulary is not read.",
            languages={tag: counts[tag] for tag, _ in ordered},
            command=f"keras-i18n add-language {{model}} {ordered[0][0]} NEW.keras --parallel en-{ordered[0][0]}.tsv",
        )


def unknown_shares(model: object, data: Dataset) -> dict[str, float]:
    """Share of a language's tokens that the model's tokenizer does not know; empty where it has no such token.

    Args:
        model: with a `tokenizer` that has an `unknown_id`. data: of each language up to 200 texts are read.

    >>> from keras_i18n import datasets
    >>> unknown_shares(None, datasets.from_lists(["jua"], language="sw"))
    {}
    """
    tokenizer = getattr(model, "tokenizer", None)
    unknown_id = getattr(tokenizer, "unknown_id", None)
    if tokenizer is None or unknown_id is None:
        return {}
    shares = {}
    for tag in data.languages:
        rows = [row for row, language in enumerate(data.language) if language == tag]
        step = max(1, len(rows) // _SAMPLED)
        token_ids = tokenizer.tokenize([data.text[row] for row in rows[::step][:_SAMPLED]])
        shares[tag] = float(np.mean(np.concatenate(token_ids) == unknown_id)) if sum(map(len, token_ids)) else 0.0
    return shares


def _other_script(text, tag):
    """The first word of the Unicode names of most letters, where they are not of the tag's script; None otherwise."""
    script = tags.script(tag)
    if script == "Zzzz" or is_undetermined(tag):
        return None
    counts = letter_counts(text)
    own = sum(counts[name] for name in letters_of(script))
    if counts.total() < _FEW_LETTERS:
        return None
    most = counts.most_common(1)[0][0]
    enough = _SHARE_OWN_BESIDE_LATIN if most == "LATIN" else _SHARE_OWN
    return None if own >= enough * counts.total() else most
