"""What the phantom's pictures show."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import distance_transform_edt
from scipy.stats import chi2_contingency, ks_2samp, kstest
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_predict

from sightline.data.sets.phantom_pictures import PhantomImage, PhantomMask
from sightline.phantom.scene import ARTEFACTS, Scene

LABELS = ("nevus", "melanoma")


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [Scene((7, i), LABELS[i % 2]) for i in range(600)]


def shrink(picture: np.ndarray, size: int) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BOX), dtype=float)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("artefact", [None, *ARTEFACTS])
def test_the_same_scene_at_every_size(label: str, artefact: str | None) -> None:
    for i in range(3):
        small, large = (PhantomImage(size, (5, i), label, artefact).draw() for size in (64, 256))
        assert small.shape == (64, 64, 3)
        assert small.dtype == np.uint8
        difference = np.abs(shrink(large, 64) - small)
        assert difference.mean() < 5
        correlation = np.corrcoef(shrink(large, 16).ravel(), shrink(small, 16).ravel())[0, 1]
        assert correlation > 0.97


def test_masks_of_two_sizes_cover_the_same_place() -> None:
    for i in range(12):
        for part in ("lesion", *ARTEFACTS):
            small, large = (PhantomMask(size, (5, i), LABELS[i % 2], part).draw() for size in (64, 256))
            assert set(np.unique(large)) == {0, 255}
            small_large = np.kron(small > 0, np.ones((4, 4), dtype=bool))
            overlap = (small_large & (large > 0)).sum() / (small_large | (large > 0)).sum()
            # ink is thin: at 64 pixels a stroke is one pixel wide
            assert overlap > (0.9 if part == "lesion" else 0.5 if part == "ink" else 0.8), part


def test_drawing_twice_gives_the_same_pixels() -> None:
    image = PhantomImage(96, (1, 2), "melanoma", "gel")
    assert np.array_equal(image.draw(), image.draw())


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_only_the_pixels_of_the_avoid_mask_change_when_the_artefact_is_removed(artefact: str) -> None:
    for i in range(8):
        label = LABELS[i % 2]
        changed = (PhantomImage(96, (2, i), label, artefact).draw() != PhantomImage(96, (2, i), label).draw()).any(-1)
        mask = PhantomMask(96, (2, i), label, artefact).draw() > 0
        assert not (changed & ~mask).any()
        assert changed.sum() > 0.9 * mask.sum()


def test_the_artefact_lies_at_varied_places() -> None:
    sides = set()
    for i in range(40):
        cover = Scene((4, i), "nevus").artefact("ruler", 32).cover > 0.5
        y, x = np.argwhere(cover).mean(0) - 15.5
        sides.add((abs(x) > abs(y), (x if abs(x) > abs(y) else y) > 0))
    assert len(sides) == 4


def test_lesions_lie_anywhere_and_whole_inside_the_image(scenes: list[Scene]) -> None:
    for scene in scenes:
        x0, y0, x1, y1 = scene.outline.box
        assert 0 < x0 < x1 < 1
        assert 0 < y0 < y1 < 1
    middles = np.array([((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in (s.outline.box for s in scenes)])
    assert middles.std(0) == pytest.approx(0.17, abs=0.03)
    assert np.mean(np.hypot(*(middles - 0.5).T) > 0.2) > 0.5
    for axis in (0, 1):  # uniform over the free room
        assert kstest([s.place[axis] for s in scenes], "uniform").pvalue > 0.01


def test_lesions_cover_a_tenth_of_the_image_on_average(scenes: list[Scene]) -> None:
    areas = np.array([s.outline.area for s in scenes])
    assert areas.mean() == pytest.approx(0.10, abs=0.01)
    assert areas.min() > 0.035
    assert areas.max() < 0.205


def test_the_outline_measures_its_own_area(scenes: list[Scene]) -> None:
    for scene in scenes[:20]:
        assert scene.outline.mask(512).mean() == pytest.approx(scene.outline.area, rel=0.02)


def test_skin_hair_size_and_place_do_not_tell_the_class(scenes: list[Scene]) -> None:
    nevi, melanomas = scenes[::2], scenes[1::2]
    types = sorted({s.skin_type for s in scenes})
    assert len(types) == 6
    counts = [[sum(s.skin_type == t for s in group) for t in types] for group in (nevi, melanomas)]
    assert chi2_contingency(counts).pvalue > 0.01
    assert chi2_contingency([[sum(s.hair == h for s in group) for h in (False, True)] for group in (nevi, melanomas)]).pvalue > 0.01
    assert ks_2samp([s.outline.area for s in nevi], [s.outline.area for s in melanomas]).pvalue > 0.01
    for i in range(20):  # the class changes nothing but the lesion
        one, other = Scene((7, i), "nevus"), Scene((7, i), "melanoma")
        assert (one.skin_type, one.hair, one.area, one.place) == (other.skin_type, other.hair, other.area, other.place)


def test_the_class_changes_only_the_lesion_and_its_soft_border() -> None:
    for i in range(6):
        nevus, melanoma = (Scene((8, i), label) for label in LABELS)
        changed = (nevus.draw(96, None) != melanoma.draw(96, None)).any(-1)
        either = nevus.outline.mask(96) | melanoma.outline.mask(96)
        assert not changed[distance_transform_edt(~either) > 12].any()
        assert changed[either].mean() > 0.8


def test_single_features_overlap_between_the_classes_and_their_mean_does_not(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert scene.outline
    features = np.array([(s.disorder.border, s.disorder.colour, s.disorder.texture) for s in scenes])
    nevi, melanomas = features[::2], features[1::2]
    assert (nevi.max(0) > melanomas.min(0)).all()
    assert nevi.mean(1).max() < melanomas.mean(1).min()


def test_the_colours_alone_do_not_separate_the_classes() -> None:
    pictures = [PhantomImage(48, (6, i), LABELS[i % 2]).draw() for i in range(300)]
    colours = np.array([np.concatenate([np.histogram(p[..., c], 16, (0, 256))[0] for c in range(3)]) for p in pictures]) / 48**2
    guess = cross_val_predict(RandomForestClassifier(100, random_state=0), colours, np.arange(300) % 2, cv=5)
    assert np.mean(guess == np.arange(300) % 2) < 0.95
