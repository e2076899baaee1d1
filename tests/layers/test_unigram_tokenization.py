import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_i18n import layers
from keras_i18n.layers import UnigramTokenization, tokenization_layer
from keras_i18n.tokenizers import UnigramTokenizer, conformance
from tests.layers import mobile_runtime, runtimes
from tests.tokenizers.vocabularies import TEXTS, grouped, tie_rich, trained, written

LETTERS = [(c, -1.0 - 0.1 * i) for i, c in enumerate("abcé가")]
TOKENIZERS = {
    "nmt_nfkc": lambda: trained(),
    "folded, symbols": lambda: trained(lower_case=True, user_defined_symbols=("<mask>", "§§", "§§§x", "a_b c")),
    "nfkc, bytes, symbols": lambda: trained(
        normalizer="nfkc", byte_fallback=True, vocabulary_size=420, user_defined_symbols=("<mask>", "§§", "a_b c")
    ),
    "identity": lambda: trained(normalizer="identity"),
    "ties": tie_rich,
    "no white space rules": lambda: UnigramTokenizer(
        written(LETTERS, remove_extra_whitespaces=False, escape_whitespaces=False, add_dummy_prefix=True)
    ),
    "white space as it is": lambda: UnigramTokenizer(
        written([*LETTERS, ("\u2581", -1.5)], add_dummy_prefix=False, remove_extra_whitespaces=True)
    ),
    "one piece": lambda: UnigramTokenizer(written([("a", 0.5)])),
    "groups": lambda: grouped(),
    "groups, nfkc, bytes, symbols": lambda: grouped(
        least_percent=(33, 20, 50),
        normalizer="nfkc",
        byte_fallback=True,
        vocabulary_size=420,
        user_defined_symbols=("<mask>", "§§", "a_b c"),
    ),
    "long pieces": lambda: UnigramTokenizer(written([*LETTERS, ("ab" * 9, -1.0), ("abc" * 21, -1.0)])),
}


def code_points(texts, width=None):
    rows = np.zeros((len(texts), max(map(len, texts), default=0) if width is None else width), np.int32)
    for row, text in zip(rows, texts, strict=True):
        row[: len(text)] = [ord(c) for c in text]
    return rows


def model_of(tokenizer, **options):
    inputs = keras.Input((None,), dtype="int32", name="codepoints")
    return keras.Model(inputs, tokenization_layer(tokenizer, **options)(inputs))


def assert_ids(tokenizer, texts, answer, max_tokens=None):
    wanted = tokenizer.tokenize(texts, max_tokens)
    for text, ids, row in zip(texts, wanted, np.array(answer), strict=True):
        assert row[row != -1].tolist() == ids.tolist(), text
        assert (row[len(ids) :] == -1).all(), text


def some_texts(tokenizer):
    ties = ["ha" * 30, "a" * 50, "hahhaabba" * 9, "ab" * 40, "abc" * 50, "§§§§§x", "<mask><mask>a_b ca_b  c"]
    pairs = [f"{one} {other}" for one, other in zip(TEXTS, TEXTS[3:], strict=False)]
    return [
        *TEXTS,
        *pairs,
        *ties,
        *conformance.edge_texts(tokenizer)[::3],
        *conformance.fuzzed_texts(tokenizer, 150, 4),
    ]


@pytest.mark.parametrize("name", TOKENIZERS)
def test_ids_are_those_of_the_library(name):
    tokenizer = TOKENIZERS[name]()
    texts = some_texts(tokenizer)
    layer = tf.function(
        tokenization_layer(tokenizer), input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False
    )
    for start in range(0, len(texts), 64):
        assert_ids(tokenizer, texts[start : start + 64], layer(code_points(texts[start : start + 64])))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["groups, nfkc, bytes, symbols", "ties"])
def test_the_same_ids_in_every_runtime(name):
    tokenizer = TOKENIZERS[name]()
    tokenizer = UnigramTokenizer(tokenizer.model_bytes, begin=True, end=True, groups=tokenizer.groups)
    model = model_of(tokenizer, max_tokens=40)
    texts = some_texts(tokenizer)[::4]
    batches = [code_points(texts), code_points(texts[:1]), np.zeros((1, 1), np.int32)]
    files = runtimes.Files(model)
    assert_ids(tokenizer, texts, files.saved_model_outputs(batches[0])[0], 40)
    for batch, given_texts in zip(batches, (texts, texts[:1], [""]), strict=True):
        for answer in (
            files.keras_outputs(batch),
            files.tflite_outputs(batch),
            files.onnx_outputs(batch),
        ):
            assert_ids(tokenizer, given_texts, answer[0], 40)
    for given_texts, answer in zip(
        (texts, texts[:1], [""]), mobile_runtime.outputs(files.tflite, batches), strict=True
    ):
        assert_ids(tokenizer, given_texts, answer, 40)


