import dataclasses


@dataclasses.dataclass(frozen=True)
class Preset:
    """What a pretrained model brings: a tokenizer, an encoder network, the languages that it was trained on."""

    name: str
    tokenizer: object
    network: object
    languages: tuple
