"""The papers' random changes, as recipe settings express them: geometry and statistics, one test per element.

A picture whose red is x and whose green is y says where every pixel came from.
"""

from __future__ import annotations

import colorsys
import math

import numpy as np
import pytest
import torch
from scipy.stats import chisquare, kstest
from torchvision import tv_tensors
from torchvision.transforms import v2

from sightline.config import Augment, Data
from sightline.data.augment import Affine, Shift, augmentation, evaluation, prepare
from sightline.data.heatmap import HeatMap
from sightline.recipe import load_recipe, recipe_from

BLACK = (0, 0, 0)
DRAWS = 300


def places(side: int) -> list[torch.Tensor]:
    """An image whose red and green are x / side and y / side of each pixel's centre, and a map that is 1 everywhere."""
    y, x = torch.meshgrid(torch.arange(side) + 0.5, torch.arange(side) + 0.5, indexing="ij")
    return [tv_tensors.Image(torch.stack([x, y, x * 0]) / side), HeatMap(torch.ones(1, side, side))]


def moves(augment: Augment, data: Data, draws: int = DRAWS) -> tuple[np.ndarray, np.ndarray]:
    """Of each draw, the matrix (N, 2, 2) by which offsets from the centre are multiplied, and where the centre goes (N, 2), pixels."""
    side, joint = data.load_size or data.image_size, augmentation(augment, data)
    c, k, matrices, centres = data.image_size // 2, data.image_size // 4, [], []
    for _ in range(draws):
        image = joint(places(side))[0][:2].double().numpy() * side  # (2, S, S): where from
        back = np.stack([image[:, c, c + k] - image[:, c, c - k], image[:, c + k, c] - image[:, c - k, c]], axis=1) / (2 * k)
        matrix = np.linalg.inv(back)
        matrices.append(matrix)
        centres.append(c + 0.5 - data.image_size / 2 - matrix @ (image[:, c, c] - side / 2))
    return np.array(matrices), np.array(centres)


def uniform(values: np.ndarray, low: float, high: float) -> bool:
    """Whether the values may well be uniform in the range."""
    assert values.min() >= low - 1e-3
    assert values.max() <= high + 1e-3
    return bool(kstest(values, "uniform", (low, high - low)).pvalue > 0.01)


def independent(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(abs(np.corrcoef(a, b)[0, 1]) < 0.2)


def test_000_11_rotation_by_any_angle() -> None:
    matrices, _ = moves(Augment(rotate=(-180, 180)), Data(image_size=33))
    np.testing.assert_allclose(np.linalg.det(matrices), 1, atol=1e-3)
    assert uniform(np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0])), -180, 180)


def test_000_12_scales_of_the_axes_are_drawn_apart() -> None:
    matrices, _ = moves(Augment(scale_x=(0.75, 1.5), scale_y=(0.75, 1.5)), Data(image_size=33))
    x, y = matrices[:, 0, 0], matrices[:, 1, 1]
    assert uniform(x, 0.75, 1.5)
    assert uniform(y, 0.75, 1.5)
    assert independent(x, y)
    np.testing.assert_allclose(matrices[:, [0, 1], [1, 0]], 0, atol=1e-3)


def test_000_13_half_of_the_images_are_mirrored_along_each_axis() -> None:
    matrices, _ = moves(Augment(flip_x=0.5, flip_y=0.5), Data(image_size=33))
    x, y = matrices[:, 0, 0], matrices[:, 1, 1]
    assert set(np.rint(x)) == set(np.rint(y)) == {-1, 1}
    assert abs(x.mean()) < 0.15
    assert abs(y.mean()) < 0.15
    assert independent(x, y)


def test_000_14_shear_in_degrees() -> None:
    for one, (row, column) in {"shear_x": (0, 1), "shear_y": (1, 0)}.items():
        matrices, _ = moves(Augment(**{one: (-20, 20)}), Data(image_size=33))
        assert uniform(np.degrees(np.arctan(matrices[:, row, column])), -20, 20)
        np.testing.assert_allclose(matrices[:, column, row], 0, atol=1e-3)


