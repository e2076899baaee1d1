"""An exported translator: text in, text out, whatever it runs in."""

import warnings
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.export.codepoints import batches_by_length, codepoints_of
from keras_i18n.export.metadata import Metadata, text_of
from keras_i18n.export.runner import Runner
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.models.translation.sentences import joined, split_at_sentence_ends
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Texts
from keras_i18n.shown import shown


class TranslationRunner(Runner):
    """An exported translator: `translate(texts)` gives the model's translations."""

    def translate(self, texts: Texts, *, target_language: Any = None, progress: ProgressOption = None) -> list[str]:
        """Translations of texts, one str a text.

        Args:
            texts: list of str; those with more tokens than the file reads at once are translated sentence by sentence, as
                the model does, and told in a warning.
            target_language: BCP-47 tag for all texts, or a list with one a text; not needed where the file writes one
                language.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Raises:
            TypeError: `texts` is no list of str. ValueError: a language that the file does not write.
        """
        texts = checked_texts(texts, self.metadata.max_codepoints)
        places = places_of(self.metadata, target_language, len(texts))
        counter = Counter(progress, "texts", total=len(texts))
        found, lengths = self._translated(texts, places, counter)
        most = self.metadata.max_tokens
        if most is not None and (cut := np.flatnonzero(lengths > most)).size:
            warnings.warn(
                f"{len(cut)} texts have more than the {most} tokens that the file reads at once; they were translated sentence "
                "by sentence.",
                stacklevel=2,
            )
            for row in cut:
                sentences = split_at_sentence_ends(texts[row], most=most // 2)
                again = None if places is None else np.repeat(places[[row]], len(sentences), axis=0)
                found[row] = joined(self._translated(sentences, again)[0])
        return found

    def _translated(self, texts, places, counter=None):
        """(translations, tokens of each source): what the file gives of each text, as it comes."""
        found, lengths = [""] * len(texts), np.zeros(len(texts), "int64")
        for rows in batches_by_length(texts):
            inputs = {"codepoints": codepoints_of([texts[row] for row in rows])}
            if places is not None:
                inputs["target_language"] = places[rows]
            written, *length = self._run(**inputs)
            lengths[rows] = length[0] if length else 0  # a file of before does not tell it
            for row, codepoints in zip(rows, written, strict=True):
                found[row] = text_of(codepoints[codepoints > 0])
            if counter is not None:
                counter.add(len(rows))
        return found, lengths

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> Any:
        """Translations, a list of str; see `translate`."""
        return self.translate(texts, progress=progress)

    def replay_outputs(self) -> list[str]:
        """Translations of the golden examples, into the languages that they name."""
        return self.translate(self.replay_inputs(), target_language=golden_languages(self.metadata))


def places_of(metadata: Metadata, target_language: Any, count: int) -> np.ndarray | None:
    """The input `target_language` of a translator's file: int32 `(count, 1)`; None where it writes one language.

    Args:
        metadata: of the file.
        target_language: BCP-47 tag for all texts, or a list with one a text.
        count: of the texts.

    Raises:
        ValueError: a language that the file does not write, or not one a text.
    """
    known = metadata.target_languages
    given = [target_language] * count if isinstance(target_language, str | None) else list(target_language)
    if len(given) != count:
        raise ValueError(f"`target_language` must have one tag a text ({count}). Received: {len(given)}.")
    if len(known) < 2 and set(given) <= {None}:
        return None
    places = np.zeros((count, 1), "int32")
    for row, tag in enumerate(given):
        found = None if tag is None else tags.lookup(tag, known)
        if found is None:
            raise ValueError(
                f"`target_language` must be one that the file writes ({', '.join(known) or 'it names none'}). "
                f"Received: {shown(tag)}."
            )
        places[row] = known.index(found)
    return places if len(known) > 1 else None


def golden_languages(metadata: Metadata) -> list[str] | None:
    """The target language of each golden example; None where the file names none."""
    languages = metadata.target_languages
    return [languages[example["target_language"]] for example in metadata.golden] if languages else None
