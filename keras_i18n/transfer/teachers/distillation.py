"""A student encoder learns a teacher's space from plain text."""

import dataclasses
from typing import Any

import keras
import numpy as np

from keras_i18n import networks, optimizers
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path, Texts
from keras_i18n.shown import shown
from keras_i18n.training.batches.bucketed_batches import BucketedBatches
from keras_i18n.training.digest import weight_shapes
from keras_i18n.training.options import check_options
from keras_i18n.training.session import Session
from keras_i18n.transfer.teachers.bridges import LinearBridge

_HELD_OUT = 0.05


@dataclasses.dataclass(frozen=True, eq=False)
class DistillationReport:
    """How near a student came to its teacher.

    Attributes:
        num_texts, num_held_out: texts that trained, and texts kept apart that the cosines are measured on.
        cosine_before, cosine_after: mean cosine of the student's vectors with the targets.
        history: dict of lists, as Keras keeps it.
        bridge: the `LinearBridge` from the teacher's vectors into the student's space, or None where sizes agree.
    """

    num_texts: int
    num_held_out: int
    cosine_before: float
    cosine_after: float
    history: dict
    bridge: LinearBridge | None = None


def distill(
    teacher: Any,
    student: Any,
    texts: Texts,
    *,
    epochs: int = 3,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    optimizer: str = "rowwise_adam",
    seed: int = 0,
    backup_dir: Path | None = None,
    progress: ProgressOption = None,
) -> DistillationReport:
    """Trains a `TextEncoder` so that each text gets the vector that another encoder gives it.

    Source: Hinton et al. 2015 (arXiv 1503.02531); Reimers, Gurevych 2020 (arXiv 2004.09813), for encoders of texts.

    Args:
        teacher: object with `encode(texts) -> float32 (texts, dim)`; it stays as it is.
        student: `TextEncoder`; its network is trained in place, as far as its layers are trainable.
        texts: list of str in any languages; one in twenty is kept apart to measure.
        epochs, batch_size, learning_rate, optimizer: of the training; `optimizer` is a name.
        seed: decides which texts are kept apart, and the order.
        backup_dir: a folder; a training that was killed goes on from its last epoch.
        progress: True to show it, or a function that is called with a `Progress` after each epoch: epochs done, of how many, and the loss.

    Returns:
        A `DistillationReport`. Where the sizes of vectors differ, the teacher's are first carried into the student's
        space by a linear map, which is in the report.

    Raises:
        TypeError: one str in place of a list. ValueError: fewer than 20 texts, an option that is not what it must be, or
            a loss that became no number; the last weights that gave one are kept.

    >>> import numpy as np
    >>> from keras_i18n import TextEncoder, networks, tokenizers, transfer
    >>> texts = [f"{a} {b}" for a in ("red", "blue", "old", "new") for b in ("house", "tree", "car", "sea", "sun", "sky")]
    >>> tokenizer = tokenizers.train_unigram(texts, vocabulary_size=40)
    >>> def encoder(dim):
    ...     sizes = {"task": "encoder", "vector_dim": dim, "size": "tiny"}
    ...     return TextEncoder(tokenizer=tokenizer, network=networks.pooling(vocabulary_size=tokenizer.vocabulary_size, **sizes))
    >>> transfer.distill(encoder(4), encoder(4), texts, epochs=1).num_held_out
    1
    """
    if isinstance(texts, (str, bytes)):
        raise TypeError(f"`texts` must be a list of str. Received: {shown(texts)}. Put it into a list: [text].")
    networks.refuse_few_bits(student.network, "Learning from a teacher")
    texts = list(texts)
    if len(texts) < 20:
        raise ValueError(f"`texts` must hold at least 20 texts, better thousands. Received: {len(texts)}.")
    options = _Options(
        epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, optimizer=optimizer, seed=seed
    )
    order = np.random.default_rng(seed).permutation(len(texts))
    held = max(1, int(_HELD_OUT * len(texts)))
    held_out, training = ([texts[row] for row in rows] for rows in (order[:held], order[held:]))
    targets = np.asarray(teacher.encode(training + held_out), "float32")
    bridge = None
    if targets.shape[1] != student.dim:
        bridge = LinearBridge.fit(targets[:-held], student.encode(training))
        targets = bridge(targets)
    wanted, targets = targets[-held:], targets[:-held]

    before = _mean_cosine(student.encode(held_out), wanted)
    history = _fit(student, training, targets, options, backup_dir, progress)
    return DistillationReport(
        num_texts=len(training),
        num_held_out=held,
        cosine_before=before,
        cosine_after=_mean_cosine(student.encode(held_out), wanted),
        history=history,
        bridge=bridge,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Options:
    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str
    seed: int

    def __post_init__(self):
        check_options(self)


def _fit(student, texts, targets, options, backup_dir, progress):
    tokenizer, network = student.tokenizer, student.network
    session = Session(
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        backup_dir=backup_dir,
        progress=progress,
        depends_on=lambda: {
            "tokenizer": tokenizer.digest,
            "weights": weight_shapes(network),
            "texts": texts,
            "targets": targets,
            "options": list(dataclasses.astuple(options)),
        },
    )
    batches = BucketedBatches(
        student.tokenize(texts),
        targets,
        batch_size=options.batch_size,
        collate=tokenizer.pad,
        seed=options.seed,
        padding_id=tokenizer.padding_id,
    )
    network.compile(
        optimizer=optimizers.get(options.optimizer, learning_rate=options.learning_rate),
        loss=keras.losses.CosineSimilarity(),
    )
    return session.fit(
        network,
        batches,
        backup=session.backup(),
        batches=batches,
        shuffle=False,  # the batches shuffle themselves
        verbose=0,
    ).history


def _mean_cosine(vectors, wanted):
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(wanted, axis=1)
    return float(np.mean(np.sum(vectors * wanted, axis=1) / np.maximum(lengths, 1e-12)))
