"""Whether a localised model answers as the full one does, text by text."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.shown import shown
from keras_i18n.text_table import text_table
from keras_i18n.tokenizers.piece_subset import first_cuts, may_be_cut_otherwise

_AT_ONCE = 1024


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComparedLanguage:
    """Texts of one language in the full and in the localised model.

    Attributes:
        language, name: BCP-47 tag and English name.
        texts: how many there were.
        tokens_kept: share of their tokens whose pieces are kept, 0 .. 1.
        whole: texts all of whose pieces are kept; their outputs were equal bit for bit.
        same_labels: share of all texts that get the same label, 0 .. 1; None for an encoder.
        cosine: mean over all texts, of the vectors or scores in both models.

    >>> row = ComparedLanguage(language="fr", name="French", texts=9, tokens_kept=1.0, whole=9, same_labels=1.0, cosine=1.0)
    >>> row.whole
    9
    """

    language: str
    name: str
    texts: int
    tokens_kept: float
    whole: int
    same_labels: float | None
    cosine: float


def compared(
    full: Any,
    localised: Any,
    ids: np.ndarray,
    texts: Mapping[str, Sequence[str]],
    *,
    exact: bool = True,
    counted: tuple[int, int] | None = None,
) -> tuple[ComparedLanguage, ...]:
    """Both models on texts; a `ComparedLanguage` for each language.

    Args:
        full, localised: models; piece `i` of the second is piece `ids[i]` of the first.
        ids: int `(pieces,)`.
        texts: dict, language -> list of str.
        exact: whether texts whose pieces are kept must get equal outputs.
        counted: the first of the ids that are counted and the one after the last, where others were left out on purpose; None
            for all.

    Raises:
        ValueError: such a text is cut otherwise, or gets another output.
    """
    return tuple(
        _compared(full, localised, ids, language, list(found), exact, counted) for language, found in texts.items()
    )


def _compared(full, localised, ids, language, texts, exact, counted):
    new_id = np.full(full.tokenizer.vocabulary_size, -1)
    new_id[ids] = np.arange(len(ids))
    kept, tokens, whole, labels, cosines = 0, 0, 0, [], []
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        sequences = full.tokenize(some)
        if counted is not None:
            first, last = counted
            sequences = [sequence[(sequence >= first) & (sequence < last)] for sequence in sequences]
        wanted = [new_id[sequence] for sequence in sequences]
        kept += sum(int((sequence >= 0).sum()) for sequence in wanted)
        tokens += sum(map(len, wanted))
        rows = [
            row
            for row, sequence in enumerate(wanted)
            if (sequence >= 0).all() and not may_be_cut_otherwise(localised.tokenizer, sequence)
        ]
        deciding = first_cuts(full.tokenizer, [some[row] for row in rows]) if rows else None
        if deciding is not None:
            rows = [row for row, sequence in zip(rows, deciding, strict=True) if (new_id[sequence] >= 0).all()]
        whole += len(rows)
        if exact:
            _check(full, localised, [some[row] for row in rows], [wanted[row] for row in rows])
        before, after = full.predict(some), localised.predict(some)
        labels.append(before.argmax(1) == after.argmax(1))
        lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        cosines.append((before * after).sum(1) / np.maximum(lengths, 1e-12))
    return ComparedLanguage(
        language=language,
        name=tags.name(language),
        texts=len(texts),
        tokens_kept=kept / max(tokens, 1),
        whole=whole,
        same_labels=float(np.concatenate(labels).mean()) if hasattr(full, "labels") and labels else None,
        cosine=float(np.concatenate(cosines).mean()) if cosines else 1.0,
    )


def _check(full, localised, texts, wanted):
    """Refuses a localised model that cuts one of the texts otherwise, or answers it otherwise."""
    if not texts:
        return
    for text, one, other in zip(texts, wanted, localised.tokenize(texts), strict=True):
        if not np.array_equal(one, other):
            raise ValueError(
                f"Texts whose pieces are kept must keep their tokens. Received: another cut of {shown(text)}."
            )
    differ = (full.predict(texts) != localised.predict(texts)).any(axis=1)
    if differ.any():
        raise ValueError(
            "Texts whose pieces are kept must keep their answers bit for bit. Received: another answer for "
            f"{shown(texts[int(differ.argmax())])}."
        )


def comparison_table(rows: Sequence[ComparedLanguage]) -> str:
    """The rows as text."""
    cells = []
    for row in rows:
        labels = "-" if row.same_labels is None else f"{row.same_labels:.1%}"
        cells.append(
            [
                row.language,
                row.name,
                str(row.texts),
                f"{row.tokens_kept:.2%}",
                str(row.whole),
                labels,
                f"{row.cosine:.4f}",
            ]
        )
    return text_table(["language", "name", "texts", "tokens kept", "texts whole", "same labels", "cosine"], cells)
