"""An archive of known members, each with a digest: what every file of models and of their parts is."""

import dataclasses
import hashlib
import json
import pathlib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras_i18n.models.saving.stored_member import StoredMember
from keras_i18n.protocols import Config, Path
from keras_i18n.shown import cut, shown

_MAX_JSON_BYTES = 1 << 24


@dataclasses.dataclass(frozen=True, kw_only=True)
class SealedArchive:
    """One kind of archive, as its writer and its reader know it.

    Members are stored as they are, so that nothing unpacks to more than it takes on the disk. The manifest, a JSON, has
    the digest of each of them and of itself.

    Args:
        manifest: the member that is the manifest.
        format: what the manifest calls the file.
        members: all others.
        large: those among them that are never in memory at once: they are read where they lie.
        fields: of the manifest beside "version", "kind" and "sha256", name -> type.
        version: of what is written and read.
        called: several of them, for messages: "models".
        rule: what a path must be, a sentence. way_out: what to do with a damaged file, a sentence.
        without_manifest: what a file is that has this member and no manifest, member -> a sentence without its full stop.
        may_lack_digest: whether there are early files whose manifest has no digest of itself.
    """

    manifest: str
    format: str
    members: tuple[str, ...]
    large: tuple[str, ...]
    fields: Mapping[str, type]
    version: int
    called: str
    rule: str
    way_out: str
    without_manifest: Mapping[str, str] = dataclasses.field(default_factory=dict)
    may_lack_digest: bool = False

    def append(self, path: Path, manifest: Config, members: Mapping[str, bytes]) -> None:
        """Adds members and the manifest, with the digests of all, to a file that may have some already.

        Args:
            path: a zip file, or none yet.
            manifest: plain data, "kind" among them.
            members: name -> bytes.
        """
        with zipfile.ZipFile(path, "a") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
            digests = {name: self._sha256(archive, name) for name in archive.namelist()}
            manifest = {"format": self.format, "version": self.version, **manifest, "sha256": digests}
            manifest = json.loads(json.dumps(manifest))  # keys become text, as whoever reads it has them
            manifest["sha256"][self.manifest] = self._manifest_sha256(manifest)
            archive.writestr(self.manifest, json.dumps(manifest, ensure_ascii=False, indent=1))

    def read(self, path: pathlib.Path, kinds: Sequence[str], use: Callable[[zipfile.ZipFile, Config], Any]) -> Any:
        """What `use` makes of archive and manifest, after names, sizes and digests were checked.

        Args:
            path: the file.
            kinds: names that the manifest's "kind" may have.
            use: called with the open archive and the manifest.

        Raises:
            ValueError: the file is damaged, truncated, changed, newer or of another kind.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                self._check_members(archive, path)
                manifest = self._checked_manifest(archive, path, kinds)
                self._check_digests(archive, path, manifest)
                return use(archive, manifest)
        except (FileNotFoundError, PermissionError, ValueError) as error:
            if isinstance(error, UnicodeError):
                raise self._damaged(path, error) from error
            raise
        # A damaged archive makes zipfile raise many kinds of errors: OSError, RuntimeError, struct.error, ...
        except Exception as error:
            raise self._damaged(path, error) from error

    def _damaged(self, path, error):
        return ValueError(f"{self.rule} '{path}' is damaged, truncated or something else: {error}. {self.way_out}")

    def _check_members(self, archive, path):
        members = archive.infolist()
        names = {member.filename for member in members}
        if self.manifest not in names:
            sentences = (sentence for member, sentence in self.without_manifest.items() if member in names)
            told = next(sentences, "It is another zip file")
            raise ValueError(f"{self.rule} Received: '{cut(path)}'. {told}.")
        known = {self.manifest, *self.members}
        if names != known or len(members) != len(known):
            raise ValueError(
                f"{self.rule} '{path}' holds other members: it lacks {sorted(known - names)}, "
                f"and has {sorted(names - known)[:5]} or one twice ({len(members)} members)."
            )
        # a file of several models that was cut off ends in a whole file of one of them
        if min(member.header_offset for member in members) != 0:
            raise ValueError(
                f"{self.rule} '{path}' has bytes before its first member: it is a piece of a larger file, cut off."
            )
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError(f"{self.rule} '{path}' has compressed members and was not opened.")
        total = sum(member.file_size for member in members)
        largest = max(member.file_size for member in members if member.filename.endswith(".json"))
        if total > path.stat().st_size or largest > _MAX_JSON_BYTES:
            raise ValueError(f"{self.rule} '{path}' claims to hold {total:,} bytes and was not opened.")

    def _checked_manifest(self, archive, path, kinds):
        try:
            manifest = json.loads(archive.read(self.manifest))
            _check_types(manifest, {"version": int, "kind": str})
            # what else a newer one has is not known
            if manifest["version"] == self.version:
                _check_types(manifest, {"sha256": dict, **self.fields})
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"{self.rule} The manifest of '{path}' cannot be read: {error!r:.200}.") from error
        version, kind = manifest["version"], manifest["kind"]
        if version != self.version or kind not in kinds:
            raise ValueError(
                f"This version reads {self.called} of version {self.version} and kinds {', '.join(kinds)}. Received: "
                f"version {shown(version)}, kind {shown(kind)} in '{cut(path)}'. A newer keras_i18n may read it."
            )
        return manifest

    def _manifest_sha256(self, manifest):
        """Of all that it says but this digest: labels and languages lie here."""
        others = {name: digest for name, digest in manifest["sha256"].items() if name != self.manifest}
        return hashlib.sha256(json.dumps({**manifest, "sha256": others}, sort_keys=True).encode()).hexdigest()

    def _check_digests(self, archive, path, manifest):
        for name in self.members:
            if self._sha256(archive, name) != manifest["sha256"].get(name):
                raise ValueError(
                    f"'{path}' is damaged: the digest of its member '{name}' differs from the one on record. "
                    f"{self.way_out}"
                )
        told = manifest["sha256"].get(self.manifest)
        if told != self._manifest_sha256(manifest) and not (told is None and self.may_lack_digest):
            raise ValueError(
                f"'{path}' was changed after it was saved: the digest of its '{self.manifest}' differs. {self.way_out}"
            )

    def _sha256(self, archive, name):
        # the very bytes that are read later
        with StoredMember(archive, name) if name in self.large else archive.open(name) as member:
            return hashlib.file_digest(member, "sha256").hexdigest()


def _check_types(manifest, fields):
    wrong = [name for name, kind in fields.items() if not isinstance(manifest[name], kind)]
    if wrong:
        raise TypeError(f"these fields are of another type: {wrong}")
