"""Training by several replicas: a `tf.distribute` `strategy.run` loop that gives what `keras.Model.fit` gives."""

import hashlib
import json
import os
import re
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n import networks
from keras_i18n.keras_privates import clipped
from keras_i18n.optimizers.rowwise import Rowwise, is_by_row, sum_repeated_rows

_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.FailedPreconditionError,
)


def check_strategy(strategy: Any) -> None:
    """Raises where TF_CONFIG names several workers and no strategy was given."""
    workers = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {}).get("worker", ())
    if strategy is None and len(workers) > 1:
        raise ValueError(
            f"TF_CONFIG names {len(workers)} workers, so `strategy` must be given. Received: strategy=None. Make it in "
            "the first lines of the script, before any model: strategy = tf.distribute.MultiWorkerMirroredStrategy()"
        )


class StrategyTraining:
    """Trains a copy of a network, made in the scope of a strategy, and hands its weights back.

    Every replica of every worker takes its share of the rows of each batch, so the batches, their order and the steps
    are those of one process. The first worker decides: its weights are the start, its callbacks end the training, its
    weights are the end, and it alone writes the backup.

    Args:
        network: the `keras.Model` to train; its weights change when the training ends, or breaks.
        strategy: `tf.distribute.MirroredStrategy` or `MultiWorkerMirroredStrategy`.
        optimizer: a function without arguments that makes the optimiser.
        loss: a Keras loss.
        digest: hex, of all that decides the training. It must be the same in all workers.
    """

    def __init__(
        self,
        network: keras.Model,
        strategy: tf.distribute.Strategy,
        *,
        optimizer: keras.optimizers.Optimizer,
        loss: keras.losses.Loss,
        digest: str,
    ) -> None:
        self.strategy = strategy
        resolver = strategy.cluster_resolver
        several = resolver is not None and bool(resolver.cluster_spec().as_dict().get("worker"))
        self.worker = resolver.task_id if several else 0
        with strategy.scope():
            self.model = networks.copy_network(network)
            self.model.compile(optimizer=optimizer(), loss=loss)
            self.model.copy_back = lambda: network.set_weights(self.model.get_weights())
            self.model.optimizer.build(self.model.trainable_variables)
        self._digest = digest
        self._loss = type(loss).from_config({**loss.get_config(), "reduction": None})
        self._step = tf.function(self._step_of_all, reduce_retracing=True, autograph=False)
        self._sum = tf.function(self._sum_of_all, autograph=False)
        self._validate = tf.function(
            lambda ids: self.model(ids, training=False), reduce_retracing=True, autograph=False
        )

    def fit(
        self, batches: Any, *, validation_data: Any, initial_epoch: int, epochs: int, callbacks: Any, verbose: int | str
    ) -> keras.callbacks.History:
        """Keras' `History`; arguments as in `keras.Model.fit`. Callbacks see the copy.

        Raises:
            ValueError: another worker trains with other data or options. RuntimeError: one no longer answers.
        """
        verbose = (1 if verbose == "auto" else verbose) if self.worker == 0 else 0
        callbacks = keras.callbacks.CallbackList(
            list(callbacks),
            add_history=True,
            add_progbar=verbose != 0,
            model=self.model,
            epochs=epochs,
            verbose=verbose,
            steps=len(batches),
        )
        epoch = initial_epoch
        try:
            with self.strategy.scope():
                self._check_all_do_the_same(epochs)
                self.model.stop_training = False
                callbacks.on_train_begin()
                (initial_epoch,) = self._of_the_first([np.int64(initial_epoch)])
                self._share_state()
                for epoch in range(int(initial_epoch), epochs):
                    self._epoch(epoch, batches, validation_data, callbacks)
                    (stop,) = self._of_the_first([np.int64(self.model.stop_training)])
                    self.model.stop_training = bool(stop)
                    if stop:
                        break
                callbacks.on_train_end()
                self._share_state()
        except _LOST as error:
            raise RuntimeError(_lost(error, epoch)) from error
        finally:
            self.model.copy_back()
        return self.model.history

    def _epoch(self, epoch, batches, validation_data, callbacks):
        callbacks.on_epoch_begin(epoch)
        totals, logs = np.zeros(3), {}
        for place in range(len(batches)):
            callbacks.on_train_batch_begin(place)
            totals += np.array([float(number) for number in self._step(*self._shares(*batches[place]))])
            logs = {"accuracy": totals[1] / totals[2], "loss": totals[0] / totals[2]}
            callbacks.on_train_batch_end(place, logs)
            if self.model.stop_training:  # a loss that is no number: the same in every worker
                break
        if validation_data is not None and not self.model.stop_training:
            logs |= {f"val_{name}": value for name, value in self._validation(validation_data).items()}
        callbacks.on_epoch_end(epoch, logs)

    def _validation(self, validation_data):
        if isinstance(validation_data, tuple):
            validation_data = [validation_data]
        totals = np.zeros(3)
        for place in range(len(validation_data)):
            inputs, targets = validation_data[place][:2]
            scores = self._validate(tf.convert_to_tensor(inputs))
            totals += float(tf.reduce_sum(self._loss(targets, scores))), float(_right(targets, scores)), len(targets)
        return {"accuracy": totals[1] / totals[2], "loss": totals[0] / totals[2]}

    def _shares(self, inputs, targets, weights=None):
        """Inputs, targets and weights of each replica of this worker; a share without a row gets one of weight 0."""
        count = self.strategy.num_replicas_in_sync
        weights = np.ones(len(targets), "float32") if weights is None else weights
        used = np.ones(len(targets), "float32")

        def part(values, replica, empty):
            rows = np.array_split(np.arange(len(targets)), count)[replica]
            return tf.constant(values[rows] if len(rows) else empty(values[:1]))

        arrays = ((inputs, np.array), (targets, np.array), (weights, np.zeros_like), (used, np.zeros_like))
        return [
            self.strategy.experimental_distribute_values_from_function(
                lambda context, values=values, empty=empty: part(values, context.replica_id_in_sync_group, empty)
            )
            for values, empty in arrays
        ]

    def _step_of_all(self, *shares):
        """Sums over all replicas: of the loss, of right answers, of rows."""
        sums = self.strategy.run(self._step_of_one, args=shares)
        return [self.strategy.experimental_local_results(number)[0] for number in sums]

    def _step_of_one(self, inputs, targets, weights, used):
        context, optimizer = tf.distribute.get_replica_context(), self.model.optimizer
        rows = context.all_reduce(tf.distribute.ReduceOp.SUM, tf.reduce_sum(used))
        with tf.GradientTape() as tape:
            scores = self.model(inputs, training=True)
            loss = tf.reduce_sum(self._loss(targets, scores) * weights) / rows
            extra = tf.add_n(self.model.losses) if self.model.losses else 0.0
            loss += extra / self.strategy.num_replicas_in_sync
            scaled = optimizer.scale_loss(loss)
        variables = [variable.value for variable in self.model.trainable_variables]
        gradients = self._clipped(tape.gradient(scaled, variables), context)
        optimizer.apply(gradients, self.model.trainable_variables)
        sums = [loss * rows, _right(targets, scores, used), tf.reduce_sum(used)]
        return context.all_reduce(tf.distribute.ReduceOp.SUM, sums)

    def _clipped(self, gradients, context):
        """Keras clips in each replica, before gradients are summed: here their sum is clipped, then told in parts."""
        optimizer = self.model.optimizer
        if not (optimizer.clipnorm or optimizer.clipvalue or optimizer.global_clipnorm):
            return gradients
        gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        by_row = isinstance(optimizer, Rowwise)
        gradients = [
            (sum_repeated_rows(one) if by_row else tf.convert_to_tensor(one)) if is_by_row(one) else one
            for one in gradients
        ]
        parts = self.strategy.num_replicas_in_sync
        return [
            tf.IndexedSlices(one.values / parts, one.indices, one.dense_shape) if is_by_row(one) else one / parts
            for one in clipped(optimizer, gradients)
        ]

    def _check_all_do_the_same(self, epochs):
        """Before the first step: workers that differ would wait for each other, or add what does not belong together."""
        mine = np.int64(int(hashlib.sha256(f"{self._digest} {epochs}".encode()).hexdigest()[:15], 16))
        (first,) = self._of_the_first([mine])
        if self._sum_over_workers(np.int64(mine != first)):
            raise ValueError(
                "The workers of a training must do the same: start one script, with the same data and options, on all of "
                f"them. Received: other data or options in {'this worker' if mine != first else 'another worker'}. "
                "Nothing was trained."
            )

    def _share_state(self):
        """Weights and the optimiser's state become those of the first worker."""
        variables = [*self.model.variables, *self.model.optimizer.variables]
        for variable, value in zip(variables, self._of_the_first([one.numpy() for one in variables]), strict=True):
            variable.assign(value)

    def _of_the_first(self, values):
        """What the first worker has, in every worker: the others add zeros."""
        return [
            self._sum_over_workers(value if self.worker == 0 else np.zeros_like(value))
            for value in map(np.asarray, values)
        ]

    def _sum_over_workers(self, value):
        """The sum of what the workers have; the first replica of each brings it."""
        wide = value.astype("float32" if value.dtype.kind not in "iub" else "int64")
        first = self.worker * len(self.strategy.extended.worker_devices)
        total = self._sum(
            self.strategy.experimental_distribute_values_from_function(
                lambda context: tf.constant(wide if context.replica_id_in_sync_group == first else np.zeros_like(wide))
            )
        )
        return total.numpy().astype(value.dtype)

    def _sum_of_all(self, values):
        def of_one(value):
            value = tf.identity(value)  # an argument has no device yet, and the sum goes where the value is
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, value)

        return self.strategy.experimental_local_results(self.strategy.run(of_one, args=(values,)))[0]


def _right(targets, scores, used=1.0):
    right = tf.equal(tf.argmax(targets, axis=-1), tf.argmax(scores, axis=-1))
    return tf.reduce_sum(tf.cast(right, "float32") * used)


def _lost(error, epoch):
    tasks = sorted({int(task) for task in re.findall(r"/task:(\d+)", str(error))})
    named = f" (the runtime names worker {', '.join(map(str, tasks))})" if tasks else ""
    return (
        f"A worker of the training no longer answers, in epoch {epoch + 1}{named}. The network keeps the weights of its "
        "last step. Start the same script on all workers again; with `backup_dir` it goes on after the last whole epoch. "
        f"The runtime said: {str(error)[:300]}"
    )
