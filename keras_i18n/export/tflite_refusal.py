"""What TFLite's converter could not convert, said in a line: the operator, the layer it came from, and the way out."""

import re

# `fused["BitwiseAnd:", "text_in/network/odd_bits_1/BitwiseAnd@function"]` in the converter's own words
_PLACE = re.compile(r'fused\["(\w+):", "([^"@]+)@')
_CALLS = {"StatefulPartitionedCall", "PartitionedCall"}
# how operators begin -> what does their work here
_WAYS_OUT = {
    "TensorList": "keras_i18n.layers.LSTM, GRU, SimpleRNN or Bidirectional, whose loops take any batch and length",
    "String": "a tokenizer of keras_i18n.tokenizers, which is compiled into the file",
    "Lookup": "a tokenizer of keras_i18n.tokenizers, which is compiled into the file",
    "Hash": "a tokenizer of keras_i18n.tokenizers, which is compiled into the file",
}
_OTHERWISE = "layers of keras_i18n.layers, or other operations of keras.ops; or export to 'onnx' or 'saved_model'"


def refusal(converter_says: str) -> str:
    """The message for a failed conversion.

    Args:
        converter_says: the converter's error, pages of MLIR.
    """
    places = {
        (operator, path.split("/")[-2] if "/" in path else path): None
        for operator, path in _PLACE.findall(converter_says)
        if operator not in _CALLS
    }
    if not places:
        first = converter_says.strip().split("\n")[0]
        return f"TFLite cannot convert this model. Use {_OTHERWISE}. The converter said: {first[:200]}"
    named = ", ".join(f"{operator} (in layer '{layer}')" for operator, layer in list(places)[:4])
    operators = [operator for operator, _ in places]
    ways = {way for start, way in _WAYS_OUT.items() if any(operator.startswith(start) for operator in operators)}
    return f"TFLite has no built-in operator for {named}. Use {' and '.join(sorted(ways)) or _OTHERWISE}."
