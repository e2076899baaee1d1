"""The functional network of a subclassed Keras model, found by calling it on a symbolic input."""

import inspect
import traceback
from typing import NoReturn

import keras

from keras_i18n import keras_privates
from keras_i18n.forked import refuse_forked
from keras_i18n.protocols import Tensor
from keras_i18n.shown import cut

_MOST_NESTED = 16


def traced(model: keras.Model, *given: Tensor) -> keras.Model:
    """A functional network of the layers that a subclassed model calls, in the order in which it calls them.

    Its `call` runs once on a symbolic tensor, and so may do what Keras records: call layers and use `keras.ops`. Models of
    this kind inside of it are traced alike.

    Args:
        model: subclassed `keras.Model` that was called on data or built.
        given: `keras.Input`s, each of a form that it may be called with: the first with which it runs is taken.

    Returns:
        Functional `keras.Model` with the model's own layers and weights.

    Raises:
        ValueError: a call that cannot be recorded, with the line of it that fails; weights that belong to no layer; a model
            that was not built.

    >>> class Twice(keras.Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.dense = keras.layers.Dense(2)
    ...
    ...     def call(self, numbers):
    ...         return keras.ops.multiply(self.dense(numbers), 2.0)
    >>> model = Twice()
    >>> _ = model(keras.ops.ones((1, 3)))
    >>> network = traced(model, keras.Input((3,)))
    >>> network.layers[-1] is model.dense
    True
    """
    refuse_forked()
    known = {id(weight) for weight in model.weights}
    network = _first_that_runs(model, given)
    new = {id(weight) for weight in model.weights} - known
    told = _told(model)
    if new or not known:
        raise ValueError(
            f"A subclassed model must have its weights. Received: {told}, which has not been called. Call it on texts "
            "once, or load its weights."
        )
    _refuse_weights_of_its_own(model, network)
    return network


def _first_that_runs(model, given):
    for place, one in enumerate(given, 1):
        try:
            network = _recorded(model, one)
            for _ in range(_MOST_NESTED):
                if not any(map(_is_subclassed, network.layers)):
                    break
                network = _unfolded(network)
            return network
        except ValueError:
            if place == len(given):
                raise
    raise ValueError("A model must be called with something. Received: no input. Pass a `keras.Input`.")


def _is_subclassed(layer):
    return isinstance(layer, keras.Model) and not keras_privates.is_functional(layer)


def _told(model):
    return f"'{cut(model.name)}' ({cut(type(model).__name__)})"


def _recorded(model, given):
    """A functional network of one call, in which models of this kind are single layers."""
    try:
        return keras.Model(given, _call(model, given), name=model.name)
    except Exception as error:  # whatever the code of a user's model raises
        _refuse(model, error)


def _call(model, *args, **kwargs):
    """The model's own `call`, outside of training."""
    training = inspect.signature(model.call).parameters.get("training")
    if training is not None and training.default is inspect.Parameter.empty:
        kwargs.setdefault("training", False)
    return model.call(*args, **kwargs)


def _unfolded(network):
    """The network with the calls of subclassed models in place of them."""

    def called(layer, *args, **kwargs):
        if not _is_subclassed(layer):
            return layer(*args, **kwargs)
        try:
            return _call(layer, *args, **kwargs)
        except Exception as error:
            _refuse(layer, error)

    outputs = keras_privates.run_through(network, network.inputs, lambda layer: layer, called)
    return keras.Model(network.inputs[0], outputs, name=network.name)


def _refuse(model: keras.Model, error: Exception) -> NoReturn:
    """Says which line of a model's code cannot be recorded."""
    own = inspect.getfile(type(model).call)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == own]
    which = f" at line {frames[-1].lineno}, `{cut(frames[-1].line)}`" if frames else ""
    told, first = _told(model), next(iter(str(error).strip().splitlines()), "")
    raise ValueError(
        f"A subclassed model must call layers and `keras.ops` alone, so that its layers can be told apart. Received: "
        f"{told}, which fails on a symbolic input{which}: {type(error).__name__}: {cut(first, limit=160)} Use `keras.ops` "
        "in place of functions of TensorFlow, or write it as a functional model: keras.Model(inputs, outputs)."
    ) from error


def _refuse_weights_of_its_own(model: keras.Model, network: keras.Model) -> None:
    kept = {id(weight) for weight in network.weights}
    lost = [weight for weight in model.weights if id(weight) not in kept]
    told = _told(model)
    if lost:
        raise ValueError(
            f"The weights of a subclassed model must belong to layers that its call uses. Received: {told} with "
            f"{cut([weight.path for weight in lost])} outside of them. Put them into a layer, or leave out what is not used."
        )
