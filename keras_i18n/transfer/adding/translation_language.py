"""A trained translator learns one more language, and what it wrote before stays what it was."""

import contextlib
import dataclasses
import time
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.datasets.parallel import ParallelTexts
from keras_i18n.layers import LanguageAdapter
from keras_i18n.models.translation.bleu import validation_bleu
from keras_i18n.models.translation.fitting import fit_translator
from keras_i18n.models.translator import Translator
from keras_i18n.networks.translation_tokens import copy_what_was
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Texts
from keras_i18n.shown import cut, shown
from keras_i18n.text_table import preformatted, text_table
from keras_i18n.transfer.adding.extended_vocabulary import extend_vocabulary

_COMPARED = 50  # old texts whose translations into each old language are compared
_TRAINING = {"learning_rate": 2e-3, "warmup": 200, "averaging": 0.99}


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddedTranslation:
    """What adding a language to a translator did; `str(report)` is a table.

    Attributes:
        language: BCP-47 tag.
        directions: for each direction a tuple: source, target, pairs that trained, BLEU on the validation before and after.
            None where there was no validation, or where the model could not write the language.
        pieces, dropped: new pieces, and those that would have cut old texts in another way.
        weights: numbers that were trained; all others are as before.
        kept_texts: old texts that are tokenized as before.
        compared: translations between old languages that were compared with those of before: all the same.
        history: dict of lists, as Keras keeps it.
        seconds: it took so long.

    >>> print(AddedTranslation(language="uk", directions=(("en", "uk", 900, None, 11.2),), pieces=80, dropped=1, weights=9000,
    ...                        kept_texts=70, compared=50, history={}, seconds=60.0))
    source  target  pairs  BLEU before  after
    en      uk        900            -   11.2
    80 new pieces, 1 dropped for the sake of old texts; 9,000 weights trained. 70 old texts tokenized as before, 50 translations
    between old languages as before.
    """

    language: str
    directions: tuple
    pieces: int
    dropped: int
    weights: int
    kept_texts: int
    compared: int
    history: dict
    seconds: float

    def table(self) -> str:
        """The report as text."""
        lines = [
            [source, target, count, *("-" if bleu is None else f"{bleu:.1f}" for bleu in scores)]
            for source, target, count, *scores in self.directions
        ]
        return (
            f"{text_table(['source', 'target', 'pairs', 'BLEU before', 'after'], lines)}\n{self.pieces} new pieces, "
            f"{self.dropped} dropped for the sake of old texts; {self.weights:,} weights trained. {self.kept_texts} old texts "
            f"tokenized as before, {self.compared} translations\nbetween old languages as before."
        )

    __str__ = table

    def _repr_html_(self) -> str:
        return preformatted(str(self))


