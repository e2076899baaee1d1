"""Training from long texts and from files: windows that follow one another, bad bytes named."""

import itertools

import keras
import numpy as np
import pytest

from keras_i18n.models.language_model import LanguageModel
from keras_i18n.networks.states import StatefulGraph
from keras_i18n.tokenizers import CharacterTokenizer
from keras_i18n.training.batches.text_stream import TextStream, blocks, scan
from keras_i18n.training.batches.token_windows import TokenWindows

POEM = "Ἄνδρα μοι ἔννεπε, Μοῦσα, πολύτροπον, ὃς μάλα πολλὰ\nπλάγχθη, ἐπεὶ Τροίης ἱερὸν πτολίεθρον ἔπερσε·\n" * 60


def windows_of(stream):
    return list(stream())


def test_windows_follow_one_another():
    ids = np.arange(1000, dtype="int32")
    windows = TokenWindows(ids, batch_size=4, window=16, seed=2)
    batches = [windows[number] for number in range(len(windows))]
    for (_, before), (after, _) in itertools.pairwise(batches):
        np.testing.assert_array_equal(before[:, -1], after[:, 0])
    for token_ids, next_ids in batches:
        np.testing.assert_array_equal((token_ids + 1) % 1000, next_ids)
    first = batches[0][0].copy()
    windows.start_epoch(1)
    assert (windows[0][0] != first).any()
    windows.start_epoch(0)
    np.testing.assert_array_equal(windows[0][0], first)


@pytest.mark.parametrize("by_line", [False, True])
def test_a_file_is_read_whole_and_in_order(tmp_path, by_line):
    (tmp_path / "poem.txt").write_text(POEM, encoding="utf-8")
    tokenizer = CharacterTokenizer.train([POEM])
    stream = TextStream(
        tmp_path / "poem.txt",
        lambda texts: [ids[1:-1] for ids in tokenizer.tokenize(texts)],
        by_line=by_line,
        begin_id=0,
        end_id=1,
        batch_size=3,
        window=20,
    )
    batches = windows_of(stream)
    assert stream.batch_size == 3
    assert len(batches) > len(POEM) / 3 / 20 - 4
    for row in range(3):
        read = tokenizer.detokenize([np.concatenate([token_ids[row] for token_ids, _ in batches])])[0]
        assert read in (POEM.replace("\n", "") if by_line else POEM)
    starts = [token_ids[:, 0] for token_ids, _ in batches[1:]]
    ends = [next_ids[:, -1] for _, next_ids in batches[:-1]]
    np.testing.assert_array_equal(starts, ends)
    again = windows_of(stream)
    np.testing.assert_array_equal(again[0][0], batches[0][0])


def test_states_are_carried_through_the_chain():
    model = LanguageModel.create(CharacterTokenizer("ab"), kind="lstm", size="tiny", num_layers=2)
    chain = StatefulGraph(model.network)
    ids = np.random.default_rng(0).integers(0, 5, (3, 12)).astype("int32")
    states = [np.zeros((3, size), "float32") for size in chain.sizes]
    first, states = chain(ids[:, :5], states)
    second, _ = chain(ids[:, 5:], states)
    whole = np.array(model.network(ids))
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-6)


@pytest.mark.parametrize("kind", ["gru", "transformer"])
def test_trains_from_a_long_text_and_from_a_file(tmp_path, kind):
    (tmp_path / "poem.txt").write_text(POEM, encoding="utf-8")
    for train in ([POEM], tmp_path / "poem.txt"):
        model = LanguageModel.create(
            CharacterTokenizer.train([POEM]), kind=kind, size="tiny", num_layers=1, max_tokens=32
        )
        untrained = model.log_probability([POEM])[0]
        options = {"epochs": 3, "batch_size": 4, "window": 24, "learning_rate": 1e-2, "verbose": 0}
        history = model.fit(train, validation_data=[POEM[:2500]], **options)
        assert set(history.history) >= {"loss", "val_loss"}
        assert model.log_probability([POEM])[0] > 0.9 * untrained


def test_a_bad_byte_is_named_by_its_offset(tmp_path):
    good = POEM.encode() * 300  # more than one block
    assert len(good) > 3 << 20
    offset = good.index("Μ".encode(), 2 << 20)
    file = tmp_path / "bad.txt"
    file.write_bytes(good[:offset] + b"\xff" + good[offset:])
    model = LanguageModel.create(CharacterTokenizer.train([POEM]), kind="rnn", size="tiny")
    before = model.network.get_weights()
    with pytest.raises(ValueError, match=rf"byte 0xff at offset {offset:,} .*Nothing was trained"):
        model.fit(file, epochs=1, verbose=0)
    for one, other in zip(before, model.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("cut", [1, 2])
def test_a_character_cut_at_the_end_is_named(tmp_path, cut):
    file = tmp_path / "cut.txt"
    file.write_bytes("本".encode() * 10 + "本".encode()[:cut])
    with pytest.raises(ValueError, match="offset 30 "):
        scan(file)


def test_blocks_do_not_split_characters(tmp_path):
    text = "a" + "本" * 700_000  # 3-byte characters across blocks of 2^20 bytes
    (tmp_path / "book.txt").write_text(text, encoding="utf-8")
    assert "".join(blocks(tmp_path / "book.txt")) == text
    assert scan(tmp_path / "book.txt") == 700_001


def test_refuses_files_without_text(tmp_path):
    (tmp_path / "empty.txt").touch()
    model = LanguageModel.create(CharacterTokenizer("ab"), size="tiny")
    with pytest.raises(ValueError, match="must not be empty"):
        model.fit(tmp_path / "empty.txt", verbose=0)
    with pytest.raises(FileNotFoundError, match="No text file"):
        model.fit(tmp_path / "absent.txt", verbose=0)


class _Kill(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


@pytest.mark.parametrize("train", [[POEM[:3000]], POEM[:900].split()], ids=["carried", "rows"])
def test_a_killed_training_goes_on_to_the_same_end(tmp_path, train):
    def model():
        keras.utils.set_random_seed(0)
        return LanguageModel.create(CharacterTokenizer.train([POEM]), kind="rnn", size="tiny", dropout=0.0)

    options = {"epochs": 4, "batch_size": 8, "window": 16, "verbose": 0}
    whole, killed, resumed = model(), model(), model()
    whole.fit(train, **options)
    with pytest.raises(KeyboardInterrupt):
        killed.fit(train, backup_dir=tmp_path / "backup", callbacks=[_Kill()], **options)
    history = resumed.fit(train, backup_dir=tmp_path / "backup", **options)
    assert len(history.history["loss"]) == 2
    for one, other in zip(whole.network.get_weights(), resumed.network.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
