"""tokenizer.json: read with the ids of Hugging Face's `tokenizers`, written so that it reads them again."""

import contextlib
import json

import pytest

from keras_i18n.tokenizers import (
    BytePairTokenizer,
    NgramTokenizer,
    WordPieceTokenizer,
    clean_text,
    conformance,
    from_tokenizer_json,
    to_tokenizer_json,
    word_patterns,
)
from tests.tokenizers.byte_pairs import SPECIAL, trained
from tests.tokenizers.vocabularies import TEXTS, wordpieces

library = pytest.importorskip("tokenizers")
TEXTS_AND_EDGES = [
    clean_text(text) for text in (*TEXTS, "", " ", "<s>a</s>", "[CLS]a", "I'd 12345\n\n x", *conformance.REAL)
]
SPECIAL_TEXTS = [
    "a <mask>b  <|x|> \u3000c",
    " \n<mask> <mask><|x|> <|y|>  <|x|>\t\t<s> d",
    "<|x|>",
    "  <|y|>  ",
    "<|0.00|>a<|30.00|> <|29.98|><|29.98",
    "e\u0301 \u0301<s>\u0301</s>\u0338 A\u030a\u0323 \u212b \u1112\u1161\u11ab",
]
TEXTS_AND_EDGES += SPECIAL_TEXTS


def byte_level(pattern, **options):
    pieces, merges = trained()
    model = library.models.BPE({piece: number for number, piece in enumerate(pieces)}, merges)
    tokenizer = library.Tokenizer(model)
    byte_level = library.pre_tokenizers.ByteLevel(use_regex=pattern == "gpt2", **options)
    split = library.pre_tokenizers.Split(library.Regex(word_patterns.PATTERNS[pattern].expression), "isolated")
    sequence = library.pre_tokenizers.Sequence([split, byte_level])
    tokenizer.pre_tokenizer = byte_level if pattern == "gpt2" else sequence
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def roberta():
    tokenizer = byte_level("gpt2", add_prefix_space=True)
    tokenizer.post_processor = library.processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    tokenizer.enable_truncation(12)
    return tokenizer


def swallowing():
    """RoBERTa's "<mask>" swallows the space before it, tokens of Phi 3 that after them."""
    tokenizer = byte_level("gpt2", add_prefix_space=True)
    added = [
        library.AddedToken("<mask>", lstrip=True, special=True),
        library.AddedToken("<|x|>", rstrip=True, special=True),
    ]
    tokenizer.add_special_tokens([*added, library.AddedToken("<|y|>", lstrip=True, rstrip=True, special=True)])
    return tokenizer


def nfc():
    tokenizer = byte_level("qwen2", add_prefix_space=False)
    tokenizer.normalizer = library.normalizers.NFC()
    return tokenizer


def many_tokens():
    """As Whisper has them: more than are looked for one by one."""
    tokenizer = byte_level("gpt2", add_prefix_space=False)
    tokenizer.add_special_tokens([f"<|{number / 50:.2f}|>" for number in range(1501)])
    return tokenizer


def llama():
    tokenizer = byte_level("llama3", add_prefix_space=False)
    template = library.processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 0)])
    tokenizer.post_processor = library.processors.Sequence([library.processors.ByteLevel(), template])
    return tokenizer


def bert():
    tokenizer = library.BertWordPieceTokenizer(
        {piece: number for number, piece in enumerate(wordpieces())}, lowercase=True, strip_accents=False
    )
    return tokenizer._tokenizer


MADE = {
    "gpt2": lambda: byte_level("gpt2", add_prefix_space=False),
    "roberta": roberta,
    "llama": llama,
    "swallowing": swallowing,
    "nfc": nfc,
    "many tokens": many_tokens,
    "qwen": lambda: byte_level("qwen2", add_prefix_space=False),
    "bert": bert,
}


