"""What a model accepts as texts."""

import warnings

from keras_i18n.protocols import Texts
from keras_i18n.shown import shown

MAX_CODEPOINTS = 16_384


def checked_texts(texts: Texts, max_codepoints: int = MAX_CODEPOINTS) -> list[str]:
    """A list of str, each cut to `max_codepoints`; one warning tells how many were cut.

    Raises:
        TypeError: for a single str in place of a list, or for a text that is no str.
    """
    if isinstance(texts, (str, bytes)):
        raise TypeError(f"`texts` must be a list of str. Received: {shown(texts)}. Put it into a list: [text].")
    if isinstance(texts, dict | set | frozenset) or hasattr(texts, "columns"):
        raise TypeError(
            f"`texts` must be a list of str. Received: a {type(texts).__name__}, which is no list of texts. "
            "Give its column of texts, such as data['text']."
        )
    texts = list(texts)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(
                f"`texts` must be a list of str. Received: {shown(text)} ({type(text).__name__}) at {index}."
            )
    too_long = sum(len(text) > max_codepoints for text in texts)
    if too_long:
        warnings.warn(
            f"{too_long} of {len(texts)} texts are longer than {max_codepoints:,} code points and were cut there.",
            stacklevel=3,
        )
        texts = [text[:max_codepoints] for text in texts]
    return texts
