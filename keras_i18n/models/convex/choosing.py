"""How far to believe the texts, and how far the encoder: chosen by cross validation, by language."""

import dataclasses
from collections.abc import Iterable

import numpy as np

from keras_i18n.languages import matches
from keras_i18n.languages.made_for import is_undetermined
from keras_i18n.models.convex.logistic_regression import inner_products, logistic_regression, probabilities
from keras_i18n.models.convex.ngram_weights import NgramWeights
from keras_i18n.models.convex.training_features import TrainingFeatures
from keras_i18n.progress import Counter, ProgressOption

SCALES = (0.0, 0.05, 0.15, 0.5, 1.5, 5.0)  # weight of the encoder's inner products beside those of n-grams
STRENGTH = 100.0
_MILD = 20.0  # at which languages choose
# tried beside it: labels that are often wrong want these. A higher one has the better loss where there are many texts, and
# fewer of them right
_STRENGTHS = (_MILD, 5.0)
_GAIN = 0.004  # of log loss a text, below which the simpler choice stays
_FOLDS, _MORE_FOLDS = 3, 5
_FEW = 800  # texts up to which there are more folds: models of two thirds of them want other choices than of all
_TEXTS = 1600  # that choices are made on
_PRIOR = 240  # texts of languages alike that a language's own choice is weighed against
# weights of the encoder in languages that it was made for, and in others, from which few texts lead away less than many
_USUAL, _USUAL_ELSEWHERE = 0.5, 0.15
_LEAST = 0.05  # what no weight counts as there
_ODD = 2.0  # texts' worth of loss for a weight that is e times as large or as small
_OWN = 20  # texts of a language from which its own choice may stand against that
_SURE = 2.0  # standard errors of the difference by which it must be better
_LOWEST_SHARES = 0.05
_TEMPERATURES = tuple(2.0 ** (step / 4) for step in range(-16, 17))


@dataclasses.dataclass(frozen=True)
class Choice:
    """What cross validation chose.

    Attributes:
        strength: scikit-learn's `C`.
        temperature: what all log odds are multiplied by, so that texts that were held out are answered as surely as rightly.
        scale_of: language -> weight of the encoder beside n-grams.
        familiar_share: the share of known n-grams that nearly all texts of the training languages have.
        held_out: float `(texts, labels)`, probabilities of texts that were held out, of the labels that were sampled.
        rows: int `(texts,)`, the fold that each was held out in.
        accuracy: the share of them whose label was found; None with several labels a text.
    """

    strength: float
    scale_of: dict[str, float]
    familiar_share: float
    held_out: np.ndarray
    rows: np.ndarray
    temperature: float = 1.0
    accuracy: float | None = None

    @property
    def hears_the_encoder(self) -> bool:
        """Whether the encoder is of use in any language."""
        return any(self.scale_of.values())


@dataclasses.dataclass
class _Fold:
    """One fold: features of the texts that train, and of those that are held out."""

    trained: TrainingFeatures
    held: TrainingFeatures
    rows: np.ndarray
    counts_new: bool

    def __post_init__(self) -> None:
        trained = self.trained
        known = {"targets": trained.targets, "language": trained.language}
        weights = NgramWeights.of(trained.bag, trained.is_word, **known, counts_new=self.counts_new)
        self.ngrams = [weights.features(part.bag) for part in (self.trained, self.held)]
        self.shares = weights.familiar_share(self.held.bag)
        self.among_ngrams = inner_products(self.ngrams[:1])
        if self.trained.vectors is not None:
            self.among_vectors = inner_products([self.trained.vectors])

    def logits(self, factor_of, strength, multi_label):
        """Of the texts held out; `factor_of` maps language -> factor of the encoder's vector."""
        blocks = [[self.ngrams[0]], [self.ngrams[1]]]
        kernel = self.among_ngrams
        factors = [np.array([factor_of[one] for one in part.language]) for part in (self.trained, self.held)]
        if factors[0].any():
            kernel = kernel + self.among_vectors * factors[0][:, None] * factors[0]
            for block, part, factor in zip(blocks, (self.trained, self.held), factors, strict=True):
                block.append(part.vectors * factor[:, None])
        found = logistic_regression(
            blocks[0],
            self.trained.targets,
            strength=strength,
            multi_label=multi_label,
            weights=self.trained.weights,
            kernel=kernel,
        )
        return found.logits(blocks[1])


