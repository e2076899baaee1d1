"""A translator gets one more language: it learns it, and what it translated before stays the same."""

import copy

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import transfer
from keras_i18n.datasets import ParallelTexts
from tests.cli.test_commands import run
from tests.models.test_translator import FRENCH, TRAINING, WORDS, pairs, tiny

FINNISH = {"one": "yksi", "two": "kaksi", "three": "kolme", "four": "neljä", "five": "viisi"}
KOREAN = {"one": "하나", "two": "둘", "three": "셋", "four": "넷", "five": "다섯"}
FORMATS = {1: ["tflite", "keras"], 2: ["onnx"]}
OLD = [source for source, _ in pairs(30, 21)]


def direction(tag, words, count, seed):
    source, target = zip(*pairs(count, seed, words), strict=True)
    return ParallelTexts(source, target, source_language="en", target_language=tag)


@pytest.fixture(scope="module")
def translator():
    directions = [direction("de", WORDS, 100, 1), direction("fr", FRENCH, 100, 2)]
    directions.append(directions[0].swap())
    model = tiny(directions)
    model.fit(directions, **TRAINING | {"epochs": 30})
    assert model.translate(["two", "zwei"], target_language=["fr", "en"]) == ["deux", "two"]
    return model


@pytest.fixture(scope="module")
def added(translator):
    before = [weight.numpy() for weight in translator.network.weights]
    options = TRAINING | {"learning_rate": 2e-2, "epochs": 25}
    given, held_out = direction("fi", FINNISH, 150, 3), direction("fi", FINNISH, 20, 4)
    found = transfer.add_translation_language(
        translator, "fi", given, validation=held_out, keep_texts=OLD, adapter_dim=16, **options
    )
    for one, weight in zip(before, translator.network.weights, strict=True):
        np.testing.assert_array_equal(one, weight)
    return found


def same_as_before(translator, longer):
    for language in translator.target_languages:
        one, other = (model.translate(OLD, target_language=language) for model in (translator, longer))
        assert one == other
        options = {"target_language": language, "beam": 3, "num_best": 2}
        found = (model.translate(OLD, **options) for model in (translator, longer))
        one, other = ([version for versions in texts for version in versions] for texts in found)
        assert [version.text for version in one] == [version.text for version in other]
        # probabilities are sums over more tokens, of which the new ones have none
        scores = ([version.score for version in versions] for versions in (one, other))
        np.testing.assert_allclose(*scores, rtol=1e-5, atol=1e-6)
    rows = direction("fr", FRENCH, 20, 9)
    np.testing.assert_allclose(longer.score(rows), translator.score(rows), rtol=1e-5, atol=1e-6)


def test_it_learns_to_write_and_to_read_it(translator, added):
    longer, report = added
    texts = [source for source, _ in pairs(20, 5)]
    found = longer.translate(texts, target_language="fi")
    assert sum(one == target for one, (_, target) in zip(found, pairs(20, 5, FINNISH), strict=True)) > 10
    assert (translator.added_languages, longer.added_languages) == ((), ("fi",))
    assert longer.target_languages == ("de", "fr", "en", "fi")
    (into, back) = report.directions
    assert into[:4] == ("en", "fi", 150, None)
    assert into[4] > 60
    assert back[:3] == ("fi", "en", 150)
    assert back[4] > back[3] + 20
    assert (report.compared, report.pieces) == (3 * 50, longer.own_pieces[0][1] - longer.own_pieces[0][0])
    assert f"{report.pieces} new pieces" in str(report)


def test_what_was_translated_before_stays(translator, added):
    same_as_before(translator, added[0])


def test_no_other_language_writes_its_pieces(translator, added):
    longer, table = added[0], added[0].network.get_layer("embedding").embeddings
    values = table.numpy()
    (first, end), changed = longer.own_pieces[0], values.copy()
    changed[first:end] *= 50  # scores above all others, or below
    table.assign(changed)
    try:
        longer.forget_graphs()
        same_as_before(translator, longer)
        assert longer.translate(OLD[:5], target_language="fi") != added[0].translate(OLD[:5], target_language="de")
    finally:
        table.assign(values)
        longer.forget_graphs()


