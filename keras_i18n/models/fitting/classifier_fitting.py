"""`keras.Model.fit` over texts: what is fed to it, and the callbacks that people expect."""

import dataclasses
from typing import Any

import keras
import numpy as np

from keras_i18n import networks
from keras_i18n.datasets import as_dataset
from keras_i18n.forked import refuse_forked
from keras_i18n.models.convex.bag_fitting import write_prior
from keras_i18n.models.fitting import bag_training
from keras_i18n.models.fitting.data_warnings import warn_of_data
from keras_i18n.models.fitting.from_scratch import LEARNING_RATE, epochs_for, is_from_scratch
from keras_i18n.models.fitting.near_majority import warn_if_near_majority, warn_if_no_label
from keras_i18n.models.fitting.targets import sample_weights, targets_of
from keras_i18n.models.fitting.whole_files import whole_files
from keras_i18n.models.heads import kernel_least_squares
from keras_i18n.models.label_thresholds import DEFAULT, LabelThresholds
from keras_i18n.networks import refuse_few_bits
from keras_i18n.shown import cut, shown
from keras_i18n.training import device_placement
from keras_i18n.training.batches.bucketed_batches import BucketedBatches
from keras_i18n.training.digest import weight_shapes, weights_digest
from keras_i18n.training.distributed import StrategyTraining, check_strategy
from keras_i18n.training.history import TrainingHistory
from keras_i18n.training.language_metrics import LanguageMetrics
from keras_i18n.training.mixed_precision import computing_in, scaling_optimizer
from keras_i18n.training.options import TrainingOptions, chosen_options
from keras_i18n.training.session import Session, optimizer_of
from keras_i18n.training.table_size import check_table
from keras_i18n.training.temperature_sampling import sampled_rows


@dataclasses.dataclass(frozen=True)
class _Plan:
    """What differs between training the head and training everything."""

    epochs: int
    learning_rate: float
    run: Any


def fit_classifier(
    model: Any, train: Any, *, validation_data: Any, trainable: str, **options: Any
) -> keras.callbacks.History:
    """See `TextClassifier.fit`."""
    refuse_forked()
    if trainable not in _PLANS:
        raise ValueError(f"`trainable` must be one of {', '.join(map(repr, _PLANS))}. Received: {shown(trainable)}.")
    convex = networks.is_ngram_bag(model.network) and not options.keys() & _GRADUAL
    if networks.is_ngram_bag(model.network):
        trainable = "all"
    if trainable == "head" and model.head is None:
        raise ValueError("This network has no head on an encoder. Train all of it: trainable='all'.")
    if trainable == "all" and not convex:  # the optimum over n-grams leaves the encoder beside them as it is
        refuse_few_bits(model.network, "Training with trainable='all'")
    train = as_dataset(train, name="train")
    if validation_data is not None:
        validation_data = as_dataset(validation_data, name="validation_data")
    chosen = chosen_options(TrainingOptions, options, validation_data=validation_data)
    if convex:
        return bag_training.fit_to_the_optimum(model, train, validation_data, chosen)
    if networks.is_ngram_bag(model.network):
        bag_training.weigh_ngrams(model, train)
    check_strategy(chosen.strategy)
    if chosen.device is not None and chosen.strategy is not None:
        raise ValueError("`strategy` has devices of its own. Leave `device` out.")
    if chosen.mixed_precision == "float16" and chosen.strategy is not None:
        raise ValueError("With a `strategy` the loss is not scaled. Set mixed_precision='bfloat16'.")
    device = device_placement.scope_of(chosen.device)
    plan = _plan(model, train, trainable, chosen)
    chosen = dataclasses.replace(
        chosen,
        epochs=chosen.epochs or plan.epochs,
        learning_rate=chosen.learning_rate or plan.learning_rate,
    )
    check_table(model)
    multi_label = getattr(model, "multi_label", False)
    targets = targets_of(model, train, "train")
    label: Any = train.label  # which `as_dataset` has seen to
    if len(set(label)) < 2:
        rule = "rows with different labels" if multi_label else "at least two labels"
        raise ValueError(f"Training needs {rule}. Received: only {shown(label[0])}, {len(train)} times.")
    warn_of_data(model, train)
    if multi_label:
        _refuse_what_needs_one_label(chosen)
    session = _session(model, train, validation_data, trainable, chosen)
    if validation_data is not None:
        missing = sorted(set(validation_data.labels) - set(train.labels))
        if missing:
            raise ValueError(f"`validation_data` has labels that the training data lacks: {shown(missing)}.")
        validation_data = (validation_data.text, targets_of(model, validation_data, "validation_data"))
    weights = sample_weights(train.label, chosen.class_weight)
    draw = sampled_rows(train, chosen)
    for callback in chosen.callbacks:
        if isinstance(callback, LanguageMetrics):
            callback.watch(model, chosen.callbacks)
    if networks.is_ngram_bag(model.network):  # after all checks: a training that is refused changes nothing
        write_prior(model.network, targets, multi_label=multi_label)
    with device:
        history = plan.run(
            model, (train.text, targets, weights, draw), validation_data, chosen, session, session.backup()
        )
    model.check_network()  # weights that were zeros hid it when the model was made
    if multi_label:
        model.thresholds = LabelThresholds(model.labels)  # those of other weights say nothing of these
        warn_if_no_label(history.history.get("micro_f1"), epochs=chosen.epochs, learning_rate=chosen.learning_rate)
        return TrainingHistory.of(history)
    warn_if_near_majority(
        next(reversed(history.history.get("accuracy") or [None])),
        label,
        epochs=chosen.epochs,
        learning_rate=chosen.learning_rate,
        left_out=trainable == "head" and _is_solved(model.head),
    )
    return TrainingHistory.of(history)


