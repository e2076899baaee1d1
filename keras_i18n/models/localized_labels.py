import dataclasses
from typing import Self

from keras_i18n import languages as tags
from keras_i18n.datasets.labels import problem_of_label, problem_of_look_alikes
from keras_i18n.models.digit_names import DIGIT_NAMES
from keras_i18n.shown import shown


@dataclasses.dataclass(frozen=True)
class LocalizedLabels:
    """Labels with a name in each of several languages.

    Args:
        labels: the labels that data and scores know, in the order of a network's outputs.
        names: dict, BCP-47 tag -> the names of the labels in that language, in the same order.

    Raises:
        ValueError: labels that are not all different, or a language without a name for each.

    Example:

    >>> labels = LocalizedLabels(["cat", "dog"], {"es": ["gato", "perro"], "sw": ["paka", "mbwa"]})
    >>> labels.in_language("es-MX")
    ('gato', 'perro')
    >>> LocalizedLabels.digits().in_language("sw")[:3]
    ('sifuri', 'moja', 'mbili')
    """

    labels: tuple
    names: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        labels = tuple(self.labels)
        if isinstance(self.labels, str) or len(labels) < 2 or len(set(labels)) != len(labels):
            raise ValueError(f"`labels` must be at least two different names. Received: {shown(self.labels)}.")
        problem = next(filter(None, map(problem_of_label, labels)), None) or problem_of_look_alikes(labels)
        if problem:
            raise ValueError(f"`labels`: {problem}")
        names = {tags.normalize(tag): tuple(found) for tag, found in self.names.items()}
        for tag, found in names.items():
            if len(found) != len(labels) or not all(isinstance(name, str) and name for name in found):
                raise ValueError(
                    f"`names` must have a name for each of {len(labels)} labels. Received for {tag!r}: {found}."
                )
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "names", names)

    @classmethod
    def digits(cls) -> Self:
        """The digits "0" to "9" with their names in 19 languages."""
        return cls(tuple("0123456789"), {tag: tuple(names.split()) for tag, names in DIGIT_NAMES.items()})

    def in_language(self, language: str) -> tuple[str, ...]:
        """Names of the labels in a language, or in the nearest one that is there (`pt-BR` finds `pt`).

        Raises:
            ValueError: no language fits.
        """
        found = tags.lookup(language, list(self.names))
        if found is None:
            known = ", ".join(self.names) or "none"
            raise ValueError(
                f"`language` must be one that the labels have names in ({known}). Received: {shown(language)}."
            )
        return self.names[found]