def add_translation_language(
    translator: Translator,
    language: str,
    pairs: Any,
    *,
    validation: Any = None,
    keep_texts: Texts = (),
    num_pieces: int = 2000,
    adapter_dim: int = 64,
    progress: ProgressOption = None,
    **training: Any,
) -> tuple[Translator, AddedTranslation]:
    """A copy of a translator that also writes one more language, and reads it.

    The language brings pieces, their rows, a token of its own and behind each block a small net (an adapter) that only texts
    to be translated into it pass. Only these are trained. No other language writes the new pieces, and old texts are
    tokenized as before: what is translated between old languages is the same as before. See Bapna and Firat 2019, "Simple,
    Scalable Adaptation for Neural Machine Translation".

    Args:
        translator: of two or more target languages and with one vocabulary; it stays as it is.
        language: BCP-47 tag of the new one.
        pairs: `ParallelTexts`, or a list of them, each with the language on one side. Both directions are trained, as far as
            the translator writes the language of the other side.
        validation: of the same kinds; its BLEU is told before and after.
        keep_texts: texts in old languages that must be tokenized as before; the other sides of `pairs` are anyway.
        num_pieces: pieces that are learned from the language's texts.
        adapter_dim: size of a new net's bottleneck.
        progress: as in `Translator.fit`.
        training: options of `Translator.fit`.

    Returns:
        (`Translator`, `AddedTranslation`).

    Raises:
        ValueError: a translator of one target language or of two vocabularies, a language that it has, pairs without it.

    >>> from keras_i18n import Translator, datasets, transfer
    >>> sides = {"de": ["eins", "zwei"], "fr": ["un", "deux"], "fi": ["yksi", "kaksi"]}
    >>> def pairs(tag):
    ...     return datasets.ParallelTexts(["one", "two"], sides[tag], source_language="en", target_language=tag)
    >>> options = {"epochs": 60, "warmup": 20, "learning_rate": 0.02, "averaging": 0.9, "verbose": 0}
    >>> translator = Translator.from_scratch([pairs("de"), pairs("fr")], vocabulary_size=290, size="tiny", dropout=0.0)
    >>> history = translator.fit([pairs("de"), pairs("fr")], **options)
    >>> longer, report = transfer.add_translation_language(translator, "fi", pairs("fi"), **options)
    >>> longer.translate(["two", "two"], target_language=["fi", "fr"])
    ['kaksi', 'deux']
    """
    began = time.monotonic()
    language = _checked(translator, language)
    given = _directions(pairs, language, "pairs")
    held_out = [] if validation is None else _directions(validation, language, "validation")
    own = [text for one in given for text in (one.target if one.target_language == language else one.source)]
    others = [text for one in given for text in (one.source if one.target_language == language else one.target)]
    old_texts = list(dict.fromkeys([*keep_texts, *others]))
    vocabulary = extend_vocabulary(translator.tokenizer, {language: own}, num_pieces=num_pieces, keep_texts=old_texts)
    pieces, tag = _first_rows(translator, vocabulary)
    network = networks.with_added_language(
        translator.network, language, pieces, tag, num_tags=len(translator.language_tags), adapter_dim=adapter_dim
    )
    longer = Translator(
        tokenizer=vocabulary.tokenizer,
        network=network,
        source_language=translator.source_language,
        target_languages=(*translator.target_languages, language),
        max_tokens=translator.max_tokens,
        max_codepoints=translator.max_codepoints,
        beam=translator.beam,
        length_penalty=translator.length_penalty,
    )
    trained = [both for one in given for both in (one, one.swap()) if _writes(longer, both.target_language)]
    told = [both for one in held_out for both in (one, one.swap()) if _writes(longer, both.target_language)]
    before = [_bleu(translator, one) if _writes(translator, one.target_language) else None for one in told]
    rows = np.zeros(longer.num_target_tokens, bool)
    first = translator.tokenizer.vocabulary_size
    rows[first : first + len(pieces)] = rows[-1] = True
    with _only_new(network):
        history = fit_translator(
            longer,
            trained,
            validation=told or None,
            trained_rows=rows,
            progress=progress,
            **_TRAINING | {"verbose": 0} | training,
        )
    _give_back(translator, longer, rows)
    compared = _compare(translator, longer, old_texts)
    scores = dict(zip(((one.source_language, one.target_language) for one in told), before, strict=True))
    after = {(one.source_language, one.target_language): _bleu(longer, one) for one in told}
    directions = []
    for one in trained:
        key = (one.source_language, one.target_language)
        directions.append((*key, len(one), scores.get(key), after.get(key)))
    adapters = sum(
        layer.count_params() // len(longer.added_languages)
        for layer in network.layers
        if isinstance(layer, LanguageAdapter)
    )
    return longer, AddedTranslation(
        language=language,
        directions=tuple(directions),
        pieces=len(pieces),
        dropped=vocabulary.dropped,
        weights=int(rows.sum()) * pieces.shape[1] + adapters,
        kept_texts=len(old_texts),
        compared=compared,
        history=history.history,
        seconds=time.monotonic() - began,
    )


def _checked(translator, language):
    if not isinstance(translator, Translator):
        raise TypeError(f"`translator` must be a Translator. Received: {shown(translator)}.")
    networks.refuse_few_bits(translator.network, "Adding a language")
    if not translator.language_tags or not translator.joint:
        raise ValueError(
            "A language is added to a translator of two or more target languages with one vocabulary. Received: one of "
            f"{len(translator.target_languages)} target languages{'' if translator.joint else ' and two vocabularies'}. Train "
            "it with pairs of several directions, such as en to de and de to en."
        )
    if translator.shortlist is not None:
        raise ValueError(
            "A language is added to a translator without a shortlist, which would lack its pieces. Received: one with a "
            "shortlist. Set `translator.shortlist = None`, add the language, and make a shortlist of the pairs of all by "
            "`transfer.lexical_shortlist`."
        )
    language = tags.normalize(language)
    if tags.lookup(language, translator.target_languages) is not None:
        raise ValueError(
            f"`language` must be new to the translator ({', '.join(translator.target_languages)}). Received: {shown(language)}."
        )
    return language


