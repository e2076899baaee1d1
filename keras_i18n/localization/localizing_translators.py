"""A translator for some of its languages: the pieces that they are read and written with."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.localization.model_checks import checked_languages
from keras_i18n.localization.piece_choice import PieceChoice
from keras_i18n.localization.texts_by_language import texts_by_language
from keras_i18n.models import Translator
from keras_i18n.models.translation.search import Search
from keras_i18n.progress import Counter
from keras_i18n.shown import cut, shown
from keras_i18n.text_table import text_table
from keras_i18n.tokenizers import piece_subset

_READ, _COMPARED = 500, 200  # texts of a direction
_DIFFERING = 0.01  # share of whole texts that near ties may turn: sums over fewer columns are rounded otherwise


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComparedDirection:
    """Texts of one language, translated greedily into another by the full and by the localised translator.

    Attributes:
        language, target_language: BCP-47 tags.
        texts: how many there were.
        tokens_kept: share of the tokens of both sides whose pieces are kept, 0 .. 1.
        whole: texts whose pieces, and those of whose translation, are all kept.
        same_whole, same: how many of these, and of all texts, have the same translation.

    >>> row = ComparedDirection(
    ...     language="en", target_language="fr", texts=9, tokens_kept=1.0, whole=9, same_whole=9, same=9
    ... )
    >>> row.same
    9
    """

    language: str
    target_language: str
    texts: int
    tokens_kept: float
    whole: int
    same_whole: int
    same: int


def localized_translator(
    model: Translator, languages: Sequence[str], counter: Counter, *, texts: Any, words: Any, **choice: Any
) -> tuple[Translator, np.ndarray, tuple[ComparedDirection, ...]]:
    """The translator for some of its languages; see `localize`.

    Returns:
        The smaller translator, the token ids that it keeps, and what was compared.

    Raises:
        ValueError: nothing would be left to translate, two vocabularies, rows in few bits, a language that was added and is
            to go.
    """
    languages = checked_languages(model, languages)
    networks.refuse_few_bits(model.network, "Localising a translator")
    directions = _directions(model, languages)
    chosen = PieceChoice.of(model.tokenizer, languages, texts=texts, words=words, **choice)
    given = texts_by_language(texts, languages)
    search = Search(model)
    written: set[int] = set()
    for source, target in directions:
        for ids in search.written(given.get(source, ())[:_READ], target_language=target):
            written.update(ids.tolist())
    ids = np.union1d(chosen.ids(languages), np.array(sorted(written), "int64"))
    counter.next_stage("cutting")
    smaller = _with_pieces(model, ids, languages)
    counter.next_stage("comparing")
    searches = (search, Search(smaller))
    rows = [_compared(model, searches, ids, one, list(chosen.texts.get(one[0], ()))) for one in directions]
    return smaller, ids, tuple(rows)


def _directions(model, languages):
    """The pairs of source and target that are left."""
    if not model.joint:
        raise ValueError(
            "A translator that is localised must have one vocabulary for both sides. Received: one with two."
        )
    targets = [tag for tag in model.target_languages if tag in languages]
    sources = [model.source_language] if model.source_language else list(languages)
    gone = [tag for tag in model.added_languages if tags.lookup(tag, list(languages)) is None]
    if gone:
        raise ValueError(
            f"`languages` must hold those that were added to the translator. Received: without {cut(', '.join(gone))}. Localise the "
            "translator that they were added to."
        )
    found = [(source, target) for source in sources if source in languages for target in targets if source != target]
    if not found:
        source = model.source_language or "a language of the texts"
        raise ValueError(
            f"`languages` must hold {cut(source)} and one of {cut(', '.join(model.target_languages))} beside it. "
            f"Received: {shown(list(languages))}."
        )
    return found


def _with_pieces(model, ids, languages):
    """The translator with some of its pieces; piece `ids[i]` becomes the `i`th one."""
    targets = [tag for tag in model.target_languages if tag in languages]
    first = model.tokenizer.vocabulary_size
    tokens = [first + place for place, tag in enumerate(model.language_tags) if tag in targets]
    config = {**model.to_config(), "target_languages": targets, "tagged": bool(model.language_tags)}
    config["shortlist"] = None
    smaller = type(model).from_saved(
        tokenizer=piece_subset.with_pieces(model.tokenizer, ids),
        network=networks.with_kept_tokens(
            networks.uncompiled(model.network), np.concatenate([ids, tokens]).astype(int)
        ),
        config=config,
    )
    if model.shortlist is not None:
        smaller.shortlist = model.shortlist.of_pieces(ids)
    return smaller


def _compared(full, searches, ids, direction, texts):
    source, target = direction
    texts = texts[:: max(1, -(-len(texts) // _COMPARED))]
    new_id = np.full(full.num_target_tokens, -1)
    new_id[ids] = np.arange(len(ids))
    options = {"target_language": target}
    before, after = (search.written(texts, **options) for search in searches)
    read = full.tokenizer.tokenize(texts)
    deciding = piece_subset.first_cuts(full.tokenizer, texts) if texts else None
    whole = [
        bool((new_id[np.concatenate([one, other, first])] >= 0).all())
        for one, other, first in zip(read, before, read if deciding is None else deciding, strict=True)
    ]
    kept = np.concatenate(
        [np.zeros(0), *(new_id[np.concatenate(pair)] >= 0 for pair in zip(read, before, strict=True))]
    )
    same = [np.array_equal(new_id[one], other) for one, other in zip(before, after, strict=True)]
    row = ComparedDirection(
        language=source,
        target_language=target,
        texts=len(texts),
        tokens_kept=float(kept.mean()) if len(kept) else 1.0,
        whole=sum(whole),
        same_whole=sum(one for one, is_whole in zip(same, whole, strict=True) if is_whole),
        same=sum(same),
    )
    if row.whole - row.same_whole > max(1, _DIFFERING * row.whole):
        lost = next(text for text, one, is_whole in zip(texts, same, whole, strict=True) if is_whole and not one)
        raise ValueError(
            "Texts whose pieces are kept must keep their translations. Received: another translation of "
            f"{shown(lost)} and {cut(row.whole - row.same_whole - 1)} more of {cut(row.whole)}."
        )
    return row


def direction_table(rows: Sequence[ComparedDirection]) -> str:
    """The rows as text."""
    cells = [
        [
            f"{row.language} to {row.target_language}",
            str(row.texts),
            f"{row.tokens_kept:.2%}",
            str(row.whole),
            str(row.same_whole),
            f"{row.same / max(row.texts, 1):.1%}",
        ]
        for row in rows
    ]
    return text_table(["direction", "texts", "tokens kept", "texts whole", "of these the same", "same of all"], cells)
