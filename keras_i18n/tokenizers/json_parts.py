"""Takes the parts of a `tokenizer.json` apart, and refuses those that are something else by their name."""

from typing import Any, NoReturn

from keras_i18n.protocols import Config
from keras_i18n.shown import shown


def refuse(part: str, rule: str, received: Any) -> NoReturn:
    """Raises a ValueError that names a part, what it must be, and what came.

    >>> refuse("model", "must be WordPiece", "Mystery")
    Traceback (most recent call last):
    ValueError: its model must be WordPiece. Received: 'Mystery'
    """
    raise ValueError(f"its {part} {rule}. Received: {shown(received, limit=120)}")


def as_dict(value: Any, part: str) -> Config:
    """The value, which must be a dict; ValueError names the part.

    >>> as_dict({"type": "NFC"}, "normalizer")["type"]
    'NFC'
    """
    if not isinstance(value, dict):
        refuse(part, "must be a JSON object", value)
    return value


def steps_of(value: Any, part: str, name: str) -> list[Config]:
    """The steps of a normaliser or pre-tokeniser: those of a Sequence under `name`, also of one inside of it; none for null.

    >>> [step["type"] for step in steps_of({"type": "Sequence", "normalizers": [{"type": "NFC"}]}, "normalizer", "normalizers")]
    ['NFC']
    """
    if value is None:
        return []
    if as_dict(value, part).get("type") != "Sequence":
        return [value]
    inner = value.get(name)
    if not isinstance(inner, list):
        refuse(part, f"must have {name}, a list", value)
    return [step for one in inner for step in steps_of(one, part, name)]
