"""What an `Ensemble` and a `Router` have in common: several models that are one model."""

import hashlib
import json
import pathlib
import tempfile
import zipfile

import keras

from keras_i18n import languages as tags
from keras_i18n.files import atomic_path
from keras_i18n.models.saving.loading import load
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.models.text_model import TextModel

_MANIFEST = "keras_i18n_combined.json"
_MAX_MEMBERS = 256


class MemberTokenizers:
    """The tokenizers of the members: each reads the raw text. Its own `tokenize` is that of the first member."""

    def __init__(self, tokenizers):
        self.tokenizers = tuple(tokenizers)
        self.padding_id = self.tokenizers[0].padding_id
        self.digest = hashlib.sha256("\n".join(one.digest for one in self.tokenizers).encode()).hexdigest()

    def tokenize(self, texts, max_tokens=None):
        return self.tokenizers[0].tokenize(texts, max_tokens)

    def pad(self, sequences):
        return self.tokenizers[0].pad(sequences)


class CombinedClassifier(TextModel):
    """Classifiers of the same labels that answer together; see `Ensemble` and `Router`.

    It is exported like any other model: `to_keras()` holds every member with its compiled tokenizer.
    """

    task = "text-classification"

    def __init__(self, members, labels):
        self.members = tuple(members)
        self.labels = labels
        self.languages = tuple(dict.fromkeys(tag for member in self.members for tag in member.languages))
        self.max_codepoints = min(member.max_codepoints for member in self._parts)
        self.tokenizer = MemberTokenizers([member.tokenizer for member in self._parts])

    @property
    def _parts(self):
        """Every model that is saved, in order."""
        return self.members

    def _texts(self, texts):
        return checked_texts(texts, self.max_codepoints)

    def to_keras(self):
        """The text-in model: every member with its tokenizer, and the choice between them."""
        codepoints = keras.Input((None,), dtype="int32", name="codepoints")
        outputs = []
        for number, member in enumerate(self._parts):
            part = member.to_keras()
            part.name = f"member_{number}"
            outputs.append(part(codepoints))
        return keras.Model(codepoints, self._combine(outputs), name=f"text_in_{type(self).__name__.lower()}")

    def save(self, path):
        """Writes one `.keras` file with every member in it; `keras_i18n.load` reads it."""
        path = pathlib.Path(path)
        if path.suffix != ".keras":
            raise ValueError(f"`path` must end in '.keras'. Received: '{path}'.")
        with tempfile.TemporaryDirectory(dir=path.parent) as folder, atomic_path(path) as temporary:
            digests = []
            with zipfile.ZipFile(temporary, "w") as archive:
                for number, member in enumerate(self._parts):
                    file = pathlib.Path(folder) / f"member_{number}.keras"
                    member.save(file)
                    with open(file, "rb") as opened:
                        digests.append(hashlib.file_digest(opened, "sha256").hexdigest())
                    archive.write(file, file.name)
                    file.unlink()
                manifest = {"version": 1, "kind": type(self).__name__, "config": self.to_config(), "sha256": digests}
                archive.writestr(_MANIFEST, json.dumps(manifest))

    def __repr__(self):
        return f"{type(self).__name__}({len(self.members)} members, labels: {len(self.labels)})"


def load_combined(path):
    """Reads what `save` of an `Ensemble` or `Router` wrote.

    Raises:
        ValueError: the file is damaged or of another kind.
    """
    from keras_i18n.models.combined.ensemble import Ensemble
    from keras_i18n.models.combined.router import Router

    kinds = {"Ensemble": Ensemble, "Router": Router}
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            manifest = json.loads(archive.read(_MANIFEST))
            kind, config, digests = kinds[manifest["kind"]], manifest["config"], manifest["sha256"]
            names = [f"member_{number}.keras" for number in range(len(digests))]
            if sorted(archive.namelist()) != sorted([*names, _MANIFEST]) or len(names) > _MAX_MEMBERS:
                raise ValueError("its members are not those of its manifest")
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise ValueError("its members are compressed")
            parts = []
            for name, digest in zip(names, digests, strict=True):
                file = pathlib.Path(archive.extract(name, folder))
                with open(file, "rb") as opened:
                    if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                        raise ValueError(f"the digest of '{name}' differs from the one on record")
                parts.append(load(file))
                file.unlink()
            return kind.from_parts(parts, config)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError) as error:
        raise ValueError(f"'{path}' is damaged or no combined model: {error!r:.300}") from error


def checked_members(members, what="members"):
    """(tuple of models, their labels).

    Raises:
        ValueError: no member, or labels that differ.
    """
    members = tuple(members)
    if not members:
        raise ValueError(f"`{what}` must hold at least one model. Received: none.")
    for member in members:
        if not hasattr(member, "labels") or not hasattr(member, "to_keras"):
            raise TypeError(f"`{what}` must be classifiers. Received: {type(member).__name__}.")
        if tuple(member.labels) != tuple(members[0].labels):
            raise ValueError(
                f"`{what}` must have the same labels in the same order. Received: {tuple(members[0].labels)} and "
                f"{tuple(member.labels)}. Train them with the same `labels`."
            )
    return members, tuple(members[0].labels)


def normalized(tag):
    """A language tag in its usual spelling."""
    return tags.normalize(tag)
