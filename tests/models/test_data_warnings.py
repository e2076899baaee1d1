"""What a training tells of its data before it begins."""

import warnings

import pytest

import keras_i18n as ki

TEXTS = ["wake me", "play a song", "amka sasa", "cheza wimbo"] * 4
DATA = ki.datasets.from_lists(TEXTS, ["alarm", "music"] * 8, language=["en", "en", "sw", "sw"] * 4)


def fit(data=DATA, **options):
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    labels = options.pop("labels", ("alarm", "music"))
    network = ki.networks.pooling(vocabulary_size=50, num_labels=len(labels), size="tiny")
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=labels, **options)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(data, trainable="all", epochs=1, verbose=0)
    return [
        one
        for one in (str(one.message) for one in told)
        if one.startswith(("No training text", "The model was", "Most letters"))
    ]


def test_labels_without_a_text_and_unknown_languages_are_told():
    told = fit(labels=("alarm", "music", "weather"), languages=["en"])
    assert told[0].startswith("No training text has the label 'weather': no answer will be that.")
    assert "not made for sw (Swahili, 8 texts)" in told[1]
    assert fit(languages=["en", "sw"]) == fit() == []


def test_letters_that_the_model_does_not_read_are_told_whatever_the_tag():
    texts = ["wake me", "play a song", "ང་ཚོས་དེབ་ཀློག", "གཞས་གཏོང་"] * 4
    data = ki.datasets.from_lists(texts, ["alarm", "music"] * 8, language=["en", "en", "sw", "sw"] * 4)
    told = fit(data, languages=["en", "sw"])
    assert len(told) == 1
    assert "sw (Swahili, in Tibetan)" in told[0]
    assert (
        "sw (Swahili, 8 texts, in Tibetan letters, which no language of the model has)"
        in fit(data, languages=["en"])[0]
    )


def test_a_model_of_texts_without_a_language_is_warned_of_none():
    texts = ["wake me", "play a song", "ང་ཚོས་དེབ་ཀློག", "གཞས་གཏོང་"] * 4
    for tags in ("und", ["und", "und", "sw", "sw"] * 4):
        data = ki.datasets.from_lists(texts, ["alarm", "music"] * 8, language=tags)
        assert fit(data, languages=["und"]) == fit(data, languages=["en", "und"]) == []


def test_the_line_names_the_callers_file():
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    network = ki.networks.pooling(vocabulary_size=50, num_labels=2, size="tiny")
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["alarm", "music"], languages=["fr"])
    with pytest.warns(UserWarning, match="not made for en .*, sw ") as told:
        model.fit(DATA, trainable="all", epochs=1, verbose=0)
    assert next(one for one in told if "not made" in str(one.message)).filename == __file__
