import functools
import re
from collections.abc import Iterable

_END = re.compile(r"(?<=[.!?…؟।])\s+|(?<=[。！？])")


def split_at_sentence_ends(text: str, *, most: int) -> list[str]:
    """Sentences of a text; those of more than `most` code points are cut between words, or within a longer word.

    >>> split_at_sentence_ends("Good morning. How are you?", most=12)
    ['Good morning', '.', 'How are you?']
    """
    return [part for sentence in _END.split(text) if sentence for part in _cut(sentence, most)]


def joined(translations: Iterable[str]) -> str:
    """One text of the translations of its sentences.

    >>> joined(["Guten Morgen", "", " . "])
    'Guten Morgen .'
    """
    return functools.reduce(lambda before, after: f"{before} {after}".strip(), translations, "")


def _cut(sentence, most):
    parts = [""]
    for word in re.findall(rf"\s*\S{{1,{most}}}", sentence):
        if parts[-1] and len(parts[-1]) + len(word) > most:
            parts.append("")
        parts[-1] += word
    return [part.strip() for part in parts if part.strip()]
