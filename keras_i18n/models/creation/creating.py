"""Looks at the data, tries what could suit it, and builds the best."""

import dataclasses
import json
import math
import numbers
import pathlib
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.datasets import as_dataset
from keras_i18n.files import atomic_path
from keras_i18n.forked import refuse_forked
from keras_i18n.models.convex import bag_fitting
from keras_i18n.models.convex.choosing import Choice, usual_folds, with_unsampled
from keras_i18n.models.convex.ngram_weights import bag_of
from keras_i18n.models.convex.training_features import bag_features
from keras_i18n.models.convex.translations import translated_rows
from keras_i18n.models.creation.candidates import candidates_of, held_out_scores
from keras_i18n.models.creation.caveats import told_of_chance, told_of_few
from keras_i18n.models.creation.drawing import drawn
from keras_i18n.models.creation.encoders import Encoders, checked_presets
from keras_i18n.models.creation.judging import rightness, scores_by_language
from keras_i18n.models.creation.report import CreationReport, Trial
from keras_i18n.models.creation.verdict import Verdict, told_of_sixteen, worse_by_more_than_chance
from keras_i18n.models.fitting.targets import targets_of
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import NgramTokenizer
from keras_i18n.training.digest import training_digest

PRESETS = ("universal", "use_multilingual_v3")  # the first one, unless another is surely better
_MOST_LABELS = 1000  # that n-grams get a score each for
_MOST_TEXTS = 150_000  # that are solved at once
_MOST_TARGETS = 1 << 28  # texts times labels: 1 GB, and several times that while they are solved
_FEWEST, _MOST = 1 << 14, 1 << 20  # rows of the table
_MOST_SCORES = 1 << 26  # of a table: 268 MB, and 4 to 8 GB while they are solved
_ROWS_AN_NGRAM = 4
_NUMBER = 4  # bytes of a weight
_METHOD = 4  # of choices: those that were kept by another are not gone on with
_PATIENT = 3.0  # minutes from which choices are made on more texts


