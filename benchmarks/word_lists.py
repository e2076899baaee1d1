"""Lists of words by language, the most frequent first where that is known: from wordfreq, else from spelling dictionaries.

pip install wordfreq
apt-get install hunspell-sw hunspell-te aspell-am
"""

import collections
import gzip
import importlib.util
import pathlib
import random
import re
import subprocess

_HUNSPELL, _ASPELL = pathlib.Path("/usr/share/hunspell"), pathlib.Path("/usr/share/aspell")
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


def words(language, count, texts=()):
    """At most `count` words and where they are from: a frequency list, or the words of `texts` and then a dictionary's."""
    if importlib.util.find_spec("wordfreq"):
        import wordfreq

        if language in wordfreq.available_languages("small"):
            return wordfreq.top_n_list(language, count), "wordfreq"
    counts = collections.Counter(word for text in texts for word in _words_of(text.lower()))
    found, origin = [word for word, _ in counts.most_common()], "words of the parallel texts"
    for read, folder, pattern in (
        (_hunspell, _HUNSPELL, f"{language}_*.dic"),
        (_aspell, _ASPELL, f"{language}.cwl.gz"),
    ):
        files = sorted(folder.glob(pattern))
        if files:
            more = sorted(set(read(files[0])) - set(found))
            random.Random(0).shuffle(more)  # a dictionary tells no frequencies
            found, origin = found + more, f"{origin}, then {files[0].name}"
            break
    return found[:count], origin


def _words_of(text):
    # letters with their vowel signs, which are marks and no letters
    return [word.strip(".,;:!?()[]\"'«»“”’‘…-–—") for word in text.split() if _WORD.search(word)]


def _hunspell(file):
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    stems = (line.split("/")[0].strip() for line in lines)
    return [stem for stem in stems if len(stem) > 2 and not stem[0].isupper() and "\ufffd" not in stem]


def _aspell(file):
    packed = gzip.decompress(file.read_bytes())
    plain = subprocess.run(["prezip-bin", "-d"], input=packed, capture_output=True, check=True).stdout
    return plain.decode("utf-8", "replace").split("\n")[:-1]
