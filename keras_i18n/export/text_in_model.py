import dataclasses

import keras

from keras_i18n import layers
from keras_i18n.export import metadata as contract
from keras_i18n.models import TextModel
from keras_i18n.models.texts import MAX_CODEPOINTS

_OUTPUT_NAMES = {"text-classification": "scores", "text-embedding": "vector"}


@dataclasses.dataclass(frozen=True)
class TextInModel:
    """What every format writes: one Keras model from code points on, and what the file will say of itself."""

    keras_model: object
    metadata: contract.Metadata

    def outputs_of(self, codepoints):
        """A dict from output name to tensor; traced by the formats."""
        outputs = self.keras_model(codepoints, training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return dict(zip(self.metadata.outputs, outputs, strict=True))


def text_in_model(model):
    """The text-in form of a model, or of a tokenizer alone.

    Raises:
        TypeError: `model` is neither a model of this package nor one of its tokenizers.
    """
    if isinstance(model, TextModel):
        return _of_model(model)
    if hasattr(model, "tokenize") and hasattr(model, "digest"):
        return _of_tokenizer(model)
    raise TypeError(
        "`model` must be a TextClassifier, TextEncoder or another model of keras_i18n, or a tokenizer. "
        f"Received: {model!r:.80}."
    )


def _of_model(model):
    texts = contract.golden_texts(model.languages)
    return TextInModel(
        model.to_keras(),
        contract.Metadata(
            task=model.task,
            outputs=(_OUTPUT_NAMES.get(model.task, "output"),),
            labels=getattr(model, "labels", ()),
            languages=model.languages,
            tokenizer_digest=model.tokenizer.digest,
            max_codepoints=model.max_codepoints,
            golden=contract.golden_examples(texts, model.tokenize(texts), model.predict(texts)),
        ),
    )


def _of_tokenizer(tokenizer):
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    token_ids = layers.tokenization_layer(tokenizer, name="tokenization")(codepoints)
    length = layers.TokenCount(padding_id=tokenizer.padding_id, name="length")(token_ids)
    texts = contract.golden_texts(())
    sequences = tokenizer.tokenize(texts)
    return TextInModel(
        keras.Model(codepoints, [token_ids, length], name="tokenizer"),
        contract.Metadata(
            task="tokenization",
            outputs=("token_ids", "length"),
            tokenizer_digest=tokenizer.digest,
            tolerance=0.0,
            max_codepoints=MAX_CODEPOINTS,
            golden=contract.golden_examples(texts, sequences, sequences),
        ),
    )