# options of a training by gradients; without them a bag of n-grams is solved
_GRADUAL = {"epochs", "learning_rate", "optimizer", "strategy", "mixed_precision", "callbacks", "backup_dir"}


def _plan(model, train, trainable, options):
    plan = _PLANS[trainable]
    if trainable != "all" or model.head is not None:
        return plan
    # decided once for a model: a training that goes on after an interrupt goes on as it began
    if not model.__dict__.setdefault("_from_scratch", is_from_scratch(model.network)):
        return plan
    epochs = epochs_for(len(train), options.batch_size)
    return dataclasses.replace(plan, epochs=epochs, learning_rate=LEARNING_RATE)


def _fit_head(model, train, validation, options, session, backup):
    texts, targets, weights, draw = train
    head, inputs = model.head, model.encoder.encode(texts, progress=options.progress)
    if validation is not None:
        validation = (model.encoder.encode(validation[0], progress=options.progress), validation[1])
    if _is_solved(head):
        # All but the last layer is solved exactly; fit then makes probabilities of the margins.
        inputs = kernel_least_squares.solve(head, inputs, targets, weights, ridge=options.ridge, seed=options.seed)
        margins = head.get_layer("margins").output
        if validation is not None:
            to_margins = keras.Model(head.inputs[0], margins)
            validation = (np.asarray(to_margins(validation[0], training=False)), validation[1])
        head = keras.Model(margins, head.outputs[0], name="scores_of_margins")
    batches = BucketedBatches(
        inputs,
        targets,
        weights,
        batch_size=options.batch_size,
        seed=options.seed,
        draw=draw,
        collate=np.asarray,
    )
    return _run(model, head, batches, validation, options, session, backup)


def _is_solved(head):
    return "kernel" in {layer.name for layer in head.layers}


def _fit_all(model, train, validation, options, session, backup):
    # A head fitted first keeps the encoder from being torn about by an untrained one (Kumar et al. 2022).
    # A training that goes on from a backup finds its head there.
    if model.head is not None and (backup is None or backup.read_state() is None):
        head_options = {name: getattr(options, name) for name in ("batch_size", "label_smoothing", "ridge", "seed")}
        head_options |= {"epochs": _HEAD.epochs, "learning_rate": _HEAD.learning_rate, "progress": options.progress}
        first = Session(epochs=_HEAD.epochs, depends_on=dict, backup_dir=options.backup_dir, progress=options.progress)
        _fit_head(model, train, None, TrainingOptions(**head_options, verbose=0), first, None)

    def batches(texts, targets, weights, draw, *, shuffle):
        return BucketedBatches(
            model.tokenize(texts),
            targets,
            weights,
            batch_size=options.batch_size,
            seed=options.seed,
            shuffle=shuffle,
            draw=draw,
            collate=model.tokenizer.pad,
            padding_id=model.tokenizer.padding_id,
        )

    if validation is not None:
        validation = batches(*validation, None, None, shuffle=False)
    with computing_in(model, options.mixed_precision):
        return _run(model, model.network, batches(*train, shuffle=True), validation, options, session, backup)