def usual_folds(num_texts: int) -> int:
    """How many folds so many texts are held out in, one at a time.

    >>> usual_folds(100), usual_folds(10_000)
    (5, 3)
    """
    return _MORE_FOLDS if num_texts <= _FEW else _FOLDS


def sampled_folds(
    features: TrainingFeatures, *, folds: int | None = None, texts: int = _TEXTS, seed: int = 0
) -> tuple[TrainingFeatures, np.ndarray]:
    """At most so many of the texts, of many labels some, and the fold of each; `folds` as `usual_folds` has them unless given."""
    folds = usual_folds(len(features)) if folds is None else folds
    sample = features.sample(texts, seed)
    return sample, sample.folds(min(folds, len(sample)), seed)


def choose(
    features: TrainingFeatures,
    *,
    folds: int | None = None,
    texts: int = _TEXTS,
    multi_label: bool = False,
    counts_new: bool = True,
    seed: int = 0,
    progress: ProgressOption = None,
) -> Choice:
    """Tries weights of the encoder and strengths on texts that are held out.

    A language gets a weight of its own where its texts say so: their loss is averaged with that of the languages alike,
    as if these were some hundred texts more: of those that the encoder was made for, or of the others. Few texts leave the
    weight near the usual one. Where another is better on a language's own texts by two standard errors, it gets that. In
    languages that the encoder was not made for it must win by a standard error: what it says of them may be chance, and
    their held-out texts may be translations of training texts, which it knows again, where `features.same_text` does not
    tell so.

    Weights and strengths are compared at their own temperature: of long texts n-grams alone are right as often, but less
    sure, and an encoder that only made them surer would win.

    Args:
        features: of the training texts; with vectors where there is an encoder.
        folds: number of folds; None for `usual_folds`.
        texts: the most texts that choices are made on.
        multi_label: whether a text may have several labels.
        counts_new: whether new n-grams count in the length of a text, as the network has it.
        seed: of the folds.
        progress: called with a `Progress` after each trial.
    """
    sample, fold_of = sampled_folds(features, folds=folds, texts=texts, seed=seed)
    parts = [
        _Fold(sample.rows(fold_of != fold), sample.rows(fold_of == fold), np.flatnonzero(fold_of == fold), counts_new)
        for fold in sorted(set(fold_of.tolist()))
    ]
    languages = sorted(set(features.language.tolist()))
    scales = (0.0,) if features.vectors is None else SCALES
    counter = Counter(progress, "trials", total=len(scales) + len(_STRENGTHS) + 1)

    def tried(scale_of, strength):
        out = np.zeros(sample.targets.shape)
        factors = {language: scale**0.5 for language, scale in scale_of.items()}
        for part in parts:
            out[part.rows] = part.logits(factors, strength, multi_label)
        counter.add(1)
        return out

    def calibrated(out):
        temperature = temperature_of(out, sample.targets, multi_label=multi_label)
        answers = probabilities(temperature * out, multi_label=multi_label)
        return temperature, answers, _losses(answers, sample.targets, multi_label).mean()

    def everywhere(scale):
        return dict.fromkeys(languages, scale)

    found = {scale: tried(everywhere(scale), _MILD) for scale in scales}
    losses = {scale: _losses(calibrated(found[scale])[1], sample.targets, multi_label) for scale in scales}
    scale_of = _by_language(losses, sample)
    scale_of = with_unsampled(scale_of, languages, sample.encoder_languages)
    strength, (temperature, held_out, loss) = STRENGTH, calibrated(tried(scale_of, STRENGTH))
    for other in _STRENGTHS:
        others = calibrated(tried(scale_of, other))
        if others[-1] < loss - _GAIN:
            strength, (temperature, held_out, loss) = other, others
    shares = np.concatenate([part.shares for part in parts])
    familiar = float(np.quantile(shares, _LOWEST_SHARES))
    accuracy = None
    if not multi_label:
        accuracy = float((held_out.argmax(axis=1) == sample.targets.argmax(axis=1)).mean())
    return Choice(strength, scale_of, familiar, held_out, fold_of, temperature, accuracy)


