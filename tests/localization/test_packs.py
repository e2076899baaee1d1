"""A model taken apart into a body and packs, and put together: bit for bit the localised model, or a clear refusal."""

import dataclasses
import json
import random
import zipfile

import numpy as np
import pytest

import keras_i18n as ki
from benchmarks.damaged_files import damaged
from keras_i18n.localization import assemble, language_pack, localize, make_packs
from keras_i18n.localization.body_file import body_of, read_body
from keras_i18n.localization.language_pack import read_pack, write_pack
from keras_i18n.tokenizers.unigram_subset import indispensable_pieces, joined_subsets, with_selected_pieces
from tests.localization.conftest import ENGLISH, LABELS, RUSSIAN
from tests.localization.test_two_halves import two_halves

TEXTS = {"en": ENGLISH, "ru": RUSSIAN}
NAMES = {"ru": ["будильник", "музыка", "погода"]}


@pytest.fixture(scope="module")
def written(classifier, tmp_path_factory):
    return make_packs(classifier, ["en", "ru"], tmp_path_factory.mktemp("packs"), texts=TEXTS, label_names=NAMES)


@pytest.fixture(scope="module")
def paths(written):
    return {"body": written.body, **{pack.language: pack.path for pack in written.packs}}


def assert_same_model(one, other):
    assert one.to_config() == other.to_config()
    assert one.tokenizer.to_bytes() == other.tokenizer.to_bytes()
    for weight, twin in zip(one.network.weights, other.network.weights, strict=True):
        assert weight.path == twin.path
        np.testing.assert_array_equal(weight.numpy(), twin.numpy())
    np.testing.assert_array_equal(one.predict(ENGLISH + RUSSIAN), other.predict(ENGLISH + RUSSIAN))


@pytest.mark.parametrize("languages", [["en", "ru"], ["ru", "en"], ["ru"]])
def test_assembled_is_localised_bit_for_bit(classifier, paths, languages, tmp_path):
    localised, report = localize(classifier, languages, texts=TEXTS)
    assembled, told = assemble(paths["body"], [paths[tag] for tag in languages])
    assert_same_model(assembled, localised)
    assert told.pieces == report.pieces
    assert told.languages == tuple(languages)
    assert told.label_names == {"ru": tuple(NAMES["ru"])}
    assert (told.shared_pieces > 0) == (len(languages) > 1)
    if len(languages) == 1:  # an ordinary model: it saves and exports
        assembled.save(tmp_path / "again.keras")
        np.testing.assert_array_equal(ki.load(tmp_path / "again.keras").predict(RUSSIAN), localised.predict(RUSSIAN))


@pytest.mark.parametrize("keep", ["script", "coverage:0.8"])
def test_however_much_is_kept(classifier, tmp_path, keep):
    written = make_packs(classifier, ["en", "ru"], tmp_path, texts=TEXTS, keep=keep)
    localised, _ = localize(classifier, ["en", "ru"], texts=TEXTS, keep=keep)
    assert_same_model(assemble(written.body, [pack.path for pack in written.packs])[0], localised)


def test_parts_of_a_vocabulary_with_groups_join(tokenizer):
    """Random parts, of a vocabulary to which languages were added."""
    whole = tokenizer.extended(["▁habari", "asubuhi", "jua", "mvua"], [-4.0] * 4, group_sizes=[1, 3])
    always, generator = set(indispensable_pieces(whole.model)), np.random.default_rng(0)
    for _ in range(5):
        drawn = [np.flatnonzero(generator.random(whole.vocabulary_size) < 0.4) for _ in range(3)]
        chosen = [np.array(sorted(always | set(ids.tolist()))) for ids in drawn]
        joined, ids = joined_subsets([(with_selected_pieces(whole, some), some) for some in chosen], whole.groups)
        expected = sorted(set(np.concatenate(chosen).tolist()))
        assert ids.tolist() == expected
        assert joined.to_bytes() == with_selected_pieces(whole, expected).to_bytes()
    with pytest.raises(ValueError, match="same piece for an id"):
        joined_subsets([(joined, ids), (joined, np.roll(ids, 1))], whole.groups)
    other = ki.tokenizers.UnigramTokenizer(joined.model_bytes, begin=True)
    with pytest.raises(ValueError, match="same normaliser and options"):
        joined_subsets([(joined, ids), (other, ids)], whole.groups)


