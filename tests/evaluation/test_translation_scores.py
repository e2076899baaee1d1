import numpy as np
import pytest

from keras_i18n.evaluation import translation_scores

sacrebleu = pytest.importorskip("sacrebleu")

REFERENCES = ["Ein Mann sitzt auf einer Bank.", "Zwei Hunde, die spielen!", "Um 12:30 Uhr, z.B. für 3,50 €.", "Ja"]
TRANSLATIONS = ["Ein Mann sitzt auf der Bank.", "Zwei Hunde spielen!", "Um 12:30 Uhr z.B. für 3,50 €.", "ja"]


def test_scores_are_those_of_sacrebleu():
    report = translation_scores(TRANSLATIONS, REFERENCES)
    assert report.bleu == sacrebleu.corpus_bleu(TRANSLATIONS, [REFERENCES]).score
    assert report.chrf == sacrebleu.corpus_chrf(TRANSLATIONS, [REFERENCES]).score
    assert "tok:13a" in report.bleu_signature
    assert "nrefs:1" in report.chrf_signature
    assert translation_scores(TRANSLATIONS, REFERENCES, lower_case=True).bleu > report.bleu
    assert "case:lc" in translation_scores(TRANSLATIONS, REFERENCES, lower_case=True).bleu_signature


def test_rows_by_length():
    report = translation_scores(TRANSLATIONS * 2, REFERENCES * 2)
    assert [(row.texts, row.count) for row in report.rows] == [("all", 8), ("1 to 9", 8)]
    long = " ".join(["Wort"] * 30)
    assert translation_scores([long], [long]).rows[1].texts == "25 and more"
    assert "25 and more" in str(translation_scores([long], [long]))


def test_what_a_training_watches_is_the_same_number():
    from keras_i18n.models.translation.bleu import validation_bleu

    random = np.random.default_rng(1)
    words = "Ein Mann, der (sehr) alt ist: 3.500 Euro - oder 5-mal? Ja!".split()
    rows = [[" ".join(random.choice(words, 12)) for _ in range(20)] for _ in range(2)]
    for translations, references in ((TRANSLATIONS, REFERENCES), rows):
        expected = sacrebleu.corpus_bleu(translations, [references]).score
        assert validation_bleu(translations, references) == pytest.approx(expected, abs=1e-6)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="Received: 1 translations, 2 references"):
        translation_scores(["a"], ["a", "b"])
    with pytest.raises(ValueError, match="one at least"):
        translation_scores([], [])
