"""tokenizer.json of unigram and of BPE with byte fallback: the ids of the sentencepiece library, and of `tokenizers` with them."""

import functools
import io
import json

import pytest

from keras_i18n.tokenizers import (
    SentencePieceBPETokenizer,
    UnigramTokenizer,
    clean_text,
    conformance,
    from_tokenizer_json,
)
from keras_i18n.tokenizers.sentencepiece_model import PieceType
from tests.tokenizers.test_tokenizer_json import put
from tests.tokenizers.vocabularies import TEXTS, trained

library = pytest.importorskip("tokenizers")
normalizers, pre_tokenizers = library.normalizers, library.pre_tokenizers
AROUND = {"begin": True, "end": True}


def of_unigram(model, *, byte_fallback=False, newer=False, split=True):
    """As `transformers` makes a file of a SentencePiece model, in the older and the newer way."""
    found = library.Tokenizer(
        library.models.Unigram(list(zip(model.pieces, model.scores, strict=True)), model.unknown_id, byte_fallback)
    )
    charsmap = [normalizers.Precompiled(model.charsmap)] if model.charsmap else []
    several = normalizers.Replace(library.Regex(" {2,}"), "\u2581")
    found.normalizer = normalizers.Sequence([*charsmap, normalizers.Strip(False, True), several] if newer else charsmap)
    words = (
        [pre_tokenizers.Metaspace(split=split)]
        if newer
        else [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    found.pre_tokenizer = pre_tokenizers.Sequence(words)
    return framed(found)


def framed(found):
    found.add_special_tokens(["<s>", "</s>"])
    ends = [(piece, found.token_to_id(piece)) for piece in ("<s>", "</s>")]
    found.post_processor = library.processors.TemplateProcessing("<s> $A </s>", special_tokens=ends)
    found.enable_truncation(40)
    return found


@functools.cache
def llama(prefix=True):
    """A small SentencePiece BPE model without a normaliser, as Llama's is; with a space before all texts, or where none is."""
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS * 3),
        model_writer=written,
        model_type="bpe",
        vocab_size=520,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=prefix,
        character_coverage=0.98,
        minloglevel=2,
    )
    return SentencePieceBPETokenizer(written.getvalue(), **AROUND, max_tokens=40, prefix_space=not prefix)


def of_bpe(tokenizer, split=None, scheme="first"):
    """As `transformers` makes a file of Llama's: all ways to all pieces, by their scores; with a Metaspace the newer way."""
    model = tokenizer.model
    ids = {piece: number for number, piece in enumerate(model.pieces)}
    normal = [piece for piece, kind in zip(model.pieces, model.types, strict=True) if kind == PieceType.NORMAL]
    ways = [
        (piece[:size], piece[size:])
        for piece in sorted(normal, key=lambda piece: -model.scores[ids[piece]])
        for size in range(1, len(piece))
        if piece[:size] in normal and piece[size:] in normal
    ]
    bpe = library.models.BPE(ids, ways, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    found = library.Tokenizer(bpe)
    if split is None:
        found.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    else:
        found.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split)
    return framed(found)


MADE = {
    "unigram, older": lambda: of_unigram(trained(normalizer="identity").model),
    "unigram, newer": lambda: of_unigram(trained(normalizer="identity").model, newer=True),
    "unigram, whole texts": lambda: of_unigram(trained(normalizer="identity").model, newer=True, split=False),
    "unigram, charsmap": lambda: of_unigram(trained().model, newer=True),
    "unigram, bytes": lambda: of_unigram(
        trained(normalizer="identity", byte_fallback=True, vocabulary_size=500).model, byte_fallback=True
    ),
    "llama": lambda: of_bpe(llama()),
    "llama, newer": lambda: of_bpe(llama(False), split=False),
    "llama, newer, always": lambda: of_bpe(llama(False), split=False, scheme="always"),
    "llama, in words": lambda: of_bpe(llama(False), split=True),
}
ORIGINAL = {
    "unigram, older": lambda: trained(normalizer="identity"),
    "unigram, newer": lambda: trained(normalizer="identity"),
    "unigram, whole texts": lambda: trained(normalizer="identity"),
    "unigram, charsmap": trained,
    "unigram, bytes": lambda: trained(normalizer="identity", byte_fallback=True, vocabulary_size=500),
    "llama": llama,
    "llama, newer": lambda: llama(False),
    "llama, newer, always": lambda: llama(False),
    "llama, in words": lambda: llama(False),
}


def texts_for(name):
    own = trained()
    found = [
        *TEXTS,
        "",
        " ",
        "  ",
        " a",
        "\u2581",
        "\u2581a",
        "\u2581 a",
        "\0a",
        *conformance.edge_texts(own),
        *conformance.fuzzed_texts(own, 200),
    ]
    return [clean_text(text) for text in found if "<" not in text]


def read_alike(name, theirs, ours, text):
    """Whether both libraries' normalisers see the same text: `tokenizers` leaves clusters of characters alone."""
    if name.startswith("llama") or "\u2581" in text:
        return name.startswith("llama")
    seen = theirs.normalizer.normalize_str(text).replace("\u2581", " ")
    spaces = any(character.isspace() and character != " " for character in seen)  # where WhitespaceSplit cuts
    wanted = " ".join(part for part in seen.split(" ") if part)
    return not spaces and ours.normalize([text])[0].replace("\u2581", " ").strip(" ") == wanted