def test_thresholds_go_with_their_language(classifier, tmp_path):
    several = ki.TextClassifier.on_encoder(
        classifier.encoder, labels=["alarm", "music"], head="linear", multi_label=True
    )
    several.thresholds = type(several.thresholds)(several.labels, {"en": [0.4, 0.3], "ru": [0.2, 0.1]})
    written = make_packs(several, ["en", "ru"], tmp_path, texts=TEXTS)
    assert set(read_body(written.body).config["thresholds"]) == {"und"}
    russian, _ = assemble(written.body, [written.packs[1].path])
    assert russian.thresholds.by_language.keys() == {"und", "ru"}
    assert tuple(russian.thresholds.by_language["ru"]) == (0.2, 0.1)


def test_a_body_is_neutral_and_stays(classifier, written, tmp_path):
    body = read_body(written.body)
    assert body.digest == body_of(classifier).digest
    assert body.network.count_params() < classifier.network.count_params()
    assert not body.network.get_layer("token_embedding").embeddings.numpy().any()
    before = written.body.stat()

    again = make_packs(classifier, ["ru"], written.body.parent, texts=TEXTS["ru"], label_names=NAMES)
    assert again.body.stat().st_mtime_ns == before.st_mtime_ns
    other = ki.TextClassifier.on_encoder(classifier.encoder, labels=["a", "b", "c"], head="linear")
    with pytest.raises(ValueError, match="must hold packs of one model"):
        make_packs(other, ["en"], written.body.parent, texts=ENGLISH)


@pytest.mark.parametrize(
    ("languages", "options", "told"),
    [
        (["de"], {}, r"must be some of the model's: en, ru\. Received: 'de' \(German\)"),
        (["en"], {"keep": 50}, "`keep` of packs must be 'script'.*Received: 50"),
        (["en"], {"texts": RUSSIAN}, "must be in the script Latin"),
        (["en"], {"texts": ["", " "]}, "`texts` must hold something to keep"),
        (["en", "ru"], {"texts": ENGLISH}, "must tell their language"),
        (["en"], {"label_names": NAMES}, r"must be for some of \['en'\]"),
        (["ru"], {"label_names": {"ru": ["музыка"]}}, "must have a name for each of 3 labels"),
    ],
)
def test_what_is_not_packed(classifier, tmp_path, languages, options, told):
    with pytest.raises(ValueError, match=told):
        make_packs(classifier, languages, tmp_path / "new", **options)
    assert not (tmp_path / "new").exists()


def in_few_bits(classifier, precision):
    return classifier.with_networks(lambda network: ki.networks.few_bit_tables(network, precision))


def bag_of_ngrams(classifier):
    model = ki.TextClassifier.from_scratch(classifier.labels, languages=["en", "ru"], num_buckets=3000)
    data = ki.datasets.from_lists(ENGLISH + RUSSIAN, LABELS * 2, language=["en"] * 6 + ["ru"] * 6)
    model.fit(data, epochs=2, verbose=0)
    return model


@pytest.mark.parametrize(
    "make",
    [
        lambda classifier: two_halves(classifier.tokenizer, 0.3),
        lambda classifier: in_few_bits(classifier, "int4"),
        lambda classifier: in_few_bits(classifier, "pq2"),
        bag_of_ngrams,
    ],
    ids=["two halves", "int4", "pq2", "n-grams"],
)
def test_whatever_keeps_the_rows(classifier, make, tmp_path):
    model = make(classifier)
    written = make_packs(model, ["en", "ru"], tmp_path, texts=TEXTS)
    body = read_body(written.body)
    assert all(
        len(some) == 2 and not some.any() for rows in ki.networks.table_rows(body.network) for some in rows.values()
    )
    for languages in (["ru", "en"], ["ru"]):
        localised, report = localize(model, languages, texts=TEXTS)
        assembled, told = assemble(written.body, [tmp_path / f"{tag}.pack" for tag in languages])
        assert_same_model(assembled, localised)
        assert told.pieces == report.pieces <= model.tokenizer.vocabulary_size


def test_tables_whose_first_rows_have_more_bits_are_not_packed(classifier, tmp_path):
    with pytest.raises(ValueError, match="must all be kept alike"):
        make_packs(in_few_bits(classifier, "int8"), ["en"], tmp_path)


def _of_another_body(paths, folder, classifier):
    other = ki.TextClassifier.on_encoder(classifier.encoder, labels=["a", "b", "c"], head="linear")
    return make_packs(other, ["en"], folder / "other", texts=ENGLISH).packs[0].path


def _with_manifest(change, *, sealed):
    """A copy whose manifest is another; sealed as somebody would who computes the digests anew."""

    def make(paths, folder, classifier):
        path = folder / "changed.pack"
        with zipfile.ZipFile(paths["en"]) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(members.pop("keras_i18n_pack.json"))
        changed = {**manifest, **change}
        if sealed:
            archive = dataclasses.replace(language_pack._ARCHIVE, version=changed.pop("version"))
            archive.append(path, {name: value for name, value in changed.items() if name != "sha256"}, members)
        else:
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in {**members, "keras_i18n_pack.json": json.dumps(changed).encode()}.items():
                    archive.writestr(name, content)
        return path

    return make


