"""The embedded data set is what it says: enough languages, scripts and utterances, and nothing on both sides."""

import collections
import pathlib
import unicodedata

import pytest

from keras_i18n import datasets, languages

FOLDER = pathlib.Path(datasets.__file__).parent / "samples" / "assistant"
FILES = sorted(FOLDER.glob("*.tsv"))

# How the Unicode names of a script's letters begin.
LETTERS = {
    "Arab": ("ARABIC",),
    "Beng": ("BENGALI",),
    "Cyrl": ("CYRILLIC",),
    "Deva": ("DEVANAGARI",),
    "Ethi": ("ETHIOPIC",),
    "Geor": ("GEORGIAN",),
    "Grek": ("GREEK",),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Hebr": ("HEBREW",),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
    "Kore": ("HANGUL",),
    "Latn": ("LATIN",),
    "Taml": ("TAMIL",),
    "Telu": ("TELUGU",),
    "Thai": ("THAI",),
}


@pytest.fixture(scope="module")
def assistant():
    return datasets.sample("assistant")


def test_enough_of_everything(assistant):
    train, test = assistant
    everything = train + test
    assert len(everything.labels) >= 8
    assert len(everything.languages) >= 24
    assert len({languages.script(tag) for tag in everything.languages}) >= 10
    assert {"en", "hi", "sw", "vi", "fi", "el"} <= set(everything.languages)
    assert train.labels == test.labels
    assert train.languages == test.languages
    counts = everything.summary().counts
    assert counts.min() >= 12
    assert test.summary().counts.min() >= 3


def test_the_docstring_counts_right(assistant):
    train, _ = assistant
    scripts = {languages.script(tag) for tag in train.languages}
    told = f"{len(train.labels)} intents in {len(train.languages)} languages and {len(scripts)} scripts"
    assert told in datasets.sample.__doc__


def _key(text):
    """What two writings of one utterance share: letters and digits, without case, accents' forms or marks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LNM")


def test_no_utterance_comes_twice_or_on_both_sides(assistant):
    everything = assistant[0] + assistant[1]
    keys = collections.Counter(zip(everything.language, map(_key, everything.text), strict=True))
    assert [key for key, count in keys.items() if count > 1] == []
    assert datasets.shared_ids(*assistant, column="text") == []


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_file_is_clean(file):
    text = file.read_bytes().decode("utf-8")
    assert languages.normalize(file.stem) == file.stem
    assert "\r" not in text
    assert text.endswith("\n")
    assert text == unicodedata.normalize("NFC", text)
    lines = text.removesuffix("\n").split("\n")
    assert lines[0] == "part\tlabel\ttext"
    for line in lines[1:]:
        part, label, utterance = line.split("\t")
        assert part in ("train", "test")
        assert label.isascii()
        assert label.islower()
        assert utterance
        assert utterance == " ".join(utterance.split())
        assert all(unicodedata.category(character) not in ("Cc", "Co", "Cn", "Cs") for character in utterance)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_file_is_in_its_script(file):
    beginnings = LETTERS[languages.script(file.stem)]
    lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")[1:]
    strange = 0
    for line in lines:
        utterance = line.split("\t")[2]
        letters = [unicodedata.name(character) for character in utterance if character.isalpha()]
        own = sum(name.startswith(beginnings) for name in letters)
        strange += own * 2 <= len(letters)
    # A name or a foreign word may fill most of one utterance, not of many.
    assert strange <= len(lines) // 50


def test_an_unknown_sample():
    with pytest.raises(ValueError, match=r"must be one of \['assistant'\]. Received: 'reviews'"):
        datasets.sample("reviews")
    with pytest.raises(ValueError, match="must be one of"):
        datasets.sample("../samples/assistant")
