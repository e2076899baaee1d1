"""Methods of initialising new rows x sentence pairs: topics of SIB-200 dev, the head trained on English only.

The vocabulary of the new language (learned from NTREX-128's target side, whatever the number of pairs) is merged into
that of `use_multilingual_v3`; each method gives the new rows. Accuracy before any training, and, with `--train`, after
the rows were trained on the same pairs. "nothing" is the encoder without new pieces. The peer is the package wechsel, where
it is installed (see wechsel_peer.py).
"""

import argparse
import importlib.util
import time

import numpy as np
import parallel_data
import results_file
import wechsel_peer

import keras_i18n as ki
from keras_i18n import networks, transfer
from keras_i18n.transfer.conversion.new_vocabulary import bare_ids

METHODS = ["random", "mean", "parts", "sparsemax", "parallel", "best"]
if importlib.util.find_spec("wechsel"):
    transfer.METHODS["wechsel"] = wechsel_peer.wechsel
    METHODS.append("wechsel")
NEED_PAIRS = ("parallel", "wechsel")
SIZES = (0, 200, 1997)


def sparsemax(context):
    """The method with the shared pieces of the texts among its pieces: they are what it takes its rows from."""
    used = sorted({int(token) for ids in context.target_texts for token in ids if token < len(context.source_pieces)})
    values = {name: getattr(context, name) for name in context.__dataclass_fields__}
    values["pieces"] = (*context.pieces, *(context.source_pieces[token] for token in used))
    values["piece_ids"] = np.concatenate([context.piece_ids, used])
    parts = _SPARSEMAX(transfer.InitializationContext(**values))
    return tuple(part[: len(context.pieces)] for part in parts)


_SPARSEMAX, transfer.METHODS["sparsemax"] = transfer.METHODS["sparsemax"], sparsemax


def accuracy(classifier, dev):
    return ki.evaluate_by_language(classifier, dev, num_bootstrap=1).mean


class Target:
    """A language with its new vocabulary: what each method is given."""

    def __init__(self, classifier, language, dev, keep_texts):
        self.classifier, self.language, self.dev = classifier, language, dev
        self.pairs = parallel_data.news_pairs(language)
        self.vocabulary = transfer.extend_vocabulary(
            classifier.tokenizer, {language: list(self.pairs.target)}, keep_texts=keep_texts
        )
        dim = classifier.encoder.dim
        rows = np.zeros((len(self.vocabulary.pieces), dim), "float32")
        network = networks.with_language_rows(classifier.network, language, rows)
        self.table = networks.token_embedding(network)
        self.model = ki.TextClassifier(
            tokenizer=self.vocabulary.tokenizer, network=network, labels=classifier.labels, languages=[language]
        )

    def context(self, num_pairs):
        old, new = self.classifier.tokenizer, self.vocabulary.tokenizer
        chosen = self.pairs.shuffle(0)[:num_pairs]
        return transfer.InitializationContext(
            pieces=self.vocabulary.pieces,
            piece_ids=old.vocabulary_size + np.arange(len(self.vocabulary.pieces)),
            source_pieces=old.pieces,
            source_rows=self.table.embeddings.numpy(),
            tokenize=lambda texts: bare_ids(old, texts),
            unknown_id=old.unknown_id,
            parallel=list(zip(bare_ids(old, chosen.source), bare_ids(new, chosen.target), strict=True)),
            target_texts=bare_ids(new, self.pairs.target),
        )

    def score(self, rows):
        self.table.set_language_resources(self.language, {"rows": rows})
        self.model.clear_caches()
        return accuracy(self.model, self.dev)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=["sw", "hi"])
    parser.add_argument("--train", type=float, metavar="MINUTES", help="also after so many minutes of training each")
    parser.add_argument("--methods", nargs="+", default=METHODS)
    arguments = parser.parse_args()
    train = parallel_data.topics("train", {"en"})
    dev = parallel_data.topics("dev", set(arguments.languages))
    transfer.refuse_leaks(train, dev)
    classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
    classifier.fit(train, verbose=0)
    figures = {"measure": "accuracy on SIB-200 dev, 99 sentences a language, head trained on English"}
    for language in arguments.languages:
        target = Target(classifier, language, dev.select(languages=language), list(train.text))
        before = accuracy(classifier, target.dev)
        figures[language] = {"new_pieces": len(target.vocabulary.pieces), "nothing": before, "before_training": {}}
        print(f"\n{language}: {len(target.vocabulary.pieces)} new pieces; without them {before:.3f}")
        print(f"{'method':12}" + "".join(f"{size:>8}" for size in SIZES) + "   pairs; before training", flush=True)
        for method in arguments.methods:
            scores, seconds = {}, 0.0
            for size in SIZES:
                if method in NEED_PAIRS and size == 0:
                    scores[size] = None
                    continue
                if size and method not in (*NEED_PAIRS, "best"):
                    scores[size] = scores[0]  # it reads no pairs
                    continue
                context = target.context(size)
                began = time.perf_counter()
                rows = transfer.initialize_rows(method, context).rows
                seconds = time.perf_counter() - began
                scores[size] = target.score(rows)
            figures[language]["before_training"][method] = scores
            cells = "".join("       -" if score is None else f"{score:8.3f}" for score in scores.values())
            print(f"{method:12}{cells}   {seconds:.1f} s", flush=True)
        if arguments.train:
            figures[language][f"after_{arguments.train:g}_minutes"] = trained = {}
            for method in arguments.methods:
                trained[method] = {}
                for size in SIZES[1:]:
                    model, _ = transfer.add_language(
                        classifier,
                        language,
                        parallel=target.pairs.shuffle(0)[:size],
                        method=method,
                        minutes=arguments.train,
                        epochs=1000,
                    )
                    trained[method][size] = accuracy(model, target.dev)
                cells = "".join(f"{score:8.3f}" for score in trained[method].values())
                print(f"{method:12}        {cells}   after", flush=True)
    results_file.write("initialization_methods", figures)


if __name__ == "__main__":
    main()
