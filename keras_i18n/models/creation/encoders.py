"""The encoders of a search: which there are, and what they say of the texts, asked for no sooner than needed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.languages import matches
from keras_i18n.models.presets import NUM_BYTES, check_name, preset_languages
from keras_i18n.models.text_encoder import TextEncoder
from keras_i18n.progress import ProgressOption
from keras_i18n.shown import shown


class Encoders:
    """Pretrained encoders of a set of texts.

    A preset is loaded when its vectors are first asked for: one of 276 MB takes seconds and memory.

    Args:
        presets: their names, the one that is preferred first.
        texts: list of str.
        max_bytes: the most bytes of an encoder; None for no limit.
        progress: called with a `Progress` of the texts encoded.

    Attributes:
        left_out: name -> why it cannot be had.

    >>> encoders = Encoders(("universal", "use_multilingual_v3"), ["Habari?"], 50_000_000)
    >>> encoders.first, encoders.left_out
    ('universal', {'use_multilingual_v3': 'it takes 275,688,448 bytes, more than max_bytes=50,000,000'})
    """

    def __init__(
        self,
        presets: Sequence[str],
        texts: Sequence[str],
        max_bytes: int | None = None,
        progress: ProgressOption = None,
    ) -> None:
        self.texts, self.progress = texts, progress
        self.left_out: dict[str, str] = {}
        self._languages: dict[str, tuple[str, ...]] = {}
        self._encoders: dict[str, Any] = {}
        self._vectors: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for preset in presets:
            size = self.num_bytes(preset)
            if max_bytes is not None and size > max_bytes:
                self.left_out[preset] = f"it takes {size:,} bytes, more than max_bytes={max_bytes:,}"
                continue
            try:
                self._languages[preset] = preset_languages(preset)
            except ImportError as error:
                self.left_out[preset] = str(error)

    @property
    def first(self) -> str | None:
        """Name of the one that is preferred; None where there is none."""
        return next(iter(self._languages), None)

    def num_bytes(self, preset: str) -> int:
        """Bytes of its weights."""
        return NUM_BYTES[preset]

    def languages(self, preset: str) -> tuple[str, ...]:
        """The languages that it was made for; none where it cannot be had."""
        return self._languages.get(preset, ())

    def knows(self, preset: str, languages: Sequence[str]) -> bool:
        """Whether it was made for any of these languages."""
        return any(matches(tag, self.languages(preset)) for tag in languages)

    def encoder(self, preset: str) -> Any:
        """The `TextEncoder`."""
        if preset not in self._encoders:
            self._encoders[preset] = TextEncoder.from_preset(preset)
        return self._encoders[preset]

    def vectors(self, preset: str, rows: np.ndarray) -> np.ndarray:
        """Vectors of some of the texts, float64 `(rows, dim)`; those that were asked for last are not encoded again.

        Args:
            preset: name of the encoder.
            rows: int `(rows,)`, ascending.
        """
        known, vectors = self._vectors.get(preset, (np.zeros(0, int), np.zeros((0, 0))))
        if np.array_equal(known, rows):
            return vectors
        new, encoder = np.setdiff1d(rows, known), self.encoder(preset)
        found = np.zeros((len(self.texts), encoder.dim))
        if len(known):
            found[known] = vectors
        found[new] = encoder.encode([self.texts[row] for row in new], progress=self.progress)
        vectors = found if len(rows) == len(found) else found[rows]
        self._vectors[preset] = rows, vectors
        return vectors

    def keep(self, preset: str | None) -> None:
        """Lets go of all encoders but one."""
        self._encoders = {name: encoder for name, encoder in self._encoders.items() if name == preset}


def checked_presets(given: Any) -> tuple[str, ...]:
    """Names of the presets that `preset` names; none for None.

    Raises:
        ValueError: no such preset, or one twice.

    >>> checked_presets("universal"), checked_presets(None)
    (('universal',), ())
    """
    names = () if given is None else (given,) if isinstance(given, str) else given
    if not isinstance(names, Sequence):
        raise ValueError(f"`preset` must be a name, several names, or None. Received: {shown(given)}.")
    for name in names:
        check_name(name)
    if len(set(names)) < len(names):
        raise ValueError(f"`preset` must name each encoder once. Received: {shown(list(names))}.")
    return tuple(names)
