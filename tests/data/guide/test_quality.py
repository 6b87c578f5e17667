"""Annotations of lesser quality (003-36): what each does to the outline, and what none of them may do."""

from __future__ import annotations

import numpy as np
import pytest
from blobs import centroid, spot
from scipy.ndimage import binary_fill_holes, gaussian_filter, label
from scipy.spatial.distance import cdist

from sightline.config import Roi
from sightline.data.annotation import box_map
from sightline.data.guide.quality import (
    border,
    box,
    circle,
    degrade,
    grow,
    invert,
    noise,
    polygon,
    radius,
    region,
    shift,
    signed_distance,
    simplified,
    waves,
)

EVERY = {
    "polygon": Roi(shape="polygon"),
    "circle": Roi(shape="circle"),
    "box": Roi(shape="box"),
    "dilated": Roi(grow=0.4),
    "eroded": Roi(grow=-0.4),
    "shifted": Roi(shift=0.5),
    "noisy": Roi(noise=0.2),
}


def disk(x: float, y: float, size: float, shape: tuple[int, int] = (100, 120)) -> np.ndarray:
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (np.hypot(columns - x, rows - y) <= size).astype(np.float32)


def ellipse() -> np.ndarray:
    rows, columns = np.ogrid[:100, :120]
    return (np.hypot((columns - 60) / 40, (rows - 52) / 15) <= 1).astype(np.float32)


def blot(seed: int, shape: tuple[int, int] = (30, 34)) -> np.ndarray:
    """A ragged region with holes."""
    rough = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2)
    labels, _ = label(rough > 0, np.ones((3, 3)))
    return labels == np.bincount(labels[labels > 0]).argmax()


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.minimum(a, b).sum() / np.maximum(a, b).sum())


def shoelace(corners: list[tuple[float, float]]) -> float:
    x, y = np.array(corners).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def test_exact_is_the_annotation_itself() -> None:
    roi = disk(50, 50, 20)
    assert degrade(roi, Roi(), "a") is roi


@pytest.mark.parametrize("seed", range(8))
def test_outline_holds_as_much_as_the_region_and_its_holes(seed: int) -> None:
    inside = blot(seed)
    assert shoelace(border(inside)) == binary_fill_holes(inside).sum()


def test_outline_passes_pixels_that_touch_at_a_corner() -> None:
    corners = border(np.eye(3, dtype=bool))
    assert shoelace(corners) == 3
    assert set(corners) == {(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (0, 1), (1, 2), (2, 3)}


def test_simplified_outline_keeps_the_corners_that_matter() -> None:
    square = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0), (9.0, 10.1), (0.0, 10.0)]
    assert simplified(square, 4) == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert simplified(square[:3], 8) == square[:3]


def test_003_36_polygon_is_a_coarse_outline() -> None:
    roi = ellipse()
    drawn = polygon(roi)
    assert 0.85 < overlap(drawn, roi) < 0.99
    assert 16 <= len(border(drawn > 0)) < len(border(roi > 0))
    ring = disk(50, 50, 30) - disk(50, 50, 10)
    assert polygon(ring)[50, 50] == 1


def test_polygon_of_a_hair_stays_a_hair() -> None:
    hair = np.zeros((40, 60), np.float32)
    steps = np.arange(40)
    hair[steps, np.rint(30 + 12 * np.sin(steps / 3)).astype(int)] = 1
    for sparse in (hair, np.eye(40, dtype=np.float32)):
        assert polygon(sparse).any()


def test_003_36_circle_has_the_area_and_the_centre_of_the_region() -> None:
    roi = ellipse()
    drawn = circle(roi)
    assert drawn.sum() == pytest.approx(roi.sum(), rel=0.01)
    np.testing.assert_allclose(centroid(drawn), centroid(roi), atol=0.1)
    assert overlap(drawn, disk(60, 52, radius(roi > 0))) == 1


