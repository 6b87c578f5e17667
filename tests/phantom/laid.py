"""What the drawings of the phantoms have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.ndimage import distance_transform_edt

from sightline.phantom.canvas import Layer
from sightline.phantom.outline import Outline, make_outline

SIZE = 64


def laid(paint: Callable[[np.random.Generator], Layer], seed: int, size: tuple[int, int] = (SIZE, SIZE)) -> Layer:
    """The layer of a seed, of `size` (H, W). It is the same each time, its cover lies in [0, 1], and another seed's is another."""
    layer, again, other = (paint(np.random.default_rng(number)) for number in (seed, seed, seed + 1000))
    assert layer.cover.shape == size
    assert layer.colour.shape in ((3,), (*size, 3))
    assert 0 <= layer.cover.min() < layer.cover.max() <= 1 + 1e-6
    assert 0 <= layer.colour.min() <= layer.colour.max() < 1.2, "a shade may be a little brighter than white; pixels are clipped"
    assert all(np.array_equal(one, same) for one, same in zip(layer, again, strict=True))
    assert not np.array_equal(layer.cover, other.cover)
    return layer


def lesions(count: int, area: float = 0.08) -> Iterator[tuple[int, Outline]]:
    """Borders of lesions at varied places, and a seed for each."""
    for seed in range(count):
        rng = np.random.default_rng((seed, 5))
        yield seed, make_outline(rng, area, (float(rng.random()), float(rng.random())), 0.4)


def gap(layer: Layer, outline: Outline) -> float:
    """How far what can be seen of a layer keeps from a lesion, in image sides."""
    size = len(layer.cover)
    return float(distance_transform_edt(~outline.mask(size))[layer.trimmed().cover > 0].min()) / size
