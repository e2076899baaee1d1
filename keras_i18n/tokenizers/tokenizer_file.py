"""What the files of all tokenizers share: sizes told before reading, options as strict JSON, a digest that is checked."""

import hashlib
import json
import pathlib
from collections.abc import Callable
from typing import TypeVar

from keras_i18n.protocols import Config, Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.tokenizer import Tokenizer

_Loaded = TypeVar("_Loaded")
_Described = TypeVar("_Described", bound=Tokenizer)
DIGEST = "digest"


def read_file(path: Path, max_bytes: int) -> bytes:
    """The bytes of a tokenizer's file.

    Args:
        path: a regular file; a pipe or a device, which may never end, is refused.
        max_bytes: what no tokenizer of this kind exceeds.

    Raises:
        FileNotFoundError: no such file.
        ValueError: for something else than a file, or too many bytes.

    >>> import tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "x.tokenizer"
    >>> _ = file.write_bytes(b"three")
    >>> read_file(file, 10)
    b'three'
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(f"No tokenizer file at '{path}'.")
    if not path.is_file():
        raise ValueError(
            f"A tokenizer must be a regular file. Received: '{cut(path)}', which is not. Copy it to a file."
        )
    with open(path, "rb") as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise ValueError(
            f"The file of this kind of tokenizer must have at most {max_bytes} bytes. Received: '{cut(path)}' of "
            f"{cut(path.stat().st_size)} bytes. Is it another file?"
        )
    return data


def loaded(path: Path, from_bytes: Callable[[bytes], _Loaded], max_bytes: int) -> _Loaded:
    """What `from_bytes` makes of a file's bytes; its refusals name the file."""
    data = read_file(path, max_bytes)
    try:
        return from_bytes(data)
    except ValueError as error:
        raise ValueError(f"The tokenizer in '{path}' cannot be read: {error}") from error


def options(line: bytes) -> Config:
    """The dict that a line of JSON holds.

    Raises:
        ValueError: for other bytes, a key that comes twice, nesting without end, or numbers that JSON does not know.

    >>> options(b'{"seed": 3}')
    {'seed': 3}
    """

    def pairs(items):
        found = dict(items)
        if len(found) < len(items):
            raise ValueError("a key comes twice")
        return found

    def constant(name):
        raise ValueError(f"{name} is no number of JSON")

    try:
        found = json.loads(bytes(line), object_pairs_hook=pairs, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"its options are not JSON as `save` writes it ({str(error)[:120] or 'nested too deep'})"
        ) from error
    if not isinstance(found, dict):
        raise ValueError(f"its options must be a JSON object. Received: {shown(line)}")
    return found


def check_digest(tokenizer: Tokenizer, digest: str | None) -> None:
    """Raises ValueError unless a tokenizer has the digest that its file tells; None, from older files, is let pass."""
    if digest is not None and digest != tokenizer.digest:
        raise ValueError(
            f"what it holds has the digest {tokenizer.digest[:16]}. Received: a file that says {shown(str(digest), limit=16)}. "
            "Copy it again, or save the tokenizer again"
        )


def from_json(data: bytes, make: Callable[..., _Described], *, file_format: str, name: str) -> _Described:
    """The tokenizer that a file of JSON describes, once its format and digest fit.

    Args:
        data: the file's bytes.
        make: the options in the file -> the tokenizer.
        file_format: what it must say under "format".
        name: of this kind of tokenizer, for the refusal.

    Raises:
        ValueError: for other bytes, or some that differ from those that were written.
    """
    try:
        config = options(data)
        kind, digest = config.pop("format"), config.pop(DIGEST, None)
        if kind != file_format:
            raise ValueError(f"it says {kind!r:.60}")
        tokenizer = make(**config)
        check_digest(tokenizer, digest)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"A {name}'s file must be JSON as `save` writes it: {error!r:.200}.") from error
    return tokenizer


def json_digest(described: Config) -> str:
    """Hex sha256 of what a tokenizer's JSON says of it, the digest itself left out."""
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
