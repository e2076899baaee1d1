"""What this package uses of Keras without Keras promising to keep it, all in one file.

Elsewhere only public names are met. When Keras is raised above the cap of setup.cfg, this is the file to read again.
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from keras_i18n.protocols import Tensor


def call_inputs(layer: Any) -> list[Any]:
    """The input tensors of each call of a layer in a functional network, in the order of the calls."""
    return [node.input_tensors for node in layer._inbound_nodes]


def source_inputs(tensor: Tensor) -> list[Any]:
    """The `keras.Input`s that a symbolic tensor is made of, in the order in which they are met."""
    operation, number, _ = tensor._keras_history
    node = operation._inbound_nodes[number]
    if node.is_input:
        return [tensor]
    found = [source for given in node.input_tensors for source in source_inputs(given)]
    return list({id(source): source for source in found}.values())


def maker(tensor: Tensor) -> str:
    """The name of the layer that made a symbolic tensor."""
    return tensor._keras_history.operation.name


def made_by(tensor: Tensor) -> tuple[Any, list[Any]]:
    """The layer that made a symbolic tensor, and the tensors that it read; none for a `keras.Input`."""
    operation, number, _ = tensor._keras_history
    node = operation._inbound_nodes[number]
    return operation, [] if node.is_input else list(node.input_tensors)


def all_layers(network: Any) -> list[Any]:
    """A network or layer, and every layer inside of it at any depth."""
    return list(network._flatten_layers())


def is_functional(layer: Any) -> bool:
    """Whether a layer is a model whose layers and their calls are known: a functional one, or a built `Sequential`."""
    from keras.src.models.functional import Functional

    return isinstance(layer, Functional) or (
        type(layer).__name__ == "Sequential" and bool(layer.built and layer.inputs)
    )


def run_through(
    network: Any, inputs: Sequence[Tensor], layer_of: Callable[[Any], Any], call: Callable[..., Any]
) -> Any:
    """The graph of a functional network on other tensors: `call(layer_of(layer), ...)` for each call of a layer.

    Args:
        network: functional or built sequential model.
        inputs: one tensor for each of its inputs, in their order.
    """
    functional = getattr(network, "_functional", None) or network
    return functional._run_through_graph(list(inputs), operation_fn=layer_of, call_fn=call)


def clipped(optimizer: Any, gradients: Sequence[Tensor]) -> list[Any]:
    """Gradients as an optimizer clips them."""
    return optimizer._clip_gradients(gradients)


def loss_tracker(model: Any) -> Any:
    """The metric that a compiled model shows as "loss"."""
    return model._loss_tracker


class OptimizerHooks:
    """The steps of a Keras optimizer that can be overridden, under public names. Mixed in before the optimizer.

    Keras calls `apply_step`; in it `clip`, `decay_weights` and `update_variables`, in this order.
    """

    def apply_step(self, gradients: Sequence[Tensor], variables: Sequence[Tensor]) -> None:
        """Accumulates gradients, or clips them and updates the variables, then the moving averages."""
        super()._backend_apply_gradients(gradients, variables)

    def clip(self, gradients: Sequence[Tensor]) -> list[Any]:
        return super()._clip_gradients(gradients)

    def update_variables(self, gradients: Sequence[Tensor], variables: Sequence[Tensor]) -> None:
        """`update_step` for every variable, also under `tf.distribute`."""
        self._backend_update_step(gradients, variables, self.learning_rate)

    def decay_weights(self, variables: Sequence[Tensor]) -> None:
        super()._apply_weight_decay(variables)

    def decays(self, variable: Tensor) -> bool:
        """Whether weight decay was not switched off for a variable."""
        return self._use_weight_decay(variable)

    def slots(self, name: str) -> list[Any]:
        """The optimizer's own variables of a name: "momentums", "velocities", "accumulators" ...; one a weight."""
        return getattr(self, f"_{name}")

    def place_of(self, variable: Tensor) -> int:
        """The place of a weight among the weights, and so of its variables among `slots`."""
        return self._get_variable_index(variable)

    @property
    def calls(self) -> Any:
        """Batches seen, where `iterations` counts updates: with accumulation one is for several batches."""
        return self._iterations

    def update_moving_averages(self) -> None:
        self._update_model_variables_moving_average(self._trainable_variables)

    def take_moving_averages(self) -> None:
        """Weights become their moving averages."""
        self._overwrite_model_variables_with_average_value(self._trainable_variables)

    def _backend_apply_gradients(self, grads, trainable_variables):
        self.apply_step(grads, trainable_variables)

    def _clip_gradients(self, grads):
        return self.clip(grads)

    def _apply_weight_decay(self, trainable_variables):
        self.decay_weights(trainable_variables)


def tensorflow_has_started() -> bool:
    """Whether TensorFlow has made its threads; without starting it, as every public question would."""
    context = getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)
    return getattr(context, "_context_handle", None) is not None


def network_with_weights(config: bytes | str, weights: Any) -> Any:
    """What `keras.saving.load_model` makes of a `.keras` file, out of its parts: it would read all weights at once.

    Args:
        config: `config.json` of the file.
        weights: its `model.weights.h5` as an open `h5py.File`.

    Raises:
        ValueError: weights do not fit the network.
    """
    from keras.src.saving import saving_lib

    class Store(saving_lib.H5IOStore):
        def _get_h5_file(self, path_or_io, mode=None):
            return weights

        def dataset(self, key):
            """What `self[key]` is read from."""
            return saving_lib.safe_get_h5_dataset(self._h5_entry_group, key)

    with saving_lib.ObjectSharingScope():
        network = saving_lib.deserialize_keras_object(json.loads(config), safe_mode=True)
    failed: set[int] = set()
    errors: dict[int, Any] = {}
    saving_lib._load_state(
        network,
        weights_store=Store("weights"),
        assets_store=None,
        inner_path="",
        visited_saveables=set(),
        failed_saveables=failed,
        error_msgs=errors,
    )
    if failed:
        layer, error = next(iter(errors.values()))
        raise ValueError(f"the weights of '{getattr(layer, 'name', layer)}' do not fit: {error}")
    return network
