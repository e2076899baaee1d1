"""Faults that are planted in good data, each of which the check names; and good data, of which it names none."""

import itertools
import json
import re
import types

import pytest

from keras_i18n import datasets
from keras_i18n.datasets import from_lists
from keras_i18n.datasets.checking.encodings import mended_text
from keras_i18n.datasets.checking.text_key import bare
from keras_i18n.languages import is_valid

TEXTS = {
    "en": {"alarm": "wake me up at {} tomorrow", "music": "play song number {} again", "weather": "will it rain at {}"},
    "sw": {"alarm": "niamshe kesho saa {}", "music": "cheza wimbo namba {}", "weather": "mvua itanyesha saa {}"},
    "am": {"alarm": "ነገ በ {} ሰዓት ቀስቅሰኝ", "music": "ዘፈን ቁጥር {} አጫውት", "weather": "በ {} ሰዓት ይዘንባል"},
}
MADE_FOR = types.SimpleNamespace(languages=("en", "sw"), labels=("alarm", "music", "weather"), max_codepoints=60)


def rows_of(numbers):
    """(text, label, language) rows: three languages, three labels, equally many."""
    return [
        (text.format(number), label, tag)
        for tag, labels in TEXTS.items()
        for label, text in labels.items()
        for number in numbers
    ]


def dataset(rows, **columns):
    text, label, language = zip(*rows, strict=True)
    return from_lists(list(text), list(label), language=list(language), **columns)


TRAIN, TEST = rows_of(range(10)), rows_of(range(20, 26))
ENGLISH = "please do tell me {} about the other one"


def added(*rows):
    return {"train": TRAIN + list(rows)}


