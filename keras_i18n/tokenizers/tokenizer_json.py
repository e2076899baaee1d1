"""Reads the `tokenizer.json` of Hugging Face's `tokenizers`, as far as the tokenizers here go."""

from collections.abc import Sequence
from typing import Any

from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import sentencepiece_json, tokenizer_file
from keras_i18n.tokenizers.byte_pair import BytePairTokenizer, pieces_by_id
from keras_i18n.tokenizers.json_parts import as_dict, refuse, steps_of
from keras_i18n.tokenizers.piece_tokenizer import MAX_BYTES
from keras_i18n.tokenizers.sentencepiece_bpe import SentencePieceBPETokenizer
from keras_i18n.tokenizers.unigram import UnigramTokenizer
from keras_i18n.tokenizers.word_patterns import PATTERNS
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer

_PARTS = {
    "version",
    "truncation",
    "padding",
    "added_tokens",
    "normalizer",
    "pre_tokenizer",
    "post_processor",
    "decoder",
    "model",
}
_OTHER_MODELS = {
    "WordLevel": "`TextVectorizationTokenizer` holds whole words.",
}


def from_tokenizer_json(
    path: Path, *, special_tokens: Sequence[str] | None = None
) -> WordPieceTokenizer | BytePairTokenizer | UnigramTokenizer | SentencePieceBPETokenizer:
    """The tokenizer that a `tokenizer.json` describes, with the same ids for every text.

    Read are: WordPiece with the normaliser and the words of BERT; byte-level BPE with the words of GPT-2 (RoBERTa, Whisper),
    Llama 3 and Qwen 2, texts composed (NFC) or as they are; special tokens that swallow white space; unigram (XLM-R, T5) and
    BPE with byte fallback (Llama 2, Mistral; with a Prepend or a Metaspace) as they are made of SentencePiece models; what is put around a text by a template, BERT's
    or RoBERTa's way; truncation on the right. What is something else is refused by its name. Padding and the decoder decide
    no ids of a text and are passed over.

    A file that was made of a SentencePiece model becomes that model again, and so gets the ids of the sentencepiece library,
    with which its network was trained: no text gives special tokens, a space at the end is none, and the charsmap is
    followed where `tokenizers` leaves clusters of several characters alone.

    Args:
        path: the file, at most 64 MiB.
        special_tokens: which of its added tokens are found in texts; None for all. A file may have more than a compiled
            tokenizer takes, most of which no text holds. None are found with a SentencePiece model.

    Raises:
        ValueError: names the file and the part: no JSON, a key twice, nested without end, a part of another kind, merges
            of pieces that the vocabulary lacks.

    >>> import pathlib, tempfile
    >>> from keras_i18n.tokenizers import to_tokenizer_json
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "tokenizer.json"
    >>> to_tokenizer_json(WordPieceTokenizer(["[UNK]", "[CLS]", "to", "##day"], begin=True), file)
    >>> from_tokenizer_json(file).tokenize(["Today"])[0].tolist()
    [1, 2, 3]
    """
    return tokenizer_file.loaded(path, lambda data: _read(data, special_tokens), MAX_BYTES)


def _read(data, special_tokens):
    found = tokenizer_file.options(data)
    try:
        return _tokenizer(found, special_tokens)
    except (TypeError, AttributeError, KeyError, IndexError, RecursionError) as error:
        # a number where a list was, and the like
        raise ValueError(
            f"its parts must be as `tokenizers` writes them. Received: others ({cut(repr(error), limit=100)})"
        ) from error


def _tokenizer(found, chosen):
    unknown = sorted(set(found) - _PARTS)
    if unknown:
        refuse("parts", f"must be some of {', '.join(sorted(_PARTS))}", unknown)
    model = as_dict(found.get("model"), "model")
    kind = model.get("type") or ("BPE" if "merges" in model else "WordPiece" if "unk_token" in model else None)
    if kind == "BPE" and model.get("byte_fallback"):
        kind = _BYTE_FALLBACK
    if not isinstance(kind, str) or kind not in _MODELS:
        way_out = _OTHER_MODELS.get(str(kind), "Convert the model to one of them.")
        raise ValueError(f"its model must be WordPiece, Unigram or BPE. Received: {shown(kind)}. {way_out}")
    vocabulary = _vocabulary(model)
    added = _added_tokens(found.get("added_tokens") or [], vocabulary)
    texts = [token["content"] for token in added]
    if chosen is not None:
        missing = [token for token in chosen if token not in texts]
        if missing:
            refuse("added tokens", "must have the special tokens that are asked for", missing)
    options = _around(found.get("post_processor"), vocabulary)
    options |= {"max_tokens": _max_tokens(found.get("truncation"))}
    if kind in _OF_SENTENCEPIECE:
        if chosen:
            refuse("model", "must not be of SentencePiece for special tokens to be found in texts", list(chosen))
        plain = [token for token in added if not token.get("special")]
        if plain:
            refuse("added tokens", "must be special ones: of a SentencePiece model no text gives them", plain[0])
        return _OF_SENTENCEPIECE[kind](found, model, vocabulary, texts, options)
    texts = texts if chosen is None else list(chosen)
    options["special_tokens"] = texts
    _check_added([token for token in added if token["content"] in texts], kind, found)
    return _OF_PIECES[kind](found, model, pieces_by_id(vocabulary), options)


