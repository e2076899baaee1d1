"""Takes a Keras model of strings apart: its text layer becomes a tokenizer, the rest a network of token ids."""

import pathlib
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any, Self

import h5py
import keras

from keras_i18n import keras_privates, layers, networks
from keras_i18n.models.classifier import checked_labels
from keras_i18n.models.saving import h5_contents, trusted_config
from keras_i18n.opening import checked_path, told_with_the_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import TextVectorizationTokenizer, conformance, from_text_vectorization

_TEXT_LAYERS = ("TextVectorization", "StringLookup")
_MOST_CONFIG_BYTES = 1 << 26  # a vocabulary may lie in it


def split(model: keras.Model | Path, languages: Sequence[str] = ()) -> tuple[TextVectorizationTokenizer, keras.Model]:
    """The tokenizer and the network of a Keras model that takes strings, or of its file.

    Args:
        model: functional or sequential `keras.Model` that begins with a `TextVectorization` or a `StringLookup`; or the
            path of its `.keras` or `.h5` file.
        languages: for which it was made. Where they are others than English, a warning tells what its text layer does
            badly with texts of the world.

    Returns:
        The tokenizer, and a functional `keras.Model`: token ids, padded with -1 -> what the model gives. Its weights are
        copies.

    Raises:
        ValueError: a model that does not begin so, that has more inputs, or whose text layer holds code.
    """
    model = model if isinstance(model, keras.Model) else read(model)
    if not keras_privates.is_functional(model):
        raise ValueError(
            f"`model` must be a functional or sequential keras.Model that was built. Received: {type(model).__name__}, whose "
            "layers cannot be told apart. Write it as a functional model: keras.Model(inputs, outputs)."
        )
    text_layer = _text_layer(model)
    tokenizer = from_text_vectorization(text_layer)
    weaknesses = conformance.weaknesses(tokenizer)
    if weaknesses and any(tag.split("-")[0] != "en" for tag in languages):
        warnings.warn(
            f"The text layer of '{model.name}' knows ASCII only, and its ids are kept as they are: {'; '.join(weaknesses)}. "
            "`transfer.convert_language` gives the model another tokenizer.",
            stacklevel=3,
        )
    vectorized = layers.VectorizedTokens.from_layer(text_layer, name="vectorized_tokens")
    network = networks.portable(
        model,
        inputs=[keras.Input((None,), dtype="int32", name="token_ids")],
        replace=lambda layer: vectorized if layer is text_layer else None,
    )
    return tokenizer, network


def _text_layer(model):
    """The layer that reads the strings."""
    if len(model.inputs) != 1:
        names = [tensor.name for tensor in model.inputs]
        raise ValueError(
            f"`model` must have one input, of strings. Received: '{cut(model.name)}' with the inputs {cut(names)}."
        )
    if len(model.outputs) != 1:
        raise ValueError(
            f"`model` must have one output. Received: '{cut(model.name)}' with {len(model.outputs)}. Name one: "
            "keras.Model(model.inputs, model.outputs[0])."
        )
    readers = [
        layer
        for layer in model.layers
        if any(tensor is model.inputs[0] for inputs in keras_privates.call_inputs(layer) for tensor in inputs)
    ]
    if len(readers) != 1 or type(readers[0]).__name__ not in _TEXT_LAYERS:
        raise ValueError(_wrong_beginning(model, readers[0] if readers else None))
    return readers[0]


def _wrong_beginning(model, layer):
    if layer is None:
        received = "no layer that reads its input"
    else:
        received = f"'{layer.name}' ({type(layer).__name__}) first"
    return (
        "`model` must take strings, and a TextVectorization or StringLookup must read them. Received: "
        f"'{cut(model.name)}' with {cut(received)}. A network of token ids goes with its tokenizer: "
        "keras_i18n.TextClassifier(tokenizer=..., network=..., labels=...)."
    )


