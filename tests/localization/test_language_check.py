"""Texts in another language than told are refused; texts in their own, short ones and unknown languages are not."""

import pytest

from keras_i18n import datasets
from keras_i18n import languages as tags
from keras_i18n.localization.language_check import check_language
from tests.localization.conftest import ENGLISH, RUSSIAN

# news in place of commands, of which the sample is made
NEWS = {
    "en": "The government said on Monday that the talks would go on until both sides had agreed on a date.",
    "de": "Die Regierung teilte am Montag mit, dass die Gespräche fortgesetzt werden, bis sich beide Seiten geeinigt haben.",
    "es": "El gobierno dijo el lunes que las conversaciones continuarán hasta que ambas partes acuerden una fecha.",
    "pt": "O governo disse na segunda-feira que as negociações vão continuar até que os dois lados cheguem a um acordo.",
    "ru": "Правительство сообщило в понедельник, что переговоры продолжатся, пока стороны не договорятся о дате.",
    "uk": "Уряд повідомив у понеділок, що переговори триватимуть, доки сторони не домовляться про дату.",
}


@pytest.mark.parametrize("told", NEWS)
def test_news_is_told_from_that_of_neighbours(told):
    check_language([NEWS[told]], told)
    for language, text in NEWS.items():
        if language != told and tags.script(language) == tags.script(told):
            with pytest.raises(ValueError, match=f"`texts` for '{told}' must be in .* Received: 1 of 1"):
                check_language([text], told)


def test_what_is_not_refused():
    check_language(ENGLISH, "en-GB")
    check_language(RUSSIAN, "ru")
    check_language(["ja", "", "7 + 7"], "en")  # too short to tell
    check_language([NEWS["de"]], "da")  # no Danish sentences to compare with
    check_language([NEWS["de"], NEWS["en"], NEWS["en"]], "en")  # some may be


def test_every_language_of_the_sample_is_its_own():
    _, test = datasets.sample("assistant")
    for tag in test.languages:
        check_language(list(test.select(languages=[tag]).text), tag)