@pytest.mark.parametrize("name", MADE)
def test_read_and_written_with_the_same_ids(name, tmp_path):
    theirs = MADE[name]()
    theirs.save(str(tmp_path / "tokenizer.json"))
    ours = from_tokenizer_json(tmp_path / "tokenizer.json")
    wanted = [found.ids for found in theirs.encode_batch(TEXTS_AND_EDGES)]
    assert [ids.tolist() for ids in ours.tokenize(TEXTS_AND_EDGES)] == wanted
    to_tokenizer_json(ours, tmp_path / "again.json")
    again = library.Tokenizer.from_file(str(tmp_path / "again.json"))
    assert [found.ids for found in again.encode_batch(TEXTS_AND_EDGES)] == wanted
    assert from_tokenizer_json(tmp_path / "again.json").digest == ours.digest
    assert type(ours).from_bytes(ours.to_bytes()).digest == ours.digest


def test_some_of_the_special_tokens(tmp_path):
    byte_level("gpt2").save(str(tmp_path / "tokenizer.json"))
    ours = from_tokenizer_json(tmp_path / "tokenizer.json", special_tokens=["<s>"])
    assert ours.special_tokens == ("<s>",)
    assert len(ours.tokenize(["</s>"])[0]) > 1
    with pytest.raises(ValueError, match="asked for"):
        from_tokenizer_json(tmp_path / "tokenizer.json", special_tokens=["<x>"])


def test_what_was_extended_goes_back(tmp_path):
    pieces, merges = trained()
    larger = BytePairTokenizer(pieces, merges, special_tokens=SPECIAL).extended(["zq"], [("z", "q")])
    to_tokenizer_json(larger, tmp_path / "tokenizer.json")
    again = library.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert again.encode("zq").ids == [len(pieces)]
    with pytest.raises(TypeError, match="NgramTokenizer"):
        to_tokenizer_json(NgramTokenizer(num_buckets=9), tmp_path / "x.json")


def changed(name, change):
    found = json.loads(MADE[name]().to_str())
    change(found)
    return json.dumps(found)


