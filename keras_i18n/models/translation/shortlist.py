import base64
import dataclasses
import zlib
from typing import Any, Self

import numpy as np

from keras_i18n.layers import Shortlist
from keras_i18n.protocols import Config
from keras_i18n.shown import shown

_MOST_BYTES = 1 << 28


@dataclasses.dataclass(frozen=True, eq=False)
class TranslationShortlist:
    """Target tokens that a translation may have, by the tokens of its source: a search that looks at few is quicker.

    `transfer.lexical_shortlist` makes one from sentence pairs; `translator.shortlist = ...` puts it in use.

    Attributes:
        candidates: int32 `(source tokens, most)`, target tokens for each source token, padded with -1.
        always: int32 `(n,)`, target tokens that every translation may have, among them the end piece.

    Raises:
        ValueError: other shapes.

    >>> shortlist = TranslationShortlist([[3, -1], [4, 2]], [0, 1])
    >>> shortlist.candidates.shape, shortlist.always.tolist()
    ((2, 2), [0, 1])
    """

    candidates: np.ndarray
    always: np.ndarray

    def __post_init__(self) -> None:
        for name, dimensions in (("candidates", 2), ("always", 1)):
            array = np.asarray(getattr(self, name))
            if array.ndim != dimensions or not np.issubdtype(array.dtype, np.integer) or not array.size:
                raise ValueError(
                    f"`{name}` of a shortlist must be whole numbers of {dimensions} dimension(s), at least one. "
                    f"Received: {array.dtype}, shape {array.shape}."
                )
            object.__setattr__(self, name, array.astype("int32"))

    def check(self, num_source: int, num_target: int, end_id: int) -> None:
        """Compares it with a model.

        Raises:
            ValueError: it is one of other vocabularies, or no translation could end.
        """
        if len(self.candidates) != num_source:
            raise ValueError(
                f"`shortlist` must have a row for each of {num_source} source tokens. "
                f"Received: {len(self.candidates)}. Make one of this model by `transfer.lexical_shortlist`."
            )
        ids = np.concatenate([self.candidates.ravel(), self.always])
        if ids.min() < -1 or self.always.min() < 0 or ids.max() >= num_target:
            raise ValueError(
                f"`shortlist` must hold ids from 0 to {num_target - 1}. Received: {shown([int(ids.min()), int(ids.max())])}."
            )
        if end_id not in self.always:
            raise ValueError(
                f"`shortlist.always` must have the end piece, {end_id}. Received: {shown(self.always.tolist())}."
            )

    def of_pieces(self, ids: np.ndarray) -> Self:
        """That of a model whose token `i` was token `ids[i]`, without tokens that are not there any more."""
        largest = max(len(self.candidates), *(int(one.max()) for one in (self.candidates, self.always, ids)))
        new_id = np.full(largest + 1, -1)
        new_id[ids] = np.arange(len(ids))
        found = np.where(self.candidates >= 0, new_id[self.candidates], -1)[ids]
        always = new_id[self.always]
        return type(self)(found, always[always >= 0])

    def check_beam(self, beam: int) -> None:
        """Whether every source leaves a beam enough tokens.

        Raises:
            ValueError: it does not.
        """
        if beam > 1 and len(self.always) < 2 * beam:
            raise ValueError(
                f"A beam of {beam} needs a shortlist with at least {2 * beam} tokens in `always`. "
                f"Received: {len(self.always)}."
            )

    def layer(self, num_target: int) -> Shortlist:
        """The layer that a search asks."""
        return Shortlist.from_tables(self.candidates, self.always, num_target, name="shortlist")

    def to_config(self) -> Config:
        """As plain data."""
        packed = zlib.compress(self.candidates.astype("<i4").tobytes())
        return {
            "shape": list(self.candidates.shape),
            "candidates": base64.b64encode(packed).decode("ascii"),
            "always": self.always.tolist(),
        }

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """From what `to_config` gave.

        Raises:
            ValueError: other data, or more of it than the shape says.
        """
        rows, most = (int(size) for size in config["shape"])
        if min(rows, most) < 1 or 4 * rows * most > _MOST_BYTES:
            raise ValueError(
                f"A saved shortlist must have 1 to {_MOST_BYTES // 4:,} ids. Received: {shown(config['shape'])}."
            )
        unpacking = zlib.decompressobj()
        try:
            data = unpacking.decompress(base64.b64decode(config["candidates"], validate=True), 4 * rows * most)
        except zlib.error as error:
            raise ValueError("A saved shortlist must have ids. They are damaged.") from error
        if len(data) != 4 * rows * most or unpacking.unconsumed_tail:
            raise ValueError(
                f"A saved shortlist must have the ids of its shape. Received: others than {shown(config['shape'])}."
            )
        return cls(np.frombuffer(data, "<i4").reshape(rows, most), np.asarray(config["always"]))
