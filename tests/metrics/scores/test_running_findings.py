"""The values of an epoch of images with several findings, gathered from batches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sightline.metrics.scores.localisation import energy_inside, upsample
from sightline.metrics.scores.running_findings import FindingsEpoch, epoch_findings
from sightline.types import Batch, Look

N, C, SIZE = 7, 3, (12, 8)


def batch() -> Batch:
    labels = torch.randint(0, 2, (N, C)).float()
    labels[2, 1] = torch.nan
    known = torch.rand(N, C) > 0.3
    known[:, 0] = torch.arange(N) % 2 == 0
    return Batch(torch.rand(N, 3, *SIZE), labels, finding_roi=(torch.rand(N, C, *SIZE) > 0.5).float(), finding_known=known)


def gathered(look: Look, images: Batch) -> dict[str, np.ndarray]:
    epoch = FindingsEpoch()
    epoch.add(look, images)
    return epoch.arrays()


def by_hand(maps: torch.Tensor, images: Batch) -> np.ndarray:
    """(N, C), image by image."""
    rois, known = (one.numpy() for one in images.of_findings)
    found = np.full((N, C), np.nan)
    for i, c in np.argwhere(known):
        found[i, c] = energy_inside(upsample(maps[i, c][None].numpy(), SIZE), rois[i, c][None])[0]
    return found


def test_the_map_of_each_finding_is_held_against_its_own_region() -> None:
    images, every = batch(), torch.rand(N, C, 4, 2)
    look = Look(torch.randn(N, C), {"cam": torch.rand(N, 1, 4, 2)}, {"cam": every})
    found = gathered(look, images)
    np.testing.assert_allclose(found["epg"], by_hand(every, images))
    np.testing.assert_array_equal(found["labels"], images.labels.numpy())
    np.testing.assert_allclose(found["probabilities"], look.logits.double().sigmoid().numpy())


def test_one_map_for_all_findings_is_held_against_each_region() -> None:
    images, one = batch(), torch.rand(N, 1, 4, 2)
    found = gathered(Look(torch.randn(N, C), {"gate": one}), images)
    np.testing.assert_allclose(found["epg"], by_hand(one.expand(-1, C, -1, -1), images))


def test_of_several_maps_the_first_is_judged_and_without_maps_none() -> None:
    images, first, second = batch(), torch.rand(N, 1, 4, 2), torch.rand(N, 1, 4, 2)
    logits = torch.randn(N, C)
    both, alone = gathered(Look(logits, {"a": first, "b": second}), images), gathered(Look(logits, {"a": first}), images)
    np.testing.assert_array_equal(both["epg"], alone["epg"])
    assert np.isnan(gathered(Look(logits, {}), images)["epg"]).all()


def test_batches_are_put_end_to_end() -> None:
    epoch, images = FindingsEpoch(), batch()
    for _ in range(2):
        epoch.add(Look(torch.randn(N, C), {"a": torch.rand(N, 1, 4, 2)}), images)
    assert {name: array.shape for name, array in epoch.arrays().items()} == dict.fromkeys(("labels", "probabilities", "epg"), (2 * N, C))


def test_a_finding_counts_only_where_it_has_a_score() -> None:
    labels = np.array([[0, 1, np.nan], [1, 1, np.nan], [0, 1, np.nan], [1, np.nan, np.nan]])
    said = np.array([[0.1, 0.9, 0.5], [0.9, 0.2, 0.5], [0.8, 0.8, 0.5], [0.7, 0.1, 0.5]])
    epg = np.full((4, 3), np.nan)
    epg[3] = [np.nan, 0.25, 0.75]
    found = epoch_findings(labels, said, epg, names=["a", "b", "c"])
    assert found["auc"] == found["auc[a]"] == pytest.approx(0.75), "b is there in every image, and of c nothing is known"
    assert "auc[b]" not in found
    assert "auc[c]" not in found
    assert found["accuracy"] == pytest.approx((3 / 4 + 2 / 3) / 2)
    assert found["epg"] == pytest.approx(0.5), "of all images whose region is known, also where the label is not"
