from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from sightline.metrics.comparisons import arms as arms_module
from sightline.metrics.comparisons.arms import arms_difference, corrected, exchanges
from sightline.metrics.comparisons.compare import Judged, paired_difference
from sightline.metrics.comparisons.family import holm
from sightline.metrics.comparisons.paired import arms_test, mcnemar
from sightline.metrics.confidence.delong import area_test
from sightline.results.differences import AreaTest, Paired


def pair(n: int = 120, classes: int = 2, skill: tuple[float, float] = (1.2, 0.7), epg: bool = True, seed: int = 0) -> list[Judged]:
    """Two arms that meet the same easy and hard images; their images stand in different orders."""
    rng = np.random.default_rng(seed)
    labels, hard = rng.integers(0, classes, n), rng.normal(size=(n, 1))
    made = []
    for strength in skill:
        scores = np.exp(strength * np.eye(classes)[labels] + 0.4 * hard * np.eye(classes)[0] + 0.5 * rng.normal(size=(n, classes)))
        inside = np.where(np.arange(n) % 3, np.clip(0.3 * strength + 0.1 * rng.normal(size=n), 0, 1), np.nan)
        made.append(Judged([f"i{i}" for i in range(n)], labels, scores / scores.sum(axis=1, keepdims=True), inside if epg else None))
    order = rng.permutation(n)
    return [made[0], made[1].ordered_as([f"i{i}" for i in order])]


def copies(run: Judged, times: int = 3) -> Judged:
    """Every image as so many images of one patient."""
    ids = [f"{i}-{k}" for i in run.ids for k in range(times)]
    return Judged(ids, *(np.repeat(values, times, axis=0) for values in (run.labels, run.probabilities, run.epg)))


def patients(run: Judged) -> list[str]:
    return [i.partition("-")[0] for i in run.ids]


def numbers(score: Paired | AreaTest) -> list[float | None]:
    return [score.value, score.low, score.high, score.p]


def test_everything_stands_as_the_pure_functions_give_it() -> None:
    a, b = pair()
    found, other = arms_difference(a, b, bootstrap=400, draws=300), b.ordered_as(a.ids)
    plain, tests = paired_difference(a, b, bootstrap=400, method="bca"), arms_test(a, b, draws=300)
    right = [r.probabilities.argmax(axis=1) == r.labels for r in (a, other)]
    assert set(found) == {"accuracy", "auc", "epg"}
    for name, difference in found.items():
        assert {key: getattr(difference, key) for key in plain[name].fields()} == plain[name].fields()
        assert difference.p == tests[name].p
        assert difference.value == pytest.approx(tests[name].value)
    assert found["auc"].delong == area_test(a.probabilities[:, 1], other.probabilities[:, 1], a.labels == 1)
    assert found["accuracy"].mcnemar == mcnemar(*right)
    json.dumps({name: one.to_json() for name, one in corrected(found).items()}, allow_nan=False)


def test_patients_are_taken_as_a_whole_by_every_part() -> None:
    a, b = pair(skill=(0.9, 0.7))
    alone = arms_difference(a, b, bootstrap=400, draws=300)
    thrice, other = copies(a), copies(b)
    grouped, naive = (arms_difference(thrice, other, groups=g, bootstrap=400, draws=300) for g in (patients(thrice), None))
    for name, score in grouped.items():
        assert numbers(score) == pytest.approx(numbers(alone[name]))
    assert grouped["auc"].delong.fields() == pytest.approx(alone["auc"].delong.fields())
    for part in (naive["auc"], naive["auc"].delong):  # without patients, thrice the images make it too sure
        assert part.high - part.low < 0.8 * (alone["auc"].high - alone["auc"].low)


def test_mcnemar_has_no_p_where_a_patient_has_several_images() -> None:
    a, b = (copies(r) for r in pair())
    grouped = arms_difference(a, b, groups=patients(a), bootstrap=50, draws=50)["accuracy"].mcnemar
    single = arms_difference(a, b, groups=[f"p{i}" for i in a.ids], bootstrap=50, draws=50)["accuracy"].mcnemar
    assert grouped.p is None
    assert single.p is not None
    assert (grouped.only_a, grouped.only_b) == (single.only_a, single.only_b)


def test_three_classes_have_no_delong() -> None:
    found = arms_difference(*pair(classes=3), bootstrap=100, draws=100)
    assert found["auc"].delong is None
    assert "delong" not in found["auc"].to_json()
    assert found["auc"].p is not None
    assert arms_difference(*pair(), bootstrap=100, draws=100)["auc"].delong is not None


def test_runs_without_maps_are_compared_without_epg() -> None:
    a, b = pair()[0], pair(epg=False)[1]
    assert set(arms_difference(a, b, bootstrap=50, draws=50)) == {"accuracy", "auc"}


def test_one_class_only_leaves_no_auc_and_does_not_count() -> None:
    a, b = (Judged(r.ids, np.ones_like(r.labels), r.probabilities, r.epg) for r in pair())
    found = corrected(arms_difference(a, b, bootstrap=100, draws=100))
    area = found["auc"]
    assert {*numbers(area), area.p_holm} == {None}
    assert {area.delong.value, area.delong.p, area.delong.p_holm} == {None}
    assert area.verdict == "not distinguishable"
    p = {name: found[name].p for name in ("accuracy", "epg")}
    assert {name: found[name].p_holm for name in p} == holm(p)