def put(*path, value):
    def change(found):
        for key in path[:-1]:
            found = found[key]
        found[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("gpt2", put("model", "type", value="WordLevel"), "Received: 'WordLevel'. `TextVectorizationTokenizer`"),
        ("gpt2", put("model", "byte_fallback", value=True), "`unk_token`"),
        ("gpt2", put("model", "dropout", value=0.1), "without dropout"),
        ("gpt2", put("model", "merges", 0, value=["zz", "q"]), "'zz' is none"),
        ("gpt2", put("model", "merges", 0, value="ab"), "two pieces"),
        ("gpt2", put("model", "merges", value=None), "merges must be a list"),
        ("gpt2", put("model", "vocab", value=[]), "vocab must be a JSON object"),
        ("gpt2", put("normalizer", value={"type": "NFKC"}), "NFKC"),
        ("gpt2", put("pre_tokenizer", value={"type": "Whitespace"}), "Whitespace"),
        ("gpt2", put("pre_tokenizer", value=None), "pre_tokenizer must be a JSON object"),
        ("gpt2", put("pre_tokenizer", "use_regex", value=False), "into words"),
        ("gpt2", put("post_processor", value={"type": "Mystery"}), "TemplateProcessing, Bert.*'Mystery'"),
        ("gpt2", put("added_tokens", 0, "single_word", value=True), "single_word.*special_tokens="),
        ("nfc", put("added_tokens", 0, "normalized", value=True), "normalised texts"),
        ("gpt2", put("added_tokens", 0, "id", value=77), "ids of the vocabulary"),
        ("gpt2", put("added_tokens", 0, "id", value=None), "content and an id"),
        ("gpt2", put("surprise", value=1), "surprise"),
        ("roberta", put("truncation", "direction", value="Left"), "on the right"),
        ("roberta", put("post_processor", "sep", 1, value=5), "sep token"),
        (
            "llama",
            put("pre_tokenizer", "pretokenizers", 0, "pattern", "Regex", value=r"\w+"),
            r"gpt2, llama3, qwen2.*w\+",
        ),
        ("llama", put("post_processor", "processors", 1, "single", value=[]), "at most one token"),
        ("bert", put("normalizer", "type", value="Lowercase"), "BertNormalizer"),
        ("bert", put("pre_tokenizer", "type", value="Metaspace"), "Metaspace"),
        ("bert", put("model", "unk_token", value="<none>"), "`unknown`.*<none>"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(name, change, message, tmp_path):
    (tmp_path / "tokenizer.json").write_text(changed(name, change))
    with pytest.raises(ValueError, match=rf"(?s)tokenizer\.json.*{message}"):
        from_tokenizer_json(tmp_path / "tokenizer.json")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[" * 100_000,
        b'{"model": {"a": ' * 50_000,
        b'{"model": {}, "model": {}}',
        b'{"model": {"vocab": {"a": 0, "a": 1}}}',
        b'{"model": {"type": ["BPE"]}}',
        b'{"model": {"type": {}}}',
        b'{"model": NaN}',
        b"\xff\xfe",
        b"[]",
        b"null",
    ],
)
def test_hostile_files(data, tmp_path):
    (tmp_path / "tokenizer.json").write_bytes(data)
    with pytest.raises(ValueError, match=r"tokenizer\.json"):
        from_tokenizer_json(tmp_path / "tokenizer.json")


def test_a_file_that_no_tokenizer_fills(tmp_path):
    with open(tmp_path / "tokenizer.json", "wb") as file:
        file.truncate(2**26 + 1)
    with pytest.raises(ValueError, match=r"at most 67108864 bytes.*tokenizer\.json"):
        from_tokenizer_json(tmp_path / "tokenizer.json")


@pytest.mark.parametrize(
    ("part", "name"),
    [("normalizer", "normalizers"), ("post_processor", "processors"), ("pre_tokenizer", "pretokenizers")],
)
@pytest.mark.parametrize("depth", [100, 480])
def test_parts_inside_of_parts_without_end(part, name, depth, tmp_path):
    nested = f'{{"type": "Sequence", "{name}": [' * depth + '{"type": "Mystery"}' + "]}" * depth
    (tmp_path / "tokenizer.json").write_text(changed("gpt2", put(part, value="HERE")).replace('"HERE"', nested))
    with pytest.raises(ValueError, match=r"tokenizer\.json"):
        from_tokenizer_json(tmp_path / "tokenizer.json")


@pytest.mark.parametrize("name", ["llama", "bert"])
def test_any_value_in_place_of_any_part(name, tmp_path):
    """Whatever is put where a part was, it is read or refused with ValueError."""
    path, whole = tmp_path / "tokenizer.json", json.loads(MADE[name]().to_str())
    places = []

    def walk(value, at):
        places.append(at)
        items = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
        for key, inner in list(items)[:12]:
            walk(inner, (*at, key))

    walk(whole, ())
    text = json.dumps(whole)
    for at in places[1:]:
        for value in (None, 3, "x", [], {}, [[]], [{}]):
            found = json.loads(text)
            put(*at, value=value)(found)
            path.write_text(json.dumps(found))
            with contextlib.suppress(ValueError):
                from_tokenizer_json(path)
    for size in range(0, len(text), len(text) // 40):
        path.write_text(text[:size])
        with pytest.raises(ValueError, match=r"tokenizer\.json"):
            from_tokenizer_json(path)


def test_wordpiece_options_are_kept(tmp_path):
    tokenizer = WordPieceTokenizer(
        wordpieces(),
        lowercase=False,
        strip_accents=True,
        split_ideographs=False,
        begin=True,
        max_word_length=7,
        max_tokens=9,
    )
    to_tokenizer_json(tokenizer, tmp_path / "tokenizer.json")
    assert from_tokenizer_json(tmp_path / "tokenizer.json").digest == tokenizer.digest
