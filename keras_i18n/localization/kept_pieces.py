"""Which pieces of a vocabulary languages need."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n.languages import Alphabet, script
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.piece_subset import id_ranges, indispensable, piece_scores, plain_pieces, with_makers

_RULE = (
    "`keep` must be 'script', 'texts', 'coverage:SHARE' with a share of tokens such as 0.9995, or a number of pieces."
)


def kept_pieces(
    tokenizer: Any,
    languages: Sequence[str],
    uses: Mapping[str, np.ndarray],
    *,
    keep: str | int,
    emoji: bool = True,
) -> np.ndarray:
    """Token ids that are kept, int64, ascending.

    Args:
        tokenizer: with the pieces.
        languages: BCP-47 tags.
        uses: dict, language -> share of its tokens that each piece makes up (see `piece_use`).
        keep: "script" for all pieces that the script of one of the languages spells, and all hashes; "texts" for those
            that are used; "coverage:0.9995" for the most frequent of them, until they make up that share of the tokens in
            each language, of pieces and of hashes; or how many pieces in all: then come those that are used, by use, and others of the scripts, by score.
        emoji: whether single pictures count among the characters.

    What no normal piece is, the pieces with the lowest and the highest score, the pieces of the tokenizer's prefix and
    all single characters (letters of the scripts, ASCII, digits, punctuation) are kept always.

    Raises:
        ValueError: `keep` is something else, less than what is always kept, or needs texts and there are none.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> tokenizer = train_unigram(["to be or not to be", "быть или не быть"] * 9, vocabulary_size=40)
    >>> ids = kept_pieces(tokenizer, ["en"], {}, keep="script")
    >>> [piece for i, piece in enumerate(tokenizer.pieces) if "б" in piece and i in ids]
    []
    """
    # each script for itself: what several languages keep is what each of them keeps, put together
    alphabets = [Alphabet([tag]) for tag in {script(tag): tag for tag in languages}.values()]
    always = set().union(*(always_kept(tokenizer, alphabet, emoji=emoji) for alphabet in alphabets))
    used = _used(uses, tokenizer)
    if keep == "script":
        return with_makers(tokenizer, {*always, *np.flatnonzero(_spelled(tokenizer, alphabets))})
    number = _number(keep)
    if number is None:
        if not uses:
            raise ValueError(f"`keep={keep!r}` needs `texts` or `words`. Received: none. Or keep='script'.")
        share = 1.0 if keep == "texts" else _share(keep)
        found = [_covering(uses, share, first, last) for first, last in id_ranges(tokenizer)]
        return with_makers(tokenizer, always.union(*found))
    if number < len(always):
        raise ValueError(
            f"`keep` must leave room for the {len(always)} pieces that are always kept: single characters of "
            f"{', '.join(Alphabet(languages).scripts)}, digits, punctuation and special pieces. Received: {cut(number)}."
        )
    scores = np.where(_spelled(tokenizer, alphabets), piece_scores(tokenizer), -np.inf)
    # first what is used, by use; then what is not, by score
    order = np.lexsort((-scores, -used))
    order = order[(used[order] > 0) | np.isfinite(scores[order])]
    room = number - len(always)
    chosen = [int(i) for i in order[: number + len(always)] if int(i) not in always][:room]
    return with_makers(tokenizer, {*always, *chosen})


def always_kept(tokenizer: Any, alphabet: Alphabet, *, emoji: bool = True) -> set[int]:
    """Token ids that no choice may drop."""
    kept = {*indispensable(tokenizer), *tokenizer.tokenize([""])[0].tolist()}
    for i, piece in enumerate(plain_pieces(tokenizer)):
        character = piece if len(piece) == 1 else ""
        if character and alphabet.spells(character) and (emoji or unicodedata.category(character) != "So"):
            kept.add(i)
    return kept


def _used(uses, tokenizer):
    """Use in the mean over the languages: none of them is small."""
    return np.sum([np.zeros(tokenizer.vocabulary_size), *uses.values()], axis=0) / max(len(uses), 1)


def _spelled(tokenizer, alphabets):
    plain = plain_pieces(tokenizer)
    return np.any([[alphabet.spells(piece) for piece in plain] for alphabet in alphabets], axis=0)


def _covering(uses, share, first, last):
    """Of the ids from `first` to `last` - 1 the most frequent ones of each language, which make up a share of its tokens."""
    found = set()
    for shares in uses.values():
        values = shares[first:last] / max(shares[first:last].sum(), 1e-30)
        order = np.argsort(-values, kind="stable")
        order = order[values[order] > 0]
        count = len(order) if share >= 1 else int(np.searchsorted(np.cumsum(values[order]), share)) + 1
        found.update((order[:count] + first).tolist())
    return found


def _number(keep: Any) -> int | None:
    whole = isinstance(keep, (int, np.integer)) and not isinstance(keep, bool)
    if whole and keep < 1:
        raise ValueError(f"{_RULE} Received: {shown(keep)}.")
    return int(keep) if whole else None


def _share(keep: Any) -> float:
    kind, _, value = keep.partition(":") if isinstance(keep, str) else ("", "", "")
    try:
        share = float(value)
    except ValueError:
        share = math.nan
    if kind != "coverage" or not 0 < share <= 1:
        raise ValueError(f"{_RULE} Received: {shown(keep)}.")
    return share
