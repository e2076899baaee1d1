"""What every model that reads texts has in common."""

import functools
from collections.abc import Callable, Sequence
from typing import Self

import keras
import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers, networks
from keras_i18n.forked import refuse_forked
from keras_i18n.models.network_checks import probe
from keras_i18n.models.padded_inference import forward_of
from keras_i18n.models.saving import writing
from keras_i18n.models.text_inputs import MAX_CODEPOINTS, checked_texts
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import shown
from keras_i18n.tokenizers.tokenizer import Tokenizer


class TextModel:
    """A tokenizer, a network and its languages: texts in, numbers out.

    It holds a plain functional `keras.Model` as `.network` (token ids -> numbers), which compiles, fits and saves like
    any other. Subclasses say what the numbers are.

    Args:
        tokenizer: text -> token ids.
        network: token ids -> numbers; int32 `(batch, tokens)`, padded with the tokenizer's `padding_id`.
        languages: BCP-47 tags that the model was made for.
        max_codepoints: texts are cut to this many code points.
    """

    task: str | None = None
    # what a saved file holds of the model beside tokenizer and network
    _saved: tuple[str, ...] = ("languages", "max_codepoints")
    _graphs: tuple[str, ...] = ("_forward",)

    def __init__(
        self,
        *,
        tokenizer: Tokenizer,
        network: keras.Model,
        languages: Sequence[str] = (),
        max_codepoints: int = MAX_CODEPOINTS,
    ) -> None:
        if not hasattr(network, "inputs"):
            raise ValueError(f"`network` must be a functional keras.Model. Received: {type(network).__name__}.")
        self._check_inputs(network)
        if int(max_codepoints) < 1:
            raise ValueError(f"`max_codepoints` must be at least 1. Received: {shown(max_codepoints)}.")
        self.tokenizer = tokenizer
        self.network = network
        self.languages = tuple(tags.normalize(tag) for tag in languages)
        self.max_codepoints = int(max_codepoints)
        self.check_network()

    def _check_inputs(self, network):
        if len(network.inputs) != 1 or len(network.inputs[0].shape) != 2:
            raise ValueError(
                "`network` must have one input of token ids, shape (batch, tokens). "
                f"Received inputs: {[tuple(tensor.shape) for tensor in network.inputs]}."
            )

    def tokenize(self, texts: Texts) -> TokenIds:
        """Token ids of texts, as the network reads them: a list of int32 arrays."""
        return self.tokenizer.tokenize(checked_texts(texts, self.max_codepoints))

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> np.ndarray:
        """Runs the model on texts.

        Args:
            texts: list of str. The empty text is valid.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, outputs)`.

        Raises:
            TypeError: `texts` is no list of str.
        """
        return self._forward(self.tokenize(texts), progress=progress)

    def __call__(self, texts: Texts) -> np.ndarray:
        return self.predict(texts)

    def save(self, path: Path, *, with_optimizer: bool = False) -> None:
        """Writes one `.keras` file with everything in it: network, tokenizer, labels, languages.

        The file is written under a temporary name, the network is built again from it, and only then it is moved into
        place. `keras_i18n.load` reads it; Keras' own `load_model` reads the network out of it, once keras_i18n.models
        is imported.

        Args:
            path: ends in `.keras`.
            with_optimizer: also what the optimizer of the last training has learned, with which a training goes on
                smoothly; the file grows to about three times its size.

        Raises:
            ValueError: a network that cannot be built again from a file, such as one with a `Lambda` layer; its layer
                is named. Nothing is written.
        """
        writing.save(self, path, with_optimizer=with_optimizer)

    def to_keras(self) -> keras.Model:
        """The text-in model: tokenizer and network in one `keras.Model`, raw code points -> numbers.

        Input: `codepoints` int32 `(batch, length)`, raw Unicode code points, padded with 0 on the right; those after the
        first `max_codepoints` are not read.

        Raises:
            ValueError: the tokenizer cannot be compiled from built-in operators.
        """
        refuse_forked()
        codepoints = keras.Input((None,), dtype="int32", name="codepoints")
        text = layers.TextTruncation(self.max_codepoints, name="truncation")(codepoints)
        token_ids = layers.tokenization_layer(self.tokenizer, name="tokenization")(text)
        network = networks.uncompiled(self.network)
        return keras.Model(codepoints, network(token_ids), name=f"text_in_{network.name}")

    def to_config(self) -> Config:
        """Everything of the model beside tokenizer and network, as plain data."""
        return {name: _plain(getattr(self, name)) for name in self._saved}

    @classmethod
    def from_saved(cls, *, tokenizer: Tokenizer, network: keras.Model, config: Config) -> Self:
        """Builds the model again from what `save` kept."""
        return cls(tokenizer=tokenizer, network=network, **config)

    def with_networks(self, change: Callable[[keras.Model], keras.Model]) -> Self:
        """The same model around `change(network)`; itself where that is the same network.

        Args:
            change: a function, network -> network, such as `networks.copy_network`. A model of several models gives it
                the network of each.
        """
        network = change(self.network)
        if network is self.network:
            return self
        return type(self).from_saved(tokenizer=self.tokenizer, network=network, config=self.to_config())

    def check_network(self) -> np.ndarray | None:
        """Probes the network with one text; done when a model is made and when it was trained.

        Raises:
            ValueError: padding changes its answers, or the empty text has none.
        """
        return probe(self.network, self.tokenizer)

    @functools.cached_property
    def _forward(self):
        return forward_of(self.network, self.tokenizer.padding_id)

    def forget_graphs(self) -> None:
        """Drops what was traced of the network; it is traced anew when it is next needed."""
        for name in self._graphs:
            self.__dict__.pop(name, None)

    def __getstate__(self) -> dict[str, object]:
        """What a copy is made of, and what joblib or another process gets: all but what is made again when asked for.

        Compiled graphs belong to one process and cannot be sent.
        """
        kinds = (vars(kind).items() for kind in type(self).__mro__)
        made_again = {name for kind in kinds for name, value in kind if isinstance(value, functools.cached_property)}
        return {name: value for name, value in vars(self).items() if name not in made_again}

    def __repr__(self) -> str:
        shown = ", ".join(self.languages[:8]) + (", …" if len(self.languages) > 8 else "")
        return f"{type(self).__name__}({self.network.name}, {self.tokenizer!r}, languages: {shown or 'not told'})"


def sub_network(network: keras.Model, layer_name: str, *, name: str) -> keras.Model:
    """The part of a functional network from its input to the output of one layer."""
    return keras.Model(network.inputs[0], network.get_layer(layer_name).output, name=name)


def _plain(value):
    return list(value) if isinstance(value, tuple) else value
