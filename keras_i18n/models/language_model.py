"""Language models: how probable a text is, and how it may go on."""

import functools
from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers
from keras_i18n.models import from_keras
from keras_i18n.models.decoding import generation
from keras_i18n.models.decoding.continuation import NextTokens
from keras_i18n.models.decoding.exported_step import text_in_step
from keras_i18n.models.decoding.sequence_scores import SequenceScores
from keras_i18n.models.decoding.suggestions import suggestions
from keras_i18n.models.fitting import language_model_fitting
from keras_i18n.models.saving.kinds import savable
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.models.text_model import TextModel
from keras_i18n.networks.language_model import language_model
from keras_i18n.networks.next_token_step import next_token_step
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Path, Texts, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.training.options import with_options_of

_MAX_CODEPOINTS = 1 << 22


@savable
class LanguageModel(TextModel):
    """Gives texts their probability, token by token, and writes on from where they end.

    Args:
        tokenizer: text -> token ids, with a begin and an end piece, such as `CharacterTokenizer`.
        network: token ids -> a score (logit) for every token to come next; `networks.language_model` builds one.
        language_tags: languages that have a piece of their own, which then stands for the begin piece. Their ids
            follow those of the tokenizer.
        languages, max_codepoints: as in `TextModel`.

    Example:

    >>> from keras_i18n.tokenizers import CharacterTokenizer
    >>> texts = ["aloha kakahiaka", "aloha ahiahi"] * 8
    >>> model = LanguageModel.create(CharacterTokenizer.train(texts), kind="gru", size="tiny")
    >>> history = model.fit(texts, epochs=20, verbose=0)
    >>> bool(model.log_probability(["aloha"])[0] > model.log_probability(["ahola"])[0])
    True
    """

    task = "text-generation"
    _saved = ("language_tags", *TextModel._saved)
    _graphs = ("_nats", "_next_tokens", *TextModel._graphs)

    def __init__(
        self,
        *,
        tokenizer: Any,
        network: keras.Model,
        languages: Sequence[str] = (),
        language_tags: Sequence[str] = (),
        max_codepoints: int = _MAX_CODEPOINTS,
    ) -> None:
        language_tags = tuple(tags.normalize(tag) for tag in language_tags)
        languages = tuple(languages) or language_tags
        super().__init__(tokenizer=tokenizer, network=network, languages=languages, max_codepoints=max_codepoints)
        self.language_tags = language_tags
        if len(tokenizer.tokenize([""])[0]) != 2:
            raise ValueError(
                "The tokenizer of a language model must put a begin and an end piece: they say how a text starts and "
                f"that it is over. Received: {shown(tokenizer)}. Make it with begin=True, end=True."
            )
        if len(network.output_shape) != 3 or network.output_shape[-1] != self.num_tokens:
            raise ValueError(
                f"`network` must give {self.num_tokens} scores a token, shape (batch, tokens, {self.num_tokens}): "
                f"{tokenizer.vocabulary_size} pieces and {len(language_tags)} language tags. "
                f"Received: {shown(network.output_shape)}."
            )

    @classmethod
    def create(
        cls, tokenizer: Any, *, language_tags: Sequence[str] = (), languages: Sequence[str] = (), **network_options: Any
    ) -> Self:
        """A new language model, untrained.

        Args:
            tokenizer, language_tags, languages: as in the constructor.
            network_options: of `networks.language_model`: kind, size, embedding_dim, units, num_layers, dropout,
                max_tokens.
        """
        network = language_model(tokenizer.vocabulary_size + len(tuple(language_tags)), **network_options)
        return cls(tokenizer=tokenizer, network=network, languages=languages, language_tags=language_tags)

    @classmethod
    def from_keras(cls, model: keras.Model | Path, *, tokenizer: Any = None, languages: Sequence[str] = ()) -> Self:
        """A language model of a causal language model of KerasHub, such as `GPT2CausalLM`, with the same scores.

        Args:
            model: the task with its preprocessor, or a network of token ids and mask with `tokenizer`; or its `.keras`
                file.
            tokenizer: one of this package with a begin and an end piece, or a tokenizer or preprocessor of KerasHub.
            languages: BCP-47 tags that the model was made for.

        Raises:
            ValueError: a model of another kind, an input that nobody fills, or a tokenizer without a begin and an end.
        """
        tokenizer, network = from_keras.split(model, tokenizer=tokenizer, of_causal_model=True)
        return cls(tokenizer=tokenizer, network=network, languages=languages)

    @property
    def num_tokens(self) -> int:
        """Pieces of the tokenizer and language tags."""
        return self.tokenizer.vocabulary_size + len(self.language_tags)

    @property
    def context(self) -> int | None:
        """How many tokens a Transformer looks back on; None for a recurrent network, which has no limit."""
        for layer in self.network.layers:
            if isinstance(layer, layers.PositionEmbedding):
                return layer.max_tokens
        return None

    def token_ids(self, texts: Texts, *, language: str | None = None) -> TokenIds:
        """Token ids of whole texts, begin and end piece included.

        Args:
            texts: list of str.
            language: tag whose piece stands for the begin piece: None, one for all texts, or one (or None) a text.
        """
        sequences = self.tokenizer.tokenize(checked_texts(texts, self.max_codepoints))
        if language is None:
            return sequences
        given = [language] * len(sequences) if isinstance(language, str) else list(language)
        if len(given) != len(sequences):
            raise ValueError(f"`language` must have one tag a text ({len(sequences)}). Received: {len(given)}.")
        for ids, tag in zip(sequences, given, strict=True):
            if tag is not None:
                ids[0] = self._tag_id(tag)
        return sequences

    def _tag_id(self, tag):
        found = tags.lookup(tag, self.language_tags)
        if found is None:
            known = ", ".join(self.language_tags) or "none: make the model with `language_tags`"
            raise ValueError(f"`language` must be one of the model's tags ({known}). Received: {shown(tag)}.")
        return self.tokenizer.vocabulary_size + self.language_tags.index(found)

    @with_options_of(language_model_fitting.LanguageModelTraining)
    def fit(self, train: Any, *, validation_data: Any = None, **options: Any) -> keras.callbacks.History:
        """Trains with `keras.Model.fit`.

        Short texts are read a row each, bucketed by length. Long ones (over 1,024 tokens) and files are read in
        windows at several places at once, the hidden states carried from window to window.

        Args:
            train: `Dataset`, list of str, or the path of a UTF-8 text file, which is streamed and may be larger than
                memory.
            validation_data: of the same kinds.
            epochs, minutes, batch_size, window, learning_rate, clip_norm, optimizer: as in `LanguageModelTraining`.
            by_line, language_dropout, early_stopping, backup_dir, sampling_temperature: as in `LanguageModelTraining`.
            device, mixed_precision, callbacks, seed, verbose, progress: as in `LanguageModelTraining`.

        Returns:
            Keras' `History`; losses are nats a token.

        Raises:
            ValueError: no text; a byte of a file that is no UTF-8, with its offset; a loss that is no number (the
                weights of the last good epoch are kept).
        """
        return language_model_fitting.fit_language_model(self, train, validation_data=validation_data, **options)

    def log_probability(
        self, texts: Texts, *, language: str | None = None, progress: ProgressOption = None
    ) -> np.ndarray:
        """Log probability of each text, in nats: the sum over its tokens, given those before, and over its end.

        Args:
            texts: list of str; the empty text has the probability of ending at once.
            language: as in `token_ids`.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float64 `(texts,)`. It does not depend on which texts stand beside a text.
        """
        nats = self.token_log_probabilities(texts, language=language, progress=progress)
        return np.array([values.sum() for values in nats], np.float64)

    def token_log_probabilities(
        self, texts: Texts, *, language: str | None = None, progress: ProgressOption = None
    ) -> list[np.ndarray]:
        """Log probability of each token of each text, its end included: a list of float64 arrays, nats."""
        return self._nats(self.token_ids(texts, language=language), progress=progress)

    @functools.cached_property
    def _nats(self):
        return SequenceScores(self.network, context=self.context, padding_id=self.tokenizer.padding_id)

    def perplexity(self, dataset: Any) -> dict[str, float]:
        """Perplexity a token (the end counted as one) by language.

        Args:
            dataset: `Dataset` with languages.

        Returns:
            dict, language -> float, in the order of `dataset.languages`.
        """
        nats = self._nats_by_language(dataset)
        return {
            language: float(np.exp(-sum(map(np.sum, found)) / sum(map(len, found))))
            for language, (found, _) in nats.items()
        }

    def bits_per_character(self, dataset: Any) -> dict[str, float]:
        """Bits a code point by language: all bits of the texts, those of their ends too, over their code points.

        It compares models of different tokenizers. Arguments and result as in `perplexity`.
        """
        nats = self._nats_by_language(dataset)
        return {
            language: float(-sum(map(np.sum, found)) / np.log(2) / max(1, sum(map(len, texts))))
            for language, (found, texts) in nats.items()
        }

    def _nats_by_language(self, dataset):
        if getattr(dataset, "language", None) is None or not len(dataset.text):
            raise ValueError(
                f"`dataset` must be a `datasets.Dataset` with at least one row. Received: {shown(dataset)}."
            )
        tagged = [language if language in self.language_tags else None for language in dataset.language]
        found = self.token_log_probabilities(dataset.text, language=tagged if self.language_tags else None)
        rows = {language: ([], []) for language in dataset.languages}
        for language, nats, text in zip(dataset.language, found, dataset.text, strict=True):
            rows[language][0].append(nats)
            rows[language][1].append(text)
        return rows

    def generate(
        self,
        prompt: str = "",
        *,
        max_tokens: int = 200,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        num_beams: int = 1,
        language: str | None = None,
        seed: int = 0,
    ) -> str:
        """Writes on from a prompt, to the end piece or `max_tokens`.

        Args:
            prompt: str, how the text begins.
            max_tokens: the most tokens to add.
            temperature, top_k, top_p: see `generation.Sampling`; temperature 0 is greedy.
            num_beams: above 1: the most probable text that a beam search of this width finds; it draws nothing, so
                the options of sampling must be left out.
            language: tag whose piece begins the text.
            seed: the same seed gives the same text.

        Returns:
            The prompt with its continuation, str.
        """
        if isinstance(max_tokens, bool) or int(max_tokens) != max_tokens or max_tokens < 1:
            raise ValueError(f"`max_tokens` must be a whole number of at least 1. Received: {shown(max_tokens)}.")
        if int(num_beams) != num_beams or num_beams < 1:
            raise ValueError(f"`num_beams` must be a whole number of at least 1. Received: {shown(num_beams)}.")
        sampling = generation.Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
        ids = self._prompt_ids(prompt, language)
        if num_beams > 1:
            if sampling != generation.Sampling():
                raise ValueError(
                    "Beam search draws nothing: leave out `temperature`, `top_k` and `top_p`, or set num_beams=1. "
                    f"Received: num_beams={cut(num_beams)}, {shown(sampling)}."
                )
            found, _ = generation.beam_search(
                lambda: self._next_tokens.start(ids), max_tokens=max_tokens, end_id=self.end_id, num_beams=num_beams
            )
        else:
            found = generation.sample(
                self._next_tokens.start(ids), max_tokens=max_tokens, end_id=self.end_id, sampling=sampling, seed=seed
            )
        return prompt + self._added(found, len(ids))

    def suggest(self, text: str, *, top: int = 3, unit: str = "word", language: str | None = None) -> list[Any]:
        """The most probable next words, as a keyboard shows them.

        Args:
            text: what was typed. If it stops within a word, suggestions complete the word.
            top: number of suggestions.
            unit: "word", or "token" for single tokens.
            language: tag whose piece begins the text.

        Returns:
            List of `Suggestion` (text to add, probability), best first.
        """
        ids = self._prompt_ids(text, language)
        return suggestions(
            self._next_tokens.start(ids),
            pieces=self.pieces,
            end_id=self.end_id,
            text_of=lambda found: self._added(found, len(ids)),
            top=top,
            unit=unit,
        )

    def predict(self, texts: Texts, *, language: str | None = None, progress: ProgressOption = None) -> np.ndarray:
        """Probabilities of the token that follows each text.

        Args:
            texts: list of str.
            language: as in `token_ids`.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, num_tokens)`.
        """
        found = np.zeros((len(texts), self.num_tokens), "float32")
        counter = Counter(progress, "texts", total=len(texts))
        for row, ids in enumerate(self.token_ids(texts, language=language)):
            found[row] = np.exp(self._next_tokens.start(ids[:-1]).next[0])
            counter.add()
        return found

    def to_keras(self) -> keras.Model:
        """The text-in model that is exported: text so far and states in, what may come next and new states out.

        A `keras.Model` that shares the weights of `.network`. Inputs, int32 unless told otherwise:
            codepoints `(batch, length)`: raw code points of the text, padded with 0 on the right. With a tokenizer of
                characters what was typed since the last call; with pieces, which cannot be cut in two, the whole text.
            token_ids `(batch, tokens)`: tokens to be read after the text, such as a suggestion that was taken; -1 is
                padding.
            state_0 `(batch, 1)`: 0 at the start of a text, or the place of a language in `language_tags`, counted
                from 1.
            state_1, ...: the network's states, float32 zeros at the start; those of a Transformer are its last
                tokens, int32 `(batch, context)`, -1 at the start.
        Outputs, a list: log probabilities of the next token, float32 `(batch, num_tokens)`, and the states for the
        next call, in the order of the inputs.
        """
        return text_in_step(self)

    def step_network(self) -> keras.Model:
        """One step as a functional `keras.Model`: `token_ids` int32 `(batch, 1)` and states in, logits and states out.

        It shares the weights of `.network` and exports to TFLite and ONNX with built-in operators only. See
        `networks.next_token_step` for the states.
        """
        return next_token_step(self.network)

    @property
    def begin_id(self) -> int:
        """Id of the begin piece."""
        return int(self.tokenizer.tokenize([""])[0][0])

    @property
    def begin_ids(self) -> list[int]:
        """Ids that a text may begin with: the begin piece, then the language tags."""
        return [self.begin_id, *range(self.tokenizer.vocabulary_size, self.num_tokens)]

    @property
    def never_next(self) -> list[int]:
        """Ids that never follow: the begin piece (unless it is the end piece too), the unknown one, the language tags."""
        unknown = getattr(self.tokenizer, "unknown_id", None)
        return sorted({*([] if unknown is None else [unknown]), *self.begin_ids} - {self.end_id})

    @property
    def end_id(self) -> int:
        """Id of the end piece."""
        return int(self.tokenizer.tokenize([""])[0][1])

    @property
    def pieces(self) -> tuple[str, ...]:
        """Pieces of the tokenizer and language tags, a tuple of str by token id."""
        return (*self.tokenizer.pieces, *(f"<{tag}>" for tag in self.language_tags))

    def _prompt_ids(self, prompt, language):
        if not isinstance(prompt, str):
            raise TypeError(f"A text to continue must be a str. Received: {shown(prompt)}.")
        return self.token_ids([prompt], language=language)[0][:-1]

    def _added(self, token_ids, num_prompt):
        """Text of the tokens after the prompt; decoded as a whole, because a piece may lose its space alone."""
        text, prompt = self.tokenizer.detokenize([token_ids[1:], token_ids[1:num_prompt]])
        return text[len(prompt) :]

    @functools.cached_property
    def _next_tokens(self):
        return NextTokens(self.network, context=self.context, never=self.never_next)
