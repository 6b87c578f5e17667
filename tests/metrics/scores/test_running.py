from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from sightline.metrics.scores.classification import classification
from sightline.metrics.scores.map_scores import localisation
from sightline.metrics.scores.running import EpochMetrics, epoch_scores

N = 23


@pytest.fixture
def epoch() -> dict[str, torch.Tensor]:
    """The five arguments of `add`, for N images of which some have no known ROI and some an empty one."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (N,), generator=generator)
    roi = (torch.rand(N, 1, 12, 12, generator=generator) > 0.7).float()
    known = torch.arange(N) % 4 != 0
    roi[~known] = 0
    roi[1] = 0
    logits = torch.randn(N, 3, generator=generator) + functional.one_hot(labels, 3)
    return {"logits": logits, "labels": labels, "attention": torch.randn(N, 1, 4, 4, generator=generator), "roi": roi, "known": known}


def run(epoch: dict[str, torch.Tensor], size: int) -> EpochMetrics:
    metrics = EpochMetrics()
    for start in range(0, N, size):
        metrics.add(**{name: value[start : start + size] for name, value in epoch.items()})
    return metrics


def test_values_are_those_of_the_evaluation(epoch: dict[str, torch.Tensor]) -> None:
    found = run(epoch, 5).compute()
    probabilities = epoch["logits"].double().softmax(dim=1).numpy()
    judged = classification(epoch["labels"].numpy(), probabilities, ["a", "b", "c"], bootstrap=2)
    for score in ("accuracy", "balanced_accuracy", "auc"):
        assert found[score] == pytest.approx(getattr(judged, score).value)
    placed = localisation(epoch["attention"][:, 0].numpy(), epoch["roi"][:, 0].numpy(), epoch["known"].numpy(), bootstrap=2)
    assert found["epg"] == pytest.approx(placed.epg.value)
    assert found["loss"] == pytest.approx(float(functional.cross_entropy(epoch["logits"], epoch["labels"])), rel=1e-5)


@pytest.mark.parametrize("size", [1, 2, 7, 22])
def test_pitfall_21_values_do_not_depend_on_the_batch_size(epoch: dict[str, torch.Tensor], size: int) -> None:
    whole = run(epoch, N).compute()
    assert set(whole) == {"accuracy", "balanced_accuracy", "auc", "loss", "epg"}
    assert run(epoch, size).compute() == pytest.approx(whole, rel=1e-9)


def test_processes_can_be_gathered(epoch: dict[str, torch.Tensor]) -> None:
    parts = []
    for share in (slice(0, None, 2), slice(1, None, 2)):
        metrics = EpochMetrics()
        metrics.add(**{name: value[share] for name, value in epoch.items()})
        parts.append(metrics.arrays())
    gathered = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    assert epoch_scores(**gathered) == pytest.approx(run(epoch, N).compute())


def test_without_maps_there_is_no_energy(epoch: dict[str, torch.Tensor]) -> None:
    metrics = EpochMetrics()
    metrics.add(epoch["logits"], epoch["labels"])
    assert set(metrics.compute()) == {"accuracy", "balanced_accuracy", "auc", "loss"}


@pytest.mark.parametrize("lacking", ["attention", "roi", "known"])
def test_what_lacks_a_map_or_a_region_has_no_energy(epoch: dict[str, torch.Tensor], lacking: str) -> None:
    metrics = EpochMetrics()
    metrics.add(**{name: value for name, value in epoch.items() if name != lacking})
    assert np.isnan(metrics.arrays()["epg"]).tolist() == [True] * N


def test_one_class_only_has_no_auc() -> None:
    metrics = EpochMetrics()
    metrics.add(torch.randn(4, 2), torch.ones(4, dtype=torch.long))
    assert "auc" not in metrics.compute()


def test_nothing_added_gives_nothing() -> None:
    assert EpochMetrics().compute() == {}


def test_a_very_sure_model_keeps_its_ranking() -> None:
    """In single precision these probabilities are all 1, which would make the AUC 0.5."""
    metrics = EpochMetrics()
    metrics.add(torch.tensor([[0.0, 20.0], [0.0, 22.0], [0.0, 24.0], [0.0, 26.0]]), torch.tensor([0, 0, 1, 1]))
    assert metrics.compute()["auc"] == 1


def test_a_sure_mistake_has_a_finite_loss() -> None:
    metrics = EpochMetrics()
    metrics.add(torch.tensor([[0.0, 5000.0]]), torch.tensor([0]))
    assert np.isfinite(metrics.compute()["loss"])


def test_takes_half_precision_and_gradients(epoch: dict[str, torch.Tensor]) -> None:
    metrics = EpochMetrics()
    logits, attention = epoch["logits"].bfloat16().requires_grad_(), epoch["attention"].half().requires_grad_()
    metrics.add(logits, epoch["labels"], attention, epoch["roi"], epoch["known"])
    assert metrics.compute()["epg"] == pytest.approx(run(epoch, N).compute()["epg"], abs=1e-3)
