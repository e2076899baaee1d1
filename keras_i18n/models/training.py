"""`keras.Model.fit` over texts: what is fed to it, and the callbacks that people expect."""

import collections
import dataclasses
import pathlib

import keras
import numpy as np

from keras_i18n import optimizers
from keras_i18n.models import kernel_head
from keras_i18n.models.bucketed_batches import BucketedBatches


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Options of `TextClassifier.fit`.

    Args:
        epochs: the most passes over the data; by default 60 for a head, 4 for a whole network.
        batch_size: texts of a step.
        learning_rate: by default 1e-3 for a head, 1e-4 for a whole network.
        optimizer: a Keras optimizer or its name; by default `keras_i18n.optimizers.RowwiseAdam`, which is Adam that
            updates only the rows of an embedding table that a batch used.
        label_smoothing: share of a label's probability that is spread over all labels.
        class_weight: "balanced", or a dict from label to weight.
        early_stopping: epochs without a better validation loss after which training stops and the best weights are
            restored; None for no such stop. Needs validation data.
        callbacks: Keras callbacks.
        backup_dir: folder where each epoch is kept; a training that was killed goes on from there when it is called
            again with the same arguments.
        ridge: for a head of kind "kernel": how smooth its answer is; more for noisy labels.
        seed: decides the order of texts.
        verbose: as in Keras.
        progress: called with the number of texts encoded since the last call, before the head is trained.
    """

    epochs: int | None = None
    batch_size: int = 32
    learning_rate: float | None = None
    optimizer: object = None
    label_smoothing: float = 0.0
    class_weight: object = None
    early_stopping: int | None = None
    callbacks: tuple = ()
    backup_dir: object = None
    ridge: float = 0.1
    seed: int = 0
    verbose: object = "auto"
    progress: object = None

    def __post_init__(self):
        for name, smallest in (("epochs", 1), ("batch_size", 1), ("early_stopping", 1)):
            value = getattr(self, name)
            if value is not None and (int(value) != value or value < smallest):
                raise ValueError(f"`{name}` must be a whole number of at least {smallest}. Received: {value!r}.")


@dataclasses.dataclass(frozen=True)
class _Plan:
    """What differs between training the head and training everything."""

    epochs: int
    learning_rate: float
    run: object


def fit_classifier(model, train, *, validation_data, trainable, **options):
    """See `TextClassifier.fit`."""
    if trainable not in _PLANS:
        raise ValueError(f"`trainable` must be one of {', '.join(map(repr, _PLANS))}. Received: {trainable!r}.")
    if trainable == "head" and model.head is None:
        raise ValueError("This network has no head on an encoder. Train all of it: trainable='all'.")
    known = {field.name for field in dataclasses.fields(TrainingOptions)}
    if not set(options) <= known:
        raise TypeError(f"Training options are {', '.join(sorted(known))}. Received: {sorted(set(options) - known)}.")
    chosen = TrainingOptions(**options)
    if chosen.early_stopping and validation_data is None:
        raise ValueError("`early_stopping` watches the validation loss. Give `validation_data`, or leave it out.")
    plan = _PLANS[trainable]
    chosen = dataclasses.replace(
        chosen,
        epochs=chosen.epochs or plan.epochs,
        learning_rate=chosen.learning_rate or plan.learning_rate,
    )
    targets = _targets(model, train, "train")
    if len(set(train.label)) < 2:
        raise ValueError(f"Training needs at least two labels. Received: only {train.label[0]!r}, {len(train)} times.")
    if validation_data is not None:
        missing = sorted(set(validation_data.labels) - set(train.labels))
        if missing:
            raise ValueError(f"`validation_data` has labels that the training data lacks: {missing}.")
        validation_data = (validation_data.text, _targets(model, validation_data, "validation_data"))
    weights = _sample_weights(train.label, chosen.class_weight)
    return plan.run(model, (train.text, targets, weights), validation_data, chosen)


def _fit_head(model, train, validation, options):
    texts, targets, weights = train
    head, inputs = model.head, model.encoder.encode(texts, progress=options.progress)
    if validation is not None:
        validation = (model.encoder.encode(validation[0], progress=options.progress), validation[1])
    if "kernel" in {layer.name for layer in head.layers}:
        # All but the last layer is solved exactly; fit then makes probabilities of the margins.
        inputs = kernel_head.solve(head, inputs, targets, weights, ridge=options.ridge, seed=options.seed)
        margins = head.get_layer("margins").output
        if validation is not None:
            to_margins = keras.Model(head.inputs[0], margins)
            validation = (np.asarray(to_margins(validation[0], training=False)), validation[1])
        head = keras.Model(margins, head.outputs[0], name="scores_of_margins")
    batches = BucketedBatches(
        inputs, targets, weights, batch_size=options.batch_size, seed=options.seed, collate=np.asarray
    )
    return _run(head, batches, validation, options)


def _fit_all(model, train, validation, options):
    # A head fitted first keeps the encoder from being torn about by an untrained one (Kumar et al. 2022).
    if model.head is not None:
        first = dataclasses.replace(options, epochs=_HEAD.epochs, learning_rate=_HEAD.learning_rate, verbose=0)
        _fit_head(model, train, None, dataclasses.replace(first, optimizer=None, early_stopping=None, backup_dir=None))

    def batches(texts, targets, weights, *, shuffle):
        return BucketedBatches(
            model.tokenize(texts),
            targets,
            weights,
            batch_size=options.batch_size,
            seed=options.seed,
            shuffle=shuffle,
            collate=model.tokenizer.pad,
        )

    if validation is not None:
        validation = batches(*validation, None, shuffle=False)
    return _run(model.network, batches(*train, shuffle=True), validation, options)


def _run(network, batches, validation, options):
    optimizer = options.optimizer or optimizers.RowwiseAdam(options.learning_rate)
    network.compile(
        optimizer=optimizer,
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=options.label_smoothing),
        metrics=["accuracy"],
    )
    last_good = _LastGoodWeights()
    history = network.fit(
        batches,
        validation_data=validation,
        epochs=options.epochs,
        shuffle=False,  # the batches shuffle themselves
        callbacks=[*options.callbacks, *_expected_callbacks(options), last_good],
        verbose=options.verbose,
    )
    if last_good.stopped:
        raise ValueError(
            f"The loss became {last_good.stopped} in epoch {last_good.epoch + 1}; the weights of the last good epoch "
            f"were kept. Lower `learning_rate` (it was {float(network.optimizer.learning_rate):g})."
        )
    return history


def _expected_callbacks(options):
    callbacks = []
    if options.early_stopping:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=options.early_stopping, restore_best_weights=True
            )
        )
    if options.backup_dir is not None:
        pathlib.Path(options.backup_dir).mkdir(parents=True, exist_ok=True)
        callbacks.append(keras.callbacks.BackupAndRestore(str(options.backup_dir)))
    return callbacks


class _LastGoodWeights(keras.callbacks.Callback):
    """Ends the training at a loss that is no number, with the weights of the last epoch that had one."""

    def __init__(self):
        super().__init__()
        self.stopped = None
        self.epoch = 0

    def on_train_begin(self, logs=None):
        self._keep()

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            self.stopped = loss
            self.model.stop_training = True
            self._restore()

    def on_epoch_end(self, epoch, logs=None):
        if self.stopped is None:
            self._keep()

    def _keep(self):
        self._weights = [np.array(variable) for variable in self.model.trainable_variables]

    def _restore(self):
        for variable, value in zip(self.model.trainable_variables, self._weights, strict=True):
            variable.assign(value)


_HEAD = _Plan(60, 1e-3, _fit_head)
_PLANS = {"head": _HEAD, "all": _Plan(4, 1e-4, _fit_all)}


def _targets(model, dataset, name):
    if len(dataset) == 0:
        raise ValueError(f"`{name}` must have at least one row. Received: an empty data set.")
    if dataset.label is None:
        raise ValueError(f"`{name}` must have labels. Received: a data set with columns {', '.join(dataset.columns)}.")
    unknown = collections.Counter(label for label in dataset.label if label not in set(model.labels))
    if unknown:
        raise ValueError(
            f"`{name}` has labels that the model lacks: {dict(unknown.most_common(5))}. "
            f"The model has: {', '.join(model.labels)}."
        )
    places = [model.labels.index(label) for label in dataset.label]
    return np.eye(len(model.labels), dtype="float32")[places]


def _sample_weights(labels, class_weight):
    """float32 (texts,) or None."""
    if class_weight is None:
        return None
    counts = collections.Counter(labels)
    if class_weight == "balanced":
        class_weight = {label: len(labels) / (len(counts) * count) for label, count in counts.items()}
    if not isinstance(class_weight, dict) or set(class_weight) != set(counts):
        raise ValueError(
            f"`class_weight` must be 'balanced' or a dict with a weight for each of {sorted(counts)}. "
            f"Received: {class_weight!r}."
        )
    return np.array([class_weight[label] for label in labels], "float32")
