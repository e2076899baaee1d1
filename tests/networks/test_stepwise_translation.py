"""A translation by steps is the translation of the loop, for each decoder, with an added language and without."""

import numpy as np
import pytest

from keras_i18n import networks
from keras_i18n.layers.decoder_block import MEMORIES
from keras_i18n.networks.greedy_translation import GreedyTranslation
from keras_i18n.networks.stepwise_translation import TranslationStart, TranslationStep
from tests.layers.checks import randomise

# sources of several lengths, padded; one of none but the end piece. With languages the first token names the target
SOURCES = np.array([[40, 5, 6, 7, 1], [41, 9, 1, -1, -1], [40, 1, -1, -1, -1], [42, 8, 8, 5, 1]], "int32")


def search_of(decoder, added):
    languages = {"added_languages": ("fi",), "adapter_dim": 2} if added else {}
    network = networks.translation(43, size="tiny", dim=8, hidden_dim=4, decoder=decoder, decoder_layers=2, **languages)
    randomise(network, 4, scale=1.0)
    own = [[30, 36]] if added else []
    return GreedyTranslation(network, begin_id=0, end_id=1, never=(2, 3), own=own, num_special=2)


def written_by_steps(search, source_ids):
    start, step = TranslationStart(search), TranslationStep(search)
    source, written, states = start(source_ids)
    for _ in range(100):
        written, states, going = step([source_ids, source, written, states])
        if not np.array(going).any():
            break
    again, _, still = step([source_ids, source, written, states])
    assert (np.array(again) == np.array(written)).all()
    assert not np.array(still).any()
    return [[token for token in row if token not in (-1, 0, 1)] for row in np.array(written).tolist()]


@pytest.mark.parametrize("added", [False, True])
@pytest.mark.parametrize("decoder", MEMORIES)
def test_steps_write_what_the_loop_writes(decoder, added):
    search = search_of(decoder, added)
    expected = [[token for token in row if token >= 0] for row in np.array(search(SOURCES)).tolist()]
    assert len(set(map(len, expected))) > 1
    assert written_by_steps(search, SOURCES) == expected
    assert written_by_steps(search, SOURCES[1:2]) == expected[1:2]


def test_the_last_token_counts():
    """That the states are handed on at all: with those of the beginning it writes something else."""
    search = search_of("ssru", added=False)
    start, step = TranslationStart(search), TranslationStep(search)
    source, written, first = start(SOURCES[:1])
    for _ in range(4):
        written, states, _ = step([SOURCES[:1], source, written, first])
    assert not np.allclose(states, step([SOURCES[:1], source, *start(SOURCES[:1])[1:]])[1])


@pytest.mark.parametrize("kind", [TranslationStart, TranslationStep])
def test_it_is_built_again_from_its_config(kind):
    layer = kind(search_of("attention", added=False), name="part")
    twin = kind.from_config(layer.get_config())
    assert twin.name == "part"
    assert twin.search.get_config()["end_id"] == 1
    assert len(twin.search.network.weights) == len(layer.search.network.weights)
