"""Looks at the data, tries what could suit it, and builds the best."""

import dataclasses
import json
import math
import numbers
import pathlib
import time
from typing import Any

import numpy as np

from keras_i18n.datasets import as_dataset
from keras_i18n.files import atomic_path
from keras_i18n.forked import refuse_forked
from keras_i18n.models.convex import bag_fitting
from keras_i18n.models.convex.choosing import Choice, sampled_folds
from keras_i18n.models.convex.ngram_weights import bag_of
from keras_i18n.models.convex.training_features import TrainingFeatures, bag_features
from keras_i18n.models.convex.translations import translated_rows
from keras_i18n.models.creation.candidates import BOTH, ENCODER, NGRAMS, held_out_scores, scores_by_language
from keras_i18n.models.creation.report import CreationReport, Trial
from keras_i18n.models.fitting.targets import targets_of
from keras_i18n.models.text_encoder import TextEncoder
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import NgramTokenizer
from keras_i18n.training.digest import training_digest

_MOST_LABELS = 1000  # that n-grams get a score each for
_MOST_TEXTS = 150_000  # that are solved at once
_FEWEST, _MOST = 1 << 14, 1 << 20  # rows of the table
_ROWS_AN_NGRAM = 4
_NUMBER = 4  # bytes of a weight
_PATIENT = 3.0  # minutes from which choices are made on more texts
_ALIKE = 0.002
_MARGIN = 0.5  # over the square root of the texts that judge: about one standard error
_ONE_LANGUAGE_GAIN = 0.03  # by which n-grams must win to be used where other languages have no labels


