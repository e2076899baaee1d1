"""A model exported as two files: the body once for all languages, and packs that give it token vectors."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_i18n import layers, networks
from keras_i18n.export import metadata as contract
from keras_i18n.export.exportable import OUTPUT_NAMES, Exportable
from keras_i18n.export.exporting import load_exported
from keras_i18n.export.pair_runners import LENGTH, TOKEN_VECTORS, BodyRunner, PackRunner, told_of_a_text
from keras_i18n.export.parts import FORMATS_OF_PARTS, checked_choice, digest_of_weights
from keras_i18n.export.runner import Runner
from keras_i18n.export.writing import write_files
from keras_i18n.models import LanguageIdentifier, TextClassifier, TextEncoder
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_GOLDEN_TOKENS = (1, 4)  # tokens of each golden example of a body
_DIGITS = 4


def export_body(
    model: Any,
    folder: Path,
    *,
    formats: str | Sequence[str] = FORMATS_OF_PARTS,
    precision: str = "float32",
    progress: ProgressOption = None,
) -> pathlib.Path:
    """Writes what all languages of a model share, as `body.tflite` and `body.onnx`: token vectors in, numbers out.

    An app that loads it and a pack (`export_pack`) chains the two: what the pack gives goes into the body by name.

    Args:
        model: a `TextClassifier` or `TextEncoder` whose token ids are read by a `MultilingualEmbedding`, by tables of hashed
            n-grams, or by both, as in the encoder `universal`.
        folder: where the files go.
        formats: "tflite", "onnx" or both.
        precision: as in `export`.
        progress: as in `export`.

    Returns:
        The folder. Inputs of a file: `token_vectors` float32 `(batch, tokens, dim)`, `length` int32 `(batch,)`, how many
        of them are tokens; of hashed n-grams such as `ngram_vector` float32 `(batch, dim)`, called after their table.

    Raises:
        ValueError: a model of another kind, another format or precision.

    Example:

    >>> import tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 8, "ngram_dim": 4, "hidden_dim": 6}
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=ki.networks.universal_sentence_encoder(**size))
    >>> folder = ki.export.export_body(encoder, tempfile.mkdtemp(), formats="tflite")
    >>> ki.load_exported(folder / "body.tflite").metadata.task
    'vectors-embedding'
    """
    digest = _digest(_checked(model))
    names = checked_choice(formats, precision, parts="a pair")
    return write_files(
        model, folder, names, precision=precision, progress=progress, name="body", make=lambda one: _body(one, digest)
    )


def export_pack(
    model: Any,
    folder: Path,
    *,
    name: str = "pack",
    formats: str | Sequence[str] = FORMATS_OF_PARTS,
    precision: str = "float32",
    progress: ProgressOption = None,
) -> pathlib.Path:
    """Writes tokenizer and rows of a model's languages: raw code points in, what the body takes out, by name.

    Args:
        model: such as `localization.localize` or `assemble` gives for some languages of the body's model.
        folder: where the files go.
        name: of the files, without their endings, such as "fr".
        formats, precision, progress: as in `export_body`.

    Returns:
        The folder.

    Raises:
        ValueError: as `export_body`.

    Example:

    >>> import tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 8, "ngram_dim": 4, "hidden_dim": 6}
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=ki.networks.universal_sentence_encoder(**size))
    >>> folder = ki.export.export_pack(encoder, tempfile.mkdtemp(), name="en", formats="tflite")
    >>> [vectors.shape[1] for vectors in ki.load_exported(folder / "en.tflite").token_vectors(["not to be"])]
    [8]
    """
    digest = _digest(_checked(model))
    names = checked_choice(formats, precision, parts="a pair")
    return write_files(
        model, folder, names, precision=precision, progress=progress, name=name, make=lambda one: _pack(one, digest)
    )


def load_pair(body: Path, pack: Path) -> Runner:
    """Opens a body and a pack as one runner, which reads texts as the file of the whole model does.

    Args:
        body: a file of `export_body`. pack: one of `export_pack`; the formats may differ.

    Raises:
        ValueError: a damaged file, one of another kind, a pack of another body, or one that gives what the body does not take.

    Example:

    >>> import tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 8, "ngram_dim": 4, "hidden_dim": 6}
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=ki.networks.universal_sentence_encoder(**size))
    >>> folder = ki.export.export_body(encoder, tempfile.mkdtemp(), formats="tflite")
    >>> folder = ki.export.export_pack(encoder, folder, formats="tflite")
    >>> pair = ki.export.load_pair(folder / "body.tflite", folder / "pack.tflite")
    >>> np.allclose(pair.predict(["not to be"]), encoder.predict(["not to be"]), atol=1e-5)
    True
    """
    head: Any = load_exported(pack)
    tail: Any = load_exported(body)
    for path, runner, kind in ((body, tail, BodyRunner), (pack, head, PackRunner)):
        if not isinstance(runner, kind):
            what = "export_body" if kind is BodyRunner else "export_pack"
            raise ValueError(
                f"A pair must be a file of `{what}` and its counterpart. Received: '{cut(path)}' for "
                f"{cut(runner.metadata.task)}."
            )
    if head.metadata.body != tail.metadata.body:
        raise ValueError(
            f"A pack must be of the model whose body is '{body}'. Received: '{cut(pack)}' of another one. Take the files "
            "that were exported of one model."
        )

    if tail.takes != (gives := tuple(sorted(head.metadata.outputs))):
        raise ValueError(
            f"A pack must give what its body takes ({cut(', '.join(tail.takes))}). Received: '{cut(pack)}', which gives "
            f"{cut(', '.join(gives))}. Take the files that were exported of one model."
        )

    def run(codepoints):
        return tail.run(**head.run(codepoints))

    told = dataclasses.replace(
        tail.metadata,
        task=tail.metadata.task.replace("vectors-", "text-"),
        languages=head.metadata.languages,
        tokenizer_digest=head.metadata.tokenizer_digest,
        max_codepoints=head.metadata.max_codepoints,
        tolerance=max(head.metadata.tolerance, tail.metadata.tolerance),
        golden=(),
    )
    return Runner(f"{body}, {pack}", told, run)


def _checked(model):
    if not isinstance(model, (TextClassifier, TextEncoder)) or isinstance(model, LanguageIdentifier):
        raise ValueError(f"`model` must be a TextClassifier or a TextEncoder. Received: {type(model).__name__}.")
    return model


def _digest(model):
    """Of the body's weights as they are, whatever precision the files have and whatever rows stand before it."""
    table = {id(weight) for one in networks.token_tables(model.network) for weight in one.layer.weights}
    return digest_of_weights(weight for weight in model.network.weights if id(weight) not in table)