def _cut(paths, folder, classifier):
    path = folder / "cut.pack"
    path.write_bytes(paths["en"].read_bytes()[:-200])
    return path


def _packed(paths, folder, classifier):
    path = folder / "packed.pack"
    with zipfile.ZipFile(paths["en"]) as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name))
    return path


def _other_rows(paths, folder, classifier):
    pack = read_pack(paths["en"])
    (table,) = pack.tables
    changed = dataclasses.replace(pack, tables=({name: rows + 1 for name, rows in table.items()},))
    write_pack(changed, folder / "rows.pack")
    return folder / "rows.pack"


def _written(content):
    def make(paths, folder, classifier):
        (folder / "other.pack").write_bytes(content)
        return folder / "other.pack"

    return make


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_of_another_body, r"must be of the model whose body is .*Received: .* of another one\. Take the packs"),
        (_with_manifest({"version": 3, "pieces": "few"}, sealed=True), "version 3.*A newer keras_i18n may read it"),
        (_with_manifest({"label_names": ["x"]}, sealed=False), "was changed after it was saved"),
        (_with_manifest({"pieces": 10**9}, sealed=True), "it tells of 1000000000 pieces"),
        (_with_manifest({"tokenizer": "Oracle"}, sealed=True), "its tokenizer is none of Unigram.*'Oracle'"),
        (_with_manifest({"tables": []}, sealed=True), r"with rows \[\], and holds others"),
        (_with_manifest({"tables": [[["embeddings", "object", [2, 16]]]]}, sealed=True), "'object'.*and holds others"),
        (_with_manifest({"tables": [[["embeddings", "float32", [10**9, 10**9]]]]}, sealed=True), "and holds others"),
        (_with_manifest({"label_names": ["x"]}, sealed=True), "a name and a threshold for each of 3 labels"),
        (_with_manifest({"kind": "Oracle"}, sealed=True), "kind 'Oracle'"),
        (_cut, r"is damaged, truncated or something else.*Make the pack again, or download it again\."),
        (_packed, "has compressed members and was not opened"),
        (_other_rows, "must have the same row for a piece"),
        (_written(b"\x80\x04K\x01."), "A language pack must be a file that"),  # a pickle
        (_written(b""), "is damaged, truncated or something else"),
        (lambda paths, folder, classifier: paths["ru"], r"must be of different languages\. Received: 'ru' twice"),
        (lambda paths, folder, classifier: paths["body"], "It is a body of a model"),
        (lambda paths, folder, classifier: folder, "which is a folder"),
    ],
)
def test_packs_that_are_refused(classifier, paths, tmp_path, make, told):
    with pytest.raises(ValueError, match=told):
        assemble(paths["body"], [paths["ru"], make(paths, tmp_path, classifier)])


def test_bodies_that_are_refused(classifier, paths, tmp_path):
    with pytest.raises(ValueError, match="It is a language pack"):
        assemble(paths["en"], [paths["en"]])
    with pytest.raises(ValueError, match="must be a list of language packs"):
        assemble(paths["body"], str(paths["en"]))
    with pytest.raises(FileNotFoundError, match="No language pack at"):
        assemble(paths["body"], [tmp_path / "none.pack"])
    classifier.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="It is a saved model"):
        assemble(tmp_path / "model.keras", [paths["en"]])
    with pytest.raises(ValueError, match="It is a body of a model"):
        ki.load(paths["body"])


def _told_of(read, path):
    """What a reader makes of a file, or the error by which it refuses it."""
    try:
        return read(path)
    except ValueError as error:
        return str(error)


def test_damaged_files_never_read_otherwise(paths, tmp_path):
    chance, refused = random.Random(5), 0
    pack, digest, path = read_pack(paths["en"]), read_body(paths["body"]).digest, tmp_path / "damaged"
    for _ in range(250):
        path.write_bytes(damaged(paths["en"].read_bytes(), chance))
        found = _told_of(read_pack, path)
        if isinstance(found, str):
            assert str(path) in found
            refused += 1
            continue
        same = {name: value for name, value in vars(pack).items() if isinstance(value, str | tuple | dict)}
        assert same.items() <= vars(found).items()
        for table, same_table in zip(found.tables, pack.tables, strict=True):
            np.testing.assert_equal(table, same_table)
        assert found.tokenizer.digest == pack.tokenizer.digest
    assert refused > 150
    for _ in range(60):
        path.write_bytes(damaged(paths["body"].read_bytes(), chance))
        found = _told_of(read_body, path)
        assert str(path) in found if isinstance(found, str) else found.digest == digest
