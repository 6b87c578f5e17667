from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.preprocessing import label_binarize

from sightline.metrics.confidence.delong import area_interval
from sightline.metrics.scores.classification import OVERALL, PER_CLASS, classification
from sightline.results.base import Score
from sightline.results.scores import AUC, Classification, Curve, Positive


def answers(classes: int, n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and probabilities that know something of them."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    logits = rng.normal(size=(n, classes)) + 1.2 * np.eye(classes)[labels]
    return labels, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def names(classes: int) -> list[str]:
    return [f"class{c}" for c in range(classes)]


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_every_value_is_sklearns(classes: int) -> None:
    labels, probabilities = answers(classes)
    found = classification(labels, probabilities, names(classes), bootstrap=20)
    predicted = probabilities.argmax(axis=1)
    onehot = np.eye(classes)[labels]
    assert found.accuracy.value == pytest.approx(sk.accuracy_score(labels, predicted))
    assert found.balanced_accuracy.value == pytest.approx(sk.balanced_accuracy_score(labels, predicted))
    assert found.sensitivity.value == pytest.approx(sk.recall_score(labels, predicted, average="macro"))
    assert found.precision.value == pytest.approx(sk.precision_score(labels, predicted, average="macro", zero_division=0))
    assert found.f1.value == pytest.approx(sk.f1_score(labels, predicted, average="macro"))
    if classes == 2:
        overall = sk.roc_auc_score(labels, probabilities[:, 1]), sk.average_precision_score(labels, probabilities[:, 1])
    else:
        overall = (
            sk.roc_auc_score(labels, probabilities, multi_class="ovo", average="macro"),
            sk.average_precision_score(onehot, probabilities, average="macro"),
        )
    assert (found.auc.value, found.average_precision.value) == pytest.approx(overall)
    np.testing.assert_array_equal(found.confusion, sk.confusion_matrix(labels, predicted))

    recall, precision = (f(labels, predicted, average=None, zero_division=0) for f in (sk.recall_score, sk.precision_score))
    f1 = sk.f1_score(labels, predicted, average=None)
    for c, name in enumerate(names(classes)):
        own = found.per_class[name]
        assert own.n == (labels == c).sum()
        assert own.sensitivity.value == pytest.approx(recall[c])
        assert own.precision.value == pytest.approx(precision[c])
        assert own.f1.value == pytest.approx(f1[c])
        assert own.specificity.value == pytest.approx(sk.recall_score(labels != c, predicted != c))
        assert own.auc.value == pytest.approx(sk.roc_auc_score(labels == c, probabilities[:, c]))
        assert own.average_precision.value == pytest.approx(sk.average_precision_score(labels == c, probabilities[:, c]))
    assert found.specificity.value == pytest.approx(np.mean([found.per_class[n].specificity.value for n in names(classes)]))


def test_intervals_agree_with_a_loop_over_sklearn() -> None:
    labels, probabilities = answers(3)
    found = classification(labels, probabilities, names(3), bootstrap=2000)
    rng = np.random.default_rng(7)
    draws: dict[str, list[float]] = {"f1": [], "auc": [], "average_precision": []}
    for _ in range(120):
        pick = rng.integers(len(labels), size=len(labels))
        true, chance = labels[pick], probabilities[pick]
        draws["f1"].append(sk.f1_score(true, chance.argmax(axis=1), average="macro"))
        draws["auc"].append(sk.roc_auc_score(true, chance, multi_class="ovo"))
        draws["average_precision"].append(sk.average_precision_score(label_binarize(true, classes=range(3)), chance))
    for name, values in draws.items():
        score = getattr(found, name)
        assert score.low == pytest.approx(np.quantile(values, 0.025), abs=0.025)
        assert score.high == pytest.approx(np.quantile(values, 0.975), abs=0.025)
        assert score.low < score.value < score.high


def test_001_15_with_two_classes_macro_sensitivity_is_macro_specificity() -> None:
    labels, probabilities = answers(2)
    found = classification(labels, probabilities, ["benign", "malignant"], bootstrap=100)
    assert found.sensitivity.fields() == pytest.approx(found.specificity.fields())


def test_two_classes_also_give_the_last_ones_own_scores() -> None:
    labels, probabilities = answers(2)
    found = classification(labels, probabilities, ["benign", "malignant"], bootstrap=50)
    own = found.per_class["malignant"]
    assert found.positive == Positive(
        label="malignant", sensitivity=own.sensitivity, specificity=own.specificity, precision=own.precision, f1=own.f1
    )
    assert own.sensitivity != own.specificity
    assert "positive" not in classification(*answers(3), names(3), bootstrap=5).to_json()


def test_everything_named_is_there_and_fits_into_json() -> None:
    result = classification(*answers(3), names(3), bootstrap=10)
    found = result.to_json()
    assert set(found) == {*OVERALL, "per_class", "confusion", "roc"}
    assert set(found["per_class"]["class0"]) == {*PER_CLASS, "n"}
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert Classification.model_validate(found) == result


def test_the_auc_of_two_classes_has_delongs_interval_too_by_patients() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 90)
    malignant = 1 / (1 + np.exp(-(2.0 * labels - 1) - rng.normal(size=90)))
    probabilities, groups = np.column_stack([1 - malignant, malignant]), np.arange(90) // 3
    for chosen in (None, groups):
        found = classification(labels, probabilities, ["benign", "malignant"], groups=chosen, bootstrap=50, confidence=0.9).auc
        assert found.delong == area_interval(malignant, labels == 1, groups=chosen, confidence=0.9)
        assert found.delong.value == pytest.approx(found.value)
    three = classification(rng.integers(0, 3, 90), rng.dirichlet([1, 1, 1], 90), ["a", "b", "c"], bootstrap=50)
    assert "delong" not in three.auc.to_json()