def _body(model, digest):
    _, body = networks.split_at_token_vectors(model.network)
    generator = np.random.default_rng(0)
    examples = []
    for count in _GOLDEN_TOKENS:
        given = {one.name: _example(one, count, generator) for one in body.inputs}
        output = body([values[None] for values in given.values()], training=False)
        told = {
            name: values.astype("float64").round(_DIGITS).tolist() for name, values in given.items() if name != LENGTH
        }
        example = {TOKEN_VECTORS: told.pop(TOKEN_VECTORS)} if TOKEN_VECTORS in told else {}
        if told:
            example["vectors"] = told
        example["output"] = keras.ops.convert_to_numpy(output)[0].astype("float64").round(7).tolist()
        examples.append(example)
    return Exportable(
        body,
        contract.Metadata(
            task=model.task.replace("text-", "vectors-"),
            outputs=(OUTPUT_NAMES[model.task],),
            labels=getattr(model, "labels", ()),
            thresholds=model.thresholds.by_language if getattr(model, "multi_label", False) else {},
            golden=tuple(examples),
            body=digest,
        ),
    )


def _example(given, count, generator):
    """Numbers for an input of the body: of one text, with so many tokens."""
    if given.name == LENGTH:
        return np.array(count, "int32")
    dim = given.shape[-1]
    size = (count, dim) if given.name == TOKEN_VECTORS else dim
    return generator.normal(scale=dim**-0.5, size=size).round(_DIGITS).astype("float32")


def _pack(model, digest):
    rows, body = networks.split_at_token_vectors(model.network)
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    text = layers.TextTruncation(model.max_codepoints, name="truncation")(codepoints)
    token_ids = layers.tokenization_layer(model.tokenizer, name="tokenization")(text)
    names = [one.name for one in body.inputs]
    texts = contract.golden_texts(model.languages)
    sequences = model.tokenize(texts)
    given = [dict(zip(names, rows(_at_least_one(ids, model)[None]), strict=True)) for ids in sequences]
    return Exportable(
        keras.Model(codepoints, rows(token_ids), name="pack"),
        contract.Metadata(
            task="token-vectors",
            outputs=tuple(names),
            languages=model.languages,
            tokenizer_digest=model.tokenizer.digest,
            max_codepoints=model.max_codepoints,
            golden=contract.golden_examples(texts, sequences, list(map(_told, given))),
            body=digest,
        ),
    )


def _at_least_one(ids, model):
    return ids if len(ids) else np.array([model.tokenizer.padding_id], "int32")


def _told(given):
    found = {name: keras.ops.convert_to_numpy(values)[0] for name, values in given.items() if name != LENGTH}
    return told_of_a_text(found)
