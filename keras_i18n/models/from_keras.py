"""Takes a Keras model apart: what reads its texts becomes a tokenizer, the rest a network of token ids."""

import os
import pathlib
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any, Self

import h5py
import keras

from keras_i18n import keras_privates, layers, networks
from keras_i18n.models.classifier import checked_labels
from keras_i18n.models.saving import code_in_configs, h5_contents, trusted_config
from keras_i18n.opening import checked_path, told_with_the_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import conformance, from_keras_hub, from_text_vectorization, from_tokenizer_json
from keras_i18n.tokenizers import keras_hub as keras_hub_tokenizers
from keras_i18n.tokenizers.tokenizer import Tokenizer

_TEXT_LAYERS = ("TextVectorization", "StringLookup")
_RESHAPING = ("ExpandDims", "Squeeze", "Reshape")  # a text a row or a row of one text: ids are the same
_MOST_CONFIG_BYTES = 1 << 26  # a vocabulary may lie in it


def split(
    model: keras.Model | Path,
    languages: Sequence[str] = (),
    *,
    tokenizer: Any = None,
    padding_id: int | None = None,
    output: int | str | None = None,
    of_causal_model: bool = False,
) -> tuple[Tokenizer, keras.Model]:
    """The tokenizer and the network of a Keras model, or of its file.

    Args:
        model: functional, sequential or subclassed `keras.Model` (see `networks.traced`) that begins with a `TextVectorization`
            or a `StringLookup`; a task of KerasHub with its preprocessor; a backbone or a network of token ids, masks and segment ids, with `tokenizer`;
            or the path of the `.keras` or `.h5` file of one.
        languages: for which it was made. Where they are others than English, a warning tells what a text layer of Keras
            does badly with texts of the world.
        tokenizer: of a network that takes token ids: one of this package, a tokenizer or preprocessor of KerasHub, or the path
            of a `tokenizer.json`.
        padding_id: what the network knows as padding; None for KerasHub's own, and else 0.
        output: which of several outputs, by place or name.
        of_causal_model: whether the network tells what comes next: then texts have a begin and an end and any length, and
            no piece of a text counts as padding.

    Returns:
        The tokenizer, and a functional `keras.Model`: token ids, padded with -1 -> what the model gives. Its weights are
        copies.

    Raises:
        ValueError: a model whose texts nobody reads, with inputs that nobody fills, or whose text layer holds code.
    """
    model = model if isinstance(model, keras.Model) else read(model)
    if isinstance(tokenizer, (str, os.PathLike)):
        tokenizer = from_tokenizer_json(tokenizer)
    if not keras_privates.is_functional(model):
        model = _traced(model, tokenizer)
    if tokenizer is not None or getattr(model, "preprocessor", None) is not None:
        return _of_ids(model, tokenizer, padding_id, output, of_causal_model)
    if hasattr(model, "preprocessor") or hasattr(model, "token_embedding"):
        raise ValueError(
            f"A model of KerasHub must come with what reads its texts. Received: '{cut(model.name)}' "
            f"({type(model).__name__}) without a preprocessor. Pass it: tokenizer=preprocessor, or tokenizer=tokenizer."
        )
    return _of_strings(model, languages)


def _traced(model, tokenizer):
    """The functional network of a subclassed model of strings."""
    if tokenizer is not None or isinstance(model, keras.Sequential):
        raise ValueError(
            f"`model` must be a functional or sequential keras.Model that was built. Received: {type(model).__name__}, whose "
            "layers cannot be told apart. Write it as a functional model: keras.Model(inputs, outputs)."
        )
    return networks.traced(model, *(keras.Input(shape, dtype="string") for shape in ((1,), ())))


