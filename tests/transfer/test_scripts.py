"""Texts in the script of their language, and in Unicode."""

import pytest

from keras_i18n.transfer.script_check import check_script

# "How are you? I read Burmese." in Unicode, and as the Zawgyi font writes it
BURMESE = ["နေကောင်းလား။", "ကျွန်တော် မြန်မာစာ ဖတ်တယ်။", "အင်္ဂလိပ်စာ"]
ZAWGYI = ["ေနေကာင္းလား။", "ကၽြန္ေတာ္ ျမန္မာစာ ဖတ္တယ္။"]


@pytest.mark.parametrize(
    ("language", "texts"),
    [("my", BURMESE), ("ja", ["これは本です", "カタカナ"]), ("sr-Latn", ["Dobro jutro"]), ("my", []), ("en", ["1969"])],
)
def test_texts_in_their_script_pass(language, texts):
    check_script(texts, language)


def test_the_code_of_a_burmese_font_is_refused():
    with pytest.raises(
        ValueError, match=r"must be in Unicode. Received: 2 of 5 texts in the code of the Zawgyi font.*uconv"
    ):
        check_script(BURMESE + ZAWGYI, "my")


def test_a_stray_text_of_that_code_passes():
    check_script(BURMESE * 10 + ZAWGYI[:1], "my")


def test_another_script_is_refused_with_an_example():
    with pytest.raises(ValueError, match="must be in the script"):
        check_script(["sun"], "my")
