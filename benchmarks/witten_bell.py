"""A character n-gram model with interpolated Witten-Bell smoothing: the peer of the language model benchmarks."""

import collections
import math

BEGIN, END = "\x02", "\x03"


class WittenBell:
    """p(c | h) = (count(h c) + types(h) * p(c | h without its first)) / (count(h) + types(h)); at last, uniform.

    Witten and Bell 1991, interpolated as in Chen and Goodman 1998.

    Args:
        order: characters of an n-gram.
    """

    def __init__(self, order):
        self.order = order
        self.counts = collections.defaultdict(collections.Counter)
        self.totals = collections.Counter()
        self.alphabet = {END}

    def train(self, texts):
        for text in texts:
            padded = BEGIN * (self.order - 1) + text + END
            self.alphabet.update(text)
            for place in range(self.order - 1, len(padded)):
                for length in range(self.order):
                    history = padded[place - length : place]
                    self.counts[history][padded[place]] += 1
                    self.totals[history] += 1

    def log_probabilities(self, text):
        """Nats of each character, and of the end."""
        padded = BEGIN * (self.order - 1) + text + END
        uniform = 1.0 / (len(self.alphabet) + 1)  # one more for the unknown
        nats = []
        for place in range(self.order - 1, len(padded)):
            probability = uniform
            for length in range(self.order):
                history = padded[place - length : place]
                total = self.totals.get(history)
                if total is None:
                    break
                types = len(self.counts[history])
                probability = (self.counts[history][padded[place]] + types * probability) / (total + types)
            nats.append(math.log(probability))
        return nats
