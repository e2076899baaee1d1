import pytest

from keras_i18n.tokenizers import from_keras_hub
from tests.tokenizers.vocabularies import TEXTS, trained, written

keras_hub = pytest.importorskip("keras_hub")


def test_xlm_roberta_with_its_shift():
    theirs = keras_hub.models.XLMRobertaTokenizer(proto=trained().model_bytes)
    ours = from_keras_hub(theirs, begin=True, end=True)
    assert ours.vocabulary_size == theirs.vocabulary_size()
    assert list(ours.pieces) == theirs.get_vocabulary()
    for text, ids in zip(TEXTS, ours.tokenize(TEXTS), strict=True):
        assert ids.tolist() == [0, *(int(i) for i in theirs(text)), 2]


def test_t5_as_it_is():
    theirs = keras_hub.models.T5Tokenizer(proto=written([("a", -1.0), ("\u2581b", -2.0)], symbols=("<pad>",)))
    ours = from_keras_hub(theirs, end=True)
    assert ours.model_bytes == theirs.proto
    assert ours.tokenize(["ab b"])[0].tolist() == [*(int(i) for i in theirs("ab b")), 2]


def test_deberta_with_its_mask():
    model = written([("a", -1.0), ("\u2581b", -2.0)], symbols=("[CLS]", "[SEP]", "[PAD]"))
    theirs = keras_hub.models.DebertaV3Tokenizer(proto=model)
    ours = from_keras_hub(theirs, begin=True, end=True)
    assert ours.vocabulary_size == theirs.vocabulary_size()
    assert ours.piece_id("[MASK]") == theirs.mask_token_id
    assert ours.tokenize(["ab b"])[0][1:-1].tolist() == [int(i) for i in theirs("ab b")]


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="SentencePiece"):
        from_keras_hub(object())
