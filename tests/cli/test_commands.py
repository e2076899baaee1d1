"""The commands, as a person types them."""

import json
import subprocess
import sys

import keras
import pytest

import keras_i18n as ki
from tests import fresh_process

COMMANDS = (
    "demo",
    "check",
    "train",
    "evaluate",
    "predict",
    "add-language",
    "convert",
    "inspect",
    "localize",
    "compact",
    "pack",
    "assemble",
    "export",
    "verify",
    "certify",
    "serve",
    "import",
    "benchmark",
)
COMMAND_LINE = "from keras_i18n.cli.main import main; main()"
INTERPRETER = (sys.executable, "-m", "keras_i18n.cli.main")


def run(*arguments, stdin="", check=0):
    result = fresh_process.run(COMMAND_LINE, [*map(str, arguments)], stdin=stdin.encode())
    assert result.returncode == check, result.stdout + result.stderr
    return result


def run_in_new_interpreter(*arguments, **options):
    """For what is about the start: a server that has imported everything would not show it."""
    return subprocess.run([*INTERPRETER, *map(str, arguments)], capture_output=True, **options)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command):
    out = run_in_new_interpreter(command, "--help", text=True, check=True).stdout
    assert "Usage" in out
    assert command == "demo" or f"keras-i18n {command}" in " ".join(out.split())


def test_help_and_version_load_no_tensorflow():
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom keras_i18n.cli.main import app\n"
        "result = CliRunner().invoke(app, ['--help'])\n"
        "print(result.exit_code, [name for name in ('tensorflow', 'keras', 'numpy') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "0 []"
    assert run_in_new_interpreter("--version", text=True, check=True).stdout.startswith("keras_i18n ")


