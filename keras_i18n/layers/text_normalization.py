"""The normaliser of a SentencePiece model inside of a graph."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers import fingerprint_lookup
from keras_i18n.layers.fingerprint_lookup import look_up
from keras_i18n.layers.ragged_rows import kept_left, shift_right, spread, take
from keras_i18n.layers.whole_number_tables import add_tables, config_of_tables
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers.normalizer_tables import LEADS, PAGE, SPACE, SYLLABLES, TAILS, VOWELS

REPLACEMENT = 0xFFFD
SPACE_SYMBOL = 0x2581
MAX_CODE_POINT = 0x10FFFF
TABLES = (
    "pages",
    "entries",
    "starts",
    "lengths",
    "pool",
    "bucket_numbers",
    "first",
    "second",
    "long_records",
    "symbols",
)
_RECORD_BITS = 20


def clean_code_points(code_points: Tensor) -> Tensor:
    """Makes any int32 numbers valid: what is no character, and 0 before the end, become U+FFFD.

    Args:
        code_points: int32 `(batch, length)`.

    Returns:
        int32 `(batch, length)`: valid code points, padded with 0 on the right.
    """
    places = tf.expand_dims(tf.range(1, tf.shape(code_points)[1] + 1), 0)
    present = tf.not_equal(code_points, 0)
    length = tf.reduce_max(tf.cast(present, tf.int32) * places, axis=1, keepdims=True)
    surrogate = tf.equal(tf.truncatediv(code_points, 0x800), 0xD800 // 0x800)
    valid = (code_points > 0) & (code_points <= MAX_CODE_POINT) & tf.logical_not(surrogate)
    return tf.where(places <= length, tf.where(valid, code_points, REPLACEMENT), 0)


@keras.saving.register_keras_serializable(package="keras_i18n")
class TextNormalization(keras.layers.Layer):
    """Normalises code points as a SentencePiece model does, white space rules included.

    At each place the longest key of the rules is replaced; user-defined symbols stay as they are; then white space
    is joined, escaped, and a prefix is put before the text, as the model says. Numbers that are no code points, lone
    surrogates, and 0 before the end of a row count as U+FFFD.

    Args:
        shapes: dict, table name -> shape, of the tables of `NormalizerTables`.
        types: dict, table name -> type, of those that are narrower than int32.
        first_long: see `NormalizerTables`.
        longest_rule: longest key in code points.
        longest_symbol: longest user-defined symbol in code points, 0 without any.
        hangul: three flags, see `NormalizerTables`.
        add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces: as in the model file.

    Input shape: int32 `(batch, length)`, padded with 0 on the right.
    Output shape: int32 `(batch, new length)`, padded with 0 on the right; at least one place wide.

    Example:

    >>> import numpy as np
    >>> from keras_i18n.layers import TextNormalization
    >>> from keras_i18n.tokenizers import normalizer_tables
    >>> tables = normalizer_tables.build({(0x2167,): tuple(map(ord, "VIII"))})
    >>> layer = TextNormalization(**TextNormalization.config_of(tables))
    >>> layer.assign(tables)
    >>> "".join(map(chr, np.array(layer(np.array([[32, 0x2167]], "int32")))[0]))
    '▁VIII'
    """

    def __init__(
        self,
        shapes: Mapping[str, Any],
        *,
        first_long: int,
        longest_rule: int,
        longest_symbol: int,
        hangul: Any,
        add_dummy_prefix: bool = True,
        remove_extra_whitespaces: bool = True,
        escape_whitespaces: bool = True,
        types: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.shapes = {name: tuple(shapes[name]) for name in TABLES}
        self.types = dict(types or {})
        self.first_long = first_long
        self.longest_rule = longest_rule
        self.longest_symbol = longest_symbol
        self.hangul = tuple(hangul)
        self.add_dummy_prefix = add_dummy_prefix
        self.remove_extra_whitespaces = remove_extra_whitespaces
        self.escape_whitespaces = escape_whitespaces
        self.tables = add_tables(self, self.shapes, self.types)

    @classmethod
    def config_of(cls, tables: Any, **options: Any) -> Config:
        """The config of the layer that holds `NormalizerTables`."""
        return options | {
            **config_of_tables(tables, TABLES),
            "first_long": tables.first_long,
            "longest_rule": tables.longest_rule,
            "longest_symbol": int(tables.symbols[:, 2].max(initial=0)),
            "hangul": tables.hangul,
        }

    def assign(self, tables: Any) -> None:
        """Takes over the numbers of `NormalizerTables`."""
        for name, variable in self.tables.items():
            variable.assign(getattr(tables, name))

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        code_points = tf.cast(code_points, tf.int32)
        code_points = clean_code_points(tf.pad(code_points, [[0, 0], [0, 1]]))
        return self._white_space(self._replace(code_points), tf.not_equal(code_points[:, :1], 0))

    def _replace(self, code_points):
        if self.shapes["entries"][0] == PAGE:  # no rules, no symbols
            return code_points
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        page = tf.bitwise.right_shift(code_points, 8)
        record = look_up(table["entries"], (look_up(table["pages"], page) - page) * PAGE + code_points)

        # `begin` of a place: where its value starts in the pool, or -1 - c for the code point c itself
        begin = tf.where(tf.equal(record, 0), -1 - code_points, look_up(table["starts"], record))
        length = tf.where(tf.equal(code_points, 0), 0, look_up(table["lengths"], record))
        if self.first_long < self.shapes["starts"][0]:
            begin, length = tf.cond(
                tf.reduce_any(record >= self.first_long),
                lambda: self._longer_keys(table, code_points, begin, length),
                lambda: (begin, length),
            )

        def changed():
            source, offset, valid = spread(length)
            first = take(begin, source)
            value = tf.gather(table["pool"], tf.maximum(first, 0) + tf.where(valid, offset, 0))
            return tf.where(valid, tf.where(first < 0, -1 - first, value), 0)

        return tf.cond(tf.reduce_any(record > 0), changed, lambda: code_points)

    def _longer_keys(self, table, code_points, begin, length):
        """`begin` and `length` with the longest keys found, and nothing at the places that they swallow."""
        count = tf.shape(code_points)[1]
        longest = max(self.longest_rule, self.longest_symbol, 3)
        padded = tf.pad(code_points, [[0, 0], [0, longest]])
        first, second = fingerprint_lookup.windows(padded, count, longest)
        consumed = tf.ones_like(code_points)
        single = tf.where(begin < 0, -1 - begin, tf.gather(table["pool"], tf.maximum(begin, 0)))
        single = tf.where(tf.equal(length, 1), single, 0)
        if self.longest_rule > 1:
            begin, length, consumed = self._rules(table, first, second, begin, length)
        if any(self.hangul):
            begin, length, consumed = self._hangul(single, begin, length, consumed)
        states, verbatim = self.longest_rule, None
        if any(self.hangul):
            states = max(states, 3)
        if self.longest_symbol:
            symbol = self._symbols(table, first, second)
            verbatim = symbol > 0
            consumed = tf.where(verbatim, symbol, consumed)
            states = max(states, self.longest_symbol)
        return self._resolve(code_points, begin, length, consumed, verbatim, states)

    def _rules(self, table, first, second, begin, length):
        columns = slice(1, self.longest_rule)
        slot, found = fingerprint_lookup.find(
            first[:, :, columns], second[:, :, columns], table["bucket_numbers"], table["first"], table["second"]
        )
        steps = np.arange(2, self.longest_rule + 1, dtype=np.int32).reshape(1, 1, -1) * 2**_RECORD_BITS
        match = tf.where(found, look_up(table["long_records"], slot) + steps, 0)
        match = tf.reduce_max(match, axis=2)
        consumed = tf.truncatediv(match, 2**_RECORD_BITS)
        record = match - consumed * 2**_RECORD_BITS
        some = match > 0
        return (
            tf.where(some, look_up(table["starts"], record), begin),
            tf.where(some, look_up(table["lengths"], record), length),
            tf.maximum(consumed, 1),
        )

    def _hangul(self, single, begin, length, consumed):
        """Composes lead + vowel (+ tail) and syllable + tail where that is longer than what was found."""
        second = tf.concat([single[:, 1:], tf.zeros_like(single[:, :1])], axis=1)
        third = tf.concat([second[:, 1:], tf.zeros_like(single[:, :1])], axis=1)

        def within(symbols, block):
            return (symbols >= block[0]) & (symbols < block[0] + block[1])

        pair = within(single, LEADS) & within(second, VOWELS)
        open_syllable = SYLLABLES + ((single - LEADS[0]) * 21 + second - VOWELS[0]) * 28
        cases = []  # (where, how many code points, what comes out), the longest last
        if self.hangul[0]:
            cases.append((pair, 2, open_syllable))
        if self.hangul[2]:
            place = single - SYLLABLES
            alone = (place >= 0) & (place < 19 * 21 * 28) & tf.equal(tf.truncatediv(place, 28) * 28, place)
            cases.append((alone & within(second, TAILS), 2, single + second - TAILS[0] + 1))
        if self.hangul[1]:
            cases.append((pair & within(third, TAILS), 3, open_syllable + third - TAILS[0] + 1))
        for where, count, syllable in cases:
            longer = where & (consumed < count)
            begin = tf.where(longer, -1 - syllable, begin)
            length = tf.where(longer, 1, length)
            consumed = tf.where(longer, count, consumed)
        return begin, length, consumed

    def _symbols(self, table, first, second):
        """Length of the longest user-defined symbol at each place, 0 where there is none."""
        lengths = table["symbols"][:, 2]

        def same(marks, column):
            return tf.equal(tf.gather(marks, lengths - 1, axis=2), tf.reshape(table["symbols"][:, column], [1, 1, -1]))

        found = same(first, 0) & same(second, 1)
        return tf.reduce_max(tf.cast(found, tf.int32) * tf.reshape(lengths, [1, 1, -1]), axis=2)

    def _resolve(self, code_points, begin, length, consumed, verbatim, states):
        """Takes keys from left to right: a place inside of a key gives nothing, or itself inside of a symbol.

        The state before a place is how many code points of a key are still to come; symbols count in states of
        their own. Each place is a function from state to state, and their compositions are found by doubling.
        """
        batch, count = tf.shape(code_points)[0], tf.shape(code_points)[1]
        number = states if verbatim is None else 2 * states
        after = consumed - 1
        if verbatim is not None:
            after = tf.where(verbatim & (after > 0), after + states, after)
        down = np.maximum(np.arange(number, dtype=np.int32) - 1, 0)
        if verbatim is not None:
            down[states : states + 2] = 0
        fresh = np.arange(number).reshape(1, 1, -1) == 0
        steps = tf.where(fresh, tf.expand_dims(after, 2), down.reshape(1, 1, -1))  # (batch, count, states)
        rows = tf.reshape(tf.range(batch * count) * number, tf.stack([batch, count, 1]))
        place = tf.reshape(tf.range(count), [1, -1, 1])
        alone = tf.reshape(tf.range(number), [1, 1, -1])

        def body(shift, steps):
            flat = tf.reshape(steps, [-1])
            before = tf.gather(flat, tf.maximum(rows - shift * number, 0) + alone)
            before = tf.where(place >= shift, before, alone)
            return shift * 2, tf.reshape(tf.gather(flat, rows + before), tf.shape(steps))

        _, steps = tf.while_loop(
            lambda shift, _: shift < count,
            body,
            [1, steps],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, None, number])],
        )
        state = shift_right(steps[:, :, 0], 0)
        starts = tf.equal(state, 0)
        length = tf.where(starts, length, 0)
        if verbatim is not None:
            inside = (starts & verbatim) | (state >= states)
            begin = tf.where(inside, -1 - code_points, begin)
            length = tf.where(inside, 1, length)
        return begin, tf.where(tf.equal(code_points, 0), 0, length)

    def _white_space(self, symbols, not_empty):
        if self.remove_extra_whitespaces:
            space = tf.equal(symbols, SPACE)
            extra = space & shift_right(space, True)
            symbols = tf.cond(
                tf.reduce_any(extra),
                lambda: kept_left(symbols, tf.not_equal(symbols, 0) & tf.logical_not(extra), 0),
                lambda: symbols,
            )
        mark = SPACE
        if self.escape_whitespaces:
            mark = SPACE_SYMBOL
            symbols = tf.where(tf.equal(symbols, SPACE), SPACE_SYMBOL, symbols)
        if self.add_dummy_prefix:
            symbols = tf.concat([tf.where(not_empty, mark, 0), symbols], axis=1)
        if self.remove_extra_whitespaces:
            places = tf.expand_dims(tf.range(1, tf.shape(symbols)[1] + 1), 0)
            inner = tf.not_equal(symbols, mark) & tf.not_equal(symbols, 0)
            end = tf.reduce_max(tf.where(inner, places, 0), axis=1, keepdims=True)
            symbols = tf.where(places <= end, symbols, 0)
        return symbols

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        return super().get_config() | {
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "types": self.types,
            "first_long": self.first_long,
            "longest_rule": self.longest_rule,
            "longest_symbol": self.longest_symbol,
            "hangul": list(self.hangul),
            "add_dummy_prefix": self.add_dummy_prefix,
            "remove_extra_whitespaces": self.remove_extra_whitespaces,
            "escape_whitespaces": self.escape_whitespaces,
        }