def test_p_is_corrected_over_everything_that_is_given() -> None:
    one, two = (arms_difference(*pair(seed=s), bootstrap=100, draws=200) for s in (0, 1))
    family = {(arm, name): d for arm, found in (("one", one), ("two", two)) for name, d in found.items()}
    result = corrected(family)
    assert {key: d.p_holm for key, d in result.items()} == holm({key: d.p for key, d in family.items()})
    closed = {key: (d.delong or d.mcnemar or d).p for key, d in family.items()}
    second = {key: (d.delong or d.mcnemar or d).p_holm for key, d in result.items() if key[1] != "epg"}
    assert second == {key: p for key, p in holm(closed).items() if key[1] != "epg"}


def test_without_mcnemars_p_the_second_way_has_as_many_comparisons() -> None:
    a, b = (copies(r) for r in pair())
    found = arms_difference(a, b, groups=patients(a), bootstrap=50, draws=100)
    result = corrected(found)
    p = {"accuracy": found["accuracy"].p, "auc": found["auc"].delong.p, "epg": found["epg"].p}
    assert result["auc"].delong.p_holm == holm(p)["auc"]
    assert result["accuracy"].mcnemar.p_holm is None


@pytest.mark.parametrize(("others", "said"), [(0, "higher"), (1, "higher"), (4, "not distinguishable")])
def test_a_verdict_must_survive_the_number_of_comparisons(others: int, said: str) -> None:
    difference = Paired(value=0.1, low=0.02, high=0.2, verdict="higher", p=0.02)
    nothing = Paired(value=0.0, low=-0.1, high=0.1, verdict="not distinguishable", p=0.9)
    found = corrected({"it": difference, **{f"other{i}": nothing for i in range(others)}})
    assert found["it"].verdict == said
    assert found["it"].p_holm == pytest.approx(0.02 * (1 + others))


def test_an_interval_that_holds_zero_is_not_overruled_by_p() -> None:
    difference = Paired(value=0.1, low=0.0, high=0.2, verdict="not distinguishable", p=0.001)
    assert corrected({"it": difference})["it"].verdict == "not distinguishable"


def test_with_many_images_the_jackknife_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = pair()
    assert arms_difference(a, b, draws=20)["epg"].method == "bca"
    monkeypatch.setattr(arms_module, "_SKEWED", 100)
    assert arms_difference(a, b, draws=20)["epg"].method == "percentile"


@pytest.mark.parametrize("comparisons", [1, 20, 500])
def test_there_are_enough_exchanges_for_a_corrected_p_to_be_small(comparisons: int) -> None:
    assert comparisons / (1 + exchanges(comparisons)) < 0.01


def test_decisions_at_the_kept_thresholds_are_compared_where_both_keep_one() -> None:
    """Two arms with the same ranks, whose most probable classes are all alike: only what they decide tells them apart."""
    labels = np.repeat([0, 1], 30)
    low = np.where(labels == 1, 0.3, 0.1)  # no probability reaches .5
    low[:6] = 0.3  # six of the first class look like the second
    answers = np.stack([1 - low, low], axis=1)
    ids = [f"i{i}" for i in range(60)]
    kept, never = Judged(ids, labels, answers, threshold=0.2), Judged(ids, labels, answers, threshold=0.4)
    found = arms_difference(kept, never, bootstrap=200, draws=500)
    assert found["accuracy"].value == 0
    assert found["decided_sensitivity"].value == pytest.approx(1)  # all of 30 against none
    assert found["decided_specificity"].value == pytest.approx(-6 / 30)
    assert found["decided_balanced_accuracy"].value == pytest.approx((1 - 6 / 30) / 2)
    assert found["decided_balanced_accuracy"].verdict == "higher"
    assert found["decided_balanced_accuracy"].p < 0.01
    of_positives, of_negatives = found["decided_sensitivity"].mcnemar, found["decided_specificity"].mcnemar
    assert (of_positives.only_a, of_positives.only_b) == (30, 0)
    assert (of_negatives.only_a, of_negatives.only_b) == (0, 6)
    assert of_negatives.p == pytest.approx(2 * 0.5**6)  # the binomial, by hand
    assert found["decided_specificity"].p == pytest.approx(of_negatives.p, abs=0.02)  # the permutation test of the same
    assert found["decided_balanced_accuracy"].mcnemar is None
    one = arms_difference(kept, Judged(ids, labels, answers), bootstrap=50, draws=50)
    assert set(one) == {"accuracy", "auc"}


def test_decisions_are_compared_on_the_same_images_in_any_order() -> None:
    a, b = pair(n=60)
    a, b = replace(a, threshold=0.4), replace(b, threshold=0.6)
    backwards = b.at(range(59, -1, -1))
    assert arms_difference(a, b, bootstrap=50, draws=50) == arms_difference(a, backwards, bootstrap=50, draws=50)
    reached = [(b.probabilities[:, 1] >= 0.6)[b.labels == 1].mean(), (a.probabilities[:, 1] >= 0.4)[a.labels == 1].mean()]
    assert arms_difference(a, b, bootstrap=50, draws=50)["decided_sensitivity"].value == pytest.approx(reached[1] - reached[0])
