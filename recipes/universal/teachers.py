"""The two teachers: vectors of `use_multilingual_v3`, and those of multilingual-e5-small carried into its space.

multilingual-e5-small runs in ONNX Runtime with dynamic int8 matrices, nine times as fast as its package's own engine
(cosine to it 0.995 in the mean). What a teacher has read is kept in files of `folder`: a run that was killed goes on.
"""

import hashlib
import os
import pathlib

import numpy as np
import tensorflow as tf

from keras_i18n import TextEncoder

_TOKENS = 300  # of a batch: what it computes stays in the processor's cache
_AT_ONCE = 20_000
_MOST_TOKENS = 160


class E5:
    """multilingual-e5-small.

    Args:
        folder: where the network and the vectors are kept.
        threads: of ONNX Runtime.
    """

    def __init__(self, folder: pathlib.Path, threads: int = 1) -> None:
        import onnxruntime

        self.folder = folder
        path = folder / "e5_int8.onnx"
        if not path.exists():
            _quantized(TextEncoder.from_preset("multilingual_e5_small").network, path)
        self.tokenizer = TextEncoder.from_preset("multilingual_e5_small").tokenizer
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options)

    def read(self, texts: list[str], progress=lambda done: None) -> np.ndarray:
        """Vectors of texts, float16 `(texts, 384)`; each part is read once, whatever happens between."""
        parts = []
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            file = self.folder / f"e5_{hashlib.sha256(chr(10).join(part).encode()).hexdigest()[:20]}.npy"
            if not file.exists():
                temporary = file.with_suffix(".tmp.npy")
                np.save(temporary, self._encode(part))
                os.replace(temporary, file)
            parts.append(np.load(file))
            progress(min(start + _AT_ONCE, len(texts)))
        return np.concatenate(parts)

    def _encode(self, texts):
        ids = self.tokenizer.tokenize(texts, max_tokens=_MOST_TOKENS)
        order = np.argsort([len(one) for one in ids], kind="stable")
        out, start = np.zeros((len(texts), 384), "float16"), 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and len(ids[order[stop]]) * (stop + 1 - start) <= _TOKENS:
                stop += 1
            places = order[start:stop]
            out[places] = self.session.run(None, {"token_ids": self.tokenizer.pad([ids[place] for place in places])})[0]
            start = stop
        return out


def _quantized(network, path):
    import tf2onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    signature = [tf.TensorSpec((None, None), tf.int32, name="token_ids")]
    function = tf.function(lambda ids: network(ids, training=False), input_signature=signature, autograph=False)
    whole = path.with_suffix(".float32")
    tf2onnx.convert.from_function(function, signature, opset=17, output_path=str(whole))
    temporary = path.with_suffix(".tmp")
    quantize_dynamic(whole, temporary, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"], per_channel=True)
    whole.unlink()
    os.replace(temporary, path)
