"""Tags are canonical, named, scripted and matched as the standards say; what is no tag is refused with a proposal."""

import lzma
import subprocess
import sys
import types
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keras_i18n import languages
from keras_i18n.languages import unread_scripts


@pytest.fixture(scope="module")
def sib200(shared_data):
    with lzma.open(shared_data / "sib200" / "languages.tsv.xz", "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines][1:]


def test_every_tag_of_sib200_is_canonical_and_named(sib200):
    assert len(sib200) == 205
    assert [languages.normalize(tag) for tag, _, _ in sib200] == [tag for tag, _, _ in sib200]
    assert [languages.name(tag) for tag, _, _ in sib200] == [name for _, _, name in sib200]


def test_the_script_is_the_one_that_flores_tells(sib200):
    assert {tag: languages.script(tag) for tag, _, _ in sib200} == {tag: code.split("_")[1] for tag, code, _ in sib200}


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("SR_latn", "sr-Latn"),
        ("zh_hans_cn", "zh-Hans-CN"),
        ("deu", "de"),
        ("ger", "de"),
        ("iw", "he"),
        ("tl", "fil"),
        ("sh", "sr-Latn"),
        ("prs", "fa-AF"),
        ("en-Latn", "en"),
        ("i-klingon", "tlh"),
        ("x-attic", "x-attic"),
        ("und", "und"),
    ],
)
def test_normalize(tag, canonical):
    assert languages.normalize(tag) == canonical
    assert languages.normalize(canonical) == canonical
    assert languages.is_valid(tag)


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("serbian latin", "sr-Latn"),
        ("latin_serbian", "sr-Latn"),
        ("Chinese (Traditional)", "zh-Hant"),
        ("русский", "ru"),
        ("français", "fr"),
        ("brazilian portuguese", "pt-BR"),
        ("swahilli", "sw"),
        ("jp", "ja"),
        ("cn", "zh"),
        ("ua", "uk"),
        ("cz", "cs"),
        ("de ", "de"),
        ("zh-Hanz", "zh"),
        ("en_US.UTF-8", "en-US"),
    ],
)
def test_what_was_meant_is_proposed(tag, meant):
    with pytest.raises(ValueError) as caught:
        languages.normalize(tag)
    assert "must be a BCP-47 tag" in str(caught.value)
    assert f"Received: {tag!r}" in str(caught.value)
    assert str(caught.value).endswith(f"Did you mean '{meant}'?")
    assert not languages.is_valid(tag)


@pytest.mark.parametrize(
    "tag", ["", "zz", "qqqqqqqq", "1", "zh--", "-", "日本語の", "e\n", 3, None, ["en"], b"en", 2.5]
)
def test_nonsense_is_refused_without_a_wild_guess(tag):
    with pytest.raises(ValueError, match="must be a BCP-47 tag") as caught:
        languages.normalize(tag)
    assert "'en'?" not in str(caught.value) or tag == "e\n"
    assert not languages.is_valid(tag)


def test_a_text_in_place_of_a_tag_is_told_at_once_and_in_short():
    with pytest.raises(ValueError, match="must be a BCP-47 tag") as caught:
        languages.normalize("Habari za asubuhi " * 22_000)
    assert len(str(caught.value)) < 300


@given(st.text(max_size=12))
@example("@\x00\x80\U00010000")
@example("latin\x00 deutsch")
def test_normalize_is_stable_or_a_value_error(tag):
    try:
        canonical = languages.normalize(tag)
    except ValueError:
        assert not languages.is_valid(tag)
    else:
        assert languages.normalize(canonical) == canonical
        assert languages.name(canonical)
        assert len(languages.script(canonical)) == 4


def test_an_unknown_script_is_told_as_unknown():
    assert languages.script("cjk") == "Zzzz"  # Chokwe: no likely script on record
    assert languages.script("und") in ("Latn", "Zzzz")
    assert languages.script("cmn") == "Hans"  # by way of its macrolanguage


def test_directions():
    right_to_left = "ar he fa ur yi ckb dv nqo ks sd ug pa-Arab az-Arab ff-Adlm"
    assert {languages.direction(tag) for tag in right_to_left.split()} == {"rtl"}
    left_to_right = "en pa ar-Latn zh ja am ka hi az ff und"
    assert {languages.direction(tag) for tag in left_to_right.split()} == {"ltr"}


def test_directions_agree_with_unicode():
    letters = {"ar": "ا", "he": "א", "syr": "ܐ", "dv": "ހ", "nqo": "ߊ", "ff-Adlm": "𞤀", "smp": "ࠀ", "myz": "ࡀ"}
    letters |= {"en": "a", "ru": "а", "hi": "अ", "am": "አ", "ja": "あ", "ka": "ა", "taq-Tfng": "ⴰ", "sat": "ᱚ"}
    for tag, letter in letters.items():
        expected = "rtl" if unicodedata.bidirectional(letter) in ("R", "AL") else "ltr"
        assert languages.direction(tag) == expected, tag


def test_autonyms():
    expected = {"sw": "Kiswahili", "el": "Ελληνικά", "am": "አማርኛ", "ka": "ქართული", "zh-Hant": "中文（繁體）"}
    assert {tag: languages.autonym(tag) for tag in expected} == expected
    assert languages.autonym("kmb") == "Kimbundu"  # nothing on record but the English name


