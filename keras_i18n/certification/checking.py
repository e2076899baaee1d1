"""Compares a certificate with the files that lie there now."""

import pathlib

from keras_i18n.certification.certificate import Certificate
from keras_i18n.certification.file_digest import digest_of
from keras_i18n.export import load_exported
from keras_i18n.protocols import Path


def check(certificate: Path, path: Path) -> list[str]:
    """What of a certificate does not hold for the files of a folder: digests, and golden examples replayed here.

    Args:
        certificate: what `Certificate.to_json` wrote.
        path: the folder of the certified files, or one of them.

    Returns:
        Sentences, one a problem; an empty list where all holds.

    Raises:
        ValueError: no certificate, or one that was changed after it was made.

    Example:

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> from keras_i18n.certification import check
    >>> tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    >>> folder = ki.export(tokenizer, pathlib.Path(tempfile.mkdtemp()) / "ngrams", formats="keras")
    >>> ki.certify(folder, max_texts=1, runtimes=["Keras"]).to_json(folder / "certificate.json")
    >>> check(folder / "certificate.json", folder)
    []
    """
    read, path = Certificate.read(certificate), pathlib.Path(path)
    problems = [] if read.ok else [f"'{certificate}' certifies nothing: something failed when it was made."]
    for told in read.files:
        file = path if path.name == told["name"] else path / told["name"]
        if not file.exists():
            problems.append(f"'{file}' is not there.")
        elif digest_of(file)[1] != told["sha256"]:
            problems.append(f"'{file}' is another file than the certified one: its digest differs. Certify it anew.")
        else:
            problems += _replayed(file)
    return problems


def _replayed(file):
    try:
        load_exported(file, replay=True)
    except ValueError as error:
        return [f"'{file}' fails on this machine: {error}"]
    return []