def test_000_14_shear_in_pixels_is_what_the_far_edge_moves() -> None:
    for data in (Data(image_size=65), Data(image_size=65, load_size=75)):
        matrices, _ = moves(Augment(shear_x=(-20, 20), shear_unit="pixels"), data)
        assert uniform(matrices[:, 0, 1] * 65 / 2, -20, 20)
    angle = math.degrees(math.atan(20 / 112))  # 10.1 degrees: half of what the number means in degrees
    steepest, _ = moves(Augment(shear_x=(20, 20), shear_unit="pixels"), Data(image_size=224), draws=1)
    same, _ = moves(Augment(shear_x=(angle, angle)), Data(image_size=224), draws=1)
    np.testing.assert_allclose(steepest, same, atol=1e-4)


def test_000_15_translation_in_pixels() -> None:
    matrices, centres = moves(Augment(translate=5), Data(image_size=33))
    np.testing.assert_allclose(matrices, np.broadcast_to(np.eye(2), matrices.shape), atol=1e-3)
    assert uniform(centres[:, 0], -5, 5)
    assert uniform(centres[:, 1], -5, 5)
    assert independent(*centres.T)


def test_000_16_uncovered_pixels_are_grey_in_the_image_and_empty_in_the_map() -> None:
    image, heatmap = places(32)
    image = tv_tensors.Image(torch.ones_like(image))
    image, heatmap = augmentation(Augment(rotate=(45, 45)), Data(image_size=32))([image, heatmap])
    for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        np.testing.assert_allclose(image[:, row, column], 128 / 255, atol=1e-6)
        assert heatmap[0, row, column] == 0
    assert image[:, 16, 16].tolist() == [1, 1, 1]
    assert heatmap[0, 16, 16] == pytest.approx(1)


def test_001_14_crop_of_random_area_and_aspect() -> None:
    matrices, centres = moves(Augment(crop_scale=(0.75, 1), crop_ratio=(0.75, 1.33)), Data(image_size=41))
    width, height = (1 / matrices[:, i, i] for i in (0, 1))  # of the crop, in sides of what it is cut from
    area, ratio = width * height, width / height
    rounding = 2 / 41  # the window has whole pixels
    assert area.min() > 0.75 - 2 * rounding
    assert area.max() <= 1 + 1e-3
    assert ratio.min() > 0.75 - rounding
    assert ratio.max() < 1.33 + rounding
    assert area.std() > 0.04
    assert (ratio.min(), ratio.max()) == (pytest.approx(0.8, abs=0.08), pytest.approx(1.25, abs=0.1))
    assert np.ptp(centres, axis=0).min() > 3


def test_001_14_rotation_and_colours() -> None:
    matrices, _ = moves(Augment(rotate=(-45, 45)), Data(image_size=33))
    assert uniform(np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0])), -45, 45)
    assert uniform(factors(Augment(brightness=0.12)), 0.88, 1.12)
    assert uniform(factors(Augment(contrast=0.12)), 0.88, 1.12)
    assert uniform(factors(Augment(saturation=0.08)), 0.92, 1.08)
    assert uniform(hues(Augment(hue=0.08)), -0.08, 0.08)


def test_001_14_centre_crop_when_it_is_judged() -> None:
    data = Data(image_size=224, load_size=256)
    image, heatmap = evaluation(data)(places(256))
    assert (image.shape, heatmap.shape) == ((3, 224, 224), (1, 224, 224))
    np.testing.assert_allclose(image[:2, 0, 0] * 256 - 0.5, 16, atol=1e-4)


def test_001_14_the_centre_square_of_an_oblong_image_and_of_its_map() -> None:
    """`data.fit=crop`: nothing is squashed."""
    columns = np.broadcast_to(np.arange(48, dtype=np.uint8), (32, 48))
    data = Data(image_size=32, fit="crop")
    square, (mask,) = prepare(np.repeat(columns[..., None], 3, 2), [columns / 48.0], data)
    assert square[0, 0].tolist() == list(range(8, 40))
    torch.testing.assert_close(mask[0, 0], torch.arange(8, 40) / 48)


