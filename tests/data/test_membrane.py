from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve
from torch.nn.functional import avg_pool2d

from sightline.data.membrane import cloned, membrane


def disc(height: int, width: int, radius: float, at: tuple[float, float] = (0.5, 0.5)) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return ((y - at[0] * height) ** 2 + (x - at[1] * width) ** 2 < radius**2)[None, None]


def laplace(values: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """(H, W) by SciPy's direct solver; neighbours beyond the border of the image are the pixel itself."""
    places = np.argwhere(inside)
    number = {(int(y), int(x)): i for i, (y, x) in enumerate(places)}
    matrix, right = lil_matrix((len(places), len(places))), np.zeros(len(places))
    for (y, x), i in number.items():
        for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            beside = (min(max(near[0], 0), inside.shape[0] - 1), min(max(near[1], 0), inside.shape[1] - 1))
            matrix[i, i] += 1
            if beside in number:
                matrix[i, number[beside]] -= 1
            else:
                right[i] += values[beside]
    result = values.copy()
    result[inside] = spsolve(matrix.tocsr(), right)
    return result


@pytest.mark.parametrize(
    ("height", "width", "radius", "at", "most"),
    [(64, 64, 20, (0.5, 0.5), 0.04), (49, 83, 17, (0.1, 0.9), 0.04), (64, 64, 38, (0.5, 0.5), 0.1), (16, 12, 3, (0.5, 0.5), 0.002)],
)
def test_it_solves_laplaces_equation(height: int, width: int, radius: float, at: tuple[float, float], most: float) -> None:
    """Also where the region leaves nothing but the corners, which is hardest."""
    inside = disc(height, width, radius, at)
    noise = torch.rand(1, 2, height + 8, width + 8, generator=torch.Generator().manual_seed(1))
    smooth = avg_pool2d(noise, 9, stride=1)
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    found = membrane(smooth, inside)
    for channel in range(2):
        exact = laplace(smooth[0, channel].double().numpy(), inside[0, 0].numpy())
        assert np.abs(found[0, channel].numpy() - exact).max() < most


def test_a_plane_is_continued_and_what_lies_outside_stays() -> None:
    ramp = torch.linspace(0, 1, 64).expand(1, 1, 64, 64)
    inside = disc(64, 64, 20)
    found = membrane(torch.where(inside, 9.0, ramp), inside)
    assert (found - ramp).abs().max() < 0.01, "whatever stood inside"
    assert torch.equal(found[~inside], ramp[~inside])


def test_a_region_is_brighter_on_a_brighter_background_and_keeps_its_details() -> None:
    inside = disc(64, 64, 16)
    lesion = 0.3 + 0.05 * torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    found = cloned(lesion, inside.float(), torch.full((1, 3, 64, 64), 0.7))
    assert torch.equal(found[~inside.expand(1, 3, -1, -1)], torch.full((1, 3, 64, 64), 0.7)[~inside.expand(1, 3, -1, -1)])
    core = disc(64, 64, 12).expand(1, 3, -1, -1)
    assert found[core].mean() == pytest.approx(0.7, abs=0.02)
    assert found[core].std() == pytest.approx(float(lesion[core].std()), rel=0.1)


def test_on_its_own_background_nothing_changes_and_without_an_outside_neither() -> None:
    image = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    region = torch.cat([disc(32, 32, 8), torch.ones(1, 1, 32, 32, dtype=torch.bool)]).float()
    assert torch.allclose(cloned(image, region, image), image, atol=1e-6)
    assert torch.allclose(cloned(image, region, 1 - image)[1], image[1], atol=1e-6), "no background is left to adapt to"
