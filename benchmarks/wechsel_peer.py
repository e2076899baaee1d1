"""WECHSEL, the package (Minixhofer, Paischer, Rekabsaz 2022), as a method of initialisation beside ours.

    pip install gensim nltk datasets fasttext-numpy2 && pip install --no-deps wechsel==0.0.4

It is given what our methods are given: the sentence pairs. Its fastText vectors are trained on each side of them, with
the settings of its own `train_embeddings`; its dictionary is the words that stand together most (Dice, mutual best).
"""

import collections
import pathlib
import tempfile

import numpy as np


class Pieces:
    """What WECHSEL asks of a tokenizer, over a list of pieces."""

    special_tokens_map = {}  # noqa: RUF012

    def __init__(self, pieces):
        self.pieces, self.vocab = list(pieces), {piece: place for place, piece in enumerate(pieces)}

    def __len__(self):
        return len(self.pieces)

    def decode(self, place):
        return self.pieces[place].replace("▁", " ")

    def convert_ids_to_tokens(self, places):
        return self.pieces[places] if np.isscalar(places) else [self.pieces[place] for place in places]


def wechsel(context):
    """A row of `transfer.METHODS`: rows `(pieces, dim)` and which of them the package could tell."""
    from wechsel import WECHSEL

    names = dict(enumerate(context.source_pieces)) | dict(zip(context.piece_ids.tolist(), context.pieces, strict=True))
    pairs = [tuple(_text(ids, names) for ids in pair) for pair in context.parallel or ()]
    if not pairs:
        return np.zeros((len(context.pieces), context.dim)), np.zeros(len(context.pieces), bool)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        sides = [_fasttext(texts, folder / f"{place}.txt") for place, texts in enumerate(zip(*pairs, strict=True))]
        dictionary = folder / "dictionary.txt"
        dictionary.write_text("".join(f"{one}\t{other}\n" for one, other in _dictionary(pairs)), encoding="utf-8")
        package = WECHSEL(*sides, bilingual_dictionary=str(dictionary))
        rows, info = package.apply(Pieces(context.source_pieces), Pieces(context.pieces), context.source_rows)
    lost = set(info.not_found)
    return rows, np.array([piece not in lost for piece in context.pieces])


def _text(ids, names):
    return "".join(names.get(int(token), "") for token in ids).replace("▁", " ").strip()


def _fasttext(texts, file):
    import fasttext

    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return fasttext.train_unsupervised(str(file), dim=100, neg=10, model="cbow", minn=5, maxn=5, epoch=20, thread=1)


def _dictionary(pairs):
    """[(word, word)]: each other's best by Dice's coefficient over sentences, seen three times or more."""
    counts = collections.Counter(), collections.Counter()
    together = collections.Counter()
    for pair in pairs:
        one, other = (set(text.split()) for text in pair)
        counts[0].update(one)
        counts[1].update(other)
        together.update((a, b) for a in one for b in other)
    best = {}, {}
    for (a, b), count in together.items():
        if count < 3:
            continue
        score = 2 * count / (counts[0][a] + counts[1][b])
        for side, word, value in ((0, a, b), (1, b, a)):
            best[side][word] = max(best[side].get(word, (0.0, "")), (score, value))
    return [(a, b) for a, (_, b) in best[0].items() if best[1][b][1] == a]
