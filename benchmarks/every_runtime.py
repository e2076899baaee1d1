"""Certifies a text-in classifier (float32 and int8), an encoder and a tokenizer alone in every runtime that is installed.

The models are small (a unigram vocabulary of 8,000 pieces of the embedded sample, 28 languages) and made anew; the texts are
the training part's, 36 a language, and the edges. It takes about ten minutes on two cores, most of them the exports.
"""

import argparse
import pathlib
import tempfile

import keras
import results_file

import keras_i18n as ki

LABELS = ("alarm", "music", "weather")


def models():
    """Name -> (model, precision, formats) of what is certified."""
    train, _ = ki.datasets.sample("assistant")
    train = train.select(labels=LABELS)
    keras.utils.set_random_seed(7)
    tokenizer = ki.tokenizers.train_unigram(train.text, vocabulary_size=8000, begin=True, end=True, threads=1)
    network = ki.networks.universal_sentence_encoder(
        vocabulary_size=tokenizer.vocabulary_size, dim=64, ngram_dim=32, hidden_dim=48
    )
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=train.languages)
    classifier = ki.TextClassifier.on_encoder(encoder, labels=LABELS, num_anchors=256, gamma=4.0)
    classifier.fit(train.select(languages=["en", "am", "ja", "ar", "th", "hi", "de"]), epochs=10, verbose=0)
    every, small = ("saved_model", "h5", "keras", "tflite", "onnx"), ("tflite", "onnx")
    return {
        "classifier": (classifier, "float32", every),
        "classifier, int8": (classifier, "int8", small),
        "encoder": (encoder, "float32", small),
        "tokenizer": (tokenizer, "float32", ("keras", "tflite", "onnx")),
    }


def main():
    """Certifies each, prints the tables, writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=36, help="of each language")
    parser.add_argument("--pages", type=pathlib.Path, help="write a page for each certificate into this folder")
    options = parser.parse_args()
    texts, _ = ki.datasets.sample("assistant")
    figures = {}
    for name, (model, precision, formats) in models().items():
        with tempfile.TemporaryDirectory() as folder:
            exported = ki.export(model, pathlib.Path(folder) / "exported", formats=formats, precision=precision)
            certificate = ki.certify(exported, model=model, dataset=texts, max_texts=options.texts)
        print(f"{name}: {'certified' if certificate.ok else 'NOT certified'}, {certificate.texts['count']} texts")
        print(certificate, flush=True)
        if options.pages is not None:
            certificate.to_html(options.pages / f"{name.replace(', ', '_')}.html")
        figures[name] = {
            "ok": certificate.ok,
            "texts": certificate.texts["count"],
            "languages": len(certificate.texts["languages"]),
            "runs": [
                {
                    "file": run.file,
                    "runtime": run.runtime,
                    "version": run.version,
                    "precision": run.precision,
                    "status": run.status,
                    "told": run.told,
                    "ids_equal": run.ids_equal,
                    "largest_difference": run.largest_difference,
                    "label_agreement": run.label_agreement,
                    "p50_ms": run.p50_ms,
                    "memory_mb": run.memory_mb,
                }
                for run in certificate.runs
            ],
        }
    results_file.write("every_runtime", figures)


if __name__ == "__main__":
    main()