def _of_ids(model, tokenizer, padding_id, output, of_causal_model):
    """A network of token ids with its tokenizer, which may be KerasHub's."""
    if tokenizer is None:
        tokenizer = model.preprocessor
    as_padding: list[int] = []
    if of_causal_model:
        tokenizer = getattr(tokenizer, "tokenizer", tokenizer)
    if not isinstance(tokenizer, Tokenizer):
        theirs, tokenizer = tokenizer, from_keras_hub(tokenizer, **_around(tokenizer))
        padding_id = keras_hub_tokenizers.padding_id(theirs) if padding_id is None else padding_id
        if not of_causal_model and keras_hub_tokenizers.may_come_of_text(tokenizer, padding_id):
            as_padding = [padding_id]
    network = networks.with_filled_inputs(model, padding_id=padding_id or 0, as_padding=as_padding, output=output)
    return tokenizer, network


def _around(tokenizer):
    """Models of KerasHub want a begin and an end, which a preprocessor gives by itself."""
    return {} if hasattr(tokenizer, "tokenizer") else {"begin": True, "end": True}


def _of_strings(model, languages):
    text_layer, before = _text_layer(model)
    tokenizer = from_text_vectorization(text_layer)
    weaknesses = conformance.weaknesses(tokenizer)
    if weaknesses and any(tag.split("-")[0] != "en" for tag in languages):
        warnings.warn(
            f"The text layer of '{model.name}' knows ASCII only, and its ids are kept as they are: {'; '.join(weaknesses)}. "
            "`transfer.convert_language` gives the model another tokenizer.",
            stacklevel=4,
        )
    vectorized = layers.VectorizedTokens.from_layer(text_layer, name="vectorized_tokens")
    reshaping = set(map(id, before))

    def replaced(layer):
        if id(layer) in reshaping:
            return keras.layers.Identity()
        return vectorized if layer is text_layer else None

    inputs = [keras.Input((None,), dtype="int32", name="token_ids")]
    return tokenizer, networks.portable(model, inputs=inputs, replace=replaced)


def _source(tensor):
    """What a tensor is but for its shape, and what reshaped it."""
    operations = []
    while True:
        operation, given = keras_privates.made_by(tensor)
        if type(operation).__name__ not in _RESHAPING or len(given) != 1:
            return tensor, operations
        operations.append(operation)
        tensor = given[0]


def _text_layer(model):
    """The layer that reads the strings, and what reshapes them before."""
    if len(model.inputs) != 1:
        names = [tensor.name for tensor in model.inputs]
        raise ValueError(
            f"`model` must have one input, of strings. Received: '{cut(model.name)}' with the inputs {cut(names)}. "
            "A network of token ids, masks and segment ids goes with its tokenizer: from_keras(model, tokenizer=...)."
        )
    if len(model.outputs) != 1:
        raise ValueError(
            f"`model` must have one output. Received: '{cut(model.name)}' with {len(model.outputs)}. Name one: "
            "keras.Model(model.inputs, model.outputs[0])."
        )
    readers = {}
    for layer in model.layers:
        for tensor in (tensor for inputs in keras_privates.call_inputs(layer) for tensor in inputs):
            source, operations = _source(tensor)
            if source is model.inputs[0] and type(layer).__name__ not in _RESHAPING:
                readers[id(layer)] = layer, operations
    first = next(iter(readers.values()), (None, []))
    if len(readers) != 1 or type(first[0]).__name__ not in _TEXT_LAYERS:
        raise ValueError(_wrong_beginning(model, first[0]))
    return first


def _wrong_beginning(model, layer):
    if layer is None:
        received = "no layer that reads its input"
    else:
        received = f"'{layer.name}' ({type(layer).__name__}) first"
    return (
        "`model` must take strings, and a TextVectorization or StringLookup must read them. Received: "
        f"'{cut(model.name)}' with {cut(received)}. A network of token ids goes with its tokenizer: "
        "keras_i18n.TextClassifier.from_keras(model, tokenizer=..., labels=...)."
    )


