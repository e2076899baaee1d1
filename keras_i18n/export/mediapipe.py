"""A text model as MediaPipe Tasks loads it: its own tokenizer hands over characters, ours is in the graph behind."""

import dataclasses
import string
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from keras_i18n.export.character_vocabulary import (
    UNKNOWN,
    characters_of,
    codepoint_table,
    token_ids,
    vocabulary,
)
from keras_i18n.export.exportable import Exportable, exportable
from keras_i18n.export.mediapipe_metadata import INPUTS, VOCABULARY, mediapipe_metadata
from keras_i18n.layers.canonical_composition import without_branches
from keras_i18n.protocols import Tensor
from keras_i18n.shown import cut

FILE = "mediapipe"  # name of the file, before its ending
MOST_CODEPOINTS = 254  # shapes are fixed there: each text costs what the longest does
_AROUND = 2  # MediaPipe puts the unknown piece before and behind a text
_TASKS = ("text-classification", "text-embedding")
_BUFFER = "TFLITE_METADATA"


class MediaPipeExportable(Exportable):
    """An `Exportable` whose file takes what MediaPipe's text tasks give: ids, mask and segment ids of one text."""

    @property
    def inputs(self) -> list[tf.TensorSpec]:  # type: ignore[override]
        """Three of `(1, max_codepoints + 2)`, int32."""
        shape = (1, self.metadata.max_codepoints + _AROUND)
        return [tf.TensorSpec(shape, tf.int32, name=name) for name in INPUTS]

    def outputs_of(self, *inputs: Tensor) -> dict[str, Tensor]:
        """Ids back to code points, and on as every file does."""
        ids, mask, segment_ids = inputs
        table = tf.constant(codepoint_table())
        length = self.metadata.max_codepoints
        inside = tf.range(length)[None] < tf.reduce_sum(mask) - _AROUND
        # segment ids are zeros; an input that no operator reads would be left out of the file
        codepoints = tf.gather(table, ids[:, 1 : 1 + length]) + segment_ids[:, :length]
        with without_branches():
            return super().outputs_of(tf.where(inside, codepoints, tf.zeros_like(codepoints)))

    @property
    def members(self) -> dict[str, bytes]:
        """What MediaPipe looks for behind the model."""
        return {VOCABULARY: vocabulary()}

    def finished(self, data: bytes) -> bytes:
        """The file with MediaPipe's description in it.

        Raises:
            ValueError: the model has loops, which MediaPipe does not take.
        """
        import flatbuffers
        from tensorflow.lite.python import schema_py_generated as schema

        model = schema.ModelT.InitFromPackedBuf(data, 0)
        if len(model.subgraphs) > 1:
            raise ValueError(
                f"MediaPipe Tasks take files without loops. Received: one with {len(model.subgraphs) - 1}, as tokenizers "
                "of pieces and recurrent layers have them. Take a classifier of hashed words and n-grams "
                "(TextClassifier.from_scratch), or target='android' and LiteRT."
            )
        (graph,) = model.subgraphs
        tensors = [graph.tensors[number].name.decode() for number in graph.inputs]
        inputs = [next(one for one in sorted(INPUTS, key=len, reverse=True) if one in name) for name in tensors]
        described = mediapipe_metadata(inputs, self.metadata.outputs[0], labels=bool(self.metadata.labels))
        buffer, entry = schema.BufferT(), schema.MetadataT()
        buffer.data = np.frombuffer(described, np.uint8)
        entry.name, entry.buffer = _BUFFER, len(model.buffers)
        model.buffers.append(buffer)
        model.metadata = [*(model.metadata or []), entry]
        builder = flatbuffers.Builder(len(data) + len(described))
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def mediapipe_exportable(model: Any) -> MediaPipeExportable:
    """A classifier or encoder for MediaPipe's TextClassifier or TextEmbedder.

    Raises:
        ValueError: another kind of model, several labels a text, or a tokenizer that tells "A" from "a".
    """
    made = exportable(model)
    told = made.metadata
    if told.task not in _TASKS or told.thresholds or told.abstain_below is not None:
        raise ValueError(
            "MediaPipe's text tasks take encoders and classifiers that give each text one label. Received: "
            f"{cut(told.task)}{' with thresholds' if told.thresholds else ''}. Take target='android' and LiteRT."
        )
    capitals = string.ascii_uppercase
    if not np.array_equal(*model.tokenize([capitals, capitals.lower()])):
        raise ValueError(
            "MediaPipe makes capitals small before a file sees a text, so the model's tokenizer must do so too. Received: "
            f"{type(model.tokenizer).__name__}, for which they differ. Take target='android' and LiteRT."
        )
    length = min(told.max_codepoints, MOST_CODEPOINTS)
    golden = tuple(one for one in told.golden if len(one["codepoints"]) <= length)
    return MediaPipeExportable(made.keras_model, dataclasses.replace(told, max_codepoints=length, golden=golden))


def as_codepoints(run: Callable[..., Any], content: bytes, length: int) -> Callable[..., Any]:
    """Code points in, as other files take them: what MediaPipe does with a text before the file is run, done here.

    Args:
        run: ids, mask and segment_ids of one text -> list of arrays.
        content: the vocabulary in the file.
        length: code points that the file reads.
    """
    ids = {one: token for token, one in enumerate(characters_of(content)) if token != UNKNOWN}

    def run_codepoints(codepoints):
        rows = []
        for row in np.asarray(codepoints):
            text = "".join(map(chr, row[row > 0][:length]))
            inside = token_ids(text, ids)
            tokens = np.zeros((1, length + _AROUND), "int32")
            mask = tokens.copy()
            tokens[0, : len(inside) + _AROUND] = [UNKNOWN, *inside, UNKNOWN]
            mask[0, : len(inside) + _AROUND] = 1
            rows.append(run(ids=tokens, mask=mask, segment_ids=np.zeros_like(tokens)))
        return [np.concatenate(parts) for parts in zip(*rows, strict=True)]

    return run_codepoints
