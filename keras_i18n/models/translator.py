"""Translators: a text in one language in, the text in another out."""

import base64
import functools
import itertools
from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import languages as tags
from keras_i18n import tokenizers
from keras_i18n.layers import LanguageAdapter
from keras_i18n.models.saving.kinds import savable
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.models.text_model import TextModel
from keras_i18n.models.translation import fitting
from keras_i18n.models.translation.exported_translation import text_in_steps, text_in_translation
from keras_i18n.models.translation.search import Search, check_search
from keras_i18n.models.translation.shortlist import TranslationShortlist
from keras_i18n.models.translation.token_ids import cut, never_written, one_a_text
from keras_i18n.models.translation.training_pairs import training_pairs
from keras_i18n.networks.translation import translation
from keras_i18n.networks.translation_steps import TranslationSteps
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Config, Texts, TokenIds
from keras_i18n.shown import shown
from keras_i18n.training.options import with_options_of


@savable
class Translator(TextModel):
    """Translates texts, in one direction or into several languages.

    Args:
        tokenizer: source text -> token ids, with an end piece: a `UnigramTokenizer`.
        network: as `networks.translation` builds it: source ids and target ids -> scores of the next target token.
        target_tokenizer: of the target, with a begin and an end piece; by default one vocabulary serves both, which must
            then have both pieces.
        source_language: BCP-47 tag; a translator of many directions has none.
        target_languages: tags of the languages that it writes. With two or more, each has a token that stands before
            the source (Johnson et al. 2017); their ids follow those of the tokenizer.
        tagged: whether that token stands there where one language is written too, as `localize` may leave it.
        max_tokens: the longest source, in tokens; longer texts are split at sentence ends.
        max_codepoints: texts are cut to this many code points.
        beam, length_penalty: how `translate` searches unless told otherwise, and how every exported file does; 1 takes
            the likeliest token each time. They may be set at any time.
        shortlist: target tokens that a translation may have by those of its source, such as `transfer.lexical_shortlist`
            makes; None for all. It may be set at any time, and exported files hold it.

    Example:

    >>> pairs = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins"), ("two", "zwei")]
    >>> translator = Translator.from_scratch(pairs, vocabulary_size=290, size="tiny", dropout=0.0)
    >>> history = translator.fit(pairs, epochs=60, warmup=20, learning_rate=0.01, averaging=0.9, verbose=0)
    >>> translator.translate(["two one"])
    ['zwei eins']
    """

    task = "translation"
    tokenizer: Any
    _saved = ("source_language", "target_languages", "tagged", "max_tokens", "max_codepoints", "beam", "length_penalty")
    _graphs = ("_search",)

    def __init__(
        self,
        *,
        tokenizer: Any,
        network: keras.Model,
        target_tokenizer: Any = None,
        source_language: str | None = None,
        target_languages: Sequence[str] = (),
        tagged: bool = False,
        max_tokens: int = 256,
        max_codepoints: int = 16_384,
        beam: int = 1,
        length_penalty: float = 1.0,
        shortlist: TranslationShortlist | None = None,
    ) -> None:
        self._beam, self._length_penalty = 1, 1.0
        self._shortlist: TranslationShortlist | None = None
        self.beam, self.length_penalty = beam, length_penalty
        self.target_tokenizer = tokenizer if target_tokenizer is None else target_tokenizer
        self.source_language = None if source_language is None else tags.normalize(source_language)
        self.target_languages = tuple(tags.normalize(tag) for tag in target_languages)
        self.tagged, self.max_tokens = bool(tagged), int(max_tokens)
        for name, one, pieces in (
            ("tokenizer", tokenizer, ("end_id",)),
            ("target_tokenizer", self.target_tokenizer, ("begin_id", "end_id")),
        ):
            if any(getattr(one, piece, None) is None for piece in pieces):
                raise ValueError(
                    f"`{name}` of a translator must be a UnigramTokenizer with begin=True, end=True. "
                    f"Received: {shown(one)}."
                )
        languages = (*([self.source_language] if self.source_language else []), *self.target_languages)
        super().__init__(tokenizer=tokenizer, network=network, languages=languages, max_codepoints=max_codepoints)
        self.shortlist = shortlist

    def check_network(self) -> None:
        """Compares the network with the tokenizers.

        Raises:
            ValueError: it is no network of translation, or one of other vocabularies.
        """
        TranslationSteps(self.network)
        if self.network.output_shape[-1] != self.num_target_tokens:
            raise ValueError(
                f"`network` must give a score for each of {self.num_target_tokens} target tokens. "
                f"Received: {shown(self.network.output_shape)}."
            )

    def _check_inputs(self, network):
        """Its two inputs are looked at by `check_network`."""

    @classmethod
    def from_scratch(
        cls,
        pairs: Any,
        *,
        vocabulary_size: int = 8000,
        joint: bool = True,
        max_tokens: int = 256,
        **network_options: Any,
    ) -> Self:
        """A new translator for such pairs: vocabularies trained on them, the network untrained.

        Args:
            pairs: as `fit` takes them.
            vocabulary_size: pieces of the vocabulary, or of each of the two; small texts give fewer. 256 of them
                are bytes, by which all else is spelled.
            joint: one vocabulary for all languages, or one for sources and one for targets.
            max_tokens: as in the constructor.
            network_options: of `networks.translation`: decoder, size, dim, hidden_dim, num_heads, encoder_layers,
                decoder_layers, dropout.
        """
        rows = training_pairs(pairs)
        options: dict[str, Any] = {
            "vocabulary_size": vocabulary_size,
            "byte_fallback": True,
            "begin": True,
            "end": True,
        }
        told = [one for one in ([pairs] if hasattr(pairs, "target_language") else pairs) if hasattr(one, "source")]
        sources = {one.source_language for one in told}
        target_languages = tuple(dict.fromkeys(tag for tag in rows.target_language if tag is not None))
        num_tags = len(target_languages) if len(target_languages) > 1 else 0
        texts = [*rows.source, *rows.target] if joint else rows.source
        tokenizer = tokenizers.train_unigram(texts, **options)
        other = None if joint else tokenizers.train_unigram(rows.target, **options)
        network = translation(
            tokenizer.vocabulary_size + num_tags,
            target_vocabulary_size=None if other is None else other.vocabulary_size,
            **network_options,
        )
        return cls(
            tokenizer=tokenizer,
            network=network,
            target_tokenizer=other,
            source_language=sources.pop() if len(sources) == 1 else None,
            target_languages=target_languages,
            max_tokens=max_tokens,
        )

    @property
    def beam(self) -> int:
        """Versions of a translation that are followed at once; 1 takes the likeliest token each time."""
        return self._beam

    @beam.setter
    def beam(self, count: int) -> None:
        check_search(beam=count, length_penalty=self._length_penalty)
        self._beam = int(count)

    @property
    def length_penalty(self) -> float:
        """A version's nats are divided by its number of tokens to this power."""
        return self._length_penalty

    @length_penalty.setter
    def length_penalty(self, power: float) -> None:
        check_search(beam=self._beam, length_penalty=power)
        self._length_penalty = float(power)

    @property
    def shortlist(self) -> TranslationShortlist | None:
        """Target tokens that a translation may have by those of its source; None for all."""
        return self._shortlist

    @shortlist.setter
    def shortlist(self, shortlist: TranslationShortlist | None) -> None:
        if shortlist is not None:
            shortlist.check(self.tokenizer.vocabulary_size, self.num_target_tokens, self.target_tokenizer.end_id)
        self._shortlist = shortlist
        self.forget_graphs()

    @property
    def language_tags(self) -> tuple[str, ...]:
        """Target languages that have a token; none where there is no choice, unless the model is `tagged`."""
        return self.target_languages if self.tagged or len(self.target_languages) > 1 else ()

    @property
    def joint(self) -> bool:
        """Whether one vocabulary serves both sides."""
        return self.target_tokenizer is self.tokenizer

    @property
    def num_target_tokens(self) -> int:
        """Rows of the target's table: its pieces, and the language tokens of a joint vocabulary."""
        return self.target_tokenizer.vocabulary_size + (len(self.language_tags) if self.joint else 0)

    @property
    def never_written(self) -> tuple[int, ...]:
        """Ids that no translation has: unknown and control pieces, the byte 0, which pads texts, language tokens."""
        return never_written(self.target_tokenizer, self.num_target_tokens)

    @property
    def added_languages(self) -> tuple[str, ...]:
        """Target languages that `transfer.add_translation_language` added, in their order."""
        found = (layer.languages for layer in self.network.layers if isinstance(layer, LanguageAdapter))
        return next(found, ())

    @property
    def own_pieces(self) -> tuple[tuple[int, int], ...]:
        """For each added language the first id of the pieces that it brought, and the id after the last."""
        starts = (*self.tokenizer.groups.starts, self.tokenizer.vocabulary_size) if self.added_languages else ()
        return tuple(itertools.pairwise(starts))

    def source_ids(
        self, texts: Texts, *, target_language: Any = None, alpha: float | None = None, seed: Any = None
    ) -> TokenIds:
        """Token ids of sources, as the network reads them: the token of the target language, the text, the end piece.

        Args:
            texts: list of str.
            target_language: a tag for all texts, or one a text; None where the model writes one language.
            alpha, seed: of `UnigramTokenizer.sample`; None for the best cut.
        """
        sequences = cut(self.tokenizer, checked_texts(texts, self.max_codepoints), alpha, seed)
        if self.tokenizer.begin_id is not None:
            sequences = [ids[1:] for ids in sequences]
        if not self.language_tags:
            for tag in set(one_a_text(target_language, len(sequences))) - {None}:
                self._tag_place(tag)
            return sequences
        first = [
            self.tokenizer.vocabulary_size + self._tag_place(tag) for tag in one_a_text(target_language, len(sequences))
        ]
        return [np.concatenate([[tag], ids]).astype("int32") for tag, ids in zip(first, sequences, strict=True)]

    def target_ids(self, texts: Texts, *, alpha: float | None = None, seed: Any = None) -> TokenIds:
        """Token ids of translations, begin and end piece included; arguments as in `source_ids`."""
        return cut(self.target_tokenizer, checked_texts(texts, self.max_codepoints), alpha, seed)

    def _tag_place(self, tag):
        if tag is None and len(self.target_languages) == 1:
            return 0
        found = None if tag is None else tags.lookup(tag, self.target_languages)
        if found is None and (tag is None or self.target_languages):
            known = ", ".join(self.target_languages)
            raise ValueError(f"`target_language` must be one that the model writes ({known}). Received: {shown(tag)}.")
        return 0 if found is None else self.target_languages.index(found)

    @with_options_of(fitting.TranslatorTraining)
    def fit(self, pairs: Any, *, validation: Any = None, **options: Any) -> keras.callbacks.History:
        """Trains with `keras.Model.fit`.

        Args:
            pairs: `datasets.ParallelTexts`, a list of them (a direction each), or a list of `(source, target)` texts.
            validation: of the same kinds; its BLEU is told after each epoch.
            epochs, minutes, batch_tokens, learning_rate, warmup, cooldown, label_smoothing: as in `TranslatorTraining`.
            consistency, mixed_precision: as in `TranslatorTraining`.
            clip_norm, averaging, subword_sampling, early_stopping, max_validation, optimizer: as in `TranslatorTraining`.
            backup_dir, device, callbacks, seed, verbose, progress: as in `TranslatorTraining`.

        Returns:
            Keras' `History`: losses are nats a token, smoothed; "val_bleu" with validation.

        Raises:
            ValueError: no pair, an empty side, an unknown language; a loss that is no number (the weights of the last
                good epoch are kept).
        """
        return fitting.fit_translator(self, pairs, validation=validation, **options)

    def translate(
        self,
        texts: Texts,
        *,
        target_language: Any = None,
        beam: int | None = None,
        length_penalty: float | None = None,
        num_best: int | None = None,
        progress: ProgressOption = None,
    ) -> Any:
        """Translations of texts.

        Args:
            texts: list of str; the empty text has the empty translation.
            target_language: BCP-47 tag for all texts, or a list with one a text; not needed where the model writes one
                language.
            beam: versions of a translation that are followed at once; 1 takes the likeliest token each time. The
                model's own unless given.
            length_penalty: a version's nats are divided by its number of tokens to this power; above 1 for longer
                translations. The model's own unless given.
            num_best: None for one str a text; a number for a list of up to so many `Translation` (text, score) a text,
                best first, at most `beam`.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of
                how many.

        Returns:
            A list of str, or of lists of `Translation`.

        Raises:
            ValueError: a language that the model does not write, options out of their range.
        """
        found = self._search.translate(
            texts,
            target_language=target_language,
            beam=self.beam if beam is None else beam,
            length_penalty=self.length_penalty if length_penalty is None else length_penalty,
            num_best=num_best or 1,
            progress=progress,
        )
        return [best[0].text for best in found] if num_best is None else found

    def score(self, pairs: Any) -> np.ndarray:
        """Log probability of each translation given its source, in nats, whatever the shortlist: of its tokens and its end.

        Args:
            pairs: as `fit` takes them.

        Returns:
            float64 `(pairs,)`.
        """
        return self._search.score(training_pairs(pairs))

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> Any:
        """Translations, a list of str, by the model's own way to search; see `translate`."""
        return self.translate(texts, progress=progress)

    @functools.cached_property
    def _search(self):
        return Search(self)

    def to_keras(self) -> keras.Model:
        """The text-in model that is exported: code points in, code points of the translation out.

        A `keras.Model` that shares the weights of `.network`. Inputs: `codepoints` int32 `(batch, length)`, raw code
        points, padded with 0 on the right; where the model writes several languages also `target_language` int32
        `(batch, 1)`, the place of each text's in `target_languages`. Output: int32 `(batch, length)`, padded with 0. It
        searches by `beam` and `length_penalty` of the model. A text of more than `max_tokens` tokens is cut there.
        """
        return text_in_translation(self)

    def to_keras_steps(self) -> tuple[keras.Model, keras.Model]:
        """A greedy translation cut in two, for apps that show it while it grows.

        Returns:
            The encoder, inputs as in `to_keras` -> `source_ids`, `source`, `written`, `states`, `source_length`; and the step, which
            takes the first four and gives `written` and `states` for the next, code points so far, and `going`, 1 where it goes on.
        """
        return text_in_steps(self)

    def to_config(self) -> Config:
        """Everything of the model beside tokenizer and network, as plain data."""
        config = super().to_config()
        if not self.joint:
            config["target_tokenizer"] = base64.b64encode(self.target_tokenizer.to_bytes()).decode("ascii")
        if self.shortlist is not None:
            config["shortlist"] = self.shortlist.to_config()
        return config

    @classmethod
    def from_saved(cls, *, tokenizer: Any, network: keras.Model, config: Config) -> Self:
        """Builds the model again from what `save` kept."""
        other = config.get("target_tokenizer")
        if other is not None:
            data = base64.b64decode(other, validate=True)
            config = {**config, "target_tokenizer": tokenizers.UnigramTokenizer.from_bytes(data)}
        if config.get("shortlist") is not None:
            config = {**config, "shortlist": TranslationShortlist.from_config(config["shortlist"])}
        return cls(tokenizer=tokenizer, network=network, **config)
