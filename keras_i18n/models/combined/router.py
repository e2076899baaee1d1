"""One model of several: the language of a text decides which one answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers
from keras_i18n.models.combined.combined_classifier import CombinedClassifier, checked_members, normalized
from keras_i18n.models.label_thresholds import ANY_LANGUAGE, LabelThresholds
from keras_i18n.models.saving.kinds import savable
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Config, Texts
from keras_i18n.shown import cut, shown


@savable
class Router(CombinedClassifier):
    """Sends each text to the model of its language.

    Args:
        routes: dict, language tag -> classifier; a model may serve several languages. All have the same labels.
        identifier: `LanguageIdentifier`, which tells the language where it is not given.
        default: a key of `routes`, for languages that have no route; the first one unless told.
        thresholds: of models with `multi_label`, as in `TextClassifier`; for each language those of its model unless given.

    Raises:
        ValueError: no route, labels that differ, or an identifier that knows none of the languages.

    >>> import keras_i18n as ki
    >>> train, test = ki.datasets.sample("assistant")
    >>> def member(seed):
    ...     tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    ...     network = ki.networks.pooling(vocabulary_size=50, num_labels=len(train.labels), size="tiny")
    ...     return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=train.labels)
    >>> identifier = ki.models.LanguageIdentifier.create(["en", "sw"], num_buckets=100)
    >>> router = ki.transfer.Router({"en": member(1), "sw": member(2)}, identifier=identifier)
    >>> router.predict(["jua"], languages=["sw"]).shape[0]
    1
    """

    def __init__(
        self,
        routes: Mapping[str, Any],
        *,
        identifier: Any,
        default: str | None = None,
        thresholds: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        routes = {normalized(tag): model for tag, model in dict(routes).items()}
        _, labels = checked_members(routes.values(), "routes")
        if not any(tags.matches(tag, routes) for tag in identifier.labels):
            raise ValueError(
                f"`identifier` must know a language of `routes` ({', '.join(routes)}). Received: one of "
                f"{cut(', '.join(identifier.labels))}."
            )
        default = next(iter(routes)) if default is None else tags.lookup(default, routes) or default
        if default not in routes:
            raise ValueError(f"`default` must be one of {', '.join(routes)}. Received: {shown(default)}.")
        members = tuple({id(model): model for model in routes.values()}.values())
        self.identifier, self.default = identifier, default
        self.routes = {tag: next(i for i, one in enumerate(members) if one is model) for tag, model in routes.items()}
        super().__init__(members, labels, thresholds)
        if self.multi_label and not thresholds:
            of_routes = {tag: model.thresholds.of(tag) for tag, model in routes.items()}
            of_others = {ANY_LANGUAGE: routes[default].thresholds.of()}
            self.thresholds = LabelThresholds(labels, {**of_others, **of_routes})
        self.languages = tuple(dict.fromkeys([*routes, *self.languages]))

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.identifier, *self.members)

    @property
    def _member_of(self):
        """The member for each language of the identifier."""
        return [self._route(tag) for tag in self.identifier.labels]

    def _route(self, tag):
        return self.routes[tags.lookup(tag, self.routes) or self.default]

    def predict(
        self,
        texts: Texts,
        *,
        languages: Sequence[str] | None = None,
        progress: ProgressOption = None,
    ) -> np.ndarray:
        """Probabilities of the labels.

        Args:
            texts: list of str.
            languages: the tag of each text, where it is known; the identifier tells it otherwise.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, labels)`.

        Raises:
            ValueError: another number of languages than texts.
        """
        texts = self._texts(texts)
        if languages is None:
            chosen = np.array(self._member_of)[np.argmax(self.identifier.predict(texts), axis=1)] if texts else []
        elif len(languages) != len(texts) or isinstance(languages, str):
            raise ValueError(
                f"`languages` must hold a tag for each of {len(texts)} texts. Received: {shown(languages)}."
            )
        else:
            chosen = [self._route(tag) for tag in languages]
        chosen = np.asarray(chosen, int)
        out = np.zeros((len(texts), len(self.labels)), "float32")
        counter = Counter(progress, "texts", total=len(texts))
        for number, member in enumerate(self.members):
            rows = np.flatnonzero(chosen == number)
            if len(rows):
                out[rows] = member.predict([texts[row] for row in rows])
                counter.add(len(rows))
        return out

    def _combine(self, outputs):
        return layers.ChooseByLanguage(self._member_of, name="scores")(outputs)

    def to_config(self) -> Config:
        return {**super().to_config(), "routes": self.routes, "default": self.default}

    @classmethod
    def from_parts(cls, parts: Sequence[Any], config: Config) -> Self:
        identifier, *members = parts
        routes = {tag: members[place] for tag, place in config["routes"].items()}
        return cls(routes, identifier=identifier, default=config["default"], thresholds=config.get("thresholds"))
