"""Topic classification trained on English SIB-200 only: dev accuracy in each of 205 languages."""

import argparse

import encoder_languages
import numpy as np
import open_data
import results_file

import keras_i18n as ki


def read(split):
    """A data set of all languages; the file's tags are kept."""
    rows = list(open_data.rows(f"sib200/{split}.tsv.xz"))
    return ki.datasets.from_lists(
        [row["text"] for row in rows],
        [row["label"] for row in rows],
        language=[row["lang"] for row in rows],
        id=[row["id"] for row in rows],
    )


def logistic_regression(classifier, train, dev):
    """The peer: scikit-learn's logistic regression on the same frozen vectors; accuracy by language."""
    from sklearn.linear_model import LogisticRegression

    vectors = classifier.encoder.encode(train.text)
    fitted = LogisticRegression(C=3, max_iter=1000).fit(vectors, train.label)
    right = fitted.predict(classifier.encoder.encode(dev.text)) == np.array(dev.label)
    languages = np.array(dev.language)
    return {tag: float(right[languages == tag].mean()) for tag in dev.languages}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", help="draw the 205 languages into this file")
    parser.add_argument("--seeds", type=int, default=1, help="train so many times")
    arguments = parser.parse_args()
    train, dev = read("train").select(languages=["en"]), read("dev")
    assert not ki.datasets.shared_ids(train, dev)
    known = {ki.languages.normalize(tag) for tag in encoder_languages.TAGS}

    means = []
    for seed in range(arguments.seeds):
        classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
        classifier.fit(train, verbose=0, seed=seed)
        report = ki.evaluate_by_language(classifier, dev, source_language="en")
        means.append(np.mean([row.accuracy for row in report.rows if row.language in known]))
    print(report.table())
    peer = logistic_regression(classifier, train, dev)
    figures = {
        "trained_on": f"{len(train)} English sentences",
        "mean_accuracy_of_the_encoders_languages": float(means[0]),
        "the_same_by_seed": [float(mean) for mean in means],
        "languages_of_the_encoder": sorted(known),
        "peer_logistic_regression_on_the_same_vectors": float(np.mean([peer[tag] for tag in known])),
        "mean_accuracy_of_all_205_languages": float(report.mean),
        "peer_all_205_languages": float(np.mean(list(peer.values()))),
        "by_language": {row.language: round(row.accuracy, 4) for row in report.rows},
    }
    for name, value in figures.items():
        if isinstance(value, float):
            print(f"{name:50} {value:.4f}")
    if arguments.plot:
        report.plot(arguments.plot, title="SIB-200, trained on English only")
    results_file.write("zero_shot", figures)


if __name__ == "__main__":
    main()
