"""Artefacts put into images: nothing else changes, and the finding stays free."""

from __future__ import annotations

import numpy as np
import pytest
from skins import disc, skin

from sightline.data.artefacts import NATURAL
from sightline.data.counterfactual import ARTEFACTS, paste
from sightline.metrics.scores.groups import ARTEFACTS as TAGS


@pytest.mark.parametrize("artefact", ARTEFACTS)
@pytest.mark.parametrize("size", [(96, 96), (60, 90)])
def test_paste_changes_what_its_mask_says_and_nothing_else(artefact: str, size: tuple[int, int]) -> None:
    image, seen = skin(size), []
    for seed in range(6):
        before = image.copy()
        pasted, mask = paste(image, artefact, np.random.default_rng(seed))
        changed = (pasted != image).any(axis=2)
        assert np.array_equal(image, before)
        assert (pasted.shape, pasted.dtype, mask.shape, mask.dtype) == (image.shape, np.uint8, size, bool)
        assert not (changed & ~mask).any()
        assert (mask & ~changed).sum() < 0.1 * mask.sum()
        seen.append(mask.mean())
        again, _ = paste(image, artefact, np.random.default_rng(seed))
        assert np.array_equal(again, pasted)
    assert min(seen) > (0.0005 if artefact == "token" else 0.003)  # a single letter
    assert max(seen) < 0.35


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_paste_keeps_clear_of_the_finding(artefact: str) -> None:
    for seed, (x, y) in enumerate([(48, 48), (25, 60), (70, 20), (15, 15)]):
        roi = disc((96, 96), x, y, 14)
        _, mask = paste(skin(), artefact, np.random.default_rng(seed), roi.astype(np.float32))
        assert mask.any()
        assert not (mask & roi).any()
    _, mask = paste(skin(), artefact, np.random.default_rng(0), np.ones((96, 96), np.float32))  # no room, but still drawn
    assert mask.any()


def test_band_aid_is_large_and_cut_by_the_border() -> None:
    for seed in range(20):
        _, mask = paste(skin(), "band_aid", np.random.default_rng(seed))
        assert mask.mean() > 0.02
        assert mask[[0, -1]].any() or mask[:, [0, -1]].any()


def test_artefacts_are_named_as_their_tags() -> None:
    assert set(ARTEFACTS) - set(NATURAL) <= set(TAGS)
