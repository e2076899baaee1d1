"""What a language identifier's threshold costs and catches: chosen on one half of SIB-200's dev part, told on the other.

python benchmarks/identifier_abstention.py SIB200_FOLDER
"""

import sys

import numpy as np

import keras_i18n as ki

folder = sys.argv[1]
known = ki.datasets.sample("assistant")[0].languages
train = ki.datasets.read(f"{folder}/train.tsv.xz", text="text", label=None, language="lang")
dev = ki.datasets.read(f"{folder}/dev.tsv.xz", text="text", label=None, language="lang")
choose, tell = dev.split(0.5, by="language")
known = [tag for tag in known if ki.languages.matches(tag, train.languages)]
identifier = ki.models.LanguageIdentifier.create(known)
identifier.fit(train.select(languages=known), epochs=6, verbose=0)
others = tell[[tag not in set(tell.select(languages=known).languages) for tag in tell.language]]


def told(name, texts, language):
    found = [answer.label for answer in identifier.classify(texts)]
    own = [ki.languages.lookup(tag, known) for tag in language]
    right = np.mean([a == b for a, b in zip(found, own, strict=True)])
    print(f"  {name}: {len(texts):,} texts, und {np.mean(np.array(found) == 'und'):.1%}, right {right:.1%}")


mine = tell.select(languages=known)
for max_loss in (0.0, 0.001, 0.01, 0.02):
    print(f"max_loss={max_loss}:", identifier.choose_threshold(choose.select(languages=known), max_loss=max_loss))
    told(f"sentences in the {len(known)} languages", list(mine.text), mine.language)
    told("their first 20 characters", [text[:20] for text in mine.text], mine.language)
    told(f"sentences in {len(others.languages)} other languages", list(others.text), others.language)
