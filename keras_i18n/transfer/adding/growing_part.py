"""What of a model grows where languages are added: its whole encoder, or the pretrained half of one of two halves."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_i18n import networks
from keras_i18n.datasets import ParallelTexts
from keras_i18n.models import TextEncoder
from keras_i18n.models.two_halves import has_two_halves
from keras_i18n.networks.ngram_sentence_encoder import OPENED
from keras_i18n.shown import cut
from keras_i18n.tokenizers import JoinedTokenizer
from keras_i18n.transfer.adding.model_checks import encoder_of
from keras_i18n.transfer.adding.unseen_pairs import UnseenPairs, agreements

Pairs = Mapping[str, ParallelTexts]

# further, topics fall where translations still come nearer
_OPENNESSES = (0.0, 0.15, 0.3, 0.45)


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

    def trained(self, model: Any, config: Any, pairs: Pairs) -> tuple[Any, UnseenPairs | None]:
        """The model of `make` with the rows as they were trained, and how pairs fare that were kept apart."""
        return model, None


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
        self.openness = _OPENNESSES[-1]

    def make(self, tokenizer: Any, rows: np.ndarray, config: Any) -> Any:
        """As `WholeEncoder.make`."""
        self.tokenizer = tokenizer
        network = networks.with_language_rows(self.reader.network, self.name, rows)
        self.student = type(self.reader).from_saved(
            tokenizer=tokenizer, network=network, config=self.reader.to_config()
        )
        return self._with(rows, config)

    def trained(self, model: Any, config: Any, pairs: Pairs) -> tuple[Any, UnseenPairs | None]:
        """As `WholeEncoder.trained`; the gate opens as far as brings pairs together that were kept apart."""
        rows = networks.token_embedding(self.student.network).variable_of(self.name).numpy()
        model = self._with(rows, config)
        if not pairs:
            return model, None
        old, new = encoder_of(self.model), encoder_of(model)
        assert old is not None
        assert new is not None
        targets = {language: old.encode(list(some.source)) for language, some in pairs.items()}
        gate = new.network.get_layer(OPENED)
        first = all(layer.name != OPENED for layer in old.network.layers)
        found = {}
        for openness in _OPENNESSES if first else (gate.openness,):
            gate.openness = openness  # of a model that nobody has yet: it is made anew below
            found[openness] = agreements(new, pairs, targets)
        before = agreements(old, pairs, targets)
        best = max(found, key=lambda openness: found[openness][0])
        count = sum(map(len, pairs.values()))
        told = UnseenPairs(count=count, before=before[1], after=found[best][1])
        if found[best][0] <= before[0]:
            warnings.warn(
                f"New pieces for '{cut(self.name)}' bring {count} sentence pairs that were kept apart no nearer than "
                "hashed n-grams do. Give more pairs, a word list and a teacher, or keep the model as it was.",
                stacklevel=4,
            )
        self.openness = best
        return self._with(rows, config), told

    def _with(self, rows, config):
        return type(self.model).from_saved(
            tokenizer=JoinedTokenizer([*self.others, self.tokenizer]),
            network=networks.with_added_rows(
                networks.uncompiled(self.model.network), self.name, rows, openness=self.openness
            ),
            config=config,
        )


def growing_part(model: Any, name: str) -> WholeEncoder | PretrainedHalf:
    """What of a checked model grows."""
    return (PretrainedHalf if has_two_halves(model) else WholeEncoder)(model, name)
