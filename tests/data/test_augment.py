from __future__ import annotations

import numpy as np
import pytest
import torch
from blobs import centroid, spot
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F

from sightline.config import Augment, Data
from sightline.data.augment import Affine, affine_theta, augmentation, evaluation, prepare
from sightline.data.heatmap import HeatMap

BLACK = (0, 0, 0)
PAPER_000 = Augment(
    rotate=(-180, 180),
    scale_x=(0.75, 1.5),
    scale_y=(0.75, 1.5),
    shear_x=(-20, 20),
    shear_y=(-20, 20),
    translate=5,
    flip_x=0.5,
    flip_y=0.5,
    fill=BLACK,
)
EVERYTHING = {
    "000": (PAPER_000, Data(image_size=64)),
    "001": (Augment(rotate=(-45, 45), crop_scale=(0.75, 1), crop_ratio=(0.75, 1.33), flip_x=0.5, fill=BLACK), Data(image_size=64)),
    "003": (Augment(rotate90=True, flip_x=0.5, flip_y=0.5, fill=BLACK), Data(image_size=64, load_size=80)),
    "all": (PAPER_000.model_copy(update={"rotate90": True, "crop_scale": (0.5, 1)}), Data(image_size=64, load_size=80)),
}


def image_and_map(side: int, x: float, y: float) -> list[Tensor]:
    point = torch.tensor(spot(x, y, (side, side)), dtype=torch.float32)[None]
    return [tv_tensors.Image(point.repeat(3, 1, 1)), HeatMap(point)]


def agree_a_hundred_times(settings: Augment, data: Data, kind: type = HeatMap) -> None:
    side = data.load_size or data.image_size
    joint, places = augmentation(settings, data), []
    for _ in range(100):
        image, point = image_and_map(side, 0.4 * side, 0.55 * side)
        image, heatmap = joint([image, point.as_subclass(kind)])
        assert image.shape == (3, data.image_size, data.image_size)
        if image.max() < 0.95:  # the spot has left the picture
            assert heatmap.max() < 0.95
            continue
        assert np.abs(centroid(image) - centroid(heatmap)).max() < 1
        places.append(centroid(image))
    assert len(places) > 60
    assert (np.std(places, axis=0) > 3).all(), "the spot hardly moves: this shows nothing"


@pytest.mark.parametrize("recipe", EVERYTHING)
def test_image_and_map_move_together(recipe: str) -> None:
    agree_a_hundred_times(*EVERYTHING[recipe])


@pytest.mark.parametrize("recipe", EVERYTHING)
def test_pitfall_3_an_annotation_left_behind_is_caught(recipe: str) -> None:
    with pytest.raises(AssertionError):
        agree_a_hundred_times(*EVERYTHING[recipe], kind=Tensor)  # torchvision passes plain tensors beside an image through


def test_default_changes_nothing() -> None:
    image, heatmap = image_and_map(32, 10, 12)
    same_image, same_map = augmentation(Augment(), Data(image_size=32))([image, heatmap])
    assert torch.equal(same_image, image)
    assert torch.equal(same_map, heatmap)


def test_same_draws_whether_or_not_there_are_maps() -> None:
    settings, data = EVERYTHING["all"]
    joint = augmentation(settings.model_copy(update={"hue": 0.1, "brightness": 0.3}), data)
    image, heatmap = image_and_map(80, 30, 40)
    torch.manual_seed(1)
    (alone,) = joint([image])
    torch.manual_seed(1)
    beside, *_ = joint([image, heatmap, heatmap])
    assert torch.equal(alone, beside)


@pytest.mark.parametrize(
    ("angle", "scale", "shear", "shift"),
    [(30, 1, (0, 0), (0, 0)), (0, 1.3, (0, 0), (4, -7)), (0, 1, (15, 0), (0, 0)), (0, 1, (0, -12), (0, 0)), (-70, 0.8, (10, 20), (3, 5))],
)
def test_affine_with_equal_scales_is_torchvisions(angle: float, scale: float, shear: tuple, shift: tuple) -> None:
    (image, _), settings = image_and_map(40, 15, 22), Augment(fill=BLACK)
    theta = affine_theta(angle, (scale, scale), shear, shift, 40)
    grid = torch.nn.functional.affine_grid(theta[None], [1, 1, 40, 40], align_corners=False)
    ours = Affine(settings, 40).transform(image, {"grid": grid})
    theirs = F.affine(image, angle, list(shift), scale, list(shear), InterpolationMode.BILINEAR)
    torch.testing.assert_close(ours.as_subclass(Tensor), theirs.as_subclass(Tensor), atol=1e-4, rtol=0)


def test_000_46_axes_are_scaled_before_the_image_is_turned() -> None:
    """(1, 0) is doubled to (2, 0) and turned by a quarter, clockwise, to (0, 2); turned first, the y axis would halve it."""
    to_input = affine_theta(90, (2, 0.5), (0, 0), (0, 0), 40)[:, :2].numpy()
    np.testing.assert_allclose(np.linalg.inv(to_input) @ [1, 0], [0, 2], atol=1e-6)


