"""The scores that the tables of the papers print are scikit-learn's, for two classes and for seven, whatever the weights of the images."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from sightline.study.answers import Answers
from sightline.study.score_names import check_score
from sightline.study.scores import statistic

N = 90


def answers(classes: int) -> Answers:
    draw = np.random.default_rng(classes)
    labels = draw.permutation(np.arange(N) % classes)
    said = draw.dirichlet(np.ones(classes), N) + 0.6 * np.eye(classes)[labels] * draw.random((N, 1))
    ids = [str(i) for i in range(N)]
    return Answers(ids, labels, said / said.sum(1, keepdims=True), np.full(N, np.nan), ids, {})


@pytest.mark.parametrize("classes", [2, 7])
def test_001_15_and_003_26_scores_of_the_papers_tables_are_sklearns(classes: int) -> None:
    one, draw = answers(classes), np.random.default_rng(1)
    weights = np.stack([np.ones(N), draw.integers(1, 4, N).astype(float)])
    for r, weight in enumerate(weights):
        chosen = one.probabilities.argmax(1)
        settings = {"average": "macro", "sample_weight": weight, "zero_division": 0}
        precision, recall, f1, _ = precision_recall_fscore_support(one.labels, chosen, **settings)
        negative = [recall_of_rest(one.labels != c, chosen != c, weight) for c in range(classes)]
        truths = [(one.labels == c, one.probabilities[:, c]) for c in ([1] if classes == 2 else range(classes))]
        area = np.mean([average_precision_score(*truth, sample_weight=weight) for truth in truths])
        expected = {
            "precision": precision,
            "balanced_accuracy": recall,
            "f1": f1,
            "specificity": np.mean(negative),
            "average_precision": area,
        }
        for score, value in expected.items():
            check_score(score)
            assert statistic(score)(one, weights)[r] == pytest.approx(value), score


def recall_of_rest(there: np.ndarray, said: np.ndarray, weight: np.ndarray) -> float:
    return float((weight * (there & said)).sum() / (weight * there).sum())
