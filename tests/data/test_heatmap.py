from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from blobs import centroid, spot
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2.functional._utils import _KERNEL_REGISTRY

from sightline.data.heatmap import HeatMap

BILINEAR = InterpolationMode.BILINEAR
CORNERS = [[0, 0], [47, 0], [47, 39], [0, 39]]
POINT = (19, 16)
GEOMETRIES: dict[Callable, Callable[[Tensor], Tensor]] = {
    F.resize: lambda x: F.resize(x, [30, 33]),
    F.crop: lambda x: F.crop(x, 2, 5, 33, 38),
    F.center_crop: lambda x: F.center_crop(x, [36, 40]),
    F.resized_crop: lambda x: F.resized_crop(x, 3, 2, 30, 31, [40, 44]),
    F.pad: lambda x: F.pad(x, [5, 3, 1, 2]),
    F.horizontal_flip: F.horizontal_flip,
    F.vertical_flip: F.vertical_flip,
    F.rotate: lambda x: F.rotate(x, 25, BILINEAR, expand=True),
    F.affine: lambda x: F.affine(x, 20, [3, -2], 0.9, [8, 5], BILINEAR),
    F.perspective: lambda x: F.perspective(x, CORNERS, [[4, 2], [44, 5], [46, 36], [1, 38]], BILINEAR),
    F.elastic: lambda x: F.elastic(x, torch.full((1, *x.shape[-2:], 2), 0.12), BILINEAR),
}


def move_together(*geometries: Callable[[Tensor], Tensor]) -> None:
    """The contract: the map's point goes where the image's point goes, by the same interpolation, and stays a map."""
    point = torch.tensor(spot(*POINT, (40, 48), sigma=2), dtype=torch.float32)[None]
    image, heatmap = tv_tensors.Image(point.repeat(3, 1, 1)), HeatMap(point)
    for geometry in geometries:
        before = centroid(image)
        image, heatmap = geometry(image), geometry(heatmap)
        assert np.abs(centroid(image) - before).max() > 0.5, "this geometry is too weak to show anything"
    assert type(heatmap) is HeatMap
    assert heatmap.dtype == torch.float32
    assert heatmap.shape == (1, *image.shape[-2:])
    np.testing.assert_allclose(centroid(heatmap), centroid(image), atol=0.05)
    torch.testing.assert_close(heatmap.as_subclass(Tensor), image[:1].as_subclass(Tensor), atol=1e-5, rtol=0)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda g: g.__name__)
def test_point_goes_where_the_image_goes(geometry: Callable) -> None:
    move_together(GEOMETRIES[geometry])


def test_point_goes_where_the_image_goes_through_every_chain_of_two() -> None:
    for first, second in product(GEOMETRIES.values(), repeat=2):
        if first is not second:  # a flip twice is none
            move_together(first, second)


def test_every_geometry_of_torchvision_is_covered() -> None:
    geometric = {f for f, kernels in _KERNEL_REGISTRY.items() if tv_tensors.Mask in kernels and f.__module__.endswith("_geometry")}
    assert geometric == set(GEOMETRIES)
    assert all(HeatMap in _KERNEL_REGISTRY[f] for f in geometric)


def pass_through(kernel: Callable) -> Callable:
    return lambda heatmap, *args, **kwargs: heatmap


def forget_to_wrap(kernel: Callable) -> Callable:
    return lambda heatmap, *args, **kwargs: kernel(heatmap, *args, **kwargs).as_subclass(Tensor)


def one_pixel_off(kernel: Callable) -> Callable:
    return lambda heatmap, *args, **kwargs: HeatMap(kernel(heatmap, *args, **kwargs).roll(1, -1))


