import dataclasses
import inspect
import math
import numbers
from collections.abc import Callable
from typing import Any, TypeVar

from keras_i18n.progress import ProgressOption, teller
from keras_i18n.shown import shown
from keras_i18n.training.mixed_precision import MIXED_PRECISIONS

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _whole(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= 1


def _positive(value):
    return isinstance(value, numbers.Real) and math.isfinite(value) and value > 0


def _temperature(value):
    return isinstance(value, numbers.Real) and value >= 1  # infinity too


def _share(value):
    return isinstance(value, numbers.Real) and 0 <= value < 1


def _probability(value):
    return isinstance(value, numbers.Real) and 0 <= float(value) <= 1


def _not_negative(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and 0 <= float(value) < math.inf


def _seed(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= 0


# option -> what it must be, in words and as a test, and whether it may be None
_RULES = {
    "epochs": ("a whole number of at least 1", _whole, True),
    "batch_size": ("a whole number of at least 1", _whole, False),
    "early_stopping": ("a whole number of at least 1", _whole, True),
    "learning_rate": ("a number above 0", _positive, True),
    "sampling_temperature": ("a number of at least 1", _temperature, True),
    "ridge": ("a number above 0", _positive, False),
    "label_smoothing": ("a number of at least 0 and below 1", _share, False),
    "seed": ("a whole number of at least 0", _seed, False),
    "mixed_precision": (
        f"one of {', '.join(map(repr, MIXED_PRECISIONS))}",
        lambda value: value in MIXED_PRECISIONS,
        True,
    ),
    "callbacks": ("a list of Keras callbacks", lambda value: isinstance(value, (list, tuple)), False),
    "minutes": ("a number above 0", _positive, True),
    "clip_norm": ("a number above 0", _positive, True),
    "window": ("a whole number of at least 2", lambda value: _whole(value) and value >= 2, False),
    "pack_tokens": ("a whole number of at least 1", _whole, False),
    "batch_tokens": ("a whole number of at least 1", _whole, False),
    "warmup": ("a whole number of at least 1", _whole, False),
    "cooldown": ("a number from 0 to 1", _probability, False),
    "consistency": ("a number of at least 0", _not_negative, False),
    "averaging": ("a number of at least 0 and below 1", _share, False),
    "subword_sampling": ("a number from 0 to 1", _probability, True),
    "alpha": ("a number from 0 to 1", _probability, False),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Options of `TextClassifier.fit`.

    Args:
        epochs: the most passes over the data; by default 60 for a head, 4 for a whole network, 4 to 40 for one in which
            nothing is pretrained: as many as make 320 steps.
        batch_size: texts of a step.
        learning_rate: by default 1e-3 for a head, 1e-4 for a whole network, 2e-3 for one in which nothing is pretrained.
        optimizer: a Keras optimizer, with a learning rate of its own, or its name; by default
            `keras_i18n.optimizers.RowwiseAdam`, which is Adam that updates only the rows of an embedding table that a
            batch used.
        label_smoothing: share of a label's probability that is spread over all labels.
        class_weight: "balanced", or a dict from label to weight.
        early_stopping: epochs without a better validation loss after which training stops and the best weights are
            restored; None for no such stop. Needs validation data.
        callbacks: Keras callbacks. They see the network that is trained: the head, or all of it.
        backup_dir: folder where each epoch is kept; a training that was killed goes on from there when it is called
            again with the same arguments, to the same end. Of several workers the first keeps it.
        ridge: for a head of kind "kernel": how smooth its answer is; more for noisy labels.
        seed: decides the order of texts.
        sampling_temperature: None for every text once an epoch; a number T draws the texts of each epoch by language
            with probability ~ count ** (1 / T): 1 keeps the balance of the data, 2 to 5 let small languages come more
            often, `float("inf")` makes languages equal.
        device: "cpu", "gpu", "gpu:1", ...: where the training runs; None lets TensorFlow choose.
        strategy: a `tf.distribute.MirroredStrategy`, or a `MultiWorkerMirroredStrategy` that was made in the first
            lines of a script which runs on every machine with its TF_CONFIG; each replica takes its share of every
            batch. None for one device.
        mixed_precision: "bfloat16" or "float16" (the loss scaled): layers compute in 16 bits, which a GPU of today does
            faster and in half the memory, while a whole network trains; weights, and all that the model gives
            afterwards, stay float32. None for float32 throughout.
        verbose: as in Keras.
        progress: True to show it in place of Keras' bar, "auto" to do so in a terminal or notebook only, or a function that
            is called with a `Progress`: texts encoded for a head, then epochs, of how many, and their loss.

    Example:

    >>> from keras_i18n.models import TrainingOptions
    >>> TrainingOptions(epochs=3).batch_size
    32
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
    sampling_temperature: float | None = None
    device: str | None = None
    strategy: object = None
    mixed_precision: str | None = None
    verbose: object = "auto"
    progress: ProgressOption = None

    def __post_init__(self):
        check_options(self)


def _show_progress(options: Any) -> None:
    """Sets `progress` to a function; where it is shown, Keras' own bar is not, unless `verbose` asks for it."""
    if options.progress in (True, "auto") and getattr(options, "verbose", None) == "auto":
        object.__setattr__(options, "verbose", 0)
    object.__setattr__(options, "progress", teller(options.progress))


def with_options_of(kind: type) -> Callable[[_Function], _Function]:
    """Decorates a function that hands its `**options` to a dataclass: its signature tells them, with their defaults.

    Args:
        kind: the dataclass, such as `TrainingOptions`.

    >>> @with_options_of(TrainingOptions)
    ... def fit(train, **options): ...
    >>> str(inspect.signature(fit))[:62]
    '(train, *, epochs: int | None = None, batch_size: int = 32, le'
    """

    def decorate(function: _Function) -> _Function:
        signature = inspect.signature(function)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        named = {one.name for one in own}
        options = [
            inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
            for field in dataclasses.fields(kind)
            if field.name not in named
        ]
        function.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        return function

    return decorate


def chosen_options(kind: type, given: dict[str, Any], *, validation_data: Any = None) -> Any:
    """The options of a training, made of what its caller gave.

    Args:
        kind: their dataclass. given: option -> value. validation_data: as the training got it, or None.

    Raises:
        TypeError: an option that the training does not know. ValueError: one of them is not what its rule says, or needs
            validation data.

    Example:

    >>> chosen_options(TrainingOptions, {"epochs": 3}).epochs
    3
    """
    known = {field.name for field in dataclasses.fields(kind)}
    if not set(given) <= known:
        raise TypeError(
            f"Training options are {', '.join(sorted(known))}. Received: {shown(sorted(set(given) - known))}."
        )
    chosen = kind(**given)
    if getattr(chosen, "early_stopping", None) and validation_data is None:
        raise ValueError("`early_stopping` watches the validation loss. Give `validation_data`, or leave it out.")
    return chosen


def check_options(options: Any) -> None:
    """Raises ValueError where one of a training's options is not what its rule says; `progress` becomes a function."""
    for name in {field.name for field in dataclasses.fields(options)} & _RULES.keys():
        rule, fits, may_be_none = _RULES[name]
        value = getattr(options, name)
        if not fits(value) and not (may_be_none and value is None):
            raise ValueError(f"`{name}` must be {rule}. Received: {shown(value)}.")
    if hasattr(options, "progress"):
        _show_progress(options)