@pytest.mark.parametrize("beam", [1, 2])
def test_files_translate_as_the_model_does(added, beam, tmp_path):
    longer = added[0]
    longer.save(tmp_path / "longer.keras")
    loaded = ki.load(tmp_path / "longer.keras")
    loaded.beam = beam
    folder = ki.export(loaded, tmp_path / "files", formats=FORMATS[beam])
    report = ki.verify(loaded, folder, ki.datasets.from_lists(OLD[:3], language="en"))
    assert {row.language for row in report.rows} == {f"en to {tag}" for tag in longer.target_languages}
    report.raise_if_different()
    for name in FORMATS[beam]:
        assert ki.benchmark(folder / f"model.{name}", texts=OLD[:1], repeats=1).rows
        runner = ki.load_exported(folder / f"model.{name}")
        for language in longer.target_languages:
            expected = longer.translate(OLD[:5], target_language=language, beam=beam)
            assert runner.translate(OLD[:5], target_language=language) == expected


def test_a_second_one_leaves_the_first_alone(translator, added):
    longer, _ = added
    options = TRAINING | {"learning_rate": 2e-2, "epochs": 30}
    longest, report = transfer.add_translation_language(longer, "ko", [direction("ko", KOREAN, 100, 6)], **options)
    assert longest.added_languages == ("fi", "ko")
    same_as_before(longer, longest)
    found = longest.translate([source for source, _ in pairs(20, 7)], target_language="ko")
    assert sum(one == target for one, (_, target) in zip(found, pairs(20, 7, KOREAN), strict=True)) > 8
    assert report.compared == 4 * 50


def test_the_command_adds_it(translator, tmp_path):
    given = direction("fi", FINNISH, 30, 3)
    rows = ["en\tfi", *("\t".join(pair) for pair in given)]
    (tmp_path / "en-fi.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "words.txt").write_text("yksi\n", encoding="utf-8")
    translator.save(tmp_path / "old.keras")
    command = ["add-language", tmp_path / "old.keras", "fi", tmp_path / "new.keras"]
    command += ["--parallel", tmp_path / "en-fi.tsv", "--epochs", 1]
    assert "between old languages as before" in run(*command).stdout
    assert ki.load(tmp_path / "new.keras").added_languages == ("fi",)
    error = run(*command, "--words", tmp_path / "words.txt", check=1).stderr
    assert "A translator learns a language from --parallel alone. Received: --words" in error


def test_bad_input(translator):
    given = direction("fi", FINNISH, 5, 3)
    alone = tiny(pairs(20, 1))
    cases = [
        (ValueError, "two or more target languages.*one of 0 target", lambda: (alone, "fi", given)),
        (
            ValueError,
            r"new to the translator \(de, fr, en\)\. Received: 'deu'|'de'",
            lambda: (translator, "deu", given),
        ),
        (
            ValueError,
            "pairs of 'fi' and another.*20 of en and de",
            lambda: (translator, "fi", direction("de", WORDS, 20, 1)),
        ),
        (ValueError, "must hold pairs", lambda: (translator, "fi", [])),
        (TypeError, "must be `datasets.ParallelTexts`", lambda: (translator, "fi", pairs(3, 1))),
        (TypeError, "must be a Translator", lambda: ("model", "fi", given)),
    ]
    for error, words, arguments in cases:
        with pytest.raises(error, match=words):
            transfer.add_translation_language(*arguments())
    german = direction("de", WORDS, 9, 1)
    with pytest.raises(ValueError, match=r"in every language that the translator writes\. Received: none in fr, en"):
        transfer.lexical_shortlist(translator, german)
    listed = copy.copy(translator)
    listed.shortlist = transfer.lexical_shortlist(translator, [german, german.swap(), direction("fr", FRENCH, 9, 1)])
    with pytest.raises(ValueError, match=r"Set `translator.shortlist = None`"):
        transfer.add_translation_language(listed, "fi", given)
    with pytest.raises(ValueError, match=r"a Translator\. For one: `transfer.add_translation_language`"):
        transfer.add_language(translator, "fi", parallel=given)