def with_probabilities(network: keras.Model, num_labels: int, multi_label: bool, logits: bool) -> keras.Model:
    """A network that gives a probability for each label, as a `TextClassifier` wants it.

    Args:
        network: token ids -> numbers.
        num_labels: how many labels there are. Two of them may share one output.
        multi_label: whether each label has a probability of its own.
        logits: whether the numbers are still to become probabilities.
    """
    scores = network.outputs[0]
    one_for_two = scores.shape[-1] == 1 and num_labels == 2 and not multi_label
    if logits:
        activation = "sigmoid" if multi_label or one_for_two else "softmax"
        scores = keras.layers.Activation(activation, name="probabilities")(scores)
    if one_for_two:
        rest = keras.layers.Rescaling(-1.0, 1.0, name="rest")(scores)
        scores = keras.layers.Concatenate(name="both")([rest, scores])
    return network if scores is network.outputs[0] else keras.Model(network.inputs[0], scores, name=network.name)


def read(path: Path) -> keras.Model:
    """A Keras model of strings from its `.keras` or `.h5` file, of which nothing is run.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a file that is damaged, of another kind, or that names what is no building block of Keras.
    """
    path = checked_path(path, kind="Keras model")
    with told_with_the_path(path, expected="a model that Keras saved", way_out="Save the model again"):
        config, size = _config_of(path)
        if len(config) > _MOST_CONFIG_BYTES:
            raise ValueError(f"its description has {len(config):,} bytes, of {_MOST_CONFIG_BYTES:,} at most")
        trusted_config.check(config, most_numbers=size, of_text=True)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return model


def _config_of(path: pathlib.Path) -> tuple[Any, int]:
    """The description of the network, and how many bytes its weights have at most."""
    size = path.stat().st_size
    if path.suffix in (".h5", ".hdf5"):
        with h5py.File(path, "r") as file:
            h5_contents.check(file, size)
            return file.attrs.get("model_config", ""), size
    if path.suffix != ".keras":
        raise ValueError(f"'{path}' must end in .keras or .h5. Received: {shown(path.suffix)}")
    with zipfile.ZipFile(path) as archive:
        return archive.read("config.json"), archive.getinfo("model.weights.h5").file_size


class ClassifierFromKeras:
    """How a classifier is made of a Keras model. Mixed into `TextClassifier`."""

    @classmethod
    def from_keras(
        cls,
        model: keras.Model | Path,
        *,
        labels: Sequence[str],
        languages: Sequence[str] = (),
        multi_label: bool = False,
        logits: bool = False,
    ) -> Self:
        """A classifier of a Keras model that takes strings: it goes on as a model of this package.

        Args:
            model: functional or sequential `keras.Model` whose first layer is a `TextVectorization` or `StringLookup`; or
                its `.keras` or `.h5` file.
            labels: the labels, in the order of its outputs. Where the model has one output between 0 and 1, the first
                label gets what is left to 1.
            languages: BCP-47 tags that the model was made for.
            multi_label: whether a text may have several labels, or none.
            logits: whether the model gives numbers of which a softmax (or a sigmoid) makes probabilities.

        Raises:
            ValueError: a model of another kind, a text layer that is no data, or a network that a `TextClassifier` refuses.

        Example:

        >>> import keras
        >>> import keras_i18n as ki
        >>> words = keras.layers.TextVectorization(vocabulary=["wake", "rain"], output_mode="multi_hot")
        >>> scores = keras.layers.Dense(2, activation="softmax")
        >>> model = keras.Sequential([keras.Input((1,), dtype="string"), words, scores])
        >>> ki.TextClassifier.from_keras(model, labels=["alarm", "weather"]).predict(["Wake up!"]).shape
        (1, 2)
        """
        tokenizer, network = split(model, languages)
        network = with_probabilities(network, len(checked_labels(labels)), multi_label, logits)
        made: Any = cls  # a `TextClassifier`
        return made(tokenizer=tokenizer, network=network, labels=labels, languages=languages, multi_label=multi_label)
