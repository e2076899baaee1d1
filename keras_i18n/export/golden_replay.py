"""The golden examples in a file's own metadata, played again in its runtime."""

from typing import Any

import numpy as np

# what is right or is not by its token ids
_TOKEN_IDS = {
    "tokenization": lambda runner: runner.tokenize(runner.replay_inputs()),
    "translation-encoder": lambda runner: runner.replay_outputs(),
}


def replay(runner: Any) -> list[str]:
    """What comes out otherwise than the file's metadata says.

    Args:
        runner: a `Runner`.

    Returns:
        Sentences, one for each kind of difference; an empty list where all is as told.
    """
    golden = runner.metadata.golden
    if not golden:
        return []
    inputs = runner.replay_inputs()
    if of_ids := _TOKEN_IDS.get(runner.metadata.task):
        wrong = [
            text
            for text, ids, example in zip(inputs, of_ids(runner), golden, strict=True)
            if ids.tolist() != example["ids"]
        ]
        return [f"golden examples in the file come out with other ids: {wrong[:3]}."] if wrong else []
    if runner.metadata.task == "translation":
        wanted = ["".join(map(chr, example["output"])) for example in golden]
        found = runner.replay_outputs()
        other = [text for text, one, told in zip(inputs, found, wanted, strict=True) if one != told]
        return [f"golden examples in the file are translated otherwise: {other[:3]}."] if other else []
    outputs = runner.predict(inputs)
    expected = np.array([example["output"] for example in golden], "float32")
    if runner.metadata.generation:  # log probabilities of the best tokens
        outputs = np.take_along_axis(outputs, np.array([example["tokens"] for example in golden]), axis=1)
        expected = np.exp(expected)
    difference = float(np.abs(outputs - expected).max())
    if difference <= runner.metadata.tolerance:
        return []
    return [f"the golden examples in the file come out {difference:.2g} off."]