def test_003_36_box_is_the_bounding_box() -> None:
    assert np.array_equal(box(disk(40, 30, 12)), box_map((28, 18, 53, 43), (100, 120)))
    assert np.array_equal(box(box(ellipse())), box(ellipse()))


@pytest.mark.parametrize("share", [0.8, 0.3, -0.2, -0.5])
@pytest.mark.parametrize("seed", [3, 4])
def test_grow_moves_the_outline_by_a_euclidean_distance(share: float, seed: int) -> None:
    inside = blot(seed)
    places = np.argwhere(np.ones_like(inside))
    to_other = np.where(
        inside.ravel(), -cdist(places, np.argwhere(~inside)).min(1) + 0.5, cdist(places, np.argwhere(inside)).min(1) - 0.5
    ).reshape(inside.shape)  # every pixel against every other
    np.testing.assert_allclose(signed_distance(inside), to_other)
    expected = to_other <= max(share * np.sqrt(inside.sum() / np.pi), to_other.min())
    assert np.array_equal(grow(inside.astype(np.float32), share) > 0, expected)


@pytest.mark.parametrize("share", [0.5, -0.5])
def test_grow_is_a_share_of_the_radius(share: float) -> None:
    assert overlap(grow(disk(60, 50, 24), share), disk(60, 50, 24 * (1 + share))) > 0.97


def test_what_is_deepest_survives_any_erosion() -> None:
    thin = np.zeros((50, 60), np.float32)
    thin[20:23, 5:55] = 1
    eroded = grow(thin, -0.9)
    assert np.array_equal(np.unique(np.nonzero(eroded)[0]), [21])


def test_the_border_of_the_image_is_no_outline() -> None:
    half = np.zeros((40, 60), np.float32)
    half[:, :30] = 1
    eroded = grow(half, -0.5)
    assert (eroded == eroded[0]).all()
    assert eroded[0].tolist() == [1.0] * int(eroded[0].sum()) + [0.0] * int(60 - eroded[0].sum())
    assert 1 < eroded[0].sum() < 30
    everything = np.ones((40, 60), np.float32)
    assert grow(everything, -0.5).all()
    assert noise(everything, 0.3, np.random.default_rng(0)).all()


def test_shift_moves_the_soft_map_as_it_is() -> None:
    soft = spot(60, 50, (100, 120), sigma=6).astype(np.float32)
    wanted = 0.8 * radius(region(soft))
    for seed in range(10):
        moved = shift(soft, 0.8, np.random.default_rng(seed))
        step = np.rint(centroid(moved) - centroid(soft)).astype(int)
        assert np.hypot(*step) == pytest.approx(wanted, abs=0.75)
        assert np.array_equal(moved, np.roll(soft, step[::-1], (0, 1)) * (moved > 0))


def test_shift_goes_in_every_direction() -> None:
    roi = disk(60, 50, 8)
    steps = [centroid(degrade(roi, Roi(shift=1), f"image {i}")) - centroid(roi) for i in range(60)]
    quarters = {(x > 0, y > 0) for x, y in steps}
    assert len(quarters) == 4
    assert np.abs(np.mean(steps, axis=0)).max() < 2.5


def test_a_shifted_region_stays_in_the_image() -> None:
    for x, y in ((3, 3), (116, 50), (60, 97)):
        for i in range(20):
            assert degrade(disk(x, y, 12), Roi(shift=2), f"image {i}").sum() >= 100


def test_noise_displaces_the_outline_by_its_standard_deviation() -> None:
    roi, angles = disk(100, 100, 50, (200, 200)), np.linspace(0, 2 * np.pi, 60, endpoint=False)
    along = np.arange(0, 99, 0.25)
    found = []
    for seed in range(12):
        drawn = noise(roi, 0.1, np.random.default_rng(seed))
        for angle in angles:
            rows, columns = np.rint(100 + along * np.sin(angle)).astype(int), np.rint(100 + along * np.cos(angle)).astype(int)
            found.append(along[drawn[rows, columns] > 0].max() - 50)
    assert np.std(found) == pytest.approx(0.1 * 50, rel=0.2)
    assert abs(np.mean(found)) < 1


