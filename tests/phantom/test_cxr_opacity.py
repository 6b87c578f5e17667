from __future__ import annotations

import numpy as np

from sightline.phantom.cxr_chest import SIDES, make_chest
from sightline.phantom.cxr_opacity import make_opacity, paint_opacity

SIZE = 96


def test_an_opacity_lies_in_the_lung_that_it_names_and_beside_the_heart() -> None:
    lungs = set()
    for seed in range(30):
        rng = np.random.default_rng(seed)
        chest = make_chest(rng, enlarged=seed % 2 == 1)
        opacity = make_opacity(rng, chest)
        inside = opacity.mask(chest, SIZE)
        assert inside.mean() > 0.003
        assert not (inside & ~chest.lung(SIZE, SIDES[opacity.lung])).any()
        assert not (inside & chest.heart.mask(SIZE)).any()
        assert 0.45 <= opacity.strength <= 1
        lungs.add(opacity.lung)
    assert lungs == set(SIDES)


def test_it_absorbs_inside_its_outline_and_nothing_far_from_it() -> None:
    for seed in range(6):
        rng = np.random.default_rng(seed)
        opacity = make_opacity(rng, make_chest(rng, enlarged=False))
        cloud, again = (paint_opacity(np.random.default_rng(seed), opacity, SIZE) for _ in range(2))
        assert np.array_equal(cloud, again)
        assert 0 <= cloud.min() < cloud.max() < 0.5
        inside = opacity.outline.mask(SIZE)
        assert cloud[inside].mean() > 0.15 * opacity.strength
        corner = (slice(None), slice(0, 8)) if opacity.lung == "left_lung" else (slice(None), slice(-8, None))
        assert cloud[corner].max() < 0.01


def test_a_stronger_one_absorbs_more() -> None:
    rng = np.random.default_rng(0)
    opacity = make_opacity(rng, make_chest(rng, enlarged=False))
    strong, faint = (type(opacity)(opacity.lung, opacity.outline, strength) for strength in (1.0, 0.5))
    dense, thin = (paint_opacity(np.random.default_rng(1), one, SIZE) for one in (strong, faint))
    assert np.allclose(dense, 2 * thin)
