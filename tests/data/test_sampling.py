from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from sightline.data.sampling import EpochSampler, Key, class_counts, class_weights, finding_weights, oversample, seed_sequence, weighted

LABELS = [0] * 60 + [1] * 13 + [2] * 27


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_oversampling_reaches_equal_counts_and_keeps_every_image() -> None:
    chosen = oversample(LABELS, rng())
    assert class_counts([LABELS[i] for i in chosen], 3) == [60, 60, 60]
    times = Counter(chosen.tolist())
    assert set(times) == set(range(100))
    assert all(times[i] == 1 for i in range(60)), "000-07: the largest class is shown exactly once"
    copies = [times[i] for i in range(60, 73)]
    assert max(copies) - min(copies) > 1, "with replacement: copies that are dealt out in rounds differ by one at most"


def test_000_07_the_copies_are_drawn_anew_in_each_epoch() -> None:
    sampler, shown = EpochSampler(LABELS, balance="oversample"), []
    for epoch in (0, 1):
        sampler.set_epoch(epoch)
        shown.append(Counter(key.index for key in sampler))
    assert shown[0] != shown[1], "not only another order of the same copies"


def test_weighted_sampling_makes_classes_equally_likely() -> None:
    chosen = weighted(LABELS, 30_000, rng())
    shares = np.bincount([LABELS[i] for i in chosen]) / 30_000
    np.testing.assert_allclose(shares, 1 / 3, atol=0.02)
    within = np.bincount(chosen, minlength=100)[60:73]
    np.testing.assert_allclose(within, 10_000 / 13, rtol=0.2)


def test_class_weights_are_sklearns_with_mean_one() -> None:
    expected = compute_class_weight("balanced", classes=np.arange(3), y=LABELS)
    weights = class_weights(LABELS, 3)
    np.testing.assert_allclose(weights, expected / expected.mean(), rtol=1e-6)
    assert weights.mean() == pytest.approx(1)


def test_class_that_does_not_occur_has_no_weight() -> None:
    assert class_weights([0, 0, 2, 2], 3).tolist() == [1, 0, 1]
    assert class_counts([0, 0, 2, 2], 4) == [2, 0, 2, 0]


@pytest.mark.parametrize("balance", ["none", "oversample", "weighted_sampler", "class_weights"])
def test_epoch_is_a_function_of_seed_and_epoch(balance: str) -> None:
    def epoch(number: int, seed: int = 0) -> list[Key]:
        sampler = EpochSampler(LABELS, balance=balance, seed=seed)
        sampler.set_epoch(number)
        assert len(list(sampler)) == len(sampler)
        return list(sampler)

    np.random.default_rng(1).random(5)
    torch.rand(3)
    assert epoch(2) == epoch(2)
    indices = [[key.index for key in keys] for keys in (epoch(2), epoch(3), epoch(2, seed=1))]
    assert indices[0] != indices[1]
    assert indices[0] != indices[2]
    assert [(key.epoch, key.position) for key in epoch(2)] == [(2, i) for i in range(len(epoch(2)))]


def test_without_balancing_every_image_once() -> None:
    assert sorted(key.index for key in EpochSampler(LABELS)) == list(range(100))
    assert [key.index for key in EpochSampler(LABELS, shuffle=False)] == list(range(100))


def test_the_presence_and_the_absence_of_a_finding_weigh_alike() -> None:
    nan = float("nan")
    labels = torch.tensor([[1.0, 0.0, nan], [0.0, nan, 1.0], [0.0, 1.0, 1.0], [0.0, 1.0, nan]])  # (4, 3)
    weights = finding_weights(labels)
    for c in range(2):
        there, gone = (labels[:, c] == 1).sum() * weights[c, 1], (labels[:, c] == 0).sum() * weights[c, 0]
        assert there == pytest.approx(float(gone))
        assert there + gone == pytest.approx(float((~labels[:, c].isnan()).sum()))
    assert weights[2].tolist() == [1, 1], "of one answer only"


def test_balanced_epochs_have_the_counts_they_promise() -> None:
    assert class_counts([LABELS[k.index] for k in EpochSampler(LABELS, balance="oversample")], 3) == [60, 60, 60]
    assert len(EpochSampler(LABELS, balance="weighted_sampler")) == 100


@pytest.mark.parametrize("world", [1, 2, 3, 7])
@pytest.mark.parametrize("balance", ["none", "oversample"])
def test_processes_share_one_order(world: int, balance: str) -> None:
    options = {"balance": balance, "seed": 4}
    whole = list(EpochSampler(LABELS, **options))
    parts = [list(EpochSampler(LABELS, **options, rank=rank, world=world)) for rank in range(world)]
    assert len({len(part) for part in parts}) == 1
    together = [key for step in zip(*parts, strict=True) for key in step]
    assert together[: len(whole)] == whole
    padding = together[len(whole) :]
    assert len(padding) < world
    assert [key.index for key in padding] == [key.index for key in whole[: len(padding)]]
    assert len({key.position for key in together}) == len(together)


def test_fewer_images_than_processes() -> None:
    parts = [list(EpochSampler([0, 1], rank=rank, world=5)) for rank in range(5)]
    assert [len(part) for part in parts] == [1] * 5


def test_places_have_unrelated_randomness() -> None:
    places = [(0,), (0, 0), (0, 1), (1, 0), (1,), (0, 0, 0)]
    assert len({seed_sequence(seed, *place).generate_state(1)[0] for seed in (0, 1, -1) for place in places}) == 18