def gives_logits(model: keras.Model | Path) -> bool:
    """Whether a model is a task of KerasHub that gives scores without an activation, as they do unless told otherwise."""
    if not hasattr(model, "preprocessor"):
        return False
    return getattr(getattr(model, "activation", None), "__name__", "linear") == "linear"


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
        if trusted_config.names_keras_hub(config):
            _import_keras_hub()
        code_in_configs.refuse_code(config, path)
        trusted_config.check(config, most_numbers=size, of_text=True)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return model


def _import_keras_hub():
    """Makes the classes of KerasHub known, which a file names."""
    try:
        import keras_hub  # noqa: F401
    except ImportError as error:
        raise ValueError("it is a model of KerasHub. Install it: pip install keras-hub") from error


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
        empty = [member.filename for member in archive.infolist() if _is_empty(archive, member)]
        if empty:
            raise ValueError(
                f"A text layer in '{path}' must have a vocabulary. Received: {shown(empty[0])} with no token. Call "
                "`layer.adapt(texts)` before the model is trained, and save it then."
            )
        return archive.read("config.json"), archive.getinfo("model.weights.h5").file_size


def _is_empty(archive, member):
    """Whether a member is a vocabulary that holds nothing but what stands for padding and unknown words."""
    if not member.filename.endswith("/vocabulary.txt") or member.file_size > len("\n[UNK]\n"):
        return False
    return archive.read(member).strip() in (b"", b"[UNK]")


class ClassifierFromKeras:
    """How a classifier is made of a Keras model. Mixed into `TextClassifier`."""

    @classmethod
    def from_keras(
        cls,
        model: keras.Model | Path,
        *,
        labels: Sequence[str],
        tokenizer: Any = None,
        languages: Sequence[str] = (),
        multi_label: bool = False,
        logits: bool | None = None,
        padding_id: int | None = None,
    ) -> Self:
        """A classifier of a Keras model: it goes on as a model of this package.

        Args:
            model: functional, sequential or subclassed `keras.Model` (whose `call` uses layers and `keras.ops` alone) whose
                first layer is a `TextVectorization` or `StringLookup`; a text classifier of KerasHub with its preprocessor; a network of token ids (and mask, and segment ids) with
                `tokenizer`; or the `.keras` or `.h5` file of one.
            labels: the labels, in the order of its outputs. Where the model has one output between 0 and 1, the first
                label gets what is left to 1.
            tokenizer: of a network that takes token ids: one of this package, a tokenizer or preprocessor of KerasHub, or the
                path of a `tokenizer.json`.
            languages: BCP-47 tags that the model was made for.
            multi_label: whether a text may have several labels, or none.
            logits: whether the model gives numbers of which a softmax (or a sigmoid) makes probabilities; None for what a
                task of KerasHub says, and else False.
            padding_id: what a network of token ids knows as padding; None for KerasHub's own, and else 0.

        Raises:
            ValueError: a model of another kind, a text layer that is no data, an input that nobody fills, or a network that
                a `TextClassifier` refuses.

        Example:

        >>> import keras
        >>> import keras_i18n as ki
        >>> words = keras.layers.TextVectorization(vocabulary=["wake", "rain"], output_mode="multi_hot")
        >>> scores = keras.layers.Dense(2, activation="softmax")
        >>> model = keras.Sequential([keras.Input((1,), dtype="string"), words, scores])
        >>> ki.TextClassifier.from_keras(model, labels=["alarm", "weather"]).predict(["Wake up!"]).shape
        (1, 2)
        """
        model = model if isinstance(model, keras.Model) else read(model)
        logits = gives_logits(model) if logits is None else logits
        tokenizer, network = split(model, languages, tokenizer=tokenizer, padding_id=padding_id)
        network = with_probabilities(network, len(checked_labels(labels)), multi_label, logits)
        made: Any = cls  # a `TextClassifier`
        return made(tokenizer=tokenizer, network=network, labels=labels, languages=languages, multi_label=multi_label)
