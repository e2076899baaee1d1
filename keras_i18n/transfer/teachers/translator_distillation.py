"""A small translator learns from the translations that larger ones write."""

import dataclasses
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.datasets.parallel import ParallelTexts
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.models.translation.bleu import validation_bleu
from keras_i18n.models.translation.training_pairs import TrainingPairs, training_pairs
from keras_i18n.models.translator import Translator
from keras_i18n.progress import ProgressOption, teller
from keras_i18n.protocols import Texts
from keras_i18n.shown import shown

_UNTOLD = "und"
_TIMES_AS_LONG = 4  # in characters: a translation beyond it, either way, is one that went wrong


@dataclasses.dataclass(frozen=True, eq=False)
class TranslatorDistillationReport:
    """What a translator learned from its teachers.

    Attributes:
        num_texts, num_left_out: texts whose translation trained the student, and those that had none worth learning:
            empty, or far from their text in length.
        chosen: of how many texts each teacher's translation was taken, in the order of the teachers.
        bleu_before, bleu_after: of the student on the validation, as `Translator.fit` tells it; None without one.
        history: dict of lists, as Keras keeps it.
    """

    num_texts: int
    num_left_out: int
    chosen: tuple[int, ...]
    bleu_before: float | None
    bleu_after: float | None
    history: dict


def distill_translator(
    teachers: Translator | Sequence[Translator],
    student: Translator,
    texts: Texts,
    *,
    target_language: str | None = None,
    pairs: Any = None,
    validation: Any = None,
    beam: int = 4,
    progress: ProgressOption = None,
    **training: Any,
) -> TranslatorDistillationReport:
    """Trains a `Translator` on what its teachers make of texts, which need no translation by people.

    Each teacher translates by beam search. Of several translations of a text that one teaches which the teachers together
    find likeliest, a token. What a model writes is more regular than what people write, and easier for a small one. Source:
    sequence-level knowledge distillation, Kim and Rush 2016 (arXiv 1606.07947).

    Args:
        teachers: a `Translator`, or several; they stay as they are.
        student: `Translator`, trained in place.
        texts: list of str in a language that the teachers read; those of the pairs that trained them serve too.
        target_language: tag of the language to write; not needed where the student writes one.
        pairs: pairs that train beside, as `Translator.fit` takes them.
        validation: of the same kinds; its BLEU is told before and after, and after each epoch.
        beam: versions of a translation that a teacher follows.
        progress: True to show it, or a function that is called with a `Progress`: texts that a teacher has translated, then
            epochs.
        training: options of `Translator.fit`.

    Returns:
        A `TranslatorDistillationReport`.

    Raises:
        ValueError: a language that teacher or student does not write, no teacher, no text with a translation.

    >>> from keras_i18n import Translator, transfer
    >>> pairs = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins"), ("two", "zwei")]
    >>> options = {"epochs": 60, "warmup": 20, "learning_rate": 0.01, "averaging": 0.9, "verbose": 0}
    >>> teacher, student = (Translator.from_scratch(pairs, vocabulary_size=290, size="tiny", dropout=0.0) for _ in range(2))
    >>> history = teacher.fit(pairs, **options)
    >>> transfer.distill_translator(teacher, student, ["one two", "two one", "one", "two"], **options).num_texts
    4
    >>> student.translate(["two one"])
    ['zwei eins']
    """
    teachers = [teachers] if isinstance(teachers, Translator) else list(teachers)
    if not teachers:
        raise ValueError("`teachers` must hold at least one Translator. Received: none.")
    tell = teller(progress)
    language = _language(student, target_language)
    texts = [text for text in checked_texts(texts, student.max_codepoints) if text.strip()]
    translations, chosen = _translations(teachers, texts, language, beam, tell)
    kept = [row for row, one in enumerate(translations) if _is_likely(texts[row], one)]
    left_out = len(texts) - len(kept)
    if not kept:
        raise ValueError(
            "`texts` must hold texts that the teachers can translate. Received: none of which they made anything."
        )
    if left_out > len(texts) / 10:
        warnings.warn(
            f"{left_out} of {len(texts)} translations were empty or far from their text in length, and teach nothing. Are the "
            "texts in a language that the teachers read?",
            stacklevel=2,
        )
    taught = TrainingPairs([texts[row] for row in kept], [translations[row] for row in kept], [language] * len(kept))
    given = [taught] if pairs is None else [taught, training_pairs(pairs)]
    before = _bleu(student, validation)
    history = student.fit(_for_fit(student, given), validation=validation, progress=tell, **training)
    return TranslatorDistillationReport(
        num_texts=len(kept),
        num_left_out=left_out,
        chosen=tuple(int(count) for count in np.bincount(chosen[kept], minlength=len(teachers))),
        bleu_before=before,
        bleu_after=_bleu(student, validation),
        history=history.history,
    )


def _language(student, given):
    if given is None and len(student.target_languages) > 1:
        raise ValueError(
            f"`target_language` must be one that the student writes ({', '.join(student.target_languages)}). Received: "
            f"{shown(given)}."
        )
    return given or next(iter(student.target_languages), None)


def _translations(teachers, texts, language, beam, tell):
    """The best translation of each text, and whose it is."""
    found = []
    for number, teacher in enumerate(teachers, 1):
        what = "texts translated" if len(teachers) == 1 else f"texts translated by teacher {number}"
        wanted = language if teacher.target_languages else None
        found.append(
            teacher.translate(
                texts,
                target_language=wanted,
                beam=beam,
                progress=tell and (lambda at, what=what: tell(dataclasses.replace(at, stage=what))),
            )
        )
    if len(teachers) == 1:
        return found[0], np.zeros(len(texts), "int64")
    nats = np.stack([_likelihood(teachers, texts, one, language) for one in found])
    best = nats.argmax(axis=0)
    return [found[teacher][row] for row, teacher in enumerate(best)], best


def _likelihood(teachers, texts, translations, language):
    """Nats a token, the mean over the teachers; what is empty is least likely."""
    rows = [row for row, one in enumerate(translations) if one.strip()]
    total = np.full(len(texts), -np.inf)
    if rows:
        total[rows] = 0.0
    for teacher in teachers if rows else ():
        some = TrainingPairs([texts[row] for row in rows], [translations[row] for row in rows], [language] * len(rows))
        counts = [len(ids) - 1 for ids in teacher.target_ids(some.target)]
        total[rows] += teacher.score(_for_fit(teacher, [some])) / np.array(counts) / len(teachers)
    return total


def _is_likely(text, translation):
    lengths = sorted((len(text.strip()), len(translation.strip())))
    return lengths[0] > 0 and lengths[1] <= _TIMES_AS_LONG * lengths[0] + 20


def _bleu(student, validation):
    if validation is None:
        return None
    held_out = training_pairs(validation, name="validation")
    language = held_out.target_language if student.language_tags else None
    return validation_bleu(student.translate(held_out.source, target_language=language), held_out.target)


def _for_fit(model, parts):
    """Pairs as `fit` and `score` take them: a direction each where the model writes several languages."""
    rows = [row for part in parts for row in zip(part.source, part.target, part.target_language, strict=True)]
    if not model.language_tags:
        return [row[:2] for row in rows]
    directions = []
    for language in dict.fromkeys(row[2] for row in rows):
        source, target = zip(*(row[:2] for row in rows if row[2] == language), strict=True)
        directions.append(ParallelTexts(source, target, source_language=_UNTOLD, target_language=language))
    return directions