@pytest.mark.parametrize("tokenizer", [trained, grouped])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_saved_model_answers_alike(suffix, tokenizer):
    tokenizer = tokenizer(byte_fallback=True, vocabulary_size=420)
    tokenizer = UnigramTokenizer(tokenizer.model_bytes, end=True, groups=tokenizer.groups)
    loaded = runtimes.round_trip(model_of(tokenizer, max_tokens=30), suffix)
    assert_ids(tokenizer, TEXTS, loaded(code_points(TEXTS)), 30)


def test_groups_are_judged_text_by_text():
    """The rule is at work in these texts, and a text's ids are the same alone, in a batch, and in wider padding."""
    tokenizer = grouped()
    layer = tf.function(
        tokenization_layer(tokenizer), input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False
    )
    texts = [text for text in some_texts(tokenizer) if len(text) < 200]
    free = UnigramTokenizer(tokenizer.model_bytes).tokenize(texts)
    differ = [not np.array_equal(*pair) for pair in zip(free, tokenizer.tokenize(texts), strict=True)]
    assert 10 < sum(differ) < len(texts) / 2
    some = [text for text, other in zip(texts, differ, strict=True) if other][:15]
    assert_ids(tokenizer, some, layer(code_points(some, 300)))
    for text in [*some, "γ", ""]:
        assert_ids(tokenizer, [text], layer(code_points([text])))


def test_a_vocabulary_without_groups_has_the_graph_that_it_had():
    def operators(layer):
        function = tf.function(layer, input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False)
        return [node.op for node in function.get_concrete_function().graph.as_graph_def().node]

    plain, with_groups = trained(), grouped()
    config = tokenization_layer(plain).segmentation.get_config()
    assert not {"groups", "vocabulary_size"} & set(config)
    # what chooses between the first pass and the second is an operator that it lacks
    found = [operators(tokenization_layer(one)) for one in (plain, with_groups)]
    conditions = [ops.count("If") + ops.count("StatelessIf") for ops in found]
    assert conditions[1] == conditions[0] + 1
    with pytest.raises(ValueError, match="above the last group's start"):
        layers.UnigramSegmentation(**config | {"groups": {"starts": [9]}})


def test_truncation_keeps_the_end():
    tokenizer = UnigramTokenizer(trained().model_bytes, begin="<s>", end=True)
    for count in (2, 3, 7, 1000):
        assert_ids(tokenizer, TEXTS, tokenization_layer(tokenizer, max_tokens=count)(code_points(TEXTS)), count)
    with pytest.raises(ValueError, match="at least 2"):
        tokenization_layer(tokenizer, max_tokens=1)


def test_padding_and_batch_change_nothing():
    tokenizer = trained()
    layer = tokenization_layer(tokenizer)
    for width in (200, 201, 255, 256, 257):
        assert_ids(tokenizer, TEXTS, layer(code_points(TEXTS, width)))
    assert layer(np.zeros((0, 5), np.int32)).shape[0] == 0
    assert np.array(layer(np.zeros((3, 0), np.int32))).tolist() == [[-1]] * 3
    assert np.array(layer(np.zeros((2, 9), np.int32))).tolist() == [[-1]] * 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(2**31), 2**31 - 1) | st.integers(0, 0x120000) | st.integers(0xD7F0, 0xE010), max_size=30))
def test_any_numbers_are_a_text(numbers):
    tokenizer = trained()
    text = "".join(chr(n) if 0 <= n <= 0x10FFFF else "\ufffd" for n in numbers)
    assert_ids(tokenizer, [text], _layer()(np.array([numbers], np.int32).reshape(1, -1)))


def _layer(made=[]):  # noqa: B006
    if not made:
        layer = tokenization_layer(trained())
        made.append(tf.function(layer, input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False))
    return made[0]


def test_what_cannot_be_compiled_is_refused():
    with pytest.raises(TypeError, match="UnigramTokenizer"):
        tokenization_layer(object())
    with pytest.raises(ValueError, match="at most 64"):
        tokenization_layer(UnigramTokenizer(written([("a" * 65, -1.0)])))
    model = trained()
    suffix = UnigramTokenizer(model.model_bytes)
    object.__setattr__(suffix.model, "whitespace_as_suffix", True)
    with pytest.raises(ValueError, match="suffix"):
        UnigramTokenization.from_tokenizer(suffix)