def test_002_04_loaded_small_and_scaled_to_one() -> None:
    image = np.full((300, 200, 3), 255, np.uint8)
    square, _ = prepare(image, [], Data(image_size=64, load_size=80))
    assert square.shape == (3, 80, 80)
    assert (square.float() / 255).unique().tolist() == [1.0]


def test_002_05_random_crop_of_what_was_loaded() -> None:
    matrices, centres = moves(Augment(), Data(image_size=33, load_size=41))
    np.testing.assert_allclose(matrices, np.broadcast_to(np.eye(2), matrices.shape), atol=1e-3)
    for offsets in centres.T:
        found, counts = np.unique(np.rint(offsets + 4), return_counts=True)
        assert found.tolist() == list(range(9))
        assert counts.min() > DRAWS / 9 / 3
    assert independent(*centres.T)


def test_002_05_the_place_of_a_crop_that_comes_first_is_random() -> None:
    """As in the recipe; a quarter turn afterwards turns the offsets, too."""
    matrices, centres = moves(Augment(crop_first=True, rotate=(90, 90)), Data(image_size=33, load_size=41))
    np.testing.assert_allclose(matrices, np.broadcast_to([[0, -1], [1, 0]], matrices.shape), atol=1e-3)
    for offsets in centres.T:
        found, counts = np.unique(np.rint(offsets + 4), return_counts=True)
        assert found.tolist() == list(range(9))
        assert counts.min() > DRAWS / 9 / 3


def test_002_06_rotation_by_a_whole_turn_and_both_flips() -> None:
    matrices, _ = moves(Augment(rotate=(0, 360), flip_x=0.5, flip_y=0.5), Data(image_size=33))
    assert abs(np.sign(np.linalg.det(matrices)).mean()) < 0.15
    turned = matrices[np.linalg.det(matrices) > 0]
    angles = np.degrees(np.arctan2(turned[:, 1, 0], turned[:, 0, 0])) % 360
    assert uniform(angles, 0, 360)


def test_002_06_a_crop_that_is_turned_shows_the_filling_in_its_corners() -> None:
    """First the crop, then the rotation, as the paper has it; the other way round what lies beside the crop is turned in."""
    white, data = torch.ones(3, 41, 41), Data(image_size=33, load_size=41)
    eighth = Augment(rotate=(45, 45), fill=(0, 0, 0))
    corners = []
    for crop_first in (True, False):
        joint = augmentation(eighth.model_copy(update={"crop_first": crop_first}), data)
        (turned,) = joint([tv_tensors.Image(white)])
        assert turned.shape == (3, 33, 33)
        corners.append(float((turned.as_subclass(torch.Tensor) < 0.5).float().mean()))
    assert corners[0] == pytest.approx(1 - 2 * (2**0.5 - 1), abs=0.03)  # a square turned by an eighth leaves an octagon
    assert corners[1] < 0.7 * corners[0]


def test_002_07_brightness_is_added() -> None:
    joint = augmentation(Augment(brightness_shift=0.5), Data(image_size=4))
    grey = torch.full((3, 4, 4), 0.5)
    shifts, kept = [], True
    for _ in range(DRAWS):
        image, marked = joint([tv_tensors.Image(grey), HeatMap(torch.full((1, 4, 4), 0.25))])
        values = image.as_subclass(torch.Tensor)
        assert values.min() == values.max()
        shifts.append(float(values[0, 0, 0]) - 0.5)
        kept = kept and bool((marked == 0.25).all())
    assert kept
    assert uniform(np.array(shifts), -0.5, 0.5)


def test_002_07_brightness_comes_first_of_the_colours_and_the_crop_first_of_all() -> None:
    data = load_recipe("featuremaps").data
    steps = augmentation(data.augment, data).transforms
    flips = [v2.RandomHorizontalFlip, v2.RandomVerticalFlip]
    assert [type(step) for step in steps] == [v2.RandomCrop, Affine, *flips, Shift, v2.ColorJitter]


