"""A model taken apart: its body once, and a pack for each language."""

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.localization.body_file import ModelBody, body_of, read_body, write_body
from keras_i18n.localization.language_pack import LanguagePack, write_pack
from keras_i18n.localization.model_checks import checked_languages, checked_parts
from keras_i18n.localization.piece_choice import PieceChoice
from keras_i18n.localization.texts_by_language import ANY
from keras_i18n.models import LocalizedLabels
from keras_i18n.progress import Progress, ProgressOption, teller
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.text_table import preformatted, text_table
from keras_i18n.tokenizers import piece_subset

BODY = "body.keras"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PackFile:
    """One pack that was written.

    Attributes:
        language: BCP-47 tag.
        path: of the file.
        pieces: how many pieces it has.
        bytes: of the file.

    >>> PackFile(language="fr", path=pathlib.Path("fr.pack"), pieces=7600, bytes=16_000_000).pieces
    7600
    """

    language: str
    path: pathlib.Path
    pieces: int
    bytes: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Packs:
    """What `make_packs` wrote; `str(packs)` is a table.

    Attributes:
        body: path of the body.
        body_bytes: its size.
        packs: a `PackFile` for each language.
    """

    body: pathlib.Path
    body_bytes: int
    packs: tuple[PackFile, ...]

    def __str__(self) -> str:
        rows = [[self.body.name, "all languages", "-", f"{self.body_bytes / 1e6:.2f}"]]
        rows += [
            [pack.path.name, tags.name(pack.language), f"{pack.pieces:,}", f"{pack.bytes / 1e6:.2f}"]
            for pack in self.packs
        ]
        return text_table(["file", "for", "pieces", "megabytes"], rows)

    def _repr_html_(self) -> str:
        return preformatted(str(self))


def make_packs(
    model: Any,
    languages: Sequence[str],
    folder: Path,
    *,
    texts: Any = None,
    words: Any = None,
    keep: str | None = None,
    emoji: bool = True,
    label_names: Mapping[str, Sequence[str]] | None = None,
    progress: ProgressOption = None,
) -> Packs:
    """Takes a model apart into one body and a resource file for each language, which `assemble` puts together again.

    A pack has the pieces and n-grams that its language needs with their scores and rows, the normaliser, thresholds and names of the
    labels; the body all the rest. Several packs share pieces: each holds its own copy. Put together, they are bit for bit
    the model that `localize` gives for these languages.

    Args:
        model: a `TextClassifier` or `TextEncoder` on a `UnigramTokenizer`, on an `NgramTokenizer` or on the encoder `universal`; it
            stays as it is.
        languages: BCP-47 tags, each one of the model's.
        folder: where `body.keras` and a `TAG.pack` each go. A body of the same model that is there stays.
        texts, words, emoji: as in `localize`. keep: the same, but no number of pieces, which says nothing of one language.
        label_names: dict, tag -> names of the labels in that language, in their order.
        progress: True to show it, or a function that is called with a `Progress`: packs written, of how many.

    Returns:
        `Packs`.

    Raises:
        ValueError: as `localize`; a model whose rows are not all kept alike, another model's body in the folder, names of
            labels that are not as many, a language without texts where texts choose.

    Example:

    >>> import tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["run to the sea", "беги к морю"] * 9, vocabulary_size=45)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 8, "ngram_dim": 4, "hidden_dim": 6}
    >>> network = ki.networks.universal_sentence_encoder(**size)
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "ru"])
    >>> packs = ki.localization.make_packs(encoder, ["en", "ru"], tempfile.mkdtemp())
    >>> english, report = ki.localization.assemble(packs.body, [packs.packs[0].path])
    >>> english.languages
    ('en',)
    """
    checked_parts(model)
    languages = checked_languages(model, languages)
    names = _label_names(model, label_names, languages)
    if keep is not None and not isinstance(keep, str):
        raise ValueError(
            f"`keep` of packs must be 'script', 'texts' or 'coverage:SHARE'. Received: {shown(keep)}. A number of pieces is "
            "for one model: `localize` takes it."
        )
    choice = PieceChoice.of(model.tokenizer, languages, texts=texts, words=words, keep=keep, emoji=emoji)
    if ANY in choice.texts or ANY in choice.uses:
        raise ValueError(
            f"Texts and words of several packs must tell their language: {{'{languages[0]}': [...], ...}}. Received: a list."
        )
    chosen = {tag: choice.ids([tag]) for tag in languages}
    folder, body = pathlib.Path(folder), body_of(model)
    tell = teller(progress) or (lambda _: None)
    tell(Progress("packs", 0, len(languages)))
    _keep_or_write(body, folder / BODY)
    network, digest, written = networks.uncompiled(model.network), body.digest, []
    for tag, ids in chosen.items():
        path = folder / f"{tag}.pack"
        pack = LanguagePack(
            kind=body.kind,
            language=tag,
            body=digest,
            tokenizer=piece_subset.with_pieces(model.tokenizer, ids),
            ids=ids.astype("int32"),
            tables=tuple(networks.table_rows(networks.with_selected_rows(network, ids)) or ()),
            thresholds=_thresholds(model, tag),
            label_names=names.get(tag, ()),
        )
        write_pack(pack, path)
        written.append(PackFile(language=tag, path=path, pieces=len(ids), bytes=path.stat().st_size))
        tell(Progress("packs", len(written), len(languages)))
    return Packs(body=folder / BODY, body_bytes=(folder / BODY).stat().st_size, packs=tuple(written))


def _keep_or_write(body: ModelBody, path: pathlib.Path) -> None:
    if path.exists():
        if read_body(path).digest == body.digest:
            return
        raise ValueError(
            f"A folder must hold packs of one model. Received: '{cut(path)}', the body of another. Choose another folder."
        )
    write_body(body, path)


def _thresholds(model, language):
    by_language = model.to_config().get("thresholds", {})
    return {tag: list(map(float, values)) for tag, values in by_language.items() if tag == tags.normalize(language)}


def _label_names(model, label_names, languages):
    if not label_names:
        return {}
    if not hasattr(model, "labels"):
        raise ValueError(f"`label_names` are for a classifier. Received: a {type(model).__name__}.")
    names = LocalizedLabels(model.labels, dict(label_names)).names
    others = sorted(set(names) - {tags.normalize(tag) for tag in languages})
    if others:
        raise ValueError(f"`label_names` must be for some of {list(languages)}. Received: {shown(others)}.")
    return {tag: names[tags.normalize(tag)] for tag in languages if tags.normalize(tag) in names}