def test_noise_is_smooth() -> None:
    surfaces = np.stack([waves((60, 80), 12, np.random.default_rng(seed)) for seed in range(60)])
    assert surfaces.std() == pytest.approx(1, abs=0.06)
    assert (surfaces[:, :, :-12] * surfaces[:, :, 12:]).mean() == pytest.approx(np.exp(-0.5), abs=0.08)
    assert label(noise(disk(60, 50, 25), 0.15, np.random.default_rng(1)) > 0)[1] == 1


@pytest.mark.parametrize("quality", EVERY)
def test_separate_lesions_are_treated_each(quality: str) -> None:
    large, small = disk(35, 40, 20), disk(90, 70, 6)
    both = degrade(large + small, EVERY[quality], "a")
    if quality == "shifted":  # the map moves as one
        assert label(both)[1] == 2
    elif quality == "noisy":
        assert overlap(both, large + small) > 0.6
        assert both[70, 90] == both[40, 35] == 1
    else:
        apart = np.maximum(degrade(large, EVERY[quality], "a"), degrade(small, EVERY[quality], "a"))
        assert np.array_equal(both, apart)


@pytest.mark.parametrize("quality", EVERY)
def test_an_empty_map_stays_empty_and_a_marked_one_marked(quality: str) -> None:
    empty = np.zeros((20, 30), np.float32)
    assert not degrade(empty, EVERY[quality], "a").any()
    dot = empty.copy()
    dot[7, 11] = 1
    for roi in (dot, np.ones_like(empty), np.eye(20, 30, dtype=np.float32)):
        drawn = degrade(roi, EVERY[quality], "a")
        assert drawn.any()
        assert (drawn.shape, drawn.dtype) == (roi.shape, np.float32)


def test_003_23_inverted_is_everything_but_the_region() -> None:
    roi = disk(50, 50, 20)
    assert np.array_equal(degrade(roi, Roi(invert=True), "a"), 1 - roi)
    assert np.array_equal(degrade(roi, Roi(grow=0.5, invert=True), "a"), 1 - grow(roi, 0.5))
    assert invert(np.zeros((4, 4), np.float32)).all()


def test_of_soft_maps_half_of_the_maximum_counts() -> None:
    soft = 0.6 * spot(60, 50, (100, 120), sigma=10).astype(np.float32)
    half = disk(60, 50, 10 * np.sqrt(2 * np.log(2)))
    assert overlap(region(soft), half) == 1
    assert np.array_equal(circle(soft), circle(half))
    assert np.array_equal(grow(soft, 0.3), grow(half, 0.3))
    covered = box_map((10.25, 10, 20.75, 20), (40, 40))
    assert np.array_equal(box(covered), box_map((10, 10, 21, 20), (40, 40)))


def test_what_is_drawn_depends_on_seed_and_image_alone() -> None:
    roi, settings = disk(60, 50, 20), Roi(noise=0.2, shift=0.5)
    first = degrade(roi, settings, "image 1")
    assert np.array_equal(degrade(roi, settings, "image 1"), first)
    assert not np.array_equal(degrade(roi, settings, "image 2"), first)
    assert not np.array_equal(degrade(roi, settings.model_copy(update={"seed": 1}), "image 1"), first)


def test_draws_are_the_same_in_every_process() -> None:
    moved = degrade(disk(60, 50, 20), Roi(shift=1), "image 1")
    assert np.rint(centroid(moved)).tolist() == [74, 65]


def test_direction_of_the_shift_does_not_depend_on_the_noise() -> None:
    roi = disk(60, 50, 20)
    alone, both = degrade(roi, Roi(shift=0.5), "x"), degrade(roi, Roi(shift=0.5, noise=0.02), "x")
    np.testing.assert_allclose(centroid(both), centroid(alone), atol=1.5)