def test_002_07_pixels_are_cut_after_each_change() -> None:
    for start, by, end in ((1.0, 0.5, 1.0), (0.0, -0.5, 0.0), (0.75, 0.5, 1.0)):
        shifted = Shift(0.5).transform(tv_tensors.Image(torch.full((3, 4, 4), start)), {"by": by})
        assert shifted.unique().tolist() == [end]
    halves = torch.tensor([0.05, 0.95]).view(1, 1, 2).expand(3, 4, 2).repeat(1, 1, 2)
    (steep,) = augmentation(Augment(contrast=(1.7, 1.7)), Data(image_size=4))([tv_tensors.Image(halves)])
    assert steep.unique().tolist() == [0, 1]


def test_002_07_brightness_contrast_hue_and_saturation() -> None:
    assert uniform(factors(Augment(brightness=0.5)), 0.5, 1.5)  # offsets U(-0.5, 0.5) of the factor
    assert uniform(factors(Augment(contrast=0.7)), 0.3, 1.7)
    assert uniform(hues(Augment(hue=0.02)), -0.02, 0.02)
    assert uniform(factors(Augment(saturation=(0.7, 1.5))), 0.7, 1.5)  # the factor itself


def test_a_range_is_that_of_the_factor_and_comes_back_from_the_run() -> None:
    given = recipe_from({"name": "x", "data": {"augment": {"brightness": [0.9, 1.4], "contrast": 0.2}}}, "x")
    again = recipe_from(given.model_dump(mode="json"), "x").data.augment
    assert (again.brightness, again.contrast) == ((0.9, 1.4), 0.2)
    assert uniform(factors(Augment(brightness=again.brightness)), 0.9, 1.4)
    assert uniform(factors(Augment(contrast=(1.1, 1.2))), 1.1, 1.2)


def factors(augment: Augment) -> np.ndarray:
    """By what brightness, or the distance from grey (in the picture or of a colour), is multiplied."""
    joint, found = augmentation(augment, Data(image_size=4)), []
    coloured = torch.tensor([0.45, 0.4, 0.35]).view(3, 1, 1).expand(3, 4, 4).clone()
    coloured[:, :2] = coloured[:, :2] + (0.1 if augment.contrast else 0)
    for _ in range(DRAWS):
        after = joint([tv_tensors.Image(coloured)])[0].as_subclass(torch.Tensor)
        if augment.brightness:
            found.append(float(after.mean() / coloured.mean()))
        elif augment.contrast:
            found.append(float((after[0, 0, 0] - after[0, 3, 0]) / 0.1))
        else:
            found.append(float((after[0, 0, 0] - after[2, 0, 0]) / 0.1))
    return np.array(found)


def hues(augment: Augment) -> np.ndarray:
    """By which share of the colour circle hues move."""
    joint, found = augmentation(augment, Data(image_size=4)), []
    colour = (0.3, 0.6, 0.4)
    for _ in range(DRAWS):
        after = joint([tv_tensors.Image(torch.tensor(colour).view(3, 1, 1).expand(3, 4, 4))])[0][:, 0, 0].tolist()
        found.append(colorsys.rgb_to_hsv(*after)[0] - colorsys.rgb_to_hsv(*colour)[0])
    return np.array(found)


def test_003_11_centre_square_of_four_fifths_of_the_shorter_side() -> None:
    rows, columns = np.mgrid[:200, :250]
    picture = np.stack([columns, rows, rows * 0], axis=2).astype(np.uint8)
    square, (heatmap,) = prepare(picture, [columns / 250], Data(image_size=224, load_size=256, centre=0.8))
    assert (square.shape, heatmap.shape) == ((3, 256, 256), (1, 256, 256))
    step = 160 / 256  # 0.8 * 200 pixels become 256
    expected = (np.arange(256) + 0.5) * step - 0.5
    np.testing.assert_allclose(square[0, 100].double(), 45 + expected, atol=1)
    np.testing.assert_allclose(square[1, :, 100].double(), 20 + expected, atol=1)
    np.testing.assert_allclose(heatmap[0, 100, 1:-1] * 250, 45 + expected[1:-1], atol=0.01)


