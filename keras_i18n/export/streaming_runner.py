"""The encoder and the step of a translator, each open in its runtime, and both as one translator."""

import dataclasses
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.metadata import text_of
from keras_i18n.export.runner import Runner
from keras_i18n.export.translation_runner import TranslationRunner, golden_languages, places_of
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.models.translation.exported_translation import STEP_INPUTS
from keras_i18n.models.translation.sentences import joined, split_at_sentence_ends
from keras_i18n.protocols import Texts, TokenIds
from keras_i18n.shown import cut, shown

ENCODER_OUTPUTS = (*STEP_INPUTS, "source_length")
STEP_OUTPUTS = ("next_written", "next_states", "translation", "going")
_KEPT = ("written", "states")  # what a step hands to the next


class _Part(Runner):
    def predict(self, *_: Any, **__: Any) -> NoReturn:
        """Refuses: the other file is needed.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            f"An encoder and a step translate together: export.load_steps(encoder, step). Received: '{cut(self.path)}' alone."
        )

    translate = predict

    def run(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """What the file gives for one batch, by the names of its outputs."""
        return dict(zip(self.metadata.outputs, self._run(**inputs), strict=True))


class EncoderRunner(_Part):
    """The exported encoder of a translator: it reads a text once."""

    def source_ids(self, texts: Texts, *, target_language: Any = None) -> TokenIds:
        """Token ids of sources as the step sees them, a list of int32 arrays; arguments as in `translate`."""
        texts = checked_texts(texts, self.metadata.max_codepoints)
        places = places_of(self.metadata, target_language, len(texts))
        found = []
        for row, text in enumerate(texts):
            tagged = {} if places is None else {"target_language": places[row : row + 1]}
            ids = self.run(codepoints=codepoints_of([text]), **tagged)["source_ids"][0]
            found.append(ids[ids >= 0])
        return found

    def replay_outputs(self) -> TokenIds:
        """Token ids of the golden examples' texts."""
        return self.source_ids(self.replay_inputs(), target_language=golden_languages(self.metadata))


class StepRunner(_Part):
    """The exported step of a translator: it writes a token more."""


class StreamingRunner(TranslationRunner):
    """A translator in two files: `translate(texts)`, and `stream(text)` for a translation while it grows.

    Args:
        encoder, step: the two files, open.
    """

    def __init__(self, encoder: EncoderRunner, step: StepRunner) -> None:
        for runner, outputs in ((encoder, ENCODER_OUTPUTS), (step, STEP_OUTPUTS)):
            if runner.metadata.outputs != outputs:
                raise ValueError(
                    f"'{cut(runner.path)}' must give {', '.join(outputs)}. Received: {cut(', '.join(runner.metadata.outputs))}."
                )
        told = dataclasses.replace(
            encoder.metadata,
            task="translation",
            outputs=("translation", "source_length"),
            tolerance=max(encoder.metadata.tolerance, step.metadata.tolerance),
        )
        super().__init__(f"{encoder.path}, {step.path}", told, self._translation)
        self._parts = encoder, step

    def stream(self, text: str, *, target_language: str | None = None) -> Iterator[str]:
        """The translation after each token that changes it; the last is what `translate` gives.

        Args:
            text: one text; one with more tokens than the file reads at once is translated sentence by sentence, which a
                warning tells.
            target_language: BCP-47 tag; not needed where the file writes one language.

        Raises:
            TypeError: `text` is no str. ValueError: a language that the file does not write.
        """
        if not isinstance(text, str):
            raise TypeError(f"`text` must be a str. Received: {shown(text)}.")
        (text,) = checked_texts([text], self.metadata.max_codepoints)
        places = places_of(self.metadata, target_language, 1)
        tagged = {} if places is None else {"target_language": places}
        return self._grown(text, tagged)

    def _grown(self, text, tagged):
        read = self._parts[0].run(codepoints=codepoints_of([text]), **tagged)
        most = self.metadata.max_tokens
        if read["source_length"][0] <= most:
            yield from self._texts(read)
            return
        warnings.warn(
            f"The text has more than the {most} tokens that the file reads at once; it is translated sentence by sentence.",
            stacklevel=3,
        )
        done = ""
        for sentence in split_at_sentence_ends(text, most=most // 2):
            found = done
            for grown in self._texts(self._parts[0].run(codepoints=codepoints_of([sentence]), **tagged)):
                yield (found := joined([done, grown]))
            done = found

    def _texts(self, read):
        before = None
        for found in self._steps(read):
            text = text_of(found["translation"][0][found["translation"][0] > 0])
            # the first bytes of a character are none yet
            whole = not text.endswith("\ufffd") or not found["going"][0]
            if whole and text != before:
                yield text
                before = text

    def _steps(self, read):
        """What each step gives, from what the encoder gave on."""
        given = {name: values for name, values in read.items() if name != "source_length"}
        # the last place is the end piece's: a step that goes on behind it is not one of ours
        for _ in range(given["written"].shape[1]):
            found = self._parts[1].run(**given)
            yield found
            if not found["going"].any():
                return
            given |= {name: found[f"next_{name}"] for name in _KEPT}
        raise ValueError(
            f"A translation must end within its room. Received: none from '{cut(self.path)}'. Export it again."
        )

    def _translation(self, **inputs):
        read = self._parts[0].run(**inputs)
        *_, last = self._steps(read)
        return [last["translation"], read["source_length"]]