def _directions(pairs, language, name):
    """`ParallelTexts`, each with the language on its target side and as the tag tells it."""
    given = [pairs] if isinstance(pairs, ParallelTexts) else list(pairs)
    found = []
    for one in given:
        if not isinstance(one, ParallelTexts):
            raise TypeError(f"`{name}` must be `datasets.ParallelTexts`, or a list of them. Received: {shown(one)}.")
        sides = [tags.lookup(language, [side]) is not None for side in (one.source_language, one.target_language)]
        if sum(sides) != 1 or not len(one):
            raise ValueError(
                f"`{name}` must be pairs of '{cut(language)}' and another language. Received: {len(one)} of "
                f"{cut(one.source_language)} and {cut(one.target_language)}."
            )
        one = one.swap() if sides[0] else one
        found.append(
            ParallelTexts(one.source, one.target, source_language=one.source_language, target_language=language)
        )
    if not found:
        raise ValueError(f"`{name}` must hold pairs. Received: none.")
    return found


def _writes(translator, language):
    return tags.lookup(language, translator.target_languages) is not None


def _first_rows(translator, vocabulary):
    """New pieces begin as the mean of the old ones that spell them, the new token as the mean of those of languages."""
    table = translator.network.get_layer("embedding").embeddings.numpy()
    old = translator.tokenizer
    spelled = [piece.replace("▁", " ") for piece in vocabulary.pieces]
    rows = np.zeros((len(spelled), table.shape[1]), "float32")
    ends = [token for token in (old.begin_id, old.end_id) if token is not None]
    for row, ids in zip(rows, old.tokenize(spelled), strict=True):
        ids = ids[~np.isin(ids, ends)]
        row[:] = table[ids].mean(axis=0) if len(ids) else table[: old.vocabulary_size].mean(axis=0)
    return rows, table[old.vocabulary_size :].mean(axis=0)


@contextlib.contextmanager
def _only_new(network) -> Iterator[None]:
    """A block in which only adapters and the table can be trained."""
    frozen = [
        layer
        for layer in network.layers
        if not isinstance(layer, LanguageAdapter) and layer.name != "embedding" and layer.trainable
    ]
    for layer in frozen:
        layer.trainable = False
    try:
        yield
    finally:
        for layer in frozen:
            layer.trainable = True


def _give_back(translator, longer, rows):
    """The old weights once more: running averages of numbers that stood still are a little off."""
    table = longer.network.get_layer("embedding").embeddings
    values = table.numpy()
    values[~rows] = translator.network.get_layer("embedding").embeddings.numpy()
    table.assign(values)
    copy_what_was(translator.network, longer.network)
    longer.forget_graphs()


def _bleu(translator, pairs):
    found = translator.translate(pairs.source, target_language=pairs.target_language)
    return validation_bleu(found, pairs.target)


def _compare(translator, longer, texts: Sequence[str]):
    """How many translations between old languages were compared.

    Raises:
        RuntimeError: one differs.
    """
    chosen = [texts[place] for place in np.linspace(0, len(texts) - 1, min(_COMPARED, len(texts))).astype(int)]
    for one, other in zip(translator.tokenizer.tokenize(texts), longer.tokenizer.tokenize(texts), strict=True):
        if not np.array_equal(one, other):
            raise RuntimeError("An old text was tokenized differently. Nothing is returned: please report this.")
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for language in translator.target_languages:
            before, after = (
                model.translate(chosen, target_language=language, beam=1) for model in (translator, longer)
            )
            if before != after:
                raise RuntimeError(
                    f"Translations into '{cut(language)}' are others than before. Nothing is returned: please report this."
                )
            count += len(before)
    return count
