"""Sampled cuts: as likely as the library's, and the same for one seed in every process."""

import collections
import hashlib

import numpy as np
import pytest
import sentencepiece

from keras_i18n.tokenizers import UnigramTokenizer, train_unigram
from tests import fresh_process

TEXTS = ["the sun is over the sea", "habari za jioni", "मौसम अच्छा है", "日本語の本", "İstanbul'da ☕", "", "x" * 40]


@pytest.fixture(scope="module")
def tokenizer():
    return train_unigram(TEXTS[:4] * 20, vocabulary_size=80, threads=1)


@pytest.mark.parametrize("alpha", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("text", ["the sun", "☕☕ sea ☕"])
def test_ways_are_as_likely_as_the_librarys(tokenizer, text, alpha):
    count = 4000
    library = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_bytes)
    theirs = collections.Counter(
        tuple(library.encode(text, enable_sampling=True, alpha=alpha, nbest_size=-1)) for _ in range(count)
    )
    ours = collections.Counter(tuple(ids.tolist()) for ids in tokenizer.sample([text] * count, alpha=alpha, seed=1))
    ways = sorted(ours.keys() | theirs.keys(), key=lambda way: -theirs[way] - ours[way])[:20]
    for way in ways:
        share = (ours[way] + theirs[way]) / (2 * count)
        # five standard deviations of the difference of two shares
        assert abs(ours[way] - theirs[way]) / count < 5 * np.sqrt(2 * share * (1 - share) / count) + 1e-9, way


PROGRAM = """
import hashlib, sys
import numpy as np
from keras_i18n.tokenizers import UnigramTokenizer
tokenizer = UnigramTokenizer(open(sys.argv[1], "rb").read())
texts = open(sys.argv[2], encoding="utf-8").read().split("\\n")
for seed in (0, 2**31 - 1):
    print(hashlib.sha256(np.concatenate(tokenizer.sample(texts, seed=seed)).tobytes()).hexdigest())
"""


def test_one_seed_cuts_alike_in_every_process(tokenizer, tmp_path):
    (tmp_path / "a.model").write_bytes(tokenizer.model_bytes)
    (tmp_path / "texts").write_text("\n".join(TEXTS), encoding="utf-8")
    here = [
        hashlib.sha256(np.concatenate(tokenizer.sample(TEXTS, seed=seed)).tobytes()).hexdigest()
        for seed in (0, 2**31 - 1)
    ]
    there = fresh_process.run(PROGRAM, [tmp_path / "a.model", tmp_path / "texts"], check=True).stdout.split()
    assert there == here
    assert here[0] != here[1]


def test_every_cut_spells_its_text(tokenizer):
    for seed in range(20):
        for text, ids in zip(TEXTS[:4], tokenizer.sample(TEXTS[:4], alpha=0.1, seed=seed), strict=True):
            assert tokenizer.detokenize([ids]) == [text]


def test_bytes_where_the_vocabulary_has_them():
    tokenizer = train_unigram(TEXTS[:1] * 20, vocabulary_size=290, byte_fallback=True, threads=1)
    assert isinstance(tokenizer, UnigramTokenizer)
    for ids in tokenizer.sample(["the ☕ sun"] * 5, alpha=0.1, seed=3):
        assert tokenizer.detokenize([ids]) == ["the ☕ sun"]
