"""What of a model's tables goes into a file of so many bytes, and in how many bits."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers, networks
from keras_i18n.keras_privates import all_layers, is_functional
from keras_i18n.localization.file_parts import file_parts
from keras_i18n.localization.idle_half import share_of_encoder
from keras_i18n.localization.kept_pieces import always_kept
from keras_i18n.localization.localizing import with_pieces
from keras_i18n.localization.piece_languages import likelihood_of_language
from keras_i18n.localization.row_budget import AS_THEY_ARE, LEVELS, RowPlan, levels_of, plan_rows
from keras_i18n.localization.texts_by_language import sample_texts
from keras_i18n.models.two_halves import has_two_halves
from keras_i18n.networks.weight_steps import stored_bytes
from keras_i18n.tokenizers import UnigramTokenizer
from keras_i18n.tokenizers.sentencepiece_model import SPACE_SYMBOL

# share of a language's tokens that no text and no word list has shown: spread by the vocabulary's own scores
_UNSEEN = 0.1
_UNSEEN_WITHOUT_WORDS = 0.7
# what the vector of the n-grams alone loses (1 - cosine) by the share of them that are dropped: 0.6 to 0.7 for the last
# ones of French and Swahili, 0.2 of Ukrainian and Hindi (400 texts of SIB-200 each)
_DROPPED_NGRAM = 0.6
# shares of the uses that are tried for the n-grams that stand beside pieces
_SHARES = (0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
NGRAMS = "n-grams"
_ROWS = 2**16  # widened at once


@dataclasses.dataclass(frozen=True)
class FilePlan:
    """Which ids are kept, and how.

    Attributes:
        ids: token ids of the model, int `(ids,)`; of pieces in the order of their tiers.
        tiers: (name of a level, rows) each: n-grams as they are, then pieces, the most precise first.
        fixed: bytes of all but the tables.
        total: bytes with them.
        noise: what a text's vector is expected to lose (1 - cosine).
    """

    ids: np.ndarray
    tiers: tuple[tuple[str, int], ...]
    fixed: int
    total: int
    noise: float

    @classmethod
    def of(
        cls,
        model: Any,
        languages: Sequence[str],
        uses: Mapping[str, np.ndarray],
        *,
        listed: bool,
        room: float,
        texts: Mapping[str, Sequence[str]],
    ) -> Self:
        """The plan with the least noise within so many bytes; where none fits, the smallest one, which takes more.

        Args:
            model: on unigram pieces, on n-grams, or on both.
            languages: BCP-47 tags.
            uses: dict, language -> share of its tokens that each id makes up.
            listed: whether word lists are among what was counted.
            room: bytes.
            texts: dict, language -> list of str; some are read.
        """
        fixed = _fixed_bytes(model)
        if isinstance(model.tokenizer, UnigramTokenizer):
            plan = _Pieces(model, model.tokenizer, languages, uses, listed).plan_or_least(room - fixed)
            return cls(plan.ids, plan.tiers, fixed, fixed + plan.total, plan.noise)
        tokenizer, *others = model.tokenizer.tokenizers if has_two_halves(model) else [model.tokenizer]
        count = tokenizer.vocabulary_size
        ngrams = _Ngrams(model, tokenizer, [shares[:count] for shares in uses.values()])
        if not others:
            kept = ngrams.first(ngrams.within(room - fixed))
            total = fixed + ngrams.bytes_of(len(kept))
            return cls(kept, ((NGRAMS, len(kept)),), fixed, total, ngrams.noise(kept))
        of_pieces = {tag: shares[count:] for tag, shares in uses.items()}
        pieces = _Pieces(model, others[0], languages, of_pieces, listed)
        return cls._of_both(ngrams, pieces, fixed, room, 1.0 - share_of_encoder(model, texts))

    @classmethod
    def _of_both(cls, ngrams, pieces, fixed, room, own_share):
        """The best of some shares of the n-grams, with the pieces that the rest of the room holds."""
        best = least = None
        for share in _SHARES:
            kept = ngrams.first(ngrams.covering(share))
            taken = fixed + ngrams.bytes_of(len(kept))
            plan = pieces.plan(room - taken)
            found = plan or (pieces.least() if least is None else None)
            if found is None:
                continue
            one = cls(
                np.concatenate([kept, found.ids + ngrams.count]),
                ((NGRAMS, len(kept)), *found.tiers),
                fixed,
                taken + found.total,
                found.noise + ngrams.noise(kept) * own_share**2,
            )
            if plan is None:
                least = one
            elif best is None or one.noise < best.noise:
                best = one
        return best or least

    def applied(self, model: Any, languages: Sequence[str]) -> Any:
        """The model with the ids of the plan, and its pieces' rows in the bits of their tiers."""
        smaller = with_pieces(model, self.ids, languages)
        tiers = [(name, count) for name, count in self.tiers if name != NGRAMS]
        return smaller.with_networks(lambda network: _in_tiers(network, tiers)) if tiers else smaller