def write_data(folder):
    rows = ["text\tlabel\tlanguage"]
    rows += [f"please {verb} number {place}\t{label}\ten" for place in range(6) for verb, label in VERBS]
    (folder / "data.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "data.tsv"


def test_a_keras_model_is_imported(tmp_path):
    words = keras.layers.TextVectorization(vocabulary=["rain", "wake"], output_mode="multi_hot")
    scores = keras.layers.Dense(2, activation="softmax")
    keras.Sequential([keras.Input((1,), dtype="string"), words, scores]).save(tmp_path / "theirs.keras")
    out = run("import", tmp_path / "theirs.keras", tmp_path / "own.keras", "--labels", "yes,no", "--languages", "en,th")
    assert "Thai" in out.stdout + out.stderr
    assert ki.load(tmp_path / "own.keras").labels == ("yes", "no")
    run("import", tmp_path / "missing.keras", tmp_path / "own.keras", check=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model trained by the command line on a file of a person's own."""
    folder = tmp_path_factory.mktemp("cli")
    write_data(folder)
    out = run("train", folder / "data.tsv", folder / "model.keras", "--epochs", 8).stdout
    assert "saved" in out
    assert (folder / "model.keras").is_file()
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A folder with the files of `trained`, the model a small one: for what does not depend on the pretrained encoder,
    whose 280 MB every command would read and check."""
    folder = tmp_path_factory.mktemp("small")
    data = write_data(folder)
    data_set = ki.datasets.read(data)
    save_small_classifier(data_set, folder / "model.keras")
    return folder


def save_small_classifier(data, path, **options):
    keras.utils.set_random_seed(1)
    tokenizer = ki.tokenizers.train_unigram(
        data.text, vocabulary_size=60, normalizer="identity", begin=True, end=True, threads=1
    )
    network = ki.networks.universal_sentence_encoder(
        vocabulary_size=tokenizer.vocabulary_size, dim=16, ngram_dim=8, hidden_dim=12
    )
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en"])
    classifier = ki.TextClassifier.on_encoder(encoder, labels=data.labels, **options)
    classifier.fit(data, epochs=8, verbose=0)
    classifier.save(path)


VERBS = (("wake me", "alarm"), ("play a song", "music"), ("show the weather forecast", "weather"))


def test_train_evaluate_export_verify_predict(trained):
    model = trained / "model.keras"
    out = run(
        "evaluate", model, trained / "data.tsv", "--csv", trained / "rows.csv", "--plot", trained / "p.png"
    ).stdout
    assert "English" in out
    assert (trained / "rows.csv").read_text().count("\n") >= 2
    assert (trained / "p.png").read_bytes().startswith(b"\x89PNG")

    exported = trained / "exported"
    assert "model.tflite" in run("export", model, exported, "--formats", "tflite", "--precision", "float16").stdout
    out = run("verify", model, exported, trained / "data.tsv", "--max-texts", 5).stdout
    assert "100.00%" in out
    texts = trained / "texts.tsv"  # a file without labels is enough for what reads texts alone
    texts.write_text("text\tlanguage\nwake me\ten\nplay a song\ten\n", encoding="utf-8")
    assert "100.00%" in run("verify", model, exported, texts).stdout

    answer = run("predict", exported / "model.tflite", "--jsonl", "--top", 2, stdin="wake me\nplay a song\n").stdout
    rows = [json.loads(line) for line in answer.splitlines()]
    assert [row["labels"][0]["label"] for row in rows] == ["alarm", "music"]
    assert all(len(row["labels"]) == 2 for row in rows)
    assert "weather" in run("predict", model, "what is the weather like").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "missing.tsv", "out.keras"),
        ("predict", "missing.keras", "text"),
        ("evaluate", "missing.tflite", "sample:assistant"),
        ("train", "sample:nothing", "out.keras"),
    ],
)
def test_errors_are_one_line_without_traceback(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments, check=1)
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("error: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("evaluate", "small.keras", "missing.tsv"), "No file at 'missing.tsv'."),
        (("evaluate", "small.keras", "a.csv", "--text", "txt"), "Did you mean --text text?"),
        (("export", "small.keras", "out", "--precision", "int7"), "--precision must be one of"),
        (("export", "small.keras", "out.tflite"), "model.tflite among them"),
        (("localize", "small.keras", "deutsch", "out.keras"), "Did you mean 'de'?"),
    ],
)
def test_what_can_be_told_before_the_model_is_opened_is(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.keras").write_bytes(b"no model")  # whoever opens it says so
    (tmp_path / "a.csv").write_text("text,label,language\nwake me,alarm,en\n")
    result = fresh_process.run(COMMAND_LINE, [*arguments])
    said = " ".join((result.stdout + result.stderr).replace("│", " ").split())
    assert result.returncode, said
    assert ("must be a model" if arguments[-2] == "--text" else told) in said


def test_any_line_of_input_is_read_or_told(small):
    def predicted(*arguments, stdin=b""):
        arguments = ["predict", small / "model.keras", "--jsonl", *arguments]
        return fresh_process.run(COMMAND_LINE, arguments, stdin=stdin, text=False)

    result = predicted(stdin="\ufeffwake me\r\n\nกขค\u2028".encode())
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["wake me", "", "กขค\u2028"]
    result = predicted(stdin=b"wake me\n\xff\n")
    assert result.returncode == 1
    assert b"standard input, line 2: Text must be in utf-8. Received: byte FF" in result.stderr
    result = predicted(b"wake \xff me")
    assert json.loads(result.stdout)["text"] == "wake \udcff me"
    command = [*INTERPRETER, "predict", small / "model.keras", "--jsonl", b"wake \xff me"]
    assert subprocess.run(command, capture_output=True).stdout == result.stdout


def test_a_language_is_added_and_the_old_one_stays(small):
    pairs = [("wake me up", "გამაღვიძე"), ("play a song", "ჩართე სიმღერა"), ("show the weather", "მაჩვენე ამინდი")]
    rows = ["en\tka", *("\t".join(pair) for pair in pairs * 4)]
    (small / "en-ka.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (small / "old.txt").write_text("please wake me\n\nplease play a song\n", encoding="utf-8")
    before = run("predict", small / "model.keras", "please wake me", "--jsonl").stdout
    out = run(
        "add-language", small / "model.keras", "ka", small / "ka.keras",
        "--parallel", small / "en-ka.tsv", "--keep", small / "old.txt", "--known-texts", small / "old.txt", "--epochs", 3,
        "--test", small / "data.tsv",
    ).stdout  # fmt: skip
    assert "Georgian" in out
    assert "old texts unchanged" in out
    assert "right before" in out
    assert run("predict", small / "ka.keras", "please wake me", "--jsonl").stdout == before
    assert "გამაღვიძე" in run("predict", small / "ka.keras", "გამაღვიძე").stdout
    error = run("add-language", small / "ka.keras", "ka", small / "x.keras", "--parallel", small / "en-ka.tsv", check=1)
    assert "error: " in error.stderr
    assert not (small / "x.keras").exists()


def test_a_model_whose_pieces_cannot_be_chosen_is_inspected_by_layers(tmp_path):
    tokenizer = ki.tokenizers.CharacterTokenizer("abc")
    network = ki.networks.build("pooling", vocabulary_size=tokenizer.vocabulary_size, num_labels=2, size="tiny")
    options = {"labels": ["alarm", "music"], "languages": ["en", "sw"]}
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, **options)
    model.save(tmp_path / "own.keras")
    out = run("inspect", tmp_path / "own.keras", "--json", tmp_path / "told.json").stdout
    assert "TextClassifier, 2 labels, 2 languages, CharacterTokenizer" in out
    assert "Its pieces are not told." in out
    sizes = json.loads((tmp_path / "told.json").read_text())["layers"]
    assert sum(sizes.values()) == 4 * model.network.count_params()
    # of texts nothing could be told
    assert "error: " in run("inspect", tmp_path / "own.keras", "sample:assistant", check=1).stderr


def test_the_languages_of_the_texts_are_those_of_the_next_command(small):
    """Of texts without labels."""
    texts, loaded = small / "unlabelled.tsv", ki.load(small / "model.keras")
    texts.write_text("text\tlanguage\nplease wake me\ten\nplay a song\ten\n", encoding="utf-8")
    config = {**loaded.to_config(), "languages": ["de", "en"]}
    of_two = ki.TextClassifier.from_saved(tokenizer=loaded.tokenizer, network=loaded.network, config=config)
    of_two.save(small / "of_two.keras")
    assert f"localize {small / 'of_two.keras'} en smaller" in run("inspect", small / "of_two.keras", texts).stdout


def test_a_model_is_inspected_cut_and_made_small(small):
    model, texts = small / "model.keras", small / "texts.txt"
    texts.write_text("please wake me\nplease play a song\n", encoding="utf-8")
    out = run("inspect", model, small / "data.tsv", "--plot", small / "parts.png").stdout
    assert "normalizer" in out
    assert "English" in out
    assert (small / "parts.png").exists()
    assert f"localize {model} {ki.load(model).languages[0]} smaller" in out, "a language of another model"
    before = run("predict", model, "please wake me", "--jsonl").stdout
    out = run("localize", model, "en", small / "en.keras", "--texts", texts, "--keep", "texts").stdout
    assert "same outputs bit for bit" in out
    assert run("predict", small / "en.keras", "please wake me", "--jsonl").stdout == before
    out = run("compact", model, "en", small / "en.tflite", "--max-megabytes", 1.2, "--texts", texts).stdout
    assert "wrote" in out
    assert (small / "en.tflite").stat().st_size < 1.2e6
    assert "alarm" in run("predict", small / "en.tflite", "please wake me").stdout
    assert "must be at least" in run("compact", model, "en", small / "x.tflite", "--max-megabytes", 0.1, check=1).stderr
    assert "some of the model's" in run("localize", model, "fr", small / "x.keras", check=1).stderr

    packs = small / "packs"
    out = run("pack", model, "en", packs, "--texts", texts, "--keep", "texts").stdout
    assert f"Next: keras-i18n assemble {packs / 'body.keras'} en.keras {packs / 'en.pack'}" in out
    again = small / "assembled.keras"
    run("assemble", packs / "body.keras", again, packs / "en.pack")
    assert (ki.load(again).predict(["wake me"]) == ki.load(small / "en.keras").predict(["wake me"])).all()
    refused = run("assemble", packs / "body.keras", small / "x.keras", model, check=1).stderr
    assert "This opens a language pack" in refused
    assert not (small / "x.keras").exists()
    assert not list(small.glob("x.*"))


def test_a_model_is_converted(tmp_path):
    texts = ["wake me early", "play a song", "wake me now", "play the music"] * 4
    vocabulary = ki.tokenizers.train_unigram(texts, vocabulary_size=40)
    network = ki.networks.build("pooling", vocabulary_size=vocabulary.vocabulary_size, num_labels=2, size="tiny")
    model = ki.TextClassifier(tokenizer=vocabulary, network=network, labels=["alarm", "music"], languages=["en"])
    model.save(tmp_path / "en.keras")
    (tmp_path / "words.tsv").write_text("en\tsw\nwake\tamsha\nsong\twimbo\nmusic\tmuziki\n", encoding="utf-8")
    (tmp_path / "sw.txt").write_text("amsha mimi\ncheza wimbo\n" * 8, encoding="utf-8")
    (tmp_path / "sw.tsv").write_text(
        "text\tlabel\tlanguage\n" + "amsha\talarm\tsw\nwimbo\tmusic\tsw\n" * 4, encoding="utf-8"
    )
    given = (tmp_path / "en.keras", "sw", tmp_path / "sw.keras", "--texts", tmp_path / "sw.txt")
    out = run("convert", *given, "--lexicon", tmp_path / "words.tsv", "--adjust").stdout
    assert "copied" in out
    assert ki.load(tmp_path / "sw.keras").languages == ("sw",)
    run("convert", *given, "--training-method", "target", "--train", tmp_path / "sw.tsv", "--epochs", 2)
    assert "--training-method must be one of" in run("convert", *given, "--training-method", "back", check=1).stderr


def test_train_refuses_a_file_name_before_the_work(small):
    error = run("train", small / "data.tsv", small / "model.h5", check=2).stderr
    assert "A model file ends in .keras" in " ".join(error.replace("│", " ").split())


def test_train_lets_the_data_decide(small, tmp_path):
    out = run("train", small / "data.tsv", tmp_path / "best.keras", "--max-bytes", 400_000).stdout
    assert "candidate" in out
    assert "chosen: n-grams" in out
    assert ki.load(tmp_path / "best.keras").classify(["play a song"])[0].label == "music"
    error = run("train", small / "data.tsv", tmp_path / "x.keras", "--minutes", 1, "--epochs", 2, check=1).stderr
    assert "--minutes and --max-bytes are for trying" in error


def test_verify_without_exported_files_is_refused_at_once(tmp_path):
    result = run("verify", tmp_path / "model.keras", tmp_path / "exported", check=1)
    assert "exported' is not there. Export the model first: keras-i18n export" in result.stderr


def test_verify_ends_with_status_1_where_a_file_differs(trained, small, tmp_path):
    run("train", trained / "data.tsv", tmp_path / "of_the_preset.keras", "--epochs", 8, "--head", "linear")
    save_small_classifier(ki.datasets.read(small / "data.tsv"), tmp_path / "other.keras", head="linear")
    run("export", tmp_path / "other.keras", tmp_path / "exported", "--formats", "tflite")
    result = run("verify", small / "model.keras", tmp_path / "exported", small / "data.tsv", check=1)
    assert "differs" in result.stdout


def test_texts_are_shown_as_they_are(small):
    text = "[/b] [red]wake[/red] :dog:"
    assert text in run("predict", small / "model.keras", text).stdout