@dataclasses.dataclass
class Creation:
    """One search; `run` gives the classifier.

    Args:
        make: the class of the classifier.
        train, validation: `Dataset`s with labels; the second may be None.
        preset: name of the encoder, or None.
        minutes, max_bytes: the budget; None for none.
        backup_dir: folder where results of trials are kept.
        seed: of folds and heads.
        progress: called with a `Progress`.
    """

    make: Any
    train: Any
    validation: Any = None
    preset: str | None = "use_multilingual_v3"
    minutes: float | None = None
    max_bytes: int | None = None
    backup_dir: Path | None = None
    seed: int = 0
    progress: ProgressOption = None

    def __post_init__(self) -> None:
        refuse_forked()
        self.begun = time.monotonic()
        self.train = as_dataset(self.train, name="train")
        _check_budget(self.minutes, self.max_bytes)
        self.labels = self.train.labels
        self.multi_label = self.train.multi_label
        if len(set(self.train.label or ())) < 2 or len(self.labels) < 2:
            raise ValueError(
                f"`train` must have at least two labels. Received: {len(self.train)} rows with "
                f"{cut(', '.join(map(repr, self.labels)) or 'none')}."
            )
        if self.validation is not None:
            self.validation = as_dataset(self.validation, name="validation_data")
            unknown = sorted(set(self.validation.labels) - set(self.labels))
            if unknown:
                raise ValueError(f"`validation_data` has labels that the training data lacks: {unknown}.")
        if len(self.train) > _MOST_TEXTS:
            self.train = self.train.sample(_MOST_TEXTS, seed=self.seed)
        self.targets = targets_of(self, self.train, "train")
        self.notes: dict[str, str] = {}
        self.choices: dict[str, Choice | None] = {}

    def run(self) -> Any:
        """The classifier; its `.creation` is the `CreationReport`."""
        self.encoder = self._encoder()
        features = self._features()
        trials = [self._trial(name, features) for name in (NGRAMS, ENCODER, BOTH)]
        chosen, reason = self._chosen(trials)
        model = self._built(chosen, features)
        model.creation = CreationReport(tuple(trials), chosen, reason)
        return model

    def _encoder(self):
        """The `TextEncoder`, or None with a note why not."""
        if self.preset is None:
            return self._without_encoder("preset=None")
        try:
            encoder = TextEncoder.from_preset(self.preset)
        except ImportError as error:
            return self._without_encoder(str(error))
        size = _bytes(encoder.network)
        if self.max_bytes is not None and size > self.max_bytes:
            return self._without_encoder(f"it takes {size:,} bytes, more than max_bytes={self.max_bytes:,}")
        return encoder

    def _without_encoder(self, why):
        self.notes |= {ENCODER: why, BOTH: why}

    def _features(self) -> TrainingFeatures:
        texts = list(self.train.text)
        tokenizer, _ = bag_fitting.new_bag(num_buckets=_MOST, num_labels=1)
        self.num_buckets = self._buckets(tokenizer, texts)
        if not self.num_buckets:
            many = len(self.labels) > _MOST_LABELS
            why = f"for at most {_MOST_LABELS:,} labels" if many else f"no table fits max_bytes={self.max_bytes:,}"
            self.notes |= {NGRAMS: why, BOTH: why}
            if self.encoder is None:
                raise ValueError(
                    f"n-grams have room for at most {_MOST_LABELS:,} labels and need some bytes for each (`max_bytes`), and "
                    f"there is no encoder ({self.notes[ENCODER]}). Received: {len(self.labels):,} labels, "
                    f"max_bytes={shown(self.max_bytes)}. Give it more bytes, or a `preset`."
                )
        tokenizer = NgramTokenizer(**{**tokenizer.get_config(), "num_buckets": self.num_buckets or _FEWEST})
        return bag_features(
            tokenizer,
            texts,
            self.targets,
            self.train.language,
            encoder=self.encoder,
            same_text=translated_rows(self.train),
            progress=self.progress,
        )

    def _buckets(self, tokenizer, texts):
        """Rows of the table: some for each n-gram that comes, within the budget; 0 where none fit."""
        if len(self.labels) > _MOST_LABELS:
            return 0
        sample = np.random.default_rng(self.seed).permutation(len(texts))[:20_000]
        bag = bag_of(tokenizer.tokenize([texts[row] for row in sample]), _MOST)
        count = int((np.bincount(bag.indices, minlength=1) >= (2 if len(texts) >= 500 else 1)).sum())
        wanted = 1 << max(0, math.ceil(math.log2(_ROWS_AN_NGRAM * max(count, 1))))
        room = _MOST
        if self.max_bytes is not None:
            taken = 0 if self.encoder is None else _bytes(self.encoder.network)
            rows = (self.max_bytes - taken) // (_NUMBER * (len(self.labels) + 3))
            room = 1 << int(math.log2(rows)) if rows >= 1 else 0
        rows = min(_MOST, max(_FEWEST, wanted), room)
        return rows if rows >= min(_FEWEST, wanted) // 4 else 0

    @property
    def _options(self):
        patient = self.minutes is not None and self.minutes >= _PATIENT
        return {
            "folds": 5 if patient else 3,
            "texts": 2600 if patient else 1600,
            "multi_label": self.multi_label,
            "seed": self.seed,
            "progress": self.progress,
        }

    def _trial(self, name, features):
        if name not in self.notes and self.minutes is not None and self.choices:
            spent = (time.monotonic() - self.begun) / 60
            if spent > self.minutes / 2:  # the best one has to be built too
                self.notes[name] = f"no time left of minutes={self.minutes:g}"
        if name in self.notes:
            return Trial(name, {}, f"not tried: {self.notes[name]}")
        kept = self._kept(name)
        if kept is not None:
            by_language, choice = kept
        else:
            scores, choice = held_out_scores(name, features, **self._options)
            sample, _ = sampled_folds(
                features, folds=self._options["folds"], texts=self._options["texts"], seed=self.seed
            )
            by_language = scores_by_language(scores, sample.targets, sample.language, multi_label=self.multi_label)
            if self.validation is not None:
                self.choices[name] = choice
                model = self._built(name, features)
                by_language = scores_by_language(
                    model.predict(list(self.validation.text)),
                    targets_of(self, self.validation, "validation_data"),
                    self.validation.language,
                    multi_label=self.multi_label,
                )
            self._keep(name, by_language, choice)
        self.choices[name] = choice
        if choice is not None and name == BOTH and not choice.hears_the_encoder:
            return Trial(name, {}, "the encoder is of no use in any language: n-grams alone")
        return Trial(name, by_language, _told(name, choice))

    def _chosen(self, trials):
        tried = {trial.name: trial.judged for trial in trials if trial.by_language}
        best = max(tried, key=lambda name: tried[name])
        if len(tried) == 1:
            return best, "the only one that was tried"
        (language, *others) = self.train.languages
        known = self.encoder is not None and ENCODER in tried and not others and language in self.encoder.languages
        if known and tried[best] < tried[ENCODER] + _ONE_LANGUAGE_GAIN:
            return ENCODER, f"labels are in {language} alone, and n-grams would say nothing of other languages"
        # where judges are few, the network that has all is the safer one: it can leave either part unheard
        margin = _MARGIN / math.sqrt(len(self.train if self.validation is None else self.validation))
        if best == ENCODER and tried.get(BOTH, -1.0) >= tried[ENCODER] - margin:
            return BOTH, f"within {margin:.1%} of the encoder alone, and it hears both"
        smaller = NGRAMS in tried and tried[NGRAMS] >= tried[best] - _ALIKE
        if smaller and best != NGRAMS:
            return NGRAMS, f"as good as {best} and far smaller"
        return best, f"judged best on {'validation_data' if self.validation is not None else 'texts held out'}"

    def _built(self, name, features):
        languages = list(self.train.languages)
        if name == ENCODER:
            model = self.make.on_encoder(self.encoder, labels=self.labels, multi_label=self.multi_label, seed=self.seed)
            model.fit(self.train, seed=self.seed, verbose=0, progress=self.progress)
            return model
        encoder = self.encoder if name == BOTH else None
        tokenizer, network = bag_fitting.new_bag(
            num_buckets=self.num_buckets,
            num_labels=len(self.labels),
            encoder=encoder,
            multi_label=self.multi_label,
        )
        choice = self.choices[name]
        assert choice is not None  # n-grams always have one
        bag_fitting.solve(network, features, choice, multi_label=self.multi_label)
        if encoder is not None:
            languages = [*encoder.languages, *(tag for tag in languages if tag not in encoder.languages)]
        return self.make(
            tokenizer=tokenizer,
            network=network,
            labels=self.labels,
            languages=languages,
            multi_label=self.multi_label,
        )

    @property
    def _file(self):
        return None if self.backup_dir is None else pathlib.Path(self.backup_dir) / "creation.json"

    @property
    def _digest(self):
        validation = None if self.validation is None else [self.validation.text, self.validation.label]
        return training_digest(
            train=[self.train.text, self.train.label, self.train.language],
            validation=validation,
            options={
                "folds": self._options["folds"],
                "seed": self.seed,
                "preset": self.preset,
                "rows": self.num_buckets,
            },
        )

    def _stored(self):
        if self._file is None or not self._file.is_file():
            return {}
        try:
            stored = json.loads(self._file.read_text("utf-8"))
        except ValueError as error:
            raise ValueError(f"'{self._file}' is no backup of a search. Choose another `backup_dir`.") from error
        if not isinstance(stored, dict) or stored.get("digest") != self._digest:
            raise ValueError(
                f"`backup_dir` must be of a search with the same data and options. Received: '{cut(self.backup_dir)}', which "
                "has another. Choose another folder, or remove it."
            )
        return stored["trials"]

    def _kept(self, name):
        """(scores by language, `Choice`) of a trial of an earlier run; None where there is none."""
        stored = self._stored().get(name)
        if stored is None:
            return None
        choice = stored["choice"]
        if choice is not None:
            choice = Choice(**choice, held_out=np.zeros((0, len(self.labels))), rows=np.zeros(0, int))
        return stored["by_language"], choice

    def _keep(self, name, by_language, choice):
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        told = None
        if choice is not None:
            told = {key: getattr(choice, key) for key in ("strength", "scale_of", "familiar_share")}
        trials = {**self._stored(), name: {"by_language": by_language, "choice": told}}
        with atomic_path(self._file) as temporary:
            temporary.write_text(json.dumps({"digest": self._digest, "trials": trials}), "utf-8")


def _told(name, choice):
    if choice is None:
        return "kernel head"
    told = f"C={choice.strength:g}"
    if name != BOTH:
        return told
    by_scale: dict[float, list[str]] = {}
    for language, scale in choice.scale_of.items():
        by_scale.setdefault(scale, []).append(language)
    if len(by_scale) == 1:
        return f"{told}, encoder x{next(iter(by_scale)):g}"
    parts = [f"x{scale:g} {' '.join(tags[:4])}{' …' * (len(tags) > 4)}" for scale, tags in sorted(by_scale.items())]
    return f"{told}, encoder {', '.join(parts)}"


def _check_budget(minutes, max_bytes):
    for name, value in (("minutes", minutes), ("max_bytes", max_bytes)):
        number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
        if value is not None and not (number and value > 0):
            raise ValueError(f"`{name}` must be a number above 0, or None for no limit. Received: {shown(value)}.")


def _bytes(network):
    return sum(np.dtype(weight.dtype).itemsize * math.prod(weight.shape) for weight in network.weights)
