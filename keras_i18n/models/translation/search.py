"""Finds translations: greedily in one graph, by beam search, batch by batch of texts of about one length."""

import dataclasses
import functools
import numbers
import warnings
from typing import Any

import numpy as np
import tensorflow as tf

from keras_i18n.forked import refuse_forked
from keras_i18n.models.translation.beam_search import BeamSearch
from keras_i18n.models.translation.search_layers import greedy_layer
from keras_i18n.models.translation.sentences import joined, split_at_sentence_ends
from keras_i18n.progress import Counter
from keras_i18n.shown import shown

_TOKENS_OF_A_BATCH = 4096


@dataclasses.dataclass(frozen=True)
class Translation:
    """A translation and its score: nats divided by the number of tokens to the power of the length penalty."""

    text: str
    score: float


class Search:
    """Translates with the network of a `Translator`.

    Args:
        model: the translator.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def translate(
        self,
        texts: Any,
        *,
        target_language: Any,
        beam: int,
        length_penalty: float,
        num_best: int,
        progress: Any,
    ) -> list[list[Translation]]:
        """See `Translator.translate`."""
        refuse_forked()
        check_search(beam=beam, length_penalty=length_penalty)
        if self._model.shortlist is not None:
            self._model.shortlist.check_beam(beam)
        _check("num_best", num_best, 1, beam)
        sequences = self._model.source_ids(texts, target_language=target_language)
        parts, of_text = self._within_limits(texts, sequences, target_language)
        found: list[list[tuple[Any, float]]] = [[] for _ in parts]
        counter = Counter(progress, "texts", total=len(parts))
        for rows in _batches(parts, most=_TOKENS_OF_A_BATCH // beam):
            batch = self._model.tokenizer.pad([parts[row] for row in rows])
            if beam > 1:
                results = self._beam(batch, beam=beam, length_penalty=length_penalty, num_best=num_best)
            else:
                ids, nats = (tensor.numpy() for tensor in self._greedy(batch))
                results = [[_scored(row, float(total), length_penalty)] for row, total in zip(ids, nats, strict=True)]
            for row, result in zip(rows, results, strict=True):
                found[row] = result
            counter.add(len(rows))
        return self._joined(found, of_text, len(sequences))

    def written(self, texts: Any, *, target_language: Any) -> list[np.ndarray]:
        """The token ids that a greedy search writes, of each text's first `max_tokens` tokens."""
        whole = self._model.source_ids(list(texts), target_language=target_language)
        sequences = [_shortened(ids, self._model.max_tokens) for ids in whole]
        found: list[np.ndarray] = [np.zeros(0, "int32")] * len(sequences)
        for rows in _batches(sequences, most=_TOKENS_OF_A_BATCH):
            ids, _ = self._greedy(self._model.tokenizer.pad([sequences[row] for row in rows]))
            for row, one in zip(rows, ids.numpy(), strict=True):
                found[row] = one[one >= 0]
        return found

    @functools.cached_property
    def _greedy(self):
        layer = greedy_layer(self._model)
        return tf.function(layer.with_scores, [tf.TensorSpec([None, None], tf.int32)], autograph=False)

    @functools.cached_property
    def _beam(self):
        return BeamSearch(greedy_layer(self._model))

    def _within_limits(self, texts, sequences, target_language):
        """Sequences that the model reads whole, and for each the text that it belongs to."""
        model, parts, of_text, split = self._model, [], [], 0
        tags = [target_language] * len(sequences) if not isinstance(target_language, (list, tuple)) else target_language
        for number, ids in enumerate(sequences):
            if len(ids) <= model.max_tokens:
                parts.append(ids)
                of_text.append(number)
                continue
            split += 1
            sentences = split_at_sentence_ends(texts[number], most=model.max_tokens // 2)
            for one in model.source_ids(sentences, target_language=tags[number]):
                parts.append(_shortened(one, model.max_tokens))
                of_text.append(number)
        if split:
            warnings.warn(
                f"{split} texts have more than the {model.max_tokens} tokens that the model reads at once; they were "
                "translated sentence by sentence.",
                stacklevel=4,
            )
        return parts, of_text

    def _joined(self, found, of_text, count):
        tokenizer = self._model.target_tokenizer
        results: list[list[Translation]] = [[] for _ in range(count)]
        whole = np.bincount(of_text, minlength=count)
        for number, versions in zip(of_text, found, strict=True):
            texts = tokenizer.detokenize([ids for ids, _ in versions])
            told = [Translation(text, score) for text, (_, score) in zip(texts, versions, strict=True)]
            if whole[number] == 1:
                results[number] = told
            else:  # the best of each sentence
                before = results[number] or [Translation("", 0.0)]
                text = joined([before[0].text, told[0].text])
                results[number] = [Translation(text, before[0].score + told[0].score)]
        return results

    def score(self, pairs: Any) -> np.ndarray:
        """See `Translator.score`."""
        refuse_forked()
        model = self._model
        source = model.source_ids(pairs.source, target_language=pairs.target_language)
        target = model.target_ids(pairs.target)
        nats = np.zeros(len(source))
        for rows in _batches([max(pair, key=len) for pair in zip(source, target, strict=True)], _TOKENS_OF_A_BATCH):
            batch = [model.tokenizer.pad([side[row] for row in rows]) for side in (source, target)]
            nats[rows] = self._nats(*batch).numpy()
        return nats

    def _impossible(self, layer, source_ids):
        network, added = self._model.network, self._model.added_languages
        found = layer.impossible(network.get_layer("added_language")(source_ids) if added else None)
        return tf.expand_dims(found, 1) if len(found.shape) > 1 else found

    @functools.cached_property
    def _nats(self):
        layer = greedy_layer(self._model)  # no graph may make its tables

        def nats(source_ids, target_ids):
            logits = self._model.network([source_ids, target_ids[:, :-1]], training=False)
            logits += self._impossible(layer, source_ids)  # as the search has it
            following = target_ids[:, 1:]
            found = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(following, 0), logits)
            return -tf.reduce_sum(found * tf.cast(following >= 0, found.dtype), axis=1)

        return tf.function(nats, [tf.TensorSpec([None, None], tf.int32)] * 2, autograph=False)


def check_search(*, beam: Any, length_penalty: Any) -> None:
    """Looks at options of a search.

    Raises:
        ValueError: one is out of its range.
    """
    _check("beam", beam, 1)
    if not isinstance(length_penalty, int | float) or not 0 <= length_penalty <= 10:
        raise ValueError(f"`length_penalty` must be a number from 0 to 10. Received: {shown(length_penalty)}.")


def _shortened(ids, most):
    """At most so many ids, the end piece among them."""
    return ids if len(ids) <= most else np.concatenate([ids[: most - 1], ids[-1:]])


def _batches(sequences, most):
    order = np.argsort([len(ids) for ids in sequences], kind="stable")
    start = 0
    for stop in range(1, len(order) + 1):
        if stop == len(order) or (stop + 1 - start) * len(sequences[order[stop]]) > most:
            yield order[start:stop]
            start = stop


def _scored(ids, nats, length_penalty):
    ids = ids[ids >= 0]
    return ids, nats / (len(ids) + 1) ** length_penalty


def _check(name, value, least, most=None):
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        limit = f"at least {least}" if most is None else f"{least} to {most} (`beam`)"
        raise ValueError(f"`{name}` must be a whole number, {limit}. Received: {shown(value)}.")
