import json

import pytest
from typer.testing import CliRunner

from keras_i18n.cli.main import app

PAIRS = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins"), ("two", "zwei")] * 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("translator")
    rows = "".join(f"{source}\t{target}\n" for source, target in PAIRS)
    (folder / "pairs.tsv").write_text(f"en\tde\n{rows}", encoding="utf-8")
    run("train-translator", folder / "pairs.tsv", folder / "model.keras", "--source", "en", "--target", "de",
        "--size", "tiny", "--vocabulary-size", 290, "--epochs", 1)  # fmt: skip
    return folder


def run(*arguments, code=0, **options):
    result = CliRunner().invoke(app, list(map(str, arguments)), **options)
    assert result.exit_code == code, result.output + str(result.exception)
    return result


def test_translates_texts_files_and_lines(folder):
    import keras_i18n as ki

    texts = ["one two", "two"]
    expected = ki.load(folder / "model.keras").translate(texts)
    (folder / "texts.txt").write_text("\n".join(texts), encoding="utf-8")
    run("translate", folder / "model.keras", "--file", folder / "texts.txt", "--output", folder / "out.txt")
    assert (folder / "out.txt").read_text(encoding="utf-8").split("\n")[:2] == expected
    found = run("translate", folder / "model.keras", input="one two\ntwo\n").stdout
    assert found.split("\n")[:2] == expected
    told = run("translate", folder / "model.keras", "two", "--target", "fr", code=1)
    assert "one that the model writes (de)" in str(told.exception)


def test_evaluates(folder):
    pytest.importorskip("sacrebleu")
    run("evaluate", folder / "model.keras", folder / "pairs.tsv", "--json", folder / "scores.json")
    scores = json.loads((folder / "scores.json").read_text())
    assert scores["rows"][0]["count"] == len(PAIRS)
    assert "tok:13a" in scores["bleu_signature"]


def test_a_shortlist_of_the_pairs_goes_into_the_file(folder):
    import keras_i18n as ki

    run("train-translator", folder / "pairs.tsv", folder / "quick.keras", "--source", "en", "--target", "de", "--shortlist",
        "--size", "tiny", "--vocabulary-size", 290, "--epochs", 1)  # fmt: skip
    model = ki.load(folder / "quick.keras")
    german = {model.tokenizer.model.pieces[token] for token in model.shortlist.always}
    assert {"▁eins", "▁zwei"} <= german
    assert "▁three" not in german


def test_a_translator_is_cut_to_languages(tmp_path):
    """Texts in a table without labels choose the pieces."""
    import keras_i18n as ki

    sides = [[pair[side] for pair in PAIRS] for side in (0, 1)]
    directions = [ki.datasets.ParallelTexts(*sides, source_language="en", target_language=tag) for tag in ("de", "fr")]
    ki.Translator.from_scratch(directions, vocabulary_size=290, size="tiny").save(tmp_path / "model.keras")
    rows = "".join(f"{one}\ten\n{other}\tde\n" for one, other in PAIRS)
    (tmp_path / "texts.tsv").write_text(f"text\tlanguage\n{rows}", encoding="utf-8")
    told = run(
        "localize", tmp_path / "model.keras", "en,de", tmp_path / "small.keras", "--texts", tmp_path / "texts.tsv"
    )
    assert "en to de" in told.stdout
    assert ki.load(tmp_path / "small.keras").target_languages == ("de",)
    assert run("translate", tmp_path / "small.keras", "two").exit_code == 0


def test_only_translators_translate(tmp_path):
    import keras_i18n as ki

    ki.export(ki.tokenizers.NgramTokenizer(num_buckets=50), tmp_path, formats="keras")
    told = run("translate", tmp_path / "model.keras", "two", code=1)
    assert "must be a translator" in str(told.exception)
