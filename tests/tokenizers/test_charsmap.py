import unicodedata

import numpy as np
import pytest

from keras_i18n.tokenizers import normalizer_tables
from keras_i18n.tokenizers.charsmap import check_charsmap, read_charsmap
from tests.tokenizers.vocabularies import trained


def test_rules_are_those_of_unicode():
    rules = read_charsmap(trained(normalizer="nfkc").model.charsmap)
    assert rules[0x2167,] == tuple(map(ord, "VIII"))
    assert rules[0x304B, 0x3099] == (0x304C,)
    known = [key for key in rules if "Cn" not in map(unicodedata.category, map(chr, key + rules[key]))]
    different = [k for k in known if unicodedata.normalize("NFKC", "".join(map(chr, k))) != "".join(map(chr, rules[k]))]
    assert len(different) < 30


def test_tables_say_what_the_rules_say():
    rules = read_charsmap(trained().model.charsmap)
    tables = normalizer_tables.build(rules)
    assert tables.hangul[0]
    assert tables.hangul[1]
    for key, value in list(rules.items())[::50]:
        if len(key) == 1:
            page, place = divmod(key[0], normalizer_tables.PAGE)
            record = tables.entries[int(tables.pages[page]) * normalizer_tables.PAGE + place]
            start = tables.starts[record]
            assert tuple(tables.pool[start : start + tables.lengths[record]]) == value


def test_damaged_charsmaps_are_refused():
    blob = trained().model.charsmap
    for broken in (
        b"x",
        blob[:3],
        blob[:5000],
        b"\xff" * 8 + blob[8:],
        blob[:-1] + b"x",
        blob[:4] + b"\xff" * 1024 + blob[1028:],
    ):
        with pytest.raises(ValueError, match="charsmap"):
            check_charsmap(broken)
        with pytest.raises(ValueError, match="charsmap"):
            read_charsmap(broken)


def test_altered_charsmaps_never_lead_out_of_bounds():
    blob = trained().model.charsmap
    chance = np.random.default_rng(5)
    messages = []
    for _ in range(60):
        altered = bytearray(blob)
        for place in chance.integers(4, len(blob), 4):
            altered[place] = chance.integers(0, 256)
        try:
            check_charsmap(bytes(altered))
        except ValueError as error:
            messages.append(str(error))
    assert all("charsmap" in message for message in messages)


def test_what_cannot_be_compiled_is_refused():
    for rules, symbols in (
        ({(97,): (32, 32)}, ()),
        ({(97,) * 17: (98,)}, ()),
        ({}, [(97,) * 65]),
        ({}, [(32, 32)]),
        ({}, [(97, i + 200) for i in range(1025)]),
    ):
        with pytest.raises(ValueError, match="Received"):
            normalizer_tables.build(rules, symbols)