def test_000_46_axes_are_scaled_before_the_image_is_sheared() -> None:
    """(0, 1) becomes (0, 0.75), and moves by tan 20 of that; sheared first, it would move by tan 20, and 1.5 times as far."""
    to_input = affine_theta(0, (1.5, 0.75), (20, 0), (0, 0), 40)[:, :2].numpy()
    np.testing.assert_allclose(np.linalg.inv(to_input) @ [0, 1], [-0.273, 0.75], atol=1e-3)


def test_each_axis_has_its_own_scale() -> None:
    settings = Augment(scale_x=(1.5, 1.5), scale_y=(0.75, 0.75), fill=BLACK)
    _, heatmap = augmentation(settings, Data(image_size=65))(image_and_map(65, 32 + 10, 32 - 8))
    np.testing.assert_allclose(centroid(heatmap), [32 + 15, 32 - 6], atol=0.1)


def test_uncovered_pixels_get_the_fill_and_covered_ones_keep_their_colour() -> None:
    image, heatmap = tv_tensors.Image(torch.ones(3, 32, 32)), HeatMap(torch.ones(1, 32, 32))
    image, heatmap = augmentation(Augment(rotate=(45, 45), fill=(255, 51, 0)), Data(image_size=32))([image, heatmap])
    torch.testing.assert_close(image[:, 0, 0].as_subclass(Tensor), torch.tensor([1, 0.2, 0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(image[:, 16, 16].as_subclass(Tensor), torch.ones(3))
    assert heatmap[0, 0, 0] == 0
    assert heatmap[0, 16, 16] == pytest.approx(1)


def test_colours_change_the_image_only() -> None:
    image, heatmap = tv_tensors.Image(torch.rand(3, 16, 16)), HeatMap(torch.rand(1, 16, 16))
    changed, same = augmentation(Augment(brightness=0.5, hue=0.2), Data(image_size=16))([image, heatmap])
    assert not torch.equal(changed, image)
    assert torch.equal(same, heatmap)


def test_quarter_turns_flips_and_crops_lose_no_precision() -> None:
    picture = torch.arange(100.0).view(1, 10, 10).repeat(3, 1, 1)
    joint = augmentation(Augment(rotate90=True, flip_x=0.5, flip_y=0.5), Data(image_size=10))
    seen = {tuple(joint([tv_tensors.Image(picture)])[0][0].flatten().tolist()) for _ in range(100)}
    assert len(seen) == 8  # the symmetries of a square
    assert all(sorted(pixels) == list(range(100)) for pixels in seen)


def test_evaluation_takes_the_centre() -> None:
    image, heatmap = evaluation(Data(image_size=32, load_size=40))(image_and_map(40, 14, 20))
    assert image.shape == (3, 32, 32)
    np.testing.assert_allclose(centroid(heatmap), [10, 16], atol=0.1)


FITS = {
    "squash": (Data(image_size=50), lambda x, y: (x / 2, y)),
    "crop": (Data(image_size=25, fit="crop"), lambda x, y: ((x - 25) / 2, y / 2)),
    "pad": (Data(image_size=50, fit="pad"), lambda x, y: (x / 2, y / 2 + 12)),
    "centre (003-11)": (Data(image_size=20, centre=0.8), lambda x, y: ((x - 30) / 2, (y - 5) / 2)),
    "load_size": (Data(image_size=40, load_size=50), lambda x, y: (x / 2, y)),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("fit", FITS)
def test_prepared_image_and_map_agree(fit: str) -> None:
    data, expected = FITS[fit]
    point = spot(46, 21, (50, 100))
    image = np.repeat(np.rint(255 * point).astype(np.uint8)[..., None], 3, axis=2)
    image.flags.writeable = False  # as arrays of Pillow images are
    black = data.model_copy(update={"augment": Augment(fill=BLACK)})
    square, (heatmap,) = prepare(image, [point], black)
    side = data.load_size or data.image_size
    assert (square.shape, square.dtype) == ((3, side, side), torch.uint8)
    assert (heatmap.shape, heatmap.dtype) == ((1, side, side), torch.float32)
    place = np.array(expected(46.5, 21.5)) - 0.5  # pixel edges scale, not pixel centres
    np.testing.assert_allclose(centroid(heatmap), place, atol=0.3)
    np.testing.assert_allclose(centroid(square), centroid(heatmap), atol=0.1)


def test_padding_has_the_fill_colour_and_an_empty_map() -> None:
    data = Data(image_size=30, fit="pad", augment=Augment(fill=(9, 8, 7)))
    square, (heatmap,) = prepare(np.full((20, 60, 3), 255, np.uint8), [np.ones((20, 60))], data)
    assert square[:, 0, 0].tolist() == [9, 8, 7]
    assert square[:, 15, 15].tolist() == [255] * 3
    assert heatmap.sum() == 30 * 10


def test_preparing_keeps_thin_regions() -> None:
    line = np.zeros((600, 600))
    line[:, 301] = 1
    _, (heatmap,) = prepare(np.zeros((600, 600, 3), np.uint8), [line], Data(image_size=60))
    assert heatmap.sum(-1).min() == pytest.approx(0.1, abs=0.01)