def with_unsampled(
    scale_of: dict[str, float], languages: Iterable[str], encoder_languages: Iterable[str]
) -> dict[str, float]:
    """Weights by language, also of languages of which no text was sampled: the lowest of those alike; 0 where there are none.

    Args:
        scale_of: language -> weight of the encoder.
        languages: all that are needed.
        encoder_languages: that the encoder was made for.

    >>> with_unsampled({"en": 0.5, "yo": 0.0}, ["en", "de", "ha", "yo"], ["en", "de"])
    {'en': 0.5, 'de': 0.5, 'ha': 0.0, 'yo': 0.0}
    """
    made_for = list(encoder_languages)
    is_known = {tag: is_undetermined(tag) or bool(matches(tag, made_for)) for tag in {*languages, *scale_of}}
    return {
        tag: scale_of[tag]
        if tag in scale_of
        else min((scale for other, scale in scale_of.items() if is_known[other] == is_known[tag]), default=0.0)
        for tag in languages
    }


def temperature_of(logits: np.ndarray, targets: np.ndarray, *, multi_label: bool = False) -> float:
    """The factor of log odds with which they fit the targets best (Guo et al. 2017, "On Calibration of Modern Neural Networks").

    Strengths and weights of the encoder are compared at their own: one that is right more often, but too sure, is not
    worse for it. With few texts it stays near 1.

    Args:
        logits: float `(texts, labels)`, of texts that were held out.
        targets: float `(texts, labels)`.
        multi_label: whether each label is a question of its own.

    >>> logits = np.array([[2.0, 0.0]] * 100)
    >>> targets = np.eye(2)[[0] * 60 + [1] * 40]
    >>> temperature_of(logits, targets) < 0.3
    True
    """

    def badness(factor):
        scores = probabilities(factor * logits, multi_label=multi_label)
        return _losses(scores, targets, multi_label).sum() + 0.5 * np.log(factor) ** 2

    return float(min(_TEMPERATURES, key=badness))


def _by_language(losses, sample):
    """language -> weight of the encoder."""
    # a language that nobody told may be any: the encoder was made for most
    known = {
        tag for tag in set(sample.language.tolist()) if is_undetermined(tag) or matches(tag, sample.encoder_languages)
    }
    is_known = np.isin(sample.language, sorted(known))
    chosen = {}
    for language in sorted(set(sample.language.tolist())):
        own, alike = sample.language == language, is_known == (language in known)
        elsewhere = bool(sample.encoder_languages) and language not in known
        weighed = {
            scale: (loss[own].sum() + _PRIOR * loss[alike].mean()) / (own.sum() + _PRIOR)
            + _oddness(scale, elsewhere) / alike.sum()
            for scale, loss in losses.items()
        }
        best = min(weighed, key=lambda scale: weighed[scale])
        alone = min(losses, key=lambda scale: losses[scale][own].mean())
        if _surely_better(losses[alone][own] - losses[best][own]):
            best = alone
        if elsewhere:
            best = min(
                scale
                for scale, loss in losses.items()
                if _as_good(loss[alike] - losses[best][alike], weighed[scale] - weighed[best])
            )
        chosen[language] = best
    return chosen


def _oddness(scale, elsewhere):
    """How far a weight of the encoder is from the usual one, as loss of one text; `elsewhere`: not a language of its own."""
    return _ODD * np.log(max(scale, _LEAST) / (_USUAL_ELSEWHERE if elsewhere else _USUAL)) ** 2


def _surely_better(differences):
    """Whether the mean of these differences of loss is below 0 by more than chance."""
    return len(differences) >= _OWN and differences.mean() < -_SURE * differences.std() / np.sqrt(len(differences))


def _as_good(differences, worse):
    """Whether a mean loss that is `worse` by so much lies within one standard error."""
    return worse <= differences.std() / np.sqrt(len(differences))


def _losses(scores, targets, multi_label):
    """Log loss of each text."""
    scores = np.clip(scores, 1e-9, 1 - 1e-9)
    if multi_label:
        return -(targets * np.log(scores) + (1 - targets) * np.log(1 - scores)).sum(axis=1)
    return -(targets * np.log(scores)).sum(axis=1)
