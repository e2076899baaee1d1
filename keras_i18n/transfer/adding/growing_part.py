"""What of a model grows where languages are added: its whole encoder, or the pretrained half of one of two halves."""

from typing import Any

import numpy as np

from keras_i18n import networks
from keras_i18n.models import TextEncoder
from keras_i18n.tokenizers import JoinedTokenizer
from keras_i18n.transfer.adding.model_checks import encoder_of, is_of_two_halves


class WholeEncoder:
    """An encoder whose tokenizer and table are the model's own: new rows are trained in the new model itself.

    Attributes:
        reader: the `TextEncoder` whose vocabulary grows.
        student: the one in which the new rows of the last `make` are trained.

    Args:
        model: to which languages are added.
        name: of the new rows.
    """

    def __init__(self, model: Any, name: str) -> None:
        self.model, self.name = model, name
        self.reader: Any = encoder_of(model)
        self.student: Any = None

    def make(self, tokenizer: Any, rows: np.ndarray, config: Any) -> Any:
        """The new model, with a grown tokenizer and its new rows, float32 `(pieces, dim)`."""
        network = networks.with_language_rows(self.model.network, self.name, rows)
        model = type(self.model).from_saved(tokenizer=tokenizer, network=network, config=config)
        self.student = encoder_of(model)
        return model

    def trained(self, model: Any, config: Any) -> Any:
        """The model of `make` with the rows as they were trained."""
        return model


class PretrainedHalf:
    """The pretrained half of an encoder such as `universal`, whose rows are in few bits: new ones are trained beside a
    float32 copy of them, and are put into the model, in 8 bits, when they are done.

    Attributes, args: as `WholeEncoder`.
    """

    def __init__(self, model: Any, name: str) -> None:
        self.model, self.name = model, name
        *self.others, pieces = model.tokenizer.tokenizers
        network = networks.pretrained_part(model.network)
        self.reader: Any = TextEncoder(
            tokenizer=pieces, network=network, languages=model.languages, max_codepoints=model.max_codepoints
        )
        self.student: Any = None
        self.tokenizer: Any = None

    def make(self, tokenizer: Any, rows: np.ndarray, config: Any) -> Any:
        """As `WholeEncoder.make`."""
        self.tokenizer = tokenizer
        network = networks.with_language_rows(self.reader.network, self.name, rows)
        self.student = type(self.reader).from_saved(
            tokenizer=tokenizer, network=network, config=self.reader.to_config()
        )
        return self._with(rows, config)

    def trained(self, model: Any, config: Any) -> Any:
        """As `WholeEncoder.trained`."""
        return self._with(networks.token_embedding(self.student.network).variable_of(self.name).numpy(), config)

    def _with(self, rows, config):
        return type(self.model).from_saved(
            tokenizer=JoinedTokenizer([*self.others, self.tokenizer]),
            network=networks.with_added_rows(networks.uncompiled(self.model.network), self.name, rows),
            config=config,
        )


def growing_part(model: Any, name: str) -> WholeEncoder | PretrainedHalf:
    """What of a checked model grows."""
    return (PretrainedHalf if is_of_two_halves(model) else WholeEncoder)(model, name)