@dataclasses.dataclass
class Creation:
    """One search; `run` gives the classifier.

    Args:
        make: the class of the classifier.
        train, validation: `Dataset`s with labels; the second may be None.
        preset: name of an encoder, several names, of which the first is preferred, or None.
        minutes, max_bytes: the budget; None for none.
        backup_dir: folder where results of trials are kept.
        seed: of folds and heads.
        progress: called with a `Progress`.
    """

    make: Any
    train: Any
    validation: Any = None
    preset: str | Sequence[str] | None = PRESETS
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
        self.presets = checked_presets(self.preset)
        self.labels = self.train.labels
        self.multi_label = self.train.multi_label
        if len(set(self.train.label or ())) < 2 or len(self.labels) < 2:
            rule = "rows with different labels" if len(self.labels) >= 2 else "at least two labels"
            raise ValueError(
                f"`train` must have {rule}. Received: {len(self.train)} rows with "
                f"{cut(', '.join(map(repr, self.labels)) or 'none')}{' each' if len(self.labels) >= 2 else ''}."
            )
        if self.validation is not None:
            self.validation = as_dataset(self.validation, name="validation_data")
            unknown = sorted(set(self.validation.labels) - set(self.labels))
            if unknown:
                raise ValueError(f"`validation_data` has labels that the training data lacks: {shown(unknown)}.")
        most = min(_MOST_TEXTS, _MOST_TARGETS // len(self.labels))
        if len(self.train) > most:
            self.train = drawn(self.train, most, seed=self.seed)
        self.targets = targets_of(self, self.train, "train")
        self.notes: dict[str, str] = {}  # candidate -> why it is not tried
        self.choices: dict[str, Choice | None] = {}
        self.right: dict[str, np.ndarray] = {}  # of the texts that judge
        self.encoders = Encoders(self.presets, list(self.train.text), self.max_bytes, self.progress)

    def run(self) -> Any:
        """The classifier; its `.creation` is the `CreationReport`."""
        candidates = candidates_of(self.presets)
        self._prepare()
        trials = [self._trial(one) for one in candidates]
        verdict = Verdict(
            {one.name: one for one in candidates},
            trials,
            self.right,
            language=self.judges.language,
            same_text=self.judges.same_text,
            first=self.encoders.first,
            one_language=self._one_language,
            num_bytes={one.name: self._size(one) for one in candidates},
            num_languages={
                one.name: len(self.encoders.languages(one.preset) if one.preset else self.train.languages)
                for one in candidates
            },
            held_out="texts held out" if self.validation is None else "validation_data",
            num_texts=len(self.train if self.validation is None else self.validation),
        )
        chosen, reason = verdict.chosen()
        if not self.multi_label:
            judged = [self.labels[self.judged_labels[place]] for place in self.judges.targets.argmax(axis=1)]
            reason += told_of_chance(float(self.right[chosen.name].mean()), judged)
        if self.validation is None:
            reason += told_of_few(self.labels, self.features.targets, num_judged=self.sample.targets.shape[1])
        self.encoders.keep(chosen.preset)
        if self._one_language is not None and chosen.preset == "universal":
            reason += told_of_sixteen(self._one_language, self.encoders)
        model = self._built(chosen)
        model.creation = CreationReport(tuple(trials), chosen.name, reason)
        return model

    @property
    def _one_language(self):
        """The language that all labels are in, where the first encoder was made for it: it reads the others too."""
        (language, *others) = self.train.languages
        known = self.encoders.first is not None and not others and self.encoders.knows(self.encoders.first, [language])
        return language if known else None

    def _prepare(self):
        """Bags of all texts, and which of them judge."""
        texts = list(self.train.text)
        tokenizer, _ = bag_fitting.new_bag(num_buckets=_MOST, num_labels=1)
        self.num_buckets = self._buckets(tokenizer, texts)
        if not self.num_buckets:
            many = len(self.labels) > _MOST_LABELS
            why = f"for at most {_MOST_LABELS:,} labels" if many else f"no table fits max_bytes={self.max_bytes:,}"
            self.notes |= {one.name: why for one in candidates_of(self.presets) if one.has_ngrams}
            if self.encoders.first is None:
                reasons = "; ".join(f"{preset}: {why}" for preset, why in self.encoders.left_out.items())
                rule = f"n-grams have room for at most {_MOST_LABELS:,} labels"
                if not many:
                    least = _NUMBER * self.fewest_buckets * (len(self.labels) + 3)
                    rule = f"`max_bytes` must be at least {least:,} for n-grams of these texts"
                raise ValueError(
                    f"{rule}, and there is no encoder ({reasons or 'preset=None'}). Received: {len(self.labels):,} labels, "
                    f"max_bytes={shown(self.max_bytes)}. Give {'a `preset`' if many else 'more bytes'}."
                )
        tokenizer = NgramTokenizer(**{**tokenizer.get_config(), "num_buckets": self.num_buckets or _FEWEST})
        same_text = translated_rows(self.train)
        self.features = bag_features(tokenizer, texts, self.targets, self.train.language, same_text=same_text)
        self.sampled = self.features.sample_rows(self._options["texts"], self.seed)
        self.sample = self.features.sample(self._options["texts"], self.seed)
        self.judged_labels = self.features.sample_labels(self._options["texts"], self.seed)
        self.judges = self.sample
        if self.validation is not None:
            self.judged_labels = np.arange(len(self.labels))
            self.judges = dataclasses.replace(
                self.sample,
                targets=targets_of(self, self.validation, "validation_data"),
                language=np.asarray(self.validation.language),
                same_text=translated_rows(self.validation),
            )

    def _buckets(self, tokenizer, texts):
        """Rows of the table: some for each n-gram that comes, within the budget; 0 where none fit."""
        if len(self.labels) > _MOST_LABELS:
            return 0
        sample = np.random.default_rng(self.seed).permutation(len(texts))[:20_000]
        bag = bag_of(tokenizer.tokenize([texts[row] for row in sample]), _MOST)
        count = int((np.bincount(bag.indices, minlength=1) >= (2 if len(texts) >= 500 else 1)).sum())
        wanted = 1 << max(0, math.ceil(math.log2(_ROWS_AN_NGRAM * max(count, 1))))
        room = min(_MOST, 1 << int(math.log2(_MOST_SCORES / (len(self.labels) + 3))))
        if self.max_bytes is not None:
            taken = 0 if self.encoders.first is None else self.encoders.num_bytes(self.encoders.first)
            rows = (self.max_bytes - taken) // (_NUMBER * (len(self.labels) + 3))
            room = min(room, 1 << int(math.log2(rows))) if rows >= 1 else 0
        rows = min(_MOST, max(_FEWEST, wanted), room)
        self.fewest_buckets = max(1, min(_FEWEST, wanted) // 4)
        return rows if rows >= self.fewest_buckets else 0

    def _size(self, candidate):
        """Bytes of its weights, but for a head's."""
        encoder = 0 if candidate.preset is None else self.encoders.num_bytes(candidate.preset)
        return encoder + (_NUMBER * self.num_buckets * (len(self.labels) + 3) if candidate.has_ngrams else 0)

    @property
    def _options(self):
        patient = self.minutes is not None and self.minutes >= _PATIENT
        return {
            "folds": 5 if patient else usual_folds(len(self.train)),
            "texts": 2600 if patient else 1600,
            "multi_label": self.multi_label,
            "seed": self.seed,
            "progress": self.progress,
        }

    def _why_not(self, candidate):
        """Why a candidate is not tried; None where it is."""
        preset = candidate.preset
        if candidate.name in self.notes:
            return self.notes[candidate.name]
        if self.minutes is not None and self.right:
            spent = (time.monotonic() - self.begun) / 60
            if spent > self.minutes / 2:  # the best one has to be built too
                return f"no time left of minutes={self.minutes:g}"
        if preset is None:
            return None
        if preset in self.encoders.left_out:
            return self.encoders.left_out[preset]
        if candidate.has_ngrams and self.max_bytes is not None and self._size(candidate) > self.max_bytes:
            return f"with n-grams it takes {self._size(candidate):,} bytes, more than max_bytes={self.max_bytes:,}"
        if preset == self.encoders.first:
            return None
        if self._one_language is not None:
            return f"labels are in {self._one_language} alone, and {self.encoders.first} goes first"
        if not self.encoders.knows(preset, self.train.languages):
            return "it was made for none of these languages"
        # where an encoder alone was worse than the first one alone, n-grams never made it surely better
        alone, firsts = (self.right.get(one) for one in (preset, self.encoders.first))
        hopeless = alone is not None and firsts is not None and worse_by_more_than_chance(alone, firsts, self.judges)
        return f"alone it is worse than {self.encoders.first} alone" if candidate.has_ngrams and hopeless else None

    def _trial(self, candidate):
        name = candidate.name
        why = self._why_not(candidate)
        if why is not None:
            return Trial(name, {}, f"not tried: {why}")
        kept = self._kept(name)
        if kept is not None:
            by_language, self.choices[name], self.right[name] = kept
        else:
            scores, self.choices[name] = self._held_out(candidate)
            if self.validation is not None:
                with warnings.catch_warnings():  # what it was not made for is told of the one that is chosen
                    warnings.simplefilter("ignore", UserWarning)
                    scores = self._built(candidate).predict(list(self.validation.text))
            of_all = {"targets": self.judges.targets, "multi_label": self.multi_label}
            by_language = scores_by_language(scores, language=self.judges.language, **of_all)
            self.right[name] = rightness(scores, **of_all)
            self._keep(name, by_language)
        choice = self.choices[name]
        if choice is not None and candidate.preset is not None and not choice.hears_the_encoder:
            return Trial(name, {}, "the encoder is of no use in any language: n-grams alone")
        return Trial(name, by_language, _told(candidate, choice))

    def _held_out(self, candidate):
        scores, choice = held_out_scores(candidate, self._with_vectors(candidate, self.sampled), **self._options)
        if choice is not None:  # it knows the languages of which texts were sampled
            made_for = self.encoders.languages(candidate.preset) if candidate.preset else ()
            scale_of = with_unsampled(choice.scale_of, self.train.languages, made_for)
            choice = dataclasses.replace(choice, scale_of=scale_of)
        return scores, choice

    def _with_vectors(self, candidate, rows=None):
        """Features of some rows, or of all, with the vectors of the candidate's encoder."""
        features = self.features if rows is None else self.sample
        if candidate.preset is None:
            return features
        vectors = self.encoders.vectors(candidate.preset, np.arange(len(self.train)) if rows is None else rows)
        languages = tuple(self.encoders.languages(candidate.preset))
        return dataclasses.replace(features, vectors=vectors, encoder_languages=languages)

    def _built(self, candidate):
        languages = list(self.train.languages)
        encoder = None if candidate.preset is None else self.encoders.encoder(candidate.preset)
        if candidate.is_encoder_alone:
            model = self.make.on_encoder(encoder, labels=self.labels, multi_label=self.multi_label, seed=self.seed)
            model.fit(self.train, seed=self.seed, verbose=0, progress=self.progress)
            return model
        tokenizer, network = bag_fitting.new_bag(
            num_buckets=self.num_buckets,
            num_labels=len(self.labels),
            encoder=encoder,
            multi_label=self.multi_label,
        )
        choice = self.choices[candidate.name]
        assert choice is not None  # n-grams always have one
        told: dict[str, Any] = {"multi_label": self.multi_label, "progress": self.progress}
        bag_fitting.solve(network, self._with_vectors(candidate), choice, **told)
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
                "method": _METHOD,
                "folds": self._options["folds"],
                "seed": self.seed,
                "presets": list(self.presets),
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
        """(scores by language, `Choice`, how right each answer was) of a trial of an earlier run; None where there is none."""
        stored = self._stored().get(name)
        if stored is None:
            return None
        choice = stored["choice"]
        if choice is not None:
            choice = Choice(**choice, held_out=np.zeros((0, len(self.labels))), rows=np.zeros(0, int))
        return stored["by_language"], choice, np.asarray(stored["right"], float)

    def _keep(self, name, by_language):
        choice = self.choices[name]
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        told = None
        if choice is not None:
            told = {key: getattr(choice, key) for key in ("strength", "scale_of", "familiar_share", "temperature")}
        trials = {
            **self._stored(),
            name: {"by_language": by_language, "choice": told, "right": self.right[name].tolist()},
        }
        with atomic_path(self._file) as temporary:
            temporary.write_text(json.dumps({"digest": self._digest, "trials": trials}), "utf-8")


def _told(candidate, choice):
    if choice is None:
        return "kernel head"
    told = f"C={choice.strength:g}"
    if candidate.preset is None:
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