def test_003_12_random_crop_quarter_turns_and_flips() -> None:
    matrices, centres = moves(Augment(rotate90=True, flip_x=0.5, flip_y=0.5), Data(image_size=224, load_size=256))
    kinds, counts = np.unique(np.rint(matrices).reshape(-1, 4), axis=0, return_counts=True)
    assert len(kinds) == 8  # the symmetries of the square, equally often
    assert chisquare(counts).pvalue > 0.01
    np.testing.assert_allclose(matrices, np.rint(matrices), atol=1e-3)
    assert uniform(centres[:, 0], -16, 16)
    assert uniform(centres[:, 1], -16, 16)
    assert independent(*centres.T)


def test_003_12_image_and_map_lose_the_same_pixels() -> None:
    data = Data(image_size=224, load_size=256)
    for _ in range(5):
        image, _ = places(256)
        moved, heatmap = augmentation(Augment(rotate90=True, flip_x=0.5, flip_y=0.5), data)([image, HeatMap(image[:1])])
        assert torch.equal(moved[:1].as_subclass(torch.Tensor), heatmap.as_subclass(torch.Tensor))


def test_004_09_height_and_width_are_halved() -> None:
    height, width = 382, 318  # an eighth of 3056 x 2544
    rows, columns = np.mgrid[:height, :width]
    picture = np.repeat((columns // 2)[..., None], 3, axis=2).astype(np.uint8)
    square, (heatmap,) = prepare(picture, [rows / height], Data(image_size=191, fit="pad", augment=Augment(fill=BLACK)))
    assert square.shape == (3, 191, 191)
    image, left = square.double(), (191 - 159) // 2
    assert not image[:, :, :left].any()
    assert not image[:, :, left + 159 :].any()
    assert torch.equal(image[0], image[2])
    np.testing.assert_allclose(image[0, 50, left + 1 : left + 158], np.arange(1, 158), atol=0.51)
    np.testing.assert_allclose(heatmap[0, 1:-1, 95] * height, np.arange(191)[1:-1] * 2 + 0.5, atol=0.01)


RECIPES = {
    "gain": {
        "augment": {
            "rotate": (-180, 180),
            "scale_x": (0.75, 1.5),
            "scale_y": (0.75, 1.5),
            "flip_x": 0.5,
            "flip_y": 0.5,
            "translate": 5,
            "shear_x": (-20, 20),
            "shear_y": (-20, 20),
            "fill": (128, 128, 128),
        }
    },
    "spn-code": {
        "augment": {
            "rotate": (-45, 45),
            "crop_scale": (0.75, 1),
            "crop_ratio": (0.75, 1.33),
            "flip_x": 0.5,
            "flip_y": 0.5,
            "brightness": 0.12,
            "contrast": 0.12,
            "saturation": 0.08,
            "hue": 0.08,
        }
    },
    "featuremaps": {
        "augment": {
            "rotate": (0, 360),
            "flip_x": 0.5,
            "flip_y": 0.5,
            "crop_first": True,
            "brightness_shift": 0.5,
            "contrast": 0.7,
            "hue": 0.02,
            "saturation": (0.7, 1.5),
        }
    },
    "attnmel": {"centre": 0.8, "load_size": 256, "image_size": 224, "augment": {"rotate90": True, "flip_x": 0.5, "flip_y": 0.5}},
    "ggcam": {"fit": "pad", "augment": {}},
}


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipes_say_what_is_tested_above(name: str) -> None:
    data = load_recipe(name).data
    expected = {"augment": Augment(**({"fill": data.augment.fill} | RECIPES[name]["augment"]))}
    assert {key: getattr(data, key) for key in RECIPES[name]} == RECIPES[name] | expected
    assert name != "featuremaps" or data.load_size > data.image_size
