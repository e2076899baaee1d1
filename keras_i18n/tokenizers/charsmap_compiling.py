"""Compiles plain rules into a SentencePiece precompiled charsmap, by the sentencepiece library."""

import io
from collections.abc import Mapping

from keras_i18n.leftovers import temporary_folder
from keras_i18n.tokenizers import sentencepiece_model


def library_charsmap(name: str = "nmt_nfkc") -> bytes:
    """The charsmap (bytes) that the sentencepiece library has under a name."""
    return _charsmap(normalization_rule_name=name)


def compile_charsmap(rules: Mapping[tuple[int, ...], tuple[int, ...]]) -> bytes:
    """A charsmap (bytes) of rules: dict, tuple of code points -> tuple of code points.

    >>> from keras_i18n.tokenizers.charsmap import read_charsmap
    >>> dict(read_charsmap(compile_charsmap({(0x2167,): (0x56, 0x49)})))
    {(8551,): (86, 73)}
    """
    spell = {}
    lines = []
    for key, value in rules.items():
        for text in (key, value):
            if text not in spell:
                spell[text] = " ".join(f"{c:X}" for c in text)
        lines.append(f"{spell[key]}\t{spell[value]}\n")
    with temporary_folder("rules") as folder:
        path = folder / "rules.tsv"
        path.write_text("".join(lines))
        return _charsmap(normalization_rule_tsv=str(path))


def _charsmap(**options):
    """The charsmap that the library puts into a model of a few letters."""
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c"] * 10),
        model_writer=written,
        model_type="unigram",
        vocab_size=8,
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
        **options,
    )
    return sentencepiece_model.parse(written.getvalue()).charsmap