# fault -> what is planted, and words of what is told
PLANTED = {
    "leak": ({"test": [*TEST, TRAIN[3]]}, "1 of 55 test texts stand in the training part"),
    "near leak": ({"test": [*TEST, ("Wake me up at 3, TOMORROW!", "alarm", "en")]}, "but for case, spaces"),
    "conflicting labels": (added(("play song number 4 again", "alarm", "en")), "2 train rows give a text a label"),
    "duplicate": (added(TRAIN[0], ("Wake me up at 1, tomorrow", "alarm", "en")), "2 of 92 .* 1 of them but for case"),
    "near-empty text": (added(("?!", "music", "en"), ("", "alarm", "sw"), ("🎵", "music", "am")), "3 of 93"),
    "markup": (added(("<b>play</b> jazz &amp; blues", "music", "en"), ("see https://x.org", "music", "sw")), "2 of 92"),
    "mojibake": (added(("jouez une chanson de BeyoncÃ©", "music", "en")), "BeyoncÃ© \\(jouez une chanson de Beyoncé"),
    "lost characters": (added(("play \ufffd\ufffd song", "music", "en"), ("???? ?? ???", "music", "am")), "2 of 92"),
    "Zawgyi": (added(("ေနေကာင္းလား။ သီခ်င္းဖြင့္ပါ", "music", "my")), "in the code of the Zawgyi font \\(my 1, Burmese"),
    "control characters": (added(("play\x07 a song\x00", "music", "en")), "U\\+0000"),
    "script of another language": (added(("ነገ በ ሦስት ሰዓት ቀስቅሰኝ", "alarm", "en")), "en in Ethiopic letters \\(1\\)"),
    "no language tag": (added(*[(f"muzika {n} tafadhali", "music", "und") for n in range(3)]), "their letters are Latin"),
    "same text in two languages": (
        added((ENGLISH.format("more"), "music", "en"), (ENGLISH.format("more"), "music", "sw")),
        "2 of 92 train texts stand under more than one language",
    ),
    "label spelling": (added(*[(f"so loud {n}, again", "Music", tag) for n in range(5) for tag in TEXTS]), "Music / music"),
    "label missing in a language": (
        {"train": [row for row in TRAIN if row[1:] != ("weather", "sw")]},
        "1 of 3 languages have no example of some labels",
    ),
    "label of one language": (added(*[(f"naomba msaada wako {n}", "help", "sw") for n in range(6)]), "help \\(sw\\)"),
    "label without training text": (
        {"train": [row for row in TRAIN if row[1] != "weather"]},
        "No training text has 1 of the labels that the test texts have: weather",
    ),
    "imbalance": (added(*[(f"amka basi saa {n}", "alarm", "sw") for n in range(100, 160)]), "sw: alarm 78%"),
    "few texts of a language": (added(("Spiel bitte ein Lied", "music", "de")), "de 1, German"),
    "few texts of a label": (
        added(*[(row[0] + " !?", "rare", row[2]) for row in TRAIN[:1] + TRAIN[40:41]]), "rare \\(2\\)",
    ),
    "one label": ({"train": [(text, "alarm", tag) for text, _, tag in TRAIN]}, "All 90 training texts have the label"),
    "language unknown to the model": ({"model": MADE_FOR}, "not made for 1 of 3 languages of the train part \\(am 30"),
    "longer than the model reads": (
        added(("play " + "a very " * 30 + "long song", "music", "en")) | {"model": MADE_FOR},
        "the 60 code points that the model reads",
    ),
    "identified as another language": (
        {"identify": lambda texts: ["sw" if "rain" in text else "und" for text in texts]}, "en looks like sw \\(10\\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_named(fault):
    planted, told = PLANTED[fault]
    given = {"train": TRAIN, "test": TEST, "model": None, "identify": None} | planted
    report = datasets.check(dataset(given["train"]), dataset(given["test"]), given["model"], identify=given["identify"])
    assert fault in report.faults()
    page = str(report)
    assert f" {fault}: " in page
    assert re.search(told, page), page


def test_good_data_have_no_fault():
    assert datasets.check(dataset(TRAIN), dataset(TEST)).faults() == []
    assert datasets.check(*datasets.sample("assistant")).faults() == []


def test_rows_that_teach_nothing_are_left_out():
    train = dataset([*TRAIN, TRAIN[0], ("??", "music", "en"), ("play song number 4 again", "alarm", "en")])
    report = datasets.check(train)
    kept = train[report.kept_rows()]
    assert len(train[datasets.check(train, dataset(TRAIN[:5])).kept_rows()]) == len(kept) - 5
    # of a conflict nobody knows which row is right
    assert len(kept) == len(TRAIN) - 1
    assert datasets.check(kept).faults() == []


def test_ids_that_name_sentences_are_compared_and_row_numbers_are_not():
    train, test = TRAIN[:30], TEST[:18]
    named = [f"s{number}" for number in range(30)]
    report = datasets.check(dataset(train, id=named), dataset(test, id=named[5:23]))
    assert "shared id" in report.faults()
    numbered = datasets.check(dataset(train, id=list(range(30))), dataset(test, id=list(range(18))))
    assert numbered.faults() == []


def test_shares_of_unknown_pieces_are_told_by_language():
    class Words:
        unknown_id = 0

        def tokenize(self, texts):
            return [[1 if word.isascii() else 0 for word in text.split()] for text in texts]

    report = datasets.check(
        dataset(TRAIN), model=types.SimpleNamespace(tokenizer=Words(), languages=("en", "sw", "am"))
    )
    assert report.faults() == ["unknown pieces"]
    shares = {row.language: row.unknown_pieces for row in report.rows}
    assert shares["en"] == 0 < shares["am"]
    assert "Next: keras-i18n add-language m.keras am" in report.told(model="m.keras")


def test_several_labels_a_text():
    texts = [f"play song {number}" for number in range(20)]
    data = from_lists(texts, [["music"], ["music", "loud"]] * 10, language="en")
    assert datasets.check(data).faults() == []
    twice = from_lists([*texts, texts[0]], [["music"], ["music", "loud"]] * 10 + [["loud"]], language="en")
    assert datasets.check(twice).faults() == ["conflicting labels", "duplicate"]


@pytest.mark.parametrize(
    ("text", "tag", "encoding"),
    [
        ("Café – naïve Größe", "de", "cp1252"),
        ("Привет, мир", "ru", "cp1252"),
        ("ሰላም ነው", "am", "cp1252"),
        ("Привет, мир", "ru", "cp1251"),
        ("Доброго ранку, Їжаче", "uk", "cp1251"),
    ],
)
def test_what_was_read_in_another_encoding_is_mended(text, tag, encoding):
    # bytes without a sign in the encoding are read as control characters, as browsers do
    given = text.encode("utf-8")
    read = "".join(bytes([one]).decode(encoding) if _has_sign(one, encoding) else chr(one) for one in given)
    assert mended_text(read, tag) == text


def _has_sign(byte, encoding):
    try:
        bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def test_good_texts_are_not_mended():
    train, test = datasets.sample("assistant")
    for text, tag in zip(train.text + test.text, train.language + test.language, strict=True):
        assert mended_text(text, tag) is None
    for text, tag in (("ÜBERGRÖSSE“", "de"), ("NÃO", "pt"), ("Рік «Є» — ПІВ", "uk"), ("¿Qué?", "es")):
        assert mended_text(text, tag) is None


def test_vowel_signs_and_case_of_keys():
    assert bare("कि") != bare("की")
    assert bare("İZMİR") == bare("i̇zmi̇r")
    assert bare("ﬁne  Day") == bare("FINE-day")


def test_the_report_is_plain_data_and_html():
    report = datasets.check(dataset(TRAIN[:20]), dataset(TRAIN[10:30]))
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["findings"][0]["fault"] == "leak"
    assert [(row["language"], row["train"], row["test"]) for row in plain["languages"]] == [("en", 20, 20)]
    assert "<pre" in report._repr_html_()


def test_what_cannot_be_checked_is_refused():
    with pytest.raises(TypeError, match="must be a language identifier"):
        datasets.check(dataset(TRAIN), identify=3)
    with pytest.raises(ValueError, match=r"must give a tag a text \(90\)"):
        datasets.check(dataset(TRAIN), identify=lambda texts: ["en"])
    with pytest.raises(ValueError, match="at least one row"):
        datasets.check(dataset(TRAIN)[:0])


def test_one_page_however_many_languages():
    tags = [a + b for a, b in itertools.product("abcdefghijklmnopqrstuvwxyz", repeat=2)]
    known = [tag for tag in tags if is_valid(tag)][:150]
    rows = [(f"{tag} wake me at {n}", "alarm" if n % 2 else "music", tag) for tag in known for n in range(2)]
    assert len(str(datasets.check(dataset(rows))).splitlines()) < 60


def test_letters_that_the_model_does_not_read_are_told():
    texts = ["Wake me", "Play some jazz", "ང་ཚོས་དེབ་ཀློག"] * 5
    train = datasets.from_lists(texts, ["alarm", "music", "music"] * 5, language=["en", "en", "sw"] * 5)
    report = datasets.check(train, model=types.SimpleNamespace(languages=("en", "sw")))
    (found,) = [one for one in report.findings if one.fault == "letters unknown to the model"]
    assert found.languages == {"sw": 5}
    assert "sw in Tibetan letters" in found.told
    assert (
        "letters unknown to the model"
        not in datasets.check(train, model=types.SimpleNamespace(languages=("en", "sw", "bo"))).faults()
    )


def test_names_in_latin_letters_are_no_other_script_and_romanised_texts_are():
    mixed = ["printer कब पहुँचेगा", "monitor لا يعمل", "मेरा keyboard कहाँ है"]
    data = from_lists([*mixed, "mera printer kahan hai"], ["a", "b"] * 2, language=["hi", "ar", "hi", "hi"])
    found = [one for one in datasets.check(data).findings if one.fault == "script of another language"]
    assert [one.rows for one in found] == [(3,)]
    assert datasets.check(data[:3]).errors == []


def test_what_cleaning_cannot_mend_is_not_said_to_be_cleaned():
    data = from_lists(["mera printer kahan hai", "printer"], ["a", "b"], language=["hi", "en"])
    assert "Next: mend the file, and check again" in str(datasets.check(data))
