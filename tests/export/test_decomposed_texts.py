"""Letters whose accents are code points of their own, as a WordPiece tokenizer of KerasHub folds them, in its runtimes."""

import unicodedata

import pytest

import keras_i18n as ki

keras_hub = pytest.importorskip("keras_hub")

TEXTS = [
    unicodedata.normalize("NFD", text)
    for text in (
        "Người Việt ở Huế",
        "안녕하세요 세계",
        "Ἀθῆναι καλή",
        "কোথায় যাবো",
        "ÅNGSTRÖM d’été",
        "[MASK] É",
        "ǘ",
        "",
    )
]


@pytest.mark.parametrize("strip_accents", [False, True])
def test_lower_cased_words_are_composed(strip_accents, tmp_path):
    pieces = sorted({c for text in TEXTS for form in ("NFC", "NFD") for c in unicodedata.normalize(form, text.lower())})
    letters = [piece for piece in pieces if not piece.isspace()]
    vocabulary = ["[PAD]", "[UNK]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    theirs = keras_hub.tokenizers.WordPieceTokenizer(
        vocabulary,
        lowercase=True,
        strip_accents=strip_accents,
        special_tokens=["[MASK]"],
        special_tokens_in_strings=True,
    )
    tokenizer = ki.tokenizers.from_keras_hub(theirs)
    expected = [[int(number) for number in theirs(text)] for text in TEXTS]
    assert [ids.tolist() for ids in tokenizer.tokenize(TEXTS)] == expected
    plain = type(tokenizer)(**tokenizer.get_config() | {"compose": False})
    assert [ids.tolist() for ids in plain.tokenize(TEXTS)] != expected
    folder = ki.export(tokenizer, tmp_path / "tokenizer", formats=["tflite", "onnx", "h5"])
    for file in ("model.tflite", "model.onnx", "model.h5"):
        assert [ids.tolist() for ids in ki.load_exported(folder / file).tokenize(TEXTS)] == expected