def _vocabulary(model):
    """dict piece -> token id; a unigram's is a list of pieces and scores."""
    vocabulary = model.get("vocab")
    if model.get("type") != "Unigram":
        return dict(as_dict(vocabulary, "model's vocab"))
    if not isinstance(vocabulary, list):
        refuse("model's vocab", "must be a list of pieces and scores", vocabulary)
    for row in vocabulary:
        fits = isinstance(row, list) and len(row) == 2 and isinstance(row[0], str)
        if not fits or isinstance(row[1], bool) or not isinstance(row[1], (int, float)):
            refuse("model's vocab", "must be a list of pieces and scores", row)
    found = {piece: number for number, (piece, _) in enumerate(vocabulary)}
    if len(found) < len(vocabulary):
        refuse("model's vocab", "must have each piece once", f"{len(vocabulary)} rows of {len(found)} pieces")
    return found


def _added_tokens(tokens, vocabulary):
    """The added tokens, those that the vocabulary lacks put into it."""
    if not isinstance(tokens, list):
        refuse("added_tokens", "must be a list", tokens)
    for token in tokens:
        content, number = as_dict(token, "added token").get("content"), token.get("id")
        if not isinstance(content, str) or not content or type(number) is not int:
            refuse("added tokens", "must have a content and an id", token)
        if vocabulary.setdefault(content, number) != number:
            refuse("added tokens", "must have the ids of the vocabulary", token)
    return tokens


def _check_added(tokens, kind, found):
    lower = kind == "WordPiece" and bool((found.get("normalizer") or {}).get("lowercase"))
    for token in tokens:
        if token.get("single_word"):
            refuse("added tokens", "must not have single_word; leave this one out by `special_tokens=`", token)
        if lower and token.get("normalized") and token["content"] != token["content"].lower():
            refuse("added tokens", "must not be looked for in normalised texts", token)


def _max_tokens(truncation):
    if truncation is None:
        return None
    as_dict(truncation, "truncation")
    if truncation.get("direction", "Right") != "Right":
        refuse("truncation", "must be on the right", truncation)
    length = truncation.get("max_length")
    if type(length) is not int or length < 1:
        refuse("truncation", "must have a max_length of at least 1", truncation)
    return length


# what may stand around one text: (piece before or False, piece after or False)
def _template(processor, vocabulary):
    before, after, seen = [], [], False
    ids = as_dict(processor.get("special_tokens"), "template's special_tokens")
    for part in processor.get("single") or []:
        if "Sequence" in as_dict(part, "template"):
            seen = True
            continue
        name = as_dict(part.get("SpecialToken"), "template's part").get("id")
        told = as_dict(ids.get(name), f"template's {cut(name)}")
        if len(told.get("ids") or []) != 1 or len(told.get("tokens") or []) != 1:
            refuse("template", "must put single tokens around a text", told)
        piece = told["tokens"][0]
        if vocabulary.get(piece) != told["ids"][0]:
            refuse("template", "must have the ids of the vocabulary", told)
        (after if seen else before).append(piece)
    if not seen or len(before) > 1 or len(after) > 1:
        refuse("template", "must put at most one token before a text and one after it", processor.get("single"))
    return {"begin": before[0] if before else False, "end": after[0] if after else False}


def _of_bert(processor, vocabulary):
    pairs = {}
    for name, key in (("begin", "cls"), ("end", "sep")):
        pair = processor.get(key)
        if not isinstance(pair, list) or len(pair) != 2 or vocabulary.get(pair[0]) != pair[1]:
            refuse("post-processor", f"must have a {key} token of the vocabulary with its id", pair)
        pairs[name] = pair[0]
    return pairs


def _sequence(processor, vocabulary):
    around = {}
    for part in processor.get("processors") or []:
        around |= _around(part, vocabulary)
    return around