class _Ngrams:
    """Hashed n-grams by their use."""

    def __init__(self, model, tokenizer, by_language):
        tables = [table.layer for table in networks.token_tables(model.network) if not table.first]
        self.row_bytes = sum(map(_row_bytes, tables))
        self.count = tokenizer.vocabulary_size
        uses = np.sum([np.zeros(self.count), *by_language], axis=0)
        self.uses = uses / max(uses.sum(), 1e-30)
        # what a row adds to a sum is its length: so far do texts without it move, and as the square of that their cosine
        expected = (1 - _UNSEEN) * self.uses + _UNSEEN / self.count
        self.order = np.argsort(
            -expected * np.sum([np.square(_lengths(table)) for table in tables], axis=0), kind="stable"
        )
        # the bitmap of those that are kept, and the counts beside it
        self.bitmap = 2 * -(-tokenizer.num_buckets // 8)
        self.bitmap += self.bitmap // 16

    def bytes_of(self, number):
        return self.bitmap + number * self.row_bytes

    def within(self, room):
        return max(1, int((room - self.bitmap) // self.row_bytes))

    def covering(self, share):
        sums = np.cumsum(self.uses[self.order])
        return int(np.searchsorted(sums, share * sums[-1] * (1 - 1e-9))) + 1

    def first(self, number):
        """Those that matter most, in rising order."""
        return np.sort(self.order[:number])

    def noise(self, kept):
        return _DROPPED_NGRAM * float(1.0 - self.uses[kept].sum())


def _row_bytes(table):
    """What a row takes in an int8 export, at most."""
    if (
        table.stored_rows is None
    ):  # a byte for each number, and two for its step; some tables have an eighth in two bytes
        return table.dim * 9 / 8 + 2
    weights = [weight.numpy() for weight in table.stored_rows.weights]
    return sum(array[0].nbytes for array in weights if array.ndim > 1 and len(array) == table.stored_rows.num_rows)


def _lengths(table):
    """The length of each row, float32 `(rows,)`."""
    if table.stored_rows is None:
        return np.linalg.norm(table.embeddings.numpy(), axis=1)
    ids = np.arange(table.stored_rows.num_rows)
    parts = np.array_split(ids, -(-len(ids) // _ROWS))
    return np.concatenate([np.linalg.norm(np.array(table.stored_rows(part)), axis=1) for part in parts])


class _Pieces:
    """Unigram pieces by their use, and how their rows may be kept."""

    def __init__(self, model, tokenizer, languages, uses, listed):
        self.table = networks.token_embedding(model.network)
        self.always = always_kept(tokenizer, tags.Alphabet(languages))
        uses = {tag: shares / max(shares.sum(), 1e-30) for tag, shares in uses.items()}
        self.uses = _expected_uses(tokenizer, model.languages, languages, uses, listed)
        self.levels = levels_of(self.table.stored_rows)

    def plan(self, room: float) -> RowPlan | None:
        return plan_rows(self.uses, self.always, dim=self.table.dim, room=room, levels=self.levels)

    def plan_or_least(self, room: float) -> RowPlan:
        return self.plan(room) or self.least()

    def least(self) -> RowPlan:
        """For the pieces that are always kept: a room that is raised until they fit."""
        room, found = 4096, None
        while found is None:
            room = round(room * 1.05)
            found = self.plan(room)
        return dataclasses.replace(found, row_bytes=room - found.table_bytes)


def _expected_uses(tokenizer, known, languages, by_language, listed):
    """Share of the tokens that each piece is expected to make up, in the mean over the languages."""
    alphabet = tags.Alphabet(languages)
    spelled = np.array([alphabet.spells(piece.replace(SPACE_SYMBOL, "")) for piece in tokenizer.pieces])
    by_score = np.where(spelled, np.exp(np.minimum(tokenizer.scores.astype("float64"), 0.0)), 0.0)
    if not listed:
        by_score *= likelihood_of_language(tokenizer, languages, sample_texts(known))
    by_score /= max(by_score.sum(), 1e-30)
    if not by_language:
        return by_score
    seen = np.mean(list(by_language.values()), axis=0)
    unseen = _UNSEEN if listed else _UNSEEN_WITHOUT_WORDS
    return (1 - unseen) * seen + unseen * by_score


def _fixed_bytes(model):
    """What an int8 export takes for all but rows and pieces."""
    tables = {id(weight) for table in networks.token_tables(model.network) for weight in table.layer.weights}
    total = file_parts(model).normalizer
    for weight in model.network.weights:
        if id(weight) not in tables:
            total += stored_bytes(weight.numpy(), is_table=False)
    return total


def _in_tiers(network: keras.Model, tiers: Sequence[tuple[str, int]]) -> keras.Model:
    """A copy of a network the rows of whose pieces are kept in tiers, as many rows of each as are told."""
    embedding = networks.token_embedding(network)

    def replace(layer):
        if layer is embedding:
            return layer.stored_in(layers.SplitRows(_tier_rows(layer, tiers)))
        return _in_tiers(layer, tiers) if is_functional(layer) and embedding in all_layers(layer) else None

    return networks.copy_network(network, replace=replace)


def _tier_rows(embedding, tiers):
    """The layer of each tier."""
    first, stored = 0, embedding.stored_rows
    for name, count in tiers:
        ids = np.arange(first, first + count)
        if name == AS_THEY_ARE:
            yield stored.selected(ids)
        else:
            table = embedding.embeddings.numpy()[ids] if stored is None else np.array(stored(ids))
            yield LEVELS[name].make_rows(table)
        first += count
