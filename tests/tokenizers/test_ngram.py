import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keras_i18n.tokenizers import NgramTokenizer
from keras_i18n.tokenizers.canonical_composition import compose
from keras_i18n.tokenizers.character_table import BOUNDARY, DROPPED, LETTER, SOLO, read_character

TEXTS = [
    "The quick brown fox, aged 12, can't fly!",
    "İstanbul'da IŞIK ve ışık",
    "मौसम कैसा है? १२३",
    "ما حالة الطقس اليوم؟ مُحَمَّد",
    "天気はどうですか。カタカナも",
    "อากาศเป็นอย่างไรวันนี้",
    "👩‍👩‍👧 ok 👍🏽 ❤️",
    "می‌خواهم co\u00adoperate",
    "Straße ΣΊΣΥΦΟΣ ﬁn Ａ１",
    "",
    " ",
    "a",
    "?",
    "a\0b",
    "\0",
    "x\ud800y",
    "𠀀𐐀 \U000e0061",
    "word " * 50 + "w" * 200,
]


def wrap(number):
    return (number + 2**31) % 2**32 - 2**31


def mixed(number, num_buckets):
    for shift, mixer in ((16, 0x2C1B3C6D), (15, 0x297A2D39)):
        number = number if number >= 0 else -1 - number
        number = wrap((number ^ (number >> shift)) * mixer)
    number = number if number >= 0 else -1 - number
    return (number ^ (number >> 16)) % num_buckets


def by_definition(tokenizer, text):
    """The token ids spelled out character by character."""
    characters = []
    for character in text:
        folded, kind = (
            (ord(character), SOLO) if ord(character) >= 0x20000 else read_character(ord(character), tokenizer.fold)
        )
        if kind != DROPPED:
            characters.append((0 if kind == BOUNDARY else 4 * folded + kind, kind))
    words, new = [], True
    for symbol, kind in characters:
        if kind == BOUNDARY:
            new = True
            continue
        if new or kind == SOLO:
            words.append([])
        words[-1].append(symbol)
        new = kind == SOLO
    hashes = [
        wrap(sum(symbol * pow(0x9E3779B1, min(place, 63) + 1, 2**32) for place, symbol in enumerate(word)))
        for word in words
    ]
    ids = []
    kept = None if tokenizer.kept is None else tokenizer.kept.buckets.tolist()

    def emit(number, kind):
        bucket = mixed(wrap(number + wrap(wrap(kind + 1000 * tokenizer.seed) * 0x61C88647)), tokenizer.num_buckets)
        if kept is None or bucket in kept:
            ids.append(bucket if kept is None else kept.index(bucket))

    for length in tokenizer.word_lengths:
        for first in range(len(words) - length + 1):
            number = hashes[first]
            for other in hashes[first + 1 : first + length]:
                number = wrap(number * 2246822507 + other)
            emit(number, length)
    line = [0, *(symbol for symbol, _ in characters), 0]
    for length in tokenizer.ngram_lengths:
        for first in range(len(line) - length + 1):
            window = line[first : first + length]
            needed = window[1:-1] if length > 2 else [any(window)]
            if all(needed):
                number = window[0]
                for symbol in window[1:]:
                    number = wrap(number * 2654435761 + symbol)
                emit(number, 100 + length)
    return ids


OPTIONS = [
    {},
    {"num_buckets": 1000, "word_lengths": (), "ngram_lengths": (1, 2), "seed": 7},
    {"num_buckets": 2**31 - 1, "word_lengths": (1, 3), "ngram_lengths": (2, 6), "fold": ("case", "accents")},
    {"num_buckets": 64, "word_lengths": (2,), "ngram_lengths": (), "fold": ()},
    {"num_buckets": 2003, "kept_buckets": [*range(600), *range(601, 1900, 3), 2002]},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_ids_are_those_of_the_definition(options):
    tokenizer = NgramTokenizer(**options)
    for text, ids in zip(TEXTS, tokenizer.tokenize(TEXTS), strict=True):
        assert ids.dtype == np.int32
        assert ids.tolist() == by_definition(tokenizer, text), text


@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=4))
@example(["\U0002f800", "\u0344", "e\u0301"])
@settings(max_examples=200, deadline=None)
def test_any_text_gives_the_ids_of_the_definition(texts):
    tokenizer = NgramTokenizer(ngram_lengths=(1, 2, 3, 5))
    expected = [by_definition(tokenizer, compose(text)) for text in texts]
    assert [ids.tolist() for ids in tokenizer.tokenize(texts)] == expected


