"""What the folding of a word composes, as a WordPiece tokenizer of KerasHub has it inside of `tf.data`, in its runtimes."""

import unicodedata

import pytest
import tensorflow as tf

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
] + [
    "\u3131\u314f\u3131 \u1100\u1161\u11a8 \uffa1\uffc2",  # Korean of compatibility letters, of parts, of half width
    "\ufb01\u0301 \ufb06\u0323 <\u0338 =\u0338> \u2a74\u0338",
    "İ I\u0307 ǰ J\u030c ΑΣ Σ\u0345 \u1fb3\u0301 \u03b1\u0345\u0301",
    "Ｅ\u0301 ㎏\u0308 ½\u0300 \u0344 \u0301a \u0301 \u00ad\u0301",
    "\u304b\u3099\u30ab\uff9e\uff76\uff9e 葛\U000e0100",
    # of Unicode 15 and 16: Cyrillic of modifiers, marks of their classes, letters that compose with their like
    "\U0001e04f\u1c89\U0001ccd7 a\u0897\u0301 a\U0001e4ee\u0301 \U000105d2\u0307",
    "\U00016d63" + "\U00016d67" * 4 + " " + "\U0001611e" * 3 + "\U0001611f",
]


@pytest.mark.parametrize("strip_accents", [False, True])
def test_lower_cased_words_are_composed(strip_accents, tmp_path):
    forms = ("NFC", "NFD", "NFKC", "NFKD")
    pieces = sorted({c for text in TEXTS for form in forms for c in unicodedata.normalize(form, text.casefold())})
    letters = [piece for piece in pieces if not piece.isspace()]
    letters += ["\u04af", "\u1c8a", "\U000105c9", "\U00016d68", "\U00016d6a", "\U00016121", "\U00016126"]
    vocabulary = ["[PAD]", "[UNK]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    theirs = keras_hub.tokenizers.WordPieceTokenizer(
        vocabulary,
        lowercase=True,
        strip_accents=strip_accents,
        special_tokens=["[MASK]"],
        special_tokens_in_strings=True,
    )
    tokenizer = ki.tokenizers.from_keras_hub(theirs)
    in_graph = tf.function(theirs, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    expected = in_graph(tf.constant(TEXTS)).to_list()
    assert [ids.tolist() for ids in tokenizer.tokenize(TEXTS)] == expected
    plain = type(tokenizer)(**tokenizer.get_config() | {"compose": False})
    assert [ids.tolist() for ids in plain.tokenize(TEXTS)] != expected
    folder = ki.export(tokenizer, tmp_path / "tokenizer", formats=["tflite", "onnx", "h5"])
    for file in ("model.tflite", "model.onnx", "model.h5"):
        assert [ids.tolist() for ids in ki.load_exported(folder / file).tokenize(TEXTS)] == expected