_POST_PROCESSORS = {
    "TemplateProcessing": _template,
    "BertProcessing": _of_bert,
    "RobertaProcessing": _of_bert,
    "ByteLevel": lambda processor, vocabulary: {},  # offsets only
    "Sequence": _sequence,
}


def _around(processor, vocabulary):
    if processor is None:
        return {}
    kind = as_dict(processor, "post-processor").get("type")
    if kind not in _POST_PROCESSORS:
        refuse("post-processor", f"must be one of {', '.join(_POST_PROCESSORS)}", kind)
    return _POST_PROCESSORS[kind](processor, vocabulary)


def _word_piece(found, model, pieces, options):
    normalizer = as_dict(found.get("normalizer"), "normalizer")
    if normalizer.get("type") != "BertNormalizer" or not normalizer.get("clean_text"):
        refuse("normalizer", "must be a BertNormalizer that cleans texts", normalizer)
    words = as_dict(found.get("pre_tokenizer"), "pre_tokenizer")
    if words.get("type") != "BertPreTokenizer":
        refuse("pre_tokenizer", "must be a BertPreTokenizer", words)
    return WordPieceTokenizer(
        pieces,
        lowercase=normalizer.get("lowercase"),
        strip_accents=normalizer.get("strip_accents"),
        split_ideographs=normalizer.get("handle_chinese_chars"),
        unknown=model.get("unk_token", "[UNK]"),
        continuation=model.get("continuing_subword_prefix", "##"),
        max_word_length=model.get("max_input_chars_per_word", 100),
        **options,
    )


def _byte_pairs(found, model, pieces, options):
    for name in ("dropout", "continuing_subword_prefix", "end_of_word_suffix"):
        if model.get(name):
            refuse("model", f"must be byte-level BPE without {name}", model[name])
    steps = steps_of(found.get("normalizer"), "normalizer", "normalizers")
    if any(step.get("type") != "NFC" for step in steps):
        refuse("normalizer", "must be null or NFC for byte-level BPE", found["normalizer"])
    chosen = [token for token in found.get("added_tokens") or [] if token["content"] in options["special_tokens"]]
    if steps and any(token.get("normalized") for token in chosen):
        refuse("added tokens", "must not be looked for in normalised texts", [token["content"] for token in chosen])
    merges = model.get("merges")
    if not isinstance(merges, list):
        refuse("merges", "must be a list", merges)
    return BytePairTokenizer(
        pieces,
        [pair.split(" ") if isinstance(pair, str) else pair for pair in merges],
        whole_words=bool(model.get("ignore_merges")),
        compose=bool(steps),
        strip_left=[token["content"] for token in chosen if token.get("lstrip")],
        strip_right=[token["content"] for token in chosen if token.get("rstrip")],
        **_pattern(found.get("pre_tokenizer")),
        **options,
    )


def _pattern(words):
    as_dict(words, "pre_tokenizer")
    steps = words.get("pretokenizers") if words.get("type") == "Sequence" else [words]
    last = as_dict(steps[-1], "pre_tokenizer") if isinstance(steps, list) and steps else {}
    if last.get("type") != "ByteLevel" or len(steps) > 2:
        refuse("pre_tokenizer", "must be ByteLevel, alone or after a Split", words)
    pattern = "gpt2"
    if len(steps) == 2:
        split = as_dict(steps[0], "pre_tokenizer")
        expression = as_dict(split.get("pattern"), "pre_tokenizer's pattern").get("Regex")
        names = {row.expression: name for name, row in PATTERNS.items()}
        if split.get("type") != "Split" or expression not in names or split.get("invert"):
            refuse("pre_tokenizer", f"must split by the pattern of {', '.join(PATTERNS)}", split)
        if split.get("behavior") != "Isolated" or last.get("use_regex", True):
            refuse("pre_tokenizer", "must isolate what its pattern matches, and ByteLevel then use none", words)
        pattern = names[expression]
    elif not last.get("use_regex", True):
        refuse("pre_tokenizer", "must split texts into words", words)
    return {"pattern": pattern, "prefix_space": bool(last.get("add_prefix_space"))}


_BYTE_FALLBACK = "BPE with byte_fallback"
_OF_PIECES: dict[str, Any] = {"WordPiece": _word_piece, "BPE": _byte_pairs}
_OF_SENTENCEPIECE: dict[str, Any] = {
    "Unigram": sentencepiece_json.unigram,
    _BYTE_FALLBACK: sentencepiece_json.sentencepiece_bpe,
}
_MODELS = {*_OF_PIECES, *_OF_SENTENCEPIECE}