def test_matches():
    chinese = ["en", "zh-Hant", "zh-Hans"]
    assert languages.matches("zh", chinese) == ["zh-Hans"]
    assert languages.matches("zh-TW", chinese) == ["zh-Hant"]
    assert languages.matches("zh_hant", chinese) == ["zh-Hant"]
    assert languages.matches("zh-CN", ["zh", "zh-Hant"]) == ["zh"]
    assert languages.matches("pt", ["pt-BR", "pt-PT"]) == ["pt-BR", "pt-PT"]
    assert languages.matches("pt", ["pt", "pt-PT"]) == ["pt"]
    assert languages.matches("pt-BR", ["pt-PT"]) == []
    assert languages.matches("ko", ["ko-Hang"]) == ["ko-Hang"]
    assert languages.matches("sr-Latn", ["sr"]) == []
    assert languages.matches("iw", ["he"]) == ["he"]
    assert languages.lookup("pt-BR", ["pt-PT", "pt"]) == "pt"
    assert languages.lookup("fr", []) is None
    with pytest.raises(ValueError, match="Did you mean 'fr'"):
        languages.lookup("french", ["fr"])


def test_importing_loads_no_tables():
    program = "import sys, keras_i18n.languages; print('langcodes' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_every_tag_of_flores_finds_its_language_and_no_other(sib200):
    """FLORES, NLLB and SIB-200 write `swh_Latn`, CLDR and people write `sw`."""
    ours, theirs = [tag for tag, _, _ in sib200], [code for _, code, _ in sib200]
    for tag, code, _ in sib200:
        assert languages.matches(code, ours) == [tag]
        assert languages.matches(tag, theirs) == [code]
        assert languages.lookup(code, theirs) == code
        assert languages.equivalent(tag, code)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("swh_Latn", "sw"),
        ("arb_Arab", "ar"),
        ("cmn", "zh"),
        ("cmn_Hant", "zh-TW"),
        ("nb", "no"),
        ("nob_Latn", "no"),
        ("zsm", "ms"),
        ("pes", "fa"),
        ("lvs", "lv"),
        ("ekk", "et"),
        ("uzn_Latn", "uz"),
        ("azj", "az"),
        ("khk_Cyrl", "mn"),
        ("npi", "ne"),
        ("ory", "or"),
        ("als_Latn", "sq"),
        ("gaz", "om"),
        ("kmr_Latn", "ku"),
        ("pbt_Arab", "ps"),
        ("plt", "mg"),
        ("quy", "qu"),
        ("ydd", "yi"),
        ("twi", "ak"),
        ("hbs", "sr-Latn"),
    ],
)
def test_a_macrolanguage_and_its_usual_language_match(one, other):
    assert languages.matches(one, ["en", other]) == [other]
    assert languages.matches(other, ["en", one]) == [one]


def test_other_languages_of_a_macrolanguage_do_not_match():
    for one, other in [("arz", "ar"), ("nn", "no"), ("nn", "nb"), ("yue", "zh"), ("ltg", "lv"), ("azb", "az")]:
        assert languages.matches(one, [other]) == languages.matches(other, [one]) == []
        assert not languages.equivalent(one, other)


def test_what_names_the_same_is_found_together_and_what_corpora_keep_apart_is_not():
    assert languages.matches("sw", ["sw", "swh_Latn", "en"]) == ["sw", "swh_Latn"]
    assert languages.lookup("swh", ["sw", "swh_Latn"]) == "swh_Latn"
    assert languages.matches("ak", ["ak", "tw"]) == ["ak"]
    assert languages.matches("tw", ["ak", "tw"]) == ["tw"]


@pytest.mark.parametrize(
    ("locale", "meant"),
    [
        ("sr_RS@latin", "sr-Latn-RS"),
        ("uz_UZ@cyrillic", "uz-Cyrl-UZ"),
        ("sr_RS.UTF-8@latin", "sr-Latn-RS"),
        ("de_DE@euro", "de-DE"),
        ("ca_ES@valencia", "ca-ES-valencia"),
    ],
)
def test_the_modifier_of_a_locale_is_read(locale, meant):
    with pytest.raises(ValueError, match=f"Did you mean '{meant}'"):
        languages.normalize(locale)


TIBETAN, ODIA = "ང་ཚོས་ད་ལྟ་དེབ་ཀློག་གི་ཡོད།", "ଆଜି ପାଗ କେମିତି ଅଛି?"


@pytest.mark.parametrize(
    ("made_for", "text", "tag", "script"),
    [
        (("en", "ru"), TIBETAN, "bo", "Tibetan"),
        (("en", "ru"), TIBETAN, "en", "Tibetan"),  # whatever the tag says
        (("en", "bo"), TIBETAN, "bo", None),
        (("en",), ODIA, "or", "Odia"),
        (("or",), ODIA, "or", None),
        (("en",), f"{TIBETAN} said the old woman who had never seen the sea", "bo", None),  # most letters are read
        (("en",), "ＯＫ！ 123 😀", "ja", None),
        (("en",), "", "bo", None),
        ((), TIBETAN, "bo", None),  # a model that does not say
        (("ja",), "ひらがな カタカナ 漢字", "ja", None),
        (("ko",), "𐓏𐓘𐓻𐓘𐓻𐓟", "osa", "Osage"),
    ],
)
def test_letters_that_no_language_of_a_model_is_written_in(made_for, text, tag, script):
    found = unread_scripts(types.SimpleNamespace(languages=made_for), [text], [tag])
    assert found == ({} if script is None else {tag: script})


def test_a_quotation_in_other_letters_is_not_told():
    model = types.SimpleNamespace(languages=("en",))
    assert unread_scripts(model, ["hello"] * 19 + [TIBETAN], ["en"] * 20) == {}
    assert unread_scripts(model, ["hello"] * 17 + [TIBETAN] * 2, ["en"] * 19) == {"en": "Tibetan"}
