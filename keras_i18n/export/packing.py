"""A model's twin whose tables of token vectors take few bits: what an export in few bits starts from."""

from typing import Any

from keras_i18n import networks


def packed(model: Any, rows: str = "int8") -> Any:
    """The same model with `networks.few_bit_tables` in place of its network, or of the networks of its members.

    What holds no network stays as it is. Nothing of `model` is changed or shared.
    """
    if not hasattr(model, "with_networks"):
        return model
    return model.with_networks(lambda network: networks.few_bit_tables(network, rows))
