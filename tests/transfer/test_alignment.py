"""Maps find a known rotation, refinement finds pairs that were not given, and bad pairs are refused."""

import numpy as np
import pytest

from keras_i18n.evaluation import word_retrieval
from keras_i18n.transfer.alignment import MAPS, align, mutual_pairs, procrustes, shared_pairs

RANDOM = np.random.default_rng(11)
ROTATION = np.linalg.qr(RANDOM.standard_normal((8, 8)))[0]
TARGET = (RANDOM.standard_normal((300, 8)) * np.linspace(1, 0.3, 8)).astype("float32")


def turned(noise=0.0, shift=0.0):
    source = TARGET @ ROTATION.T + shift
    return (source + noise * RANDOM.standard_normal(TARGET.shape)).astype("float32")


def hits(found, source):
    names = list(range(len(TARGET)))
    pairs = list(zip(names, names, strict=True))
    score = word_retrieval(pairs, names, found.source(source), names, found.target(TARGET))
    return score.precision_at_1


def rows(count):
    return np.stack([np.arange(count)] * 2, axis=1)


@pytest.mark.parametrize("method", ["procrustes", "rcsls"])
def test_a_rotation_is_found(method):
    source = turned()
    assert hits(align(source, TARGET, rows(40), method=method), source) == 1


@pytest.mark.parametrize("method", MAPS)
@pytest.mark.parametrize("steps", [("unit",), ("unit", "centre", "unit"), ("whiten",), ()])
def test_every_map_and_step_gives_finite_vectors_of_the_same_size(method, steps):
    source = turned(0.1)
    found = align(source, TARGET, rows(50), method=method, steps=steps)
    for vectors in (found.source(source), found.target(TARGET)):
        assert vectors.shape == TARGET.shape
        assert vectors.dtype == np.float32
        assert np.isfinite(vectors).all()


def test_procrustes_is_orthogonal():
    matrix = procrustes(turned(0.5), TARGET)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(8), atol=1e-5)


def test_centring_takes_a_shift_off():
    source = turned(0.05, shift=3.0)
    plain = align(source, TARGET, rows(40), steps=("unit",))
    centred = align(source, TARGET, rows(40), steps=("centre", "unit"))
    assert hits(centred, source) > hits(plain, source) + 0.2


def test_whitening_decorrelates():
    found = align(turned(), TARGET, rows(40), steps=("whiten",))
    covariance = np.cov(found.target(TARGET), rowvar=False)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 0.05


def test_ridge_leaves_one_space_alone():
    found = align(TARGET, TARGET, rows(5), method="ridge", steps=())
    np.testing.assert_allclose(found.matrix, np.eye(8), atol=1e-4)


def test_rcsls_beats_its_start_where_hubs_are():
    source = turned(0.35)
    first, later = (
        hits(align(source, TARGET, rows(150), method="rcsls", num_steps=steps), source) for steps in (1, 15)
    )
    assert later >= first - 0.02


def test_refinement_finds_pairs_that_were_not_given():
    noise = 0.05 * np.random.default_rng(3).standard_normal(TARGET.shape)
    source = (turned() + noise).astype("float32")
    few = align(source, TARGET, rows(6))
    refined = align(source, TARGET, rows(6), num_refinements=4)
    assert len(refined.refinements) == 4
    assert refined.refinements[-1] > 6
    assert hits(refined, source) > hits(few, source) + 0.05


def test_mutual_pairs_are_mutual():
    source = np.concatenate([np.eye(4), [[1, 0.1, 0, 0]]]).astype("float32")
    found = mutual_pairs(source, np.eye(4)[::-1].astype("float32"), num_neighbours=1)
    assert found.tolist() == [[0, 3], [1, 2], [2, 1], [3, 0]]


def test_shared_words_of_two_scripts():
    assert shared_pairs(["दिन", "2026", "Nairobi"], ["Nairobi", "siku"]).tolist() == [[2, 0]]


class TestRefusals:
    def test_nothing_shared(self):
        with pytest.raises(ValueError, match="none shared"):
            shared_pairs(["दिन"], ["siku"])

    @pytest.mark.parametrize("pairs", [[], [[0, 1, 2]], [[0, 300]], [[-1, 0]]])
    def test_pairs(self, pairs):
        with pytest.raises(ValueError, match="`pairs` must"):
            align(turned(), TARGET, pairs)

    def test_sizes(self):
        with pytest.raises(ValueError, match="same number of columns"):
            align(TARGET[:, :4], TARGET, rows(3))

    @pytest.mark.parametrize("option", [{"method": "magic"}, {"steps": ("magic",)}])
    def test_names(self, option):
        with pytest.raises(ValueError, match="Received: 'magic'"):
            align(TARGET, TARGET, rows(3), **option)
