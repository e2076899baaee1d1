"""Small SentencePiece models for tests: trained, and written by hand to walk the edges."""

import functools
import random
import unicodedata

from sentencepiece import sentencepiece_model_pb2

from keras_i18n.tokenizers import PieceType, UnigramTokenizer, canonical_code_points, train_unigram
from keras_i18n.tokenizers.piece_groups import PieceGroups

TEXTS = (
    "The weather in Zürich will be fine tomorrow, won't it?", "İstanbul'da hava yarın ılık olacak mı?",
    "कल मौसम कैसा रहेगा? ज़रूर बताइए", "ما حالة الطقس غدًا في القاهرة؟", "明日の天気はどうですか。東京タワー", "พรุ่งนี้อากาศเป็นอย่างไรบ้าง",
    "Яка завтра погода в Києві?", "내일 서울 날씨는 어때요?", "Thời tiết ngày mai ở Hà Nội thế nào?", "ha haha hahaha aaaa",
)  # fmt: skip


def written(pieces, *, symbols=(), unused=(), byte_fallback=False, charsmap=b"", kind=1, **normalizer):
    """Bytes of a model file with the given (piece, score) pairs."""
    model = sentencepiece_model_pb2.ModelProto()

    def add(piece, score, piece_type):
        row = model.pieces.add()
        row.piece, row.score, row.type = piece, score, int(piece_type)

    add("<unk>", 0.0, PieceType.UNKNOWN)
    add("<s>", 0.0, PieceType.CONTROL)
    add("</s>", 0.0, PieceType.CONTROL)
    for symbol in symbols:
        add(symbol, 0.0, PieceType.USER_DEFINED)
    if byte_fallback:
        for byte in range(256):
            add(f"<0x{byte:02X}>", 0.0, PieceType.BYTE)
    for piece, score in pieces:
        add(piece, score, PieceType.UNUSED if piece in unused else PieceType.NORMAL)
    model.trainer_spec.model_type = kind
    model.trainer_spec.byte_fallback = byte_fallback
    model.normalizer_spec.name = "test"
    model.normalizer_spec.precompiled_charsmap = charsmap
    for name, value in normalizer.items():
        setattr(model.normalizer_spec, name, value)
    return model.SerializeToString()


@functools.cache
def trained(**options):
    """A tokenizer trained on TEXTS."""
    given = {"vocabulary_size": 200, "character_coverage": 0.98} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in options.items()
    }
    return train_unigram(TEXTS * 3, **given)


def tie_rich():
    """Many ways of equal score: pieces whose scores are multiples of their lengths."""
    words = [a + b + c for a in ("a", "b", "h") for b in ("", "a", "h") for c in ("", "a", "b", "ab")]
    pieces = [(word, -0.1 * len(word) - 0.3) for word in dict.fromkeys(words) if "hh" not in word]
    return UnigramTokenizer(
        written(pieces, add_dummy_prefix=False, remove_extra_whitespaces=False, symbols=("hh", "hhh"), unused=("ba",))
    )


SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@functools.cache
def wordpieces():
    """A vocabulary of the characters and the beginnings, middles and ends of the words of `TEXTS`, in all their forms."""
    texts = [form for text in TEXTS for form in (text, text.lower(), unicodedata.normalize("NFD", text))]
    words = [word for text in texts for word in text.split()]
    found = dict.fromkeys(SPECIAL)
    found |= dict.fromkeys(c for word in words for c in (word[0], f"##{word[-1]}"))
    found |= dict.fromkeys(
        piece for word in words[::3] for piece in (word[:3], word[:5], f"##{word[3:]}", f"##{word[1:4]}")
    )
    return [piece for piece in found if piece not in ("##", "")]


def grouped(*, least_percent=20, **options):
    """A trained tokenizer with three groups of pieces: parts of TEXTS, so that all of them use some, and letters it lacks."""
    chance, own = random.Random(7), trained(**options)
    words = [word for text in own.normalize(TEXTS) for word in text.split("\u2581") if len(word) > 2]
    found = [word[start : start + 5] for word in words for start in range(0, len(word), 2)]
    found += ["\u2581" + word for word in words[::3]] + ["hah", "aa", "ahaha"]
    found = [piece for piece in dict.fromkeys([*found, *"γδжщ"]) if piece not in own.pieces]
    chance.shuffle(found)
    sizes = [len(found) // 3, len(found) // 3, len(found) - 2 * (len(found) // 3)]
    longer = own.extended(found, [chance.choice((-2.0, -4.5, -6.0, -9.0)) for _ in found], group_sizes=sizes)
    groups = PieceGroups(longer.groups.starts, least_percent)
    return UnigramTokenizer(longer.model_bytes, groups=groups)


# what a word of KerasHub is made of when it is folded: jamo, marks that come of folding, letters that become several
FOLDING = (
    "ㄱㅏㄴㅡ\u1100\u1161\u11a8가각ﾡￂｶﾞﾊﾟか\u3099゛ﬁﬃĲŉßẞΣςσİi\u0307ıΑα\u0345Ι\u0301\u0344΅ΐᾳᾼώＡａÅ\u0338<=>\u034f\u200d\xad"
    "¨´¸˚ͺǆǅ\u0323ǭ\u093c\u0958\u09dc\u09c7\u09be\u09d7\u0f71\u0f72\u0f73\u0f80\u1b05\u1b35\u3164\uffa0\ufe0f㍿⑴…½ﷺ豈一"
    "\U0001d15f\U0001d165\U0001e04f\u1c89\u0897\U0001e4ee\U000105d2\u0307\U00016d63\U00016d67\U00016d67\U0001611e\U0001611f"
)


def folding_texts(count, seed):
    """Random texts of `FOLDING`, all marks and jamo, with special tokens among them."""
    chance = random.Random(seed)
    marks = [c for c in range(0x30000) if unicodedata.category(chr(c))[0] == "M"]
    jamo = [*range(0x1100, 0x1200), *range(0x3131, 0x318F), *range(0xFFA0, 0xFFDD)]

    def part():
        kind = chance.random()
        if kind < 0.5:
            return chance.choice(FOLDING)
        if kind < 0.9:
            return chr(chance.choice((marks, jamo, range(0x41, 0x600), range(0x1E00, 0x2000))[chance.randrange(4)]))
        return chance.choice((" ", "[MASK]", ".", "\u00a0", chr(chance.randint(1, 0x10FFFF))))

    return ["".join(part() for _ in range(chance.randint(1, 12))) for _ in range(count)]


def folded_pieces(texts):
    """A vocabulary of every character that the words of texts may be made of, after folding and after composing."""
    forms = {form for text in texts for form in (text, unicodedata.normalize("NFD", text))}
    forms |= {unicodedata.normalize("NFKC", form).casefold() for form in forms}
    forms |= {unicodedata.normalize(form, text) for text in forms for form in ("NFC", "NFD")}
    # what Python's Unicode may not compose, or fold
    made = {chr(c) for c in (*range(0xAC00, 0xD7A4, 28), *canonical_code_points.later_pairs().values(), 0x4AF, 0x1C8A)}
    letters = sorted({c for text in forms for c in text if c > " " and not "\ud800" <= c <= "\udfff"} | made)
    return [*SPECIAL, *letters, *(f"##{letter}" for letter in letters), "...", "(1)", "##ss"]