def _run(model, network, batches, validation, options, session, backup):
    multi_label = getattr(model, "multi_label", False)
    make_loss = keras.losses.BinaryCrossentropy if multi_label else keras.losses.CategoricalCrossentropy
    loss = make_loss(label_smoothing=options.label_smoothing)
    trained, compiled = network, network
    if options.strategy is None:
        optimizer = scaling_optimizer(optimizer_of(options), options.mixed_precision)
        network.compile(optimizer=optimizer, loss=loss, metrics=[_metric_of(model)])
    else:
        trained = StrategyTraining(
            network, options.strategy, optimizer=lambda: optimizer_of(options), loss=loss, digest=session.digest
        )
        compiled = trained.model
        if trained.worker > 0:
            backup = None  # the first worker keeps it, and tells the others where to go on
    given = {"shuffle": False} if options.strategy is None else {}  # the batches shuffle themselves
    with whole_files(compiled, model, mixed_precision=options.mixed_precision):
        return session.fit(
            trained,
            batches,
            backup=backup,
            batches=batches,
            callbacks=options.callbacks,
            early_stopping=options.early_stopping,
            validation_data=validation,
            verbose=options.verbose,
            **given,
        )


def _metric_of(model):
    """What is told of each epoch. Its variables are there already: a step that makes some is traced twice."""
    if not getattr(model, "multi_label", False):
        return keras.metrics.CategoricalAccuracy(name="accuracy")
    # accuracy would compare the best label alone
    metric = keras.metrics.F1Score("micro", threshold=DEFAULT, name="micro_f1")
    nothing = np.zeros((1, len(model.labels)), "float32")
    metric.update_state(nothing, nothing)
    metric.reset_state()
    return metric


def _session(model, train, validation_data, trainable, options):
    names = ("batch_size", "learning_rate", "optimizer", "label_smoothing", "class_weight", "early_stopping", "ridge")
    names += ("seed", "sampling_temperature", "mixed_precision")
    return Session(
        epochs=options.epochs,
        backup_dir=options.backup_dir,
        progress=options.progress,
        depends_on=lambda: {
            "trainable": trainable,
            "labels": list(model.labels),
            "tokenizer": model.tokenizer.digest,
            "max_codepoints": model.max_codepoints,
            "weights": weight_shapes(model.network),
            # what a head learns from are the encoder's vectors; where all is trained, the backup holds every weight
            "encoder": weights_digest(model.encoder.network) if trainable == "head" else None,
            "options": {name: getattr(options, name) for name in names},
            "train": [train.text, train.label],
            "languages": None if options.sampling_temperature is None else train.language,
            "validation": None if validation_data is None else [validation_data.text, validation_data.label],
        },
    )


_HEAD = _Plan(60, 1e-3, _fit_head)
_PLANS = {"head": _HEAD, "all": _Plan(4, 1e-4, _fit_all)}


def _refuse_what_needs_one_label(options):
    """Options that a training with several labels a text does not know."""
    for option, way_out in _ONE_LABEL_OPTIONS.items():
        if getattr(options, option) is not None:
            raise ValueError(
                f"`{option}` is for one label a text. Received: {cut(option)}={shown(getattr(options, option))} with "
                f"multi_label=True. {way_out}"
            )
    if any(isinstance(callback, LanguageMetrics) for callback in options.callbacks):
        raise ValueError(
            "LanguageMetrics compares one label a text. Received: it among `callbacks`, with multi_label=True. Score "
            "the trained model with evaluate_by_language."
        )


_ONE_LABEL_OPTIONS = {
    "class_weight": "Leave it out, and call `choose_thresholds` with validation data: rare labels get low thresholds.",
    "strategy": "Leave it out: train on one device.",
}
