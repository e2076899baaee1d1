"""What the row-wise optimisers share: how a gradient that names rows is summed, clipped, accumulated and applied."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.keras_privates import OptimizerHooks
from keras_i18n.protocols import Config, Tensor
from keras_i18n.shown import cut, shown


def sum_repeated_rows(gradient: tf.IndexedSlices) -> tf.IndexedSlices:
    """The gradient with every row named once, its parts added: what a dense gradient holds in that row.

    Args:
        gradient: `tf.IndexedSlices`, a part for each use of a row.

    Returns:
        `tf.IndexedSlices` with distinct indices, in the order of their first use.
    """
    rows, position = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, position, tf.size(rows))
    return tf.IndexedSlices(values, rows, gradient.dense_shape)


def subtract_from_rows(variable: tf.Variable, rows: Tensor, step: Tensor) -> None:
    """Subtracts from rows, each of which comes once.

    Read, subtracted and written back: TensorFlow writes rows ten times as fast as it subtracts from them in place.
    """
    variable.scatter_update(tf.IndexedSlices(tf.gather(variable, rows) - step, rows))


def is_by_row(gradient: Tensor) -> bool:
    return isinstance(gradient, tf.IndexedSlices)


def tf_variable(variable: Tensor) -> tf.Variable:
    return variable.value if isinstance(variable, keras.Variable) else variable


class _DivisibleSlices(tf.IndexedSlices):
    """Slices that Keras can divide by its loss scale."""

    def __truediv__(self, number):
        return tf.IndexedSlices(self.values / number, self.indices, self.dense_shape)


class Rowwise(OptimizerHooks):
    """Makes an optimiser of Keras update only the rows of a table that a batch used.

    Mixed in before the Keras optimiser. Weights whose gradient is dense are handled by Keras as ever. For a weight
    whose gradient names rows (an embedding table), the parts of a repeated row are summed first, then clipping,
    weight decay and the update see these rows alone. Rows that the batch did not use keep their value and moments and
    do not decay: the "lazy" rule of LazyAdam and SparseAdam. With `rows="all"` the parts are summed too, but every
    row is updated, as a dense gradient would do; slow for large tables. A moving average (`use_ema`) reads every row.

    An optimiser gives one method:
        update_rows(rows, gradient, variable, learning_rate): the update of these distinct rows.
    """

    def __init__(self, *args: Any, rows: str = "used", **kwargs: Any) -> None:
        if rows not in ("used", "all"):
            raise ValueError(f"`rows` must be 'used' or 'all'. Received: rows={shown(rows)}.")
        super().__init__(*args, **kwargs)
        self.rows = rows
        if self.gradient_accumulation_steps and tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise ValueError(
                "Keras cannot accumulate gradients under tf.distribute. Received: gradient_accumulation_steps="
                f"{cut(self.gradient_accumulation_steps)}. Use a larger batch: each replica takes its part of it."
            )

    def build(self, variables: Sequence[Tensor]) -> None:
        if self.built:
            return
        super().build(variables)
        self._used_rows = []
        if self.gradient_accumulation_steps:
            self._used_rows = [
                self.add_variable(shape=variable.shape[:1] or (1,), dtype="bool", name=f"{variable.name}_used_rows")
                for variable in variables
            ]

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence[Tensor] | None = None) -> None:
        grads = [self._prepared(gradient) if is_by_row(gradient) else gradient for gradient in grads]
        super().apply(grads, trainable_variables)

    def _prepared(self, gradient):
        gradient = sum_repeated_rows(gradient)
        if self.rows == "all":
            return tf.convert_to_tensor(gradient)
        return _DivisibleSlices(gradient.values, gradient.indices, gradient.dense_shape)

    def apply_step(self, grads: Sequence[Tensor], trainable_variables: Sequence[Tensor]) -> None:
        if not self.gradient_accumulation_steps or not any(map(is_by_row, grads)):
            super().apply_step(grads, trainable_variables)
            return
        by_row = [is_by_row(gradient) for gradient in grads]
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            accumulated = self.state_of("accumulated_gradients", variable)
            if is_by_row(gradient):
                accumulated.scatter_add(gradient)
                used = tf.ones_like(gradient.indices, dtype="bool")
                self._used_rows_of(variable).scatter_update(tf.IndexedSlices(used, gradient.indices))
            else:
                accumulated.assign_add(gradient)
        tf.cond(
            tf.equal((self.calls + 1) % self.gradient_accumulation_steps, 0),
            lambda: self._apply_accumulated(trainable_variables, by_row),
            lambda: None,
        )
        if self.use_ema:
            self.update_moving_averages()
            if self.ema_overwrite_frequency:
                tf.cond(
                    tf.equal((self.iterations + 1) % self.ema_overwrite_frequency, 0),
                    self.take_moving_averages,
                    lambda: None,
                )

    def _apply_accumulated(self, variables, by_row):
        steps, grads = self.gradient_accumulation_steps, []
        for variable, rowwise in zip(variables, by_row, strict=True):
            accumulated = self.state_of("accumulated_gradients", variable)
            if rowwise:
                rows = tf.where(self._used_rows_of(variable))[:, 0]
                grads.append(tf.IndexedSlices(tf.gather(accumulated, rows) / steps, rows, tf.shape(accumulated)))
            else:
                grads.append(accumulated / steps)
        self.update_variables(self.clip(grads), variables)
        for variable, gradient in zip(variables, grads, strict=True):
            accumulated = self.state_of("accumulated_gradients", variable)
            if is_by_row(gradient):
                rows = gradient.indices
                accumulated.scatter_update(tf.IndexedSlices(tf.zeros_like(gradient.values), rows))
                unused = tf.zeros_like(rows, dtype="bool")
                self._used_rows_of(variable).scatter_update(tf.IndexedSlices(unused, rows))
            else:
                accumulated.assign(tf.zeros_like(gradient))

    def update_step(self, gradient: Tensor, variable: Tensor, learning_rate: Tensor) -> None:
        variable = tf_variable(variable)
        decay = 0.0
        if self.weight_decay is not None and self.decays(variable):
            decay = tf.cast(self.weight_decay, variable.dtype) * tf.cast(learning_rate, variable.dtype)
        if not is_by_row(gradient):
            if self.weight_decay is not None:
                variable.assign_sub(variable * decay)
            super().update_step(gradient, variable, learning_rate)
            return
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            gradient = sum_repeated_rows(gradient)  # the same row may come from several of them
        rows, values = gradient.indices, tf.cast(gradient.values, variable.dtype)
        if self.weight_decay is not None:
            subtract_from_rows(variable, rows, tf.gather(variable, rows) * decay)
        self.update_rows(rows, values, variable, tf.cast(learning_rate, variable.dtype))

    def state_of(self, name: str, variable: Tensor) -> tf.Variable:
        """The optimiser's own variable of a name, such as "momentums", that belongs to `variable`."""
        return tf_variable(self.slots(name)[self.place_of(variable)])

    def _used_rows_of(self, variable):
        return tf_variable(self._used_rows[self.place_of(variable)])

    def decay_weights(self, variables: Sequence[Tensor]) -> None:
        """Nothing: `update_step` decays, for only there it is known which rows were used."""

    def clip(self, grads: Sequence[Tensor]) -> list[Tensor]:
        # rows without gradient add nothing to a norm: the summed rows alone give the norm of the dense gradient
        clipped = super().clip([gradient.values if is_by_row(gradient) else gradient for gradient in grads])
        return [
            tf.IndexedSlices(new, old.indices, old.dense_shape) if is_by_row(old) else new
            for new, old in zip(clipped, grads, strict=True)
        ]

    def get_config(self) -> Config:
        return {**super().get_config(), "rows": self.rows}