@pytest.mark.parametrize("defect", [pass_through, forget_to_wrap, one_pixel_off])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda g: g.__name__)
def test_contract_catches_a_broken_kernel(geometry: Callable, defect: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = _KERNEL_REGISTRY[geometry]
    monkeypatch.setitem(kernels, HeatMap, defect(kernels[HeatMap]))
    with pytest.raises(AssertionError):
        move_together(GEOMETRIES[geometry])


@pytest.mark.parametrize("geometry", [F.resize, F.resized_crop, F.rotate, F.affine, F.perspective, F.elastic], ids=lambda g: g.__name__)
def test_contract_catches_a_map_treated_as_labels(geometry: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(_KERNEL_REGISTRY[geometry], HeatMap)  # what is left is torchvision's kernel for masks
    with pytest.raises(AssertionError):
        move_together(GEOMETRIES[geometry])


ASKING: dict[Callable, dict] = {
    F.resize: {"size": [9, 9]},
    F.resized_crop: {"top": 1, "left": 2, "height": 15, "width": 16, "size": [30, 30]},
    F.rotate: {"angle": 30, "fill": 1.0},
    F.affine: {"angle": 30, "translate": [0, 0], "scale": 0.8, "shear": [5], "fill": [1.0]},
    F.perspective: {"startpoints": [[0, 0], [19, 0], [19, 19], [0, 19]], "endpoints": [[3, 4], [15, 2], [19, 19], [0, 16]], "fill": 1.0},
    F.elastic: {"displacement": torch.full((1, 20, 20, 2), 0.13), "fill": 1.0},
}


@pytest.mark.parametrize("geometry", ASKING, ids=lambda g: g.__name__)
def test_maps_are_interpolated_and_filled_with_zero_whatever_the_image_asks_for(geometry: Callable) -> None:
    heatmap = HeatMap(torch.rand(1, 20, 20))
    asked = geometry(heatmap, interpolation=InterpolationMode.NEAREST, **ASKING[geometry])
    options = {k: v for k, v in ASKING[geometry].items() if k != "fill"}
    smooth = geometry(tv_tensors.Image(heatmap), interpolation=BILINEAR, **options)
    assert torch.equal(asked.as_subclass(Tensor), smooth.as_subclass(Tensor))


def test_padding_is_empty_whatever_the_image_asks_for() -> None:
    assert F.pad(HeatMap(torch.ones(1, 4, 4)), [2], fill=[0.5])[0, 0, 0] == 0


def test_thin_lines_survive_shrinking() -> None:
    line = HeatMap(torch.zeros(1, 128, 128))
    line[..., 61] = 1
    small = F.resize(line, [16, 16], InterpolationMode.NEAREST, antialias=False)
    torch.testing.assert_close(small.sum(-1), torch.full((1, 16), 1 / 8), atol=0.01, rtol=0)


@pytest.mark.parametrize(
    "transform",
    [
        v2.RandomResizedCrop(32, scale=(0.3, 0.6)),
        v2.RandomCrop(30, padding=4),
        v2.RandomRotation(45, BILINEAR),
        v2.RandomAffine(30, (0.1, 0.1), (0.8, 1.2), 10, BILINEAR),
        v2.RandomPerspective(0.4, p=1),
        v2.ElasticTransform(80.0, 5.0),
        v2.RandomZoomOut(p=1),
        v2.ScaleJitter((40, 40)),
        v2.RandomShortestSize([30]),
        v2.RandomHorizontalFlip(1),
    ],
    ids=lambda t: type(t).__name__,
)
def test_torchvision_transforms_carry_maps(transform: v2.Transform) -> None:
    point = torch.tensor(spot(*POINT, (40, 48), sigma=4), dtype=torch.float32)[None]
    image, heatmap = transform(tv_tensors.Image(point.repeat(3, 1, 1)), HeatMap(point))
    assert type(heatmap) is HeatMap
    torch.testing.assert_close(heatmap.as_subclass(Tensor), image[:1].as_subclass(Tensor), atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "transform", [v2.ColorJitter(0.5, 0.5, 0.5, 0.2), v2.RandomInvert(1), v2.Normalize([0.5] * 3, [0.5] * 3), v2.GaussianNoise()]
)
def test_colour_transforms_leave_maps_alone(transform: v2.Transform) -> None:
    image, heatmap = tv_tensors.Image(torch.rand(3, 8, 8)), HeatMap(torch.rand(1, 8, 8))
    changed, same = transform(image, heatmap)
    assert not torch.equal(changed, image)
    assert type(same) is HeatMap
    assert torch.equal(same, heatmap)
