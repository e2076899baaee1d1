import keras
import pytest

from keras_i18n import optimizers


def test_names_of_this_room_and_of_keras():
    assert optimizers.get("rowwise_adamw", weight_decay=0.1).weight_decay == 0.1
    adam = optimizers.get("adam", learning_rate=0.5, clipnorm=1.0)
    assert isinstance(adam, keras.optimizers.Adam)
    assert (float(adam.learning_rate), adam.clipnorm) == (0.5, 1.0)


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"'rowwise_adam', .*Received: 'adamm'"):
        optimizers.get("adamm")
