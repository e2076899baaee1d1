import dataclasses
import functools
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n import layers
from keras_i18n.export import metadata as contract
from keras_i18n.models import ImageClassifier, LanguageIdentifier, LanguageModel, TextModel, Translator
from keras_i18n.protocols import Tensor
from keras_i18n.shown import shown

OUTPUT_NAMES = {"text-classification": "scores", "text-embedding": "vector"}
_LARGEST_GOLDEN_IMAGE = 4096  # numbers
_NO_LIMIT = 2**31 - 1  # a tokenizer cuts no text
_BEST = 10  # tokens that a golden example of a language model tells


@dataclasses.dataclass(frozen=True)
class Exportable:
    """What every format writes: one Keras model from raw input on, and what the file will say of itself."""

    keras_model: Any
    metadata: contract.Metadata

    @functools.cached_property
    def inputs(self) -> list[tf.TensorSpec]:
        """A `tf.TensorSpec` for each input, in the model's order, named."""
        return [tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name) for tensor in self.keras_model.inputs]

    @functools.cached_property
    def serve(self) -> tf.types.experimental.PolymorphicFunction:
        """`outputs_of` as a `tf.function`, traced once for SavedModel and TFLite: TensorFlow traces apart while it saves."""
        return tf.function(self.outputs_of, input_signature=self.inputs, autograph=False)

    def told_as(self, metadata: contract.Metadata) -> "Exportable":
        """The same model with other metadata of the same outputs; what was traced is shared."""
        other = dataclasses.replace(self, metadata=metadata)
        vars(other)["serve"] = self.serve
        return other

    def outputs_of(self, *inputs: Tensor) -> dict[str, Tensor]:
        """A dict from output name to tensor; traced by the formats."""
        outputs = self.keras_model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return dict(zip(self.metadata.outputs, outputs, strict=True))

    @property
    def members(self) -> dict[str, bytes]:
        """Files that a .tflite file carries beside its labels: none."""
        return {}

    def finished(self, data: bytes) -> bytes:
        """What becomes of a .tflite model once it is converted: it stays."""
        return data


def exportable(model: Any) -> Exportable:
    """A model of this package, or a tokenizer alone, as the formats write it.

    Raises:
        TypeError: `model` is neither.
    """
    for kind, make in KINDS.items():
        if isinstance(model, kind):
            return make(model)
    if hasattr(model, "tokenize") and hasattr(model, "digest"):
        return _of_tokenizer(model)
    raise TypeError(
        "`model` must be a TextClassifier, TextEncoder or another model of keras_i18n, or a tokenizer; a network that "
        f"reads no text needs names for its outputs: ImageClassifier(network=..., labels=...). Received: {shown(model)}."
    )


def _of_text_model(model):
    texts = contract.golden_texts(model.languages)
    return Exportable(
        model.to_keras(),
        contract.Metadata(
            task=model.task,
            outputs=(OUTPUT_NAMES.get(model.task, "output"),),
            labels=getattr(model, "labels", ()),
            thresholds=model.thresholds.by_language if getattr(model, "multi_label", False) else {},
            abstain_below=model.threshold if isinstance(model, LanguageIdentifier) else None,
            languages=model.languages,
            tokenizer_digest=model.tokenizer.digest,
            max_codepoints=model.max_codepoints,
            golden=contract.golden_examples(texts, model.tokenize(texts), model.predict(texts)),
        ),
    )