@pytest.mark.parametrize("name", MADE)
def test_the_ids_are_those_of_both_libraries(name, tmp_path):
    theirs, original = MADE[name](), ORIGINAL[name]()
    theirs.save(str(tmp_path / "tokenizer.json"))
    ours, texts = from_tokenizer_json(tmp_path / "tokenizer.json"), texts_for(name)
    again = type(original).from_bytes(original.to_bytes(), **AROUND, max_tokens=40)
    assert [ids.tolist() for ids in ours.tokenize(texts)] == [ids.tolist() for ids in again.tokenize(texts)]
    alike = [text for text in texts if read_alike(name, theirs, ours, text)]
    assert len(alike) > 0.7 * len(texts)
    for text, ids, found in zip(alike, ours.tokenize(alike), theirs.encode_batch(alike), strict=True):
        assert ids.tolist() == found.ids, text
    assert type(ours) is type(original)


def test_added_tokens_beyond_the_vocabulary_follow(tmp_path):
    theirs = MADE["unigram, charsmap"]()
    theirs.add_special_tokens(["<mask>"])
    theirs.save(str(tmp_path / "tokenizer.json"))
    ours = from_tokenizer_json(tmp_path / "tokenizer.json")
    assert isinstance(ours, UnigramTokenizer)
    assert ours.pieces[-1] == "<mask>"
    assert ours.vocabulary_size - 1 not in ours.tokenize(["<mask> <mask>"])[0]


def without(*path):
    def change(found):
        for key in path[:-1]:
            found = found[key]
        del found[path[-1]]

    return change


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("unigram, newer", put("model", "unk_id", value=None), "unknown token, `unk_id`"),
        ("unigram, newer", put("model", "unk_id", value=10**6), "unknown token, `unk_id`"),
        ("unigram, newer", put("model", "vocab", value={}), "list of pieces and scores"),
        ("unigram, newer", put("model", "vocab", 3, value=["a"]), "list of pieces and scores"),
        ("unigram, newer", put("model", "vocab", 4, value=["<s>", 0]), "each piece once"),
        ("unigram, newer", put("normalizer", value=None), "one space of several"),
        ("unigram, newer", put("normalizer", value={"type": "NFKC"}), "Precompiled.*NFKC"),
        (
            "unigram, newer",  # as ALBERT's
            put("normalizer", "normalizers", 0, value={"type": "NFKD"}),
            "Precompiled charsmap, then perhaps Strip.*NFKD",
        ),
        ("unigram, newer", put("pre_tokenizer", value={"type": "Whitespace"}), "Metaspace.*Whitespace"),
        ("unigram, newer", put("added_tokens", 0, "special", value=False), "must be special ones"),
        ("unigram, charsmap", put("normalizer", "normalizers", 0, "precompiled_charsmap", value="!"), "base64"),
        ("llama", put("model", "unk_token", value=None), "`unk_token`"),
        ("llama", put("model", "unk_token", value="<none>"), "`unk_token`.*<none>"),
        ("llama", without("model", "merges", 0), "whatever makes a piece; one lacks"),
        ("llama", put("model", "merges", 0, value=["zz", "q"]), "merge 0 does not.*zz"),
        ("llama", put("normalizer", value={"type": "NFC"}), "U\\+2581.*NFC"),
        ("llama", put("normalizer", value=None), "pre_tokenizer must be"),
        ("llama", put("pre_tokenizer", value={"type": "ByteLevel"}), "must be null"),
        ("llama, newer", put("pre_tokenizer", "prepend_scheme", value="sometimes"), "always, first or never"),
        ("llama, in words", put("model", "vocab", "a\u2581b", value=999), "go on over spaces.*'a\u2581b'"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(name, change, message, tmp_path):
    found = json.loads(MADE[name]().to_str())
    change(found)
    (tmp_path / "tokenizer.json").write_text(json.dumps(found))
    with pytest.raises(ValueError, match=rf"(?s)tokenizer\.json.*{message}"):
        from_tokenizer_json(tmp_path / "tokenizer.json")


def test_special_tokens_in_texts_are_refused(tmp_path):
    MADE["llama"]().save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ValueError, match="SentencePiece"):
        from_tokenizer_json(tmp_path / "tokenizer.json", special_tokens=["<s>"])


@pytest.mark.parametrize(
    ("merges", "message"),
    [
        ([["a", "b"], ["b", "c"], ["a", "bc"], ["ab", "c"]], None),
        ([["a", "b"], ["a", "bc"], ["b", "c"], ["ab", "c"]], "one after the other"),
        ([["a", "b"], ["b", "c"], ["ab", "c"]], "one lacks.*'a', 'bc'"),
    ],
)
def test_merges_must_be_those_of_a_sentencepiece_model(merges, message, tmp_path):
    found = json.loads(MADE["llama"]().to_str())
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "a", "b", "c", "ab", "bc", "abc"]
    found["model"] |= {"vocab": {piece: number for number, piece in enumerate(pieces)}, "merges": merges}
    (tmp_path / "tokenizer.json").write_text(json.dumps(found))
    if message is None:
        assert [pieces[i] for i in from_tokenizer_json(tmp_path / "tokenizer.json").tokenize(["abc"])[0]][-2:] == [
            "abc",
            "</s>",
        ]
    else:
        with pytest.raises(ValueError, match=message):
            from_tokenizer_json(tmp_path / "tokenizer.json")
