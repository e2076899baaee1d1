"""Body and packs put together: an ordinary model again."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n import networks
from keras_i18n.localization.body_file import ModelBody, read_body
from keras_i18n.localization.language_pack import LanguagePack, read_pack
from keras_i18n.models.saving.kinds import kinds_with
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import piece_subset


@dataclasses.dataclass(frozen=True, kw_only=True)
class Assembled:
    """What `assemble` put together; `str(report)` is a sentence.

    Attributes:
        languages: BCP-47 tags, in the order of the packs.
        pieces: of the model.
        shared_pieces: how many of them several packs have.
        label_names: dict, language -> names of the labels, of the packs that have some.

    >>> print(Assembled(languages=("fr", "de"), pieces=9, shared_pieces=2, label_names={}))
    French and German: 9 pieces, 2 of them in more than one pack.
    """

    languages: tuple[str, ...]
    pieces: int
    shared_pieces: int
    label_names: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        names = " and ".join(map(tags.name, self.languages))
        return f"{names}: {self.pieces:,} pieces, {self.shared_pieces:,} of them in more than one pack."


def assemble(body: Path, packs: Sequence[Path]) -> tuple[Any, Assembled]:
    """The model for the languages of some packs, as `localize` gives it for these languages, bit for bit.

    Sizes and digests are checked before anything is read, and nothing in the files is run: no pickle, no code.

    Args:
        body: the file that `make_packs` wrote for all languages.
        packs: files of one language each; a language of the model comes in their order.

    Returns:
        (model, `Assembled`): a model of the class that was taken apart; it saves and exports as any other.

    Raises:
        FileNotFoundError: no such file.
        ValueError: no pack, two of one language, a pack of another body, a file that is damaged, truncated, changed,
            foreign or newer.

    Example:

    >>> import tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["run to the sea", "беги к морю"] * 9, vocabulary_size=45)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 8, "ngram_dim": 4, "hidden_dim": 6}
    >>> network = ki.networks.universal_sentence_encoder(**size)
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "ru"])
    >>> written = ki.localization.make_packs(encoder, ["en", "ru"], tempfile.mkdtemp())
    >>> both, report = ki.localization.assemble(written.body, [pack.path for pack in written.packs])
    >>> localized, _ = ki.localization.localize(encoder, ["en", "ru"])
    >>> bool((both.predict(["беги to the sea"]) == localized.predict(["беги to the sea"])).all())
    True
    """
    if isinstance(packs, (str, bytes)) or not len(list(packs)):
        raise ValueError(f"`packs` must be a list of language packs such as ['fr.pack']. Received: {shown(packs)}.")
    shared = read_body(body)
    opened = [_checked(path, shared, body) for path in packs]
    languages = [pack.language for pack in opened]
    twice = [tag for tag in languages if languages.count(tag) > 1]
    if twice:
        raise ValueError(f"`packs` must be of different languages. Received: '{cut(twice[0])}' twice.")
    tokenizer, ids = piece_subset.joined([(pack.tokenizer, pack.ids) for pack in opened], shared.ranges, shared.groups)
    tables = [
        _joined_rows(opened, place, ids[(ids >= first) & (ids < last)], first, last)
        for place, (first, last) in enumerate(shared.tables)
    ]
    network = networks.with_other_rows(shared.network, tables)
    config = {**shared.config, "languages": languages}
    if "thresholds" in config:
        for pack in opened:
            config["thresholds"] = {**config["thresholds"], **pack.thresholds}
    model = kinds_with("from_saved")[shared.kind].from_saved(tokenizer=tokenizer, network=network, config=config)
    return model, Assembled(
        languages=tuple(languages),
        pieces=len(ids),
        shared_pieces=int((np.bincount(np.concatenate([pack.ids for pack in opened])) > 1).sum()),
        label_names={pack.language: pack.label_names for pack in opened if pack.label_names},
    )


def _checked(path: Path, body: ModelBody, body_path: Path) -> LanguagePack:
    """A pack that belongs to a body."""
    pack = read_pack(path)
    if pack.body != body.digest or pack.kind != body.kind or not _same_tables(pack, body):
        raise ValueError(
            f"Packs must be of the model whose body is '{cut(body_path)}'. Received: '{cut(path)}' of another one. Take the "
            "packs that were made with this body, or the body that came with the pack."
        )
    wanted = len(body.config.get("labels", ()))
    if len(pack.label_names) not in (0, wanted) or any(len(row) != wanted for row in pack.thresholds.values()):
        raise ValueError(f"'{path}' must have a name and a threshold for each of {wanted} labels. Received: others.")
    return pack


def _same_tables(pack, body):
    """Whether the rows of a pack are as those of the body, and as many as it has ids of each part."""

    def kinds(tables):
        return [{name: (rows.dtype, rows.shape[1:]) for name, rows in table.items()} for table in tables]

    numbers = np.searchsorted(pack.ids, np.array(body.tables))
    counts = [len(next(iter(table.values()))) for table in pack.tables]
    return (
        kinds(pack.tables) == kinds(networks.table_rows(body.network) or ())
        and counts == np.diff(numbers).ravel().tolist()
    )


def _joined_rows(packs, place, ids, first, last):
    """What the packs have of the rows of one table, by the ids of all of them."""
    found = {name: np.zeros((len(ids), *rows.shape[1:]), rows.dtype) for name, rows in packs[0].tables[place].items()}
    known = np.zeros(len(ids), bool)
    for pack in packs:
        places = np.searchsorted(ids, pack.ids[(pack.ids >= first) & (pack.ids < last)])
        again = known[places]
        for name, rows in pack.tables[place].items():
            # bit for bit: of rows that packs share, one is as good as the other
            if found[name][places[again]].tobytes() != rows[again].tobytes():
                raise ValueError(
                    f"Packs of one body must have the same row for a piece. Received: another one in the pack of "
                    f"'{cut(pack.language)}'. Make the packs again."
                )
            found[name][places] = rows
        known[places] = True
    return found
