"""Language models: how probable a text is, and how it may go on."""

import functools

import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers, networks
from keras_i18n.models import language_model_training
from keras_i18n.models.next_token_scores import SequenceScores
from keras_i18n.models.text_model import TextModel
from keras_i18n.models.texts import checked_texts
from keras_i18n.networks.language_model import language_model

_MAX_CODEPOINTS = 1 << 22


class LanguageModel(TextModel):
    """Gives texts their probability, token by token, and writes on from where they end.

    Args:
        tokenizer: text -> token ids, with a begin and an end piece, such as `CharacterTokenizer`.
        network: token ids -> a score (logit) for every token to come next; `networks.language_model` builds one.
        language_tags: languages that have a piece of their own, which then stands for the begin piece. Their ids
            follow those of the tokenizer.
        languages, max_codepoints: as in `TextModel`.

    Example:

    >>> texts = ["aloha kakahiaka", "aloha ahiahi"] * 8
    >>> model = LanguageModel.create(CharacterTokenizer.train(texts), kind="gru", size="tiny")
    >>> history = model.fit(texts, epochs=20, verbose=0)
    >>> bool(model.log_probability(["aloha"])[0] > model.log_probability(["ahola"])[0])
    True
    """

    task = "text-generation"
    _saved = ("language_tags", *TextModel._saved)

    def __init__(self, *, tokenizer, network, languages=(), language_tags=(), max_codepoints=_MAX_CODEPOINTS):
        language_tags = tuple(tags.normalize(tag) for tag in language_tags)
        languages = tuple(languages) or language_tags
        super().__init__(tokenizer=tokenizer, network=network, languages=languages, max_codepoints=max_codepoints)
        self.language_tags = language_tags
        if len(tokenizer.tokenize([""])[0]) != 2:
            raise ValueError(
                "The tokenizer of a language model must put a begin and an end piece: they say how a text starts and "
                f"that it is over. Received: {tokenizer!r}. Make it with begin=True, end=True."
            )
        if len(network.output_shape) != 3 or network.output_shape[-1] != self.num_tokens:
            raise ValueError(
                f"`network` must give {self.num_tokens} scores a token, shape (batch, tokens, {self.num_tokens}): "
                f"{tokenizer.vocabulary_size} pieces and {len(language_tags)} language tags. "
                f"Received: {network.output_shape}."
            )

    @classmethod
    def create(cls, tokenizer, *, language_tags=(), languages=(), **network_options):
        """A new language model, untrained.

        Args:
            tokenizer, language_tags, languages: as in the constructor.
            network_options: of `networks.language_model`: kind, size, embedding_dim, units, num_layers, dropout,
                max_tokens.
        """
        network = language_model(tokenizer.vocabulary_size + len(tuple(language_tags)), **network_options)
        return cls(tokenizer=tokenizer, network=network, languages=languages, language_tags=language_tags)

    @property
    def num_tokens(self):
        """Pieces of the tokenizer and language tags."""
        return self.tokenizer.vocabulary_size + len(self.language_tags)

    @property
    def context(self):
        """How many tokens a Transformer looks back on; None for a recurrent network, which has no limit."""
        for layer in self.network.layers:
            if isinstance(layer, layers.PositionEmbedding):
                return layer.max_tokens
        return None

    def token_ids(self, texts, *, language=None):
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
        normal = tags.normalize(tag)
        if normal not in self.language_tags:
            known = ", ".join(self.language_tags) or "none: make the model with `language_tags`"
            raise ValueError(f"`language` must be one of the model's tags ({known}). Received: {tag!r}.")
        return self.tokenizer.vocabulary_size + self.language_tags.index(normal)

    def fit(self, train, *, validation_data=None, **options):
        """Trains with `keras.Model.fit`.

        Short texts are read a row each, bucketed by length. Long ones (over 1,024 tokens) and files are read in
        windows at several places at once, the hidden states carried from window to window.

        Args:
            train: `Dataset`, list of str, or the path of a UTF-8 text file, which is streamed and may be larger than
                memory.
            validation_data: of the same kinds.
            options: of `LanguageModelTraining`: epochs, minutes, batch_size, window, learning_rate, clip_norm,
                optimizer, by_line, language_dropout, early_stopping, backup_dir, callbacks, seed, verbose.

        Returns:
            Keras' `History`; losses are nats a token.

        Raises:
            ValueError: no text; a byte of a file that is no UTF-8, with its offset; a loss that is no number (the
                weights of the last good epoch are kept).
        """
        return language_model_training.fit_language_model(self, train, validation_data=validation_data, **options)

    def log_probability(self, texts, *, language=None, progress=None):
        """Log probability of each text, in nats: the sum over its tokens, given those before, and over its end.

        Args:
            texts: list of str; the empty text has the probability of ending at once.
            language: as in `token_ids`.
            progress: called with the number of texts done since the last call.

        Returns:
            float64 `(texts,)`. It does not depend on which texts stand beside a text.
        """
        nats = self.token_log_probabilities(texts, language=language, progress=progress)
        return np.array([values.sum() for values in nats], np.float64)

    def token_log_probabilities(self, texts, *, language=None, progress=None):
        """Log probability of each token of each text, its end included: a list of float64 arrays, nats."""
        return self._nats(self.token_ids(texts, language=language), progress=progress)

    @functools.cached_property
    def _nats(self):
        return SequenceScores(self.network, context=self.context, padding_id=self.tokenizer.padding_id)
