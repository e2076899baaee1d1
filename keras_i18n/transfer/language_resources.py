"""What there is of a new language."""

import dataclasses
import re
import warnings
from collections.abc import Sequence
from typing import Any

from keras_i18n import datasets
from keras_i18n import languages as tags
from keras_i18n.shown import cut, shown
from keras_i18n.transfer.script_check import check_script

FEW_PAIRS = 200
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class LanguageResources:
    """What there is of a new language: any of these, the more the better.

    Attributes:
        parallel: `datasets.ParallelTexts`; the new language may be either side.
        texts: texts of the language, list of str; they need a teacher that knows it.
        words: words of the language, the most frequent first; they need a teacher as well.
        lexicon: pairs (word of a known language, its translation).

    >>> LanguageResources(words=["jua", "bahari"]).all_texts()
    ['jua', 'bahari']
    """

    parallel: datasets.ParallelTexts | None = None
    texts: Sequence[str] = ()
    words: Sequence[str] = ()
    lexicon: Sequence[tuple[str, str]] = ()

    def sides(self) -> tuple[Any, Any]:
        """(texts of the known language, their translations), two tuples of str."""
        return ((), ()) if self.parallel is None else (self.parallel.source, self.parallel.target)

    def sentences(self) -> list[str]:
        """Sentences of the new language: translations and texts."""
        return [*self.sides()[1], *self.texts]

    def all_texts(self) -> list[str]:
        """Everything there is in the new language."""
        return [*self.sentences(), *self.words, *(target for _, target in self.lexicon)]

    def checked(self, language: str, *, has_teacher: bool) -> "LanguageResources":
        """The resources with the new language as the target side, or an error that says what is wrong.

        Raises:
            ValueError: nothing to learn from, the wrong languages or script, words or texts without a teacher, a
                lexicon none of whose words is in the texts.
        """
        parallel = self.parallel
        if parallel is not None and tags.equivalent(parallel.source_language, language):
            parallel = parallel.swap()
        if parallel is not None and not tags.equivalent(parallel.target_language, language):
            raise ValueError(
                f"`parallel` must have '{language}' on one side. Received: {cut(parallel.source_language)} to "
                f"{cut(parallel.target_language)}."
            )
        found = dataclasses.replace(
            self, parallel=parallel, texts=tuple(self.texts), words=tuple(self.words), lexicon=tuple(self.lexicon)
        )
        if not (parallel or found.lexicon or (has_teacher and (found.texts or found.words))):
            raise ValueError(
                f"'{language}' needs something to learn from: `parallel` texts, a `lexicon`, or `texts` or `words` with "
                "a `teacher` that knows the language. Received: none of them."
            )
        check_script(found.all_texts(), language)
        if found.lexicon and found.sentences():
            have = {word.lower() for text in found.sentences() for word in _WORD.findall(text)}
            if not any(
                _WORD.findall(target.lower()) and set(_WORD.findall(target.lower())) <= have
                for _, target in found.lexicon
            ):
                raise ValueError(
                    f"The lexicon must share words with the texts in '{language}'. Received: {len(found.lexicon)} "
                    f"translations, such as {shown(found.lexicon[0][1])}, none of which is in them. Are its columns swapped?"
                )
        if parallel is not None and len(parallel) < FEW_PAIRS and not has_teacher:
            warnings.warn(
                f"'{language}' has {len(parallel)} sentence pairs. Below {FEW_PAIRS} expect little more than its most "
                "frequent words; a teacher that knows the language and a list of its words help most.",
                stacklevel=4,
            )
        return found
