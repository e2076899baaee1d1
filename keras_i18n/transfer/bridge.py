"""A linear bridge from one encoder's vectors into another's space."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class LinearBridge:
    """An affine map between two spaces of vectors, whose results have length one.

    Attributes:
        mean: float32 `(from_dim,)`, taken off first.
        kernel: float32 `(from_dim, to_dim)`.
        offset: float32 `(to_dim,)`.

    >>> rng = np.random.default_rng(0)
    >>> vectors = rng.standard_normal((500, 8)).astype("float32")
    >>> wanted = vectors @ rng.standard_normal((8, 4)).astype("float32")
    >>> wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    >>> bridge = LinearBridge.fit(vectors, wanted)
    >>> bool((bridge(vectors) * wanted).sum(1).mean() > 0.95)
    True
    """

    mean: np.ndarray
    kernel: np.ndarray
    offset: np.ndarray

    @classmethod
    def fit(cls, vectors, targets, *, ridge=0.05):
        """The map of least squares with a ridge (Hoerl, Kennard 1970).

        Args:
            vectors: float `(texts, from_dim)`.
            targets: float `(texts, to_dim)`, of the same texts.
            ridge: penalty, as a share of the mean variance of a direction of `vectors`.

        Raises:
            ValueError: fewer texts than ten, or columns of unequal length.
        """
        if len(vectors) != len(targets) or len(vectors) < 10:
            raise ValueError(
                f"A bridge needs the vectors of at least 10 texts in both spaces. Received: {len(vectors)} and "
                f"{len(targets)}."
            )
        x, y = np.asarray(vectors, np.float64), np.asarray(targets, np.float64)
        mean, offset = x.mean(0), y.mean(0)
        x = x - mean
        gram = x.T @ x
        gram[np.diag_indices_from(gram)] += ridge * np.trace(gram) / len(gram)
        kernel = np.linalg.solve(gram, x.T @ (y - offset))
        return cls(*(part.astype(np.float32) for part in (mean, kernel, offset)))

    def __call__(self, vectors):
        """Float32 `(texts, to_dim)` of vectors `(texts, from_dim)`."""
        out = (np.asarray(vectors, np.float32) - self.mean) @ self.kernel + self.offset
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