def test_a_text_has_the_same_ids_alone_and_among_others():
    tokenizer = NgramTokenizer()
    texts = TEXTS * 60  # more than one chunk
    alone = [tokenizer.tokenize([text])[0].tolist() for text in TEXTS]
    assert [ids.tolist() for ids in tokenizer.tokenize(texts)] == alone * 60


@pytest.mark.parametrize(
    ("one", "other", "fold"),
    [
        ("ÉCOLE", "école", ("case",)),
        ("ΣΊΣΥΦΟΣ", "σίσυφος", ("case",)),
        ("école", "ecole", ("accents",)),
        ("مُحَمَّد", "محمد", ("accents",)),
        ("ｆｕｌｌ １２", "full 12", ()),
        ("१२३", "123", ()),
        ("می‌خواهم", "میخواهم", ()),
        ("co\u00adop", "coop", ()),
        ("a, b", "a b", ()),  # words and their runs; no n-gram spans a space
    ],
)
def test_folded_alike(one, other, fold):
    tokenizer = NgramTokenizer(fold=fold, ngram_lengths=(3,))
    first, second = tokenizer.tokenize([one, other])
    assert len(first)
    assert first.tolist() == second.tolist()


def test_marks_that_make_another_letter_stay():
    tokenizer = NgramTokenizer(fold=("accents",))
    for one, other in (("क़", "क"), ("が", "か"), ("กี่", "กี")):
        first, second = tokenizer.tokenize([one, other])
        assert first.tolist() != second.tolist()


def test_without_fold_case_matters():
    first, second = NgramTokenizer(fold=()).tokenize(["Fox", "fox"])
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize(
    ("character", "kind"),
    [
        ("a", LETTER),
        ("ि", LETTER),
        ("7", LETTER),
        ("字", SOLO),
        ("の", SOLO),
        ("😀", SOLO),
        ("€", SOLO),
        (" ", BOUNDARY),
        ("。", BOUNDARY),
        ("་", BOUNDARY),
        ("\u200b", BOUNDARY),
        ("\u200d", DROPPED),
        ("️", DROPPED),
    ],
)
def test_kinds_of_characters(character, kind):
    assert read_character(ord(character))[1] == kind


def test_ids_spread_evenly():
    words = [f"{number:x}" for number in range(50_000)]
    ids = np.concatenate(NgramTokenizer(num_buckets=1000, word_lengths=(1,), ngram_lengths=()).tokenize(words))
    counts = np.bincount(ids, minlength=1000)
    # a Poisson count of mean 50: variance about its mean
    assert counts.min() > 15
    assert counts.max() < 95
    assert 40 < counts.var() < 62


def test_pad():
    tokenizer = NgramTokenizer()
    padded = tokenizer.pad(tokenizer.tokenize(["one", "", "one two"]))
    assert padded.dtype == np.int32
    assert (padded[1] == -1).all()
    assert padded[2].tolist() == tokenizer.tokenize(["one two"])[0].tolist()
    assert tokenizer.pad([]).shape == (0, 0)
    assert tokenizer.pad(tokenizer.tokenize([""])).shape == (1, 0)


def test_max_tokens():
    tokenizer = NgramTokenizer()
    whole, short = tokenizer.tokenize(["one two three"])[0], tokenizer.tokenize(["one two three"], max_tokens=4)[0]
    assert short.tolist() == whole[:4].tolist()


def test_saved_and_loaded(tmp_path):
    tokenizer = NgramTokenizer(num_buckets=999, word_lengths=(1,), ngram_lengths=(2, 4), fold=("accents",), seed=3)
    tokenizer.save(tmp_path / "tokenizer.bin")
    for twin in (NgramTokenizer.load(tmp_path / "tokenizer.bin"), pickle.loads(pickle.dumps(tokenizer))):
        assert twin.get_config() == tokenizer.get_config()
        assert twin.digest == tokenizer.digest
        for one, other in zip(twin.tokenize(TEXTS), tokenizer.tokenize(TEXTS), strict=True):
            assert one.tolist() == other.tolist()
    assert (tmp_path / "tokenizer.bin").stat().st_size < 30_000


def test_the_file_decides_not_the_python_that_reads_it():
    """A table that differs from this Python's, as one of another Unicode version does, is kept and told by the digest."""
    tokenizer = NgramTokenizer()
    twin = NgramTokenizer.from_bytes(tokenizer.to_bytes())
    twin._table.cells[:] = tokenizer.table.cells
    cell = twin._table.page_offsets[ord("b") >> 7] + ord("b")
    twin._table.cells[cell] -= 4  # b reads as a
    del twin.digest  # of the table before
    changed = NgramTokenizer.from_bytes(twin.to_bytes())
    assert changed.digest != tokenizer.digest
    assert changed.tokenize(["bat"])[0].tolist() == tokenizer.tokenize(["aat"])[0].tolist()


