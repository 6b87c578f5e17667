from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sightline.errors import UserError
from sightline.metrics.comparisons.compare import Judged, paired_difference, verdict
from sightline.results.base import Score


def run(skill: float, seed: int, n: int = 300, noise: float = 0.2) -> Judged:
    """Two runs of one seed meet the same easy and hard images and differ by a little noise of their own."""
    labels = np.random.default_rng(0).integers(0, 2, n)
    hardness = np.random.default_rng(1).normal(size=n)
    own = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(-((2 * labels - 1) * skill + hardness + noise * own.normal(size=n))))
    epg = np.clip(0.5 + 0.1 * skill + 0.2 * hardness + 0.02 * own.normal(size=n), 0, 1)
    return Judged([f"i{i}" for i in range(n)], labels, np.column_stack([1 - chance, chance]), np.where(np.arange(n) % 5, epg, np.nan))


def test_values_are_the_differences() -> None:
    a, b = run(1.0, 2), run(0.6, 3)
    found = paired_difference(a, b, bootstrap=100)
    accuracy = [(r.probabilities.argmax(axis=1) == r.labels).mean() for r in (a, b)]
    area = [roc_auc_score(r.labels, r.probabilities[:, 1]) for r in (a, b)]
    assert found["accuracy"].value == pytest.approx(accuracy[0] - accuracy[1])
    assert found["auc"].value == pytest.approx(area[0] - area[1])
    assert found["epg"].value == pytest.approx(np.nanmean(a.epg) - np.nanmean(b.epg))
    json.dumps({name: one.to_json() for name, one in found.items()}, allow_nan=False)


def test_auc_interval_agrees_with_a_loop_over_sklearn() -> None:
    a, b = run(1.0, 2), run(0.8, 3)
    found = paired_difference(a, b, bootstrap=2000)["auc"]
    rng, draws = np.random.default_rng(5), []
    for _ in range(200):
        pick = rng.integers(300, size=300)
        one, two = (roc_auc_score(r.labels[pick], r.probabilities[pick, 1]) for r in (a, b))
        draws.append(one - two)
    assert found.low == pytest.approx(np.quantile(draws, 0.025), abs=0.008)
    assert found.high == pytest.approx(np.quantile(draws, 0.975), abs=0.008)


def test_auc_interval_agrees_with_paired_delong() -> None:
    a, b = run(1.0, 2), run(0.8, 3)
    by_positive, by_negative = [], []
    for r in (a, b):
        positive, negative = r.probabilities[r.labels == 1, 1], r.probabilities[r.labels == 0, 1]
        beats = (positive[:, None] > negative).astype(float)
        by_positive.append(beats.mean(axis=1))
        by_negative.append(beats.mean(axis=0))
    difference = by_positive[0] - by_positive[1], by_negative[0] - by_negative[1]
    error = np.sqrt(sum(d.var(ddof=1) / len(d) for d in difference))
    found = paired_difference(a, b, bootstrap=2000)["auc"]
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_pairing_sees_what_overlapping_intervals_hide() -> None:
    a, b = run(0.9, 2, noise=0.01), run(0.7, 3, noise=0.01)
    found = paired_difference(a, b)
    assert found["auc"].verdict == found["epg"].verdict == "higher"
    assert paired_difference(b, a)["auc"].verdict == "lower"
    unpaired = Judged(a.ids, a.labels, run(0.7, 3).probabilities[np.random.default_rng(0).permutation(300)])
    assert found["auc"].high - found["auc"].low < 0.05
    wide = paired_difference(a, unpaired)["auc"]
    assert wide.high - wide.low > 0.1


def test_a_difference_within_chance_is_not_distinguishable() -> None:
    found = paired_difference(run(0.8, 2, n=60), run(0.8, 3, n=60))
    assert {score.verdict for score in found.values()} == {"not distinguishable"}


def test_a_run_does_not_differ_from_itself() -> None:
    found = paired_difference(run(1, 2), run(1, 2))
    assert {(s.value, s.low, s.high, s.verdict) for s in found.values()} == {(0, 0, 0, "not distinguishable")}


def test_images_are_paired_by_name_not_by_place() -> None:
    a, b = run(1.0, 2), run(0.6, 3)
    order = np.random.default_rng(0).permutation(300)
    shuffled = Judged([b.ids[i] for i in order], b.labels[order], b.probabilities[order], b.epg[order])
    assert paired_difference(a, shuffled) == paired_difference(a, b)


def test_patients_are_drawn_whole() -> None:
    a, b = run(1.0, 2, n=60), run(0.8, 3, n=60)

    def repeat(r: Judged) -> Judged:
        return Judged([f"{i}-{k}" for i in r.ids for k in range(4)], *(np.repeat(v, 4, axis=0) for v in (r.labels, r.probabilities, r.epg)))

    patients = [f"p{i // 4}" for i in range(240)]
    alone, grouped = paired_difference(a, b), paired_difference(repeat(a), repeat(b), groups=patients)
    assert (alone["auc"].n, grouped["auc"].n) == (60, 240)
    assert grouped["auc"].but(n=60).fields() == pytest.approx(alone["auc"].fields())
    assert grouped["epg"].but(n=alone["epg"].n).fields() == pytest.approx(alone["epg"].fields(), abs=5e-3)


def test_energy_is_compared_only_where_both_have_it() -> None:
    a, b = run(1.0, 2), run(0.6, 3)
    assert set(paired_difference(a, Judged(b.ids, b.labels, b.probabilities))) == {"accuracy", "auc"}


def test_other_images_or_labels_are_refused() -> None:
    a, b = run(1, 2), run(1, 3)
    with pytest.raises(UserError, match="different images"):
        paired_difference(a, run(1, 3, n=299))
    with pytest.raises(UserError, match="different images"):
        paired_difference(a, Judged([*b.ids[:-1], "other"], b.labels, b.probabilities))
    with pytest.raises(UserError, match="different labels"):
        paired_difference(a, Judged(b.ids, 1 - b.labels, b.probabilities))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.1, 0.2, "higher"),
        (-0.2, -0.1, "lower"),
        (-0.1, 0.1, "not distinguishable"),
        (0, 0.1, "not distinguishable"),
        (-0.1, 0, "not distinguishable"),
        (0.1, None, "not distinguishable"),
        (None, None, "not distinguishable"),
    ],
)
def test_the_verdict_follows_the_interval(low: float | None, high: float | None, said: str) -> None:
    assert verdict(Score(value=0.05, low=low, high=high)) == said
