"""Adagrad with one accumulator a row, against the rule written in NumPy."""

import keras
import numpy as np
import pytest

from keras_i18n import optimizers
from tests.optimizers.test_rowwise import DIM, ROWS, batches, by_row, weights


def row_adagrad(**options):
    return optimizers.RowwiseAdagrad(0.3, accumulator="row", initial_accumulator_value=0.0, epsilon=1e-20, **options)


def test_it_follows_the_rule_and_leaves_unused_rows_alone():
    table, bias = weights()
    expected, sums = np.array(table), np.zeros((ROWS, 1))
    optimizer = row_adagrad()
    optimizer.build([table, bias])
    for indices, values, bias_gradient in batches(every_row=False):
        optimizer.apply([by_row(indices, values), bias_gradient.astype("float32")], [table, bias])
        gradient = np.zeros((ROWS, DIM))
        np.add.at(gradient, indices, values)
        sums += np.square(gradient).mean(axis=1, keepdims=True)
        used = np.unique(indices)
        expected[used] -= 0.3 * gradient[used] / np.sqrt(sums[used])
    np.testing.assert_allclose(np.array(table), expected, atol=1e-6)
    unused = np.setdiff1d(np.arange(ROWS), indices)
    assert len(unused)
    assert np.array_equal(np.array(table)[ROWS // 2 :], np.array(weights()[0])[ROWS // 2 :])


def test_the_first_step_keeps_the_direction_of_the_gradient():
    table, bias = weights()
    optimizer = row_adagrad()
    before = np.array(table)
    optimizer.build([table, bias])
    gradient = np.array([[3.0, 0.0, -4.0, 0.0]], "float32")
    optimizer.apply([by_row([2], gradient), np.zeros(DIM, "float32")], [table, bias])
    step = before[2] - np.array(table)[2]
    np.testing.assert_allclose(step, 0.3 * gradient[0] / 2.5, atol=1e-6)


def test_its_config_makes_the_same_optimiser():
    twin = optimizers.RowwiseAdagrad.from_config(row_adagrad(clipnorm=0.5).get_config())
    assert twin.accumulator == "row"
    assert twin.clipnorm == 0.5
    assert keras.optimizers.deserialize(keras.optimizers.serialize(twin)).accumulator == "row"


@pytest.mark.parametrize("options", [{"accumulator": "table"}, {"accumulator": "row", "rows": "all"}])
def test_what_has_no_rows_is_refused(options):
    with pytest.raises(ValueError, match="accumulator"):
        optimizers.RowwiseAdagrad(0.1, **options)