def test_digest_is_the_same_in_another_process():
    line = "from keras_i18n.tokenizers import NgramTokenizer as N; import sys; print(N(seed=2).digest, *map(int, N().tokenize(['Ünï 字'])[0]))"
    line += "; assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    said = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True).stdout.split()
    assert said == [NgramTokenizer(seed=2).digest, *map(str, NgramTokenizer().tokenize(["Ünï 字"])[0])]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_buckets": 0}, "`num_buckets` must be an integer from 1"),
        ({"num_buckets": 2**31}, "Received: 2147483648"),
        ({"num_buckets": 10.0}, "Received: 10.0"),
        ({"word_lengths": (0,)}, "`word_lengths` must be an integer from 1 to 4"),
        ({"ngram_lengths": (3, 3)}, "name each length once"),
        ({"ngram_lengths": 3}, "must be a tuple of lengths"),
        ({"word_lengths": (), "ngram_lengths": ()}, "must name a length"),
        ({"fold": ("stems",)}, "`fold` must name some of 'case', 'accents'"),
        ({"seed": -1}, "`seed` must be"),
        ({"num_buckets": 9, "kept_buckets": []}, "`kept_buckets` must be distinct integers from 0 to 8"),
        ({"num_buckets": 9, "kept_buckets": [3, 9]}, "in rising order. Received: [3, 9]"),
        ({"num_buckets": 9, "kept_buckets": [4, 4]}, "in rising order"),
        ({"num_buckets": 2**25, "kept_buckets": [4]}, "needs at most 2 [*][*] 24 `num_buckets`"),
    ],
)
def test_refused_options(options, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace("[3", r"\[3")):
        NgramTokenizer(**options)


def test_some_of_the_ids(tmp_path):
    whole = NgramTokenizer(num_buckets=2003, ngram_lengths=(3,))
    drawn = np.flatnonzero(np.random.default_rng(0).random(2003) < 0.4)
    some, fewer = whole.with_kept(drawn), whole.with_kept(drawn).with_kept([1, 7])
    assert fewer.kept.buckets.tolist() == drawn[[1, 7]].tolist()
    places = {int(bucket): place for place, bucket in enumerate(drawn)}
    for before, after in zip(whole.tokenize(TEXTS), some.tokenize(TEXTS), strict=True):
        assert [places[i] for i in before.tolist() if i in places] == after.tolist()
    some.save(tmp_path / "tokenizer.bin")
    again = NgramTokenizer.load(tmp_path / "tokenizer.bin")
    assert again.digest == some.digest != whole.digest
    assert again.kept.buckets.tolist() == drawn.tolist()
    with pytest.raises(ValueError, match="`ids` must be below 2"):
        fewer.with_kept([2])
    lie = some.to_bytes().replace(f'"num_kept": {len(drawn)}'.encode(), b'"num_kept": 3')
    with pytest.raises(ValueError, match="its bitmap must name 3 of 2003 buckets"):
        NgramTokenizer.from_bytes(lie)
    bomb = some.to_bytes().replace(b'"num_buckets": 2003', b'"num_buckets": 2000000000')
    with pytest.raises(ValueError, match="bitmap must be of at most"):
        NgramTokenizer.from_bytes(bomb)


def test_refused_texts():
    tokenizer = NgramTokenizer()
    with pytest.raises(TypeError, match="Put it into a list"):
        tokenizer.tokenize("one text")
    with pytest.raises(TypeError, match="Received: 3"):
        tokenizer.tokenize(["a", 3])
    with pytest.raises(ValueError, match="max_tokens"):
        tokenizer.tokenize(["a"], max_tokens=0)


def test_damaged_files_are_refused():
    data = NgramTokenizer(num_buckets=50).to_bytes()
    with pytest.raises(ValueError, match="must begin with"):
        NgramTokenizer.from_bytes(b"something else")
    for damaged in (data[:-20], data[:60], data[:200] + b"\0\0" + data[202:], data.replace(b'"seed"', b'"sead"')):
        with pytest.raises(ValueError, match="damaged"):
            NgramTokenizer.from_bytes(damaged)
    line_end = data.index(b"\n", 40) + 1
    described = json.loads(data[data.index(b"{") : line_end])
    assert described["unicode_version"]
