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


def test_writing_without_spaces_is_told_apart():
    from keras_i18n.models.translation.bleu import validation_bleu

    references = ["一个男人坐在长椅上。", "两只狗在海滩上玩耍。"]
    found = ["一个男人坐在椅子上。", "两只狗在沙滩上玩。"]
    chinese = translation_scores(found, references, target_language="zh")
    assert chinese.bleu == sacrebleu.corpus_bleu(found, [references], tokenize="zh").score
    assert "tok:zh" in chinese.bleu_signature
    assert [(row.texts, row.count) for row in chinese.rows] == [("all", 2), ("10 to 14", 2)]
    assert translation_scores(found, references).bleu < 1 < 40 < chinese.bleu
    assert validation_bleu(found, references) == pytest.approx(chinese.bleu, abs=1e-6)
    assert "tok:char" in translation_scores(["男の人"], ["男の子"], target_language="ja").bleu_signature
    assert "tok:none" in translation_scores(["a b"], ["a b"], tokenize="none").bleu_signature


def test_intervals():
    import re

    report = translation_scores(TRANSLATIONS * 25, REFERENCES * 25)
    once = sacrebleu.metrics.BLEU().corpus_score(TRANSLATIONS * 25, [REFERENCES * 25], n_bootstrap=1000)
    assert report.rows[0].bleu_margin == pytest.approx(float(re.search("± ([0-9.]+)", str(once))[1]), abs=0.01)
    assert 0 < report.rows[0].chrf_margin < 10
    assert f"± {report.rows[0].bleu_margin:.2f}" in str(report)
    assert translation_scores(TRANSLATIONS, REFERENCES, resamples=0).rows[0].bleu_margin is None
    assert translation_scores(["a", "b"], ["c", "d"]).rows[0].bleu_margin == 0
    assert translation_scores(TRANSLATIONS[:1], REFERENCES[:1]).rows[0].bleu_margin is None


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