def _of_language_model(model):
    keras_model = model.to_keras()
    states = [
        {
            "input": tensor.name,
            "output": f"next_{tensor.name}",
            "size": tensor.shape[1],
            "dtype": tensor.dtype,
            # the first state says which piece begins a text; tokens of a Transformer are none yet
            "first": -1 if place and tensor.dtype == "int32" else 0,
        }
        for place, tensor in enumerate(keras_model.inputs[2:])
    ]
    texts = contract.golden_texts(model.languages)
    nexts = np.log(np.maximum(model.predict(texts), 1e-30))
    best = np.argsort(-nexts, axis=1, kind="stable")[:, :_BEST]
    sequences = [ids[:-1] for ids in model.token_ids(texts)]
    golden = contract.golden_examples(texts, sequences, np.take_along_axis(nexts, best, axis=1))
    return Exportable(
        keras_model,
        contract.Metadata(
            task=model.task,
            outputs=("log_probabilities", *(state["output"] for state in states)),
            labels=model.pieces,
            languages=model.languages,
            tokenizer_digest=model.tokenizer.digest,
            max_codepoints=model.max_codepoints,
            golden=tuple({**told, "tokens": tokens.tolist()} for told, tokens in zip(golden, best, strict=True)),
            generation={
                "states": states,
                "end_id": model.end_id,
                "language_tags": list(model.language_tags),
                # pieces of a subword vocabulary show the space by a sign, and spell rare characters byte by byte
                "subwords": hasattr(model.tokenizer, "normalize"),
            },
        ),
    )


def _of_translator(model):
    return Exportable(model.to_keras(), translation_metadata(model))


def translation_metadata(model: Translator, *, beam: int | None = None) -> contract.Metadata:
    """What a file of a translator says of itself.

    Args:
        beam: of the search in the file; the model's own unless given.
    """
    languages = model.target_languages
    texts = contract.golden_texts(model.languages)
    # what a model splits into sentences a file cuts
    lengths = map(len, model.source_ids(texts, target_language=languages[0] if languages else None))
    texts = [text for text, length in zip(texts, lengths, strict=True) if length <= model.max_tokens]
    tagged = [languages[place % len(languages)] for place in range(len(texts))] if languages else None
    translations = model.translate(texts, target_language=tagged, beam=beam)
    sequences = model.source_ids(texts, target_language=tagged)
    golden = contract.golden_examples(texts, sequences, [list(map(ord, text)) for text in translations])
    if languages:
        golden = tuple({**told, "target_language": place % len(languages)} for place, told in enumerate(golden))
    return contract.Metadata(
        task=model.task,
        outputs=("translation", "source_length"),
        languages=model.languages,
        target_languages=languages,
        tokenizer_digest=model.tokenizer.digest,
        max_codepoints=model.max_codepoints,
        max_tokens=model.max_tokens,
        golden=golden,
    )


def _of_image_classifier(model):
    keras_model = model.to_keras()
    shape = [size or 8 for size in keras_model.inputs[0].shape[1:]]
    golden = ()
    if np.prod(shape) <= _LARGEST_GOLDEN_IMAGE:
        images = np.random.default_rng(0).random((3, *shape)).round(3).astype("float32")
        images[0], images[1] = 0, 1
        golden = tuple(
            {"image": image.tolist(), "output": scores.round(7).tolist()}
            for image, scores in zip(images, model.predict(images), strict=True)
        )
    return Exportable(
        keras_model,
        contract.Metadata(
            task=model.task,
            outputs=("scores",),
            labels=model.labels,
            image_shape=tuple(keras_model.inputs[0].shape[1:]),
            label_names={tag: list(names) for tag, names in model.localized_labels.names.items()},
            languages=tuple(model.localized_labels.names),
            golden=golden,
        ),
    )


def _of_tokenizer(tokenizer):
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    token_ids = layers.tokenization_layer(tokenizer, name="tokenization")(codepoints)
    length = layers.TokenCount(padding_id=tokenizer.padding_id, name="length")(token_ids)
    texts = contract.golden_texts(())
    sequences = tokenizer.tokenize(texts)
    return Exportable(
        keras.Model(codepoints, [token_ids, length], name="tokenizer"),
        contract.Metadata(
            task="tokenization",
            outputs=("token_ids", "length"),
            tokenizer_digest=tokenizer.digest,
            tolerance=0.0,
            max_codepoints=_NO_LIMIT,
            golden=contract.golden_examples(texts, sequences, sequences),
        ),
    )


# kind of model -> how it becomes an `Exportable`; the first that fits
KINDS = {
    LanguageModel: _of_language_model,
    Translator: _of_translator,
    TextModel: _of_text_model,
    ImageClassifier: _of_image_classifier,
}
