"""How big are the compiled tokenizers: their tables, and the files of a tokenizer alone?"""

import argparse
import json
import pathlib
import tempfile

import tokenizer_files


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    results = {}
    print(f"{'bytes':22}{'tables':>10}{'.tflite':>10}{'.onnx':>10}{'.model':>10}")
    for name, tokenizer in tokenizer_files.TOKENIZERS.items():
        tokenizer = tokenizer()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            model = tokenizer_files.compiled(tokenizer, folder)
            sizes = {
                "tables": sum(weight.numpy().nbytes for weight in model.weights),
                "tflite": (folder / "model.tflite").stat().st_size,
                "onnx": (folder / "model.onnx").stat().st_size,
                "sentencepiece": len(tokenizer.model_bytes),
            }
        results[name] = sizes
        print(f"{name:22}" + "".join(f"{size:10}" for size in sizes.values()), flush=True)
    file = pathlib.Path(__file__).parent / "results" / "tokenizer_size.json"
    file.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