def test_one_class_only_has_accuracy_but_no_auc() -> None:
    probabilities = np.array([[0.2, 0.8], [0.7, 0.3], [0.4, 0.6]])
    found = classification(np.ones(3, int), probabilities, ["benign", "malignant"], bootstrap=50)
    assert found.accuracy.value == pytest.approx(2 / 3)
    assert found.sensitivity.value == pytest.approx(2 / 3)
    assert found.auc == AUC(value=None, low=None, high=None, n=3, delong=Score(value=None, low=None, high=None))
    assert found.per_class["benign"].sensitivity.value is None
    assert found.per_class["malignant"].specificity.value is None
    assert found.roc["malignant"] == Curve(fpr=[], tpr=[])
    json.dumps(found.to_json(), allow_nan=False)


def test_no_images_have_no_scores() -> None:
    found = classification(np.empty(0, int), np.empty((0, 3)), names(3))
    assert all(getattr(found, score).value is None for score in OVERALL)
    assert found.confusion == [[0] * 3] * 3


def test_a_class_that_is_never_predicted_has_precision_zero() -> None:
    found = classification(np.array([0, 1, 2]), np.array([[0.9, 0.1, 0], [0.8, 0.2, 0], [0.1, 0.9, 0]]), names(3), bootstrap=5)
    assert found.per_class["class2"].precision.value == 0
    assert found.per_class["class2"].f1.value == 0
    assert found.precision.value == pytest.approx(1 / 6)


def test_a_class_that_does_not_occur_is_left_out_of_means() -> None:
    labels, probabilities = answers(2)
    three = np.column_stack([probabilities, np.zeros(len(labels))])
    found = classification(labels, three, names(3), bootstrap=5)
    assert found.balanced_accuracy.value == pytest.approx(sk.balanced_accuracy_score(labels, three.argmax(axis=1)))
    assert found.per_class["class2"].sensitivity.value is None


def test_patients_widen_the_interval() -> None:
    labels, probabilities = answers(2, n=40)
    labels, probabilities = np.repeat(labels, 5), np.repeat(probabilities, 5, axis=0)
    patients = [f"p{i // 5}" for i in range(200)]
    naive = classification(labels, probabilities, names(2), bootstrap=300)
    grouped = classification(labels, probabilities, names(2), bootstrap=300, groups=patients)
    for name in ("accuracy", "auc", "f1"):
        whole, alone = getattr(grouped, name), getattr(naive, name)
        assert whole.value == alone.value
        assert whole.high - whole.low > 1.5 * (alone.high - alone.low)


def test_probabilities_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        classification(np.array([0, 1]), np.array([[np.nan, np.nan], [0.5, 0.5]]), names(2))
