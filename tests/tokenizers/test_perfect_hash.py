import numpy as np
import pytest

from keras_i18n.tokenizers import fingerprints, perfect_hash


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 1000, 8190])
def test_every_key_is_found_and_nothing_else(count):
    first, second = np.random.default_rng(count).integers(-(2**31), 2**31, (2, count)).astype(np.int32)
    table = perfect_hash.build(first, second)
    assert len(set(table.slots)) == count
    assert (table.find(first, second) == table.slots).all()
    assert (table.find(first, second + np.int32(1)) == -1).all()
    assert (table.find(first ^ np.int32(4), second) == -1).all()


@pytest.mark.parametrize("count", [5000, 17001])
def test_tables_are_nearly_full(count):
    first, second = np.random.default_rng(0).integers(-(2**31), 2**31, (2, count)).astype(np.int32)
    assert perfect_hash.build(first, second).size < 1.04 * count


@pytest.mark.parametrize("count", [3, 900, 4000])
def test_a_bucket_has_the_first_multiplier_that_fits(count):
    """One bucket after the other, those of most keys first: other numbers would change the files of every vocabulary."""
    first, second = np.random.default_rng(count).integers(-(2**31), 2**31, (2, count)).astype(np.int32)
    table = perfect_hash.build(first, second)
    buckets = perfect_hash.index(first, len(table.bucket_numbers))
    names, counts = np.unique(buckets, return_counts=True)
    taken, multipliers = set(), perfect_hash.multipliers_of(np.arange(2**14))

    def free(products):
        slots = set(perfect_hash.index(products, table.size).tolist())
        return len(slots) == len(products) and not slots & taken

    for name in names[np.argsort(-counts, kind="stable")]:
        keys = second[buckets == name]
        fitting = (number for number in range(2**14) if free(keys * multipliers[number]))
        number = next(fitting)
        assert table.bucket_numbers[name] == number
        taken.update(perfect_hash.index(keys * multipliers[number], table.size).tolist())


def test_halves_are_the_quotients_that_graphs_compare():
    table = perfect_hash.build(np.array([-70_000, 70_000, 65_535, -(2**31)], np.int32), np.arange(4, dtype=np.int32))
    assert table.first_halves[table.slots].tolist() == [-1, 1, 0, -(2**15)]


def test_numbers_to_places_reach_both_ends_of_tables_of_any_even_size():
    ends = np.array([-(2**31), 2**31 - 1], np.int32)
    for size in (16, 18, 1000, 24_058, 2**20 + 2):
        least, most = perfect_hash.index(ends, size)
        assert least in (0, 1)
        assert size - 3 <= most < size


def test_equal_fingerprints_are_refused():
    with pytest.raises(ValueError, match="differ"):
        perfect_hash.build(np.array([1, 1], np.int32), np.array([2, 2], np.int32))


def test_fingerprints_tell_order_length_and_planes_apart():
    sequences = [(97, 98), (98, 97), (97,), (97, 98, 0), (97, 98, 0, 0), (0x10061, 98), (97 + 256, 98), (0x20061, 98)]
    pairs = set(zip(*map(np.ndarray.tolist, fingerprints.fingerprints(sequences)), strict=True))
    assert len(pairs) == len(sequences)
