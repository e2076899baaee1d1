"""Where the rows of new pieces begin."""

from typing import Any

import numpy as np

from keras_i18n import networks
from keras_i18n.models import TextEncoder
from keras_i18n.transfer.adding.extended_vocabulary import ExtendedVocabulary
from keras_i18n.transfer.initialization import InitializationContext, initialize_rows
from keras_i18n.transfer.initialization.initializing import CLASSES
from keras_i18n.transfer.language_resources import LanguageResources


def initial_rows(
    encoder: TextEncoder,
    vocabulary: ExtendedVocabulary,
    resources: dict[str, LanguageResources],
    method: str,
    seed: int,
) -> tuple[np.ndarray, dict[str, int]]:
    """(rows float32 `(pieces, dim)`, dict class -> count): each language's own, averaged by how often it uses a piece."""
    old: Any = encoder.tokenizer
    new = vocabulary.tokenizer
    table = _all_rows(encoder.network)
    first, count = old.vocabulary_size, len(vocabulary.pieces)
    spelled = vocabulary.growth.spelled(new)
    total, weight = np.zeros((count, table.shape[1])), np.zeros(count)
    classes = np.full(count, len(CLASSES) - 1)
    for found in resources.values():
        used = np.bincount(
            np.concatenate([np.zeros(0, int), *new.tokenize(found.all_texts())]), minlength=first + count
        )
        places = np.flatnonzero(used[first:])
        if not len(places):
            continue
        source, target = found.sides()
        context = InitializationContext(
            pieces=[spelled[first + place] for place in places],
            source_pieces=spelled[:first],
            source_rows=table,
            piece_ids=first + places,
            tokenize=lambda texts: _without_ends(old, texts),
            unknown_id=getattr(old, "unknown_id", None),
            parallel=list(zip(_without_ends(old, source), _without_ends(new, target), strict=True)),
            lexicon=found.lexicon,
            target_texts=_without_ends(new, found.sentences()),
            seed=seed,
        )
        initialized = initialize_rows(method, context)
        share = used[first + places].astype(float)
        total[places] += initialized.rows * share[:, None]
        weight[places] += share
        classes[places] = np.minimum(classes[places], [CLASSES.index(name) for name in initialized.classes])
    unused = weight == 0  # pieces that the best cuts never use: what they stand for is not known
    total[unused], weight[unused] = table.mean(0), 1
    counts = np.bincount(classes, minlength=len(CLASSES)).tolist()
    return (total / weight[:, None]).astype("float32"), dict(zip(CLASSES, counts, strict=True))


def _all_rows(network):
    embedding = networks.token_embedding(network)
    own = [embedding.language_resources(name)["rows"] for name in embedding.language_rows]
    return np.concatenate([embedding.embeddings.numpy(), *own])


def _without_ends(tokenizer, texts):
    ends = {tokenizer.begin_id, tokenizer.end_id}
    return [ids[~np.isin(ids, [token for token in ends if token is not None])] for ids in tokenizer.tokenize(texts)]
