from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from blobs import Spot, centroid, spot_record
from PIL import Image

from sightline.config import Augment, Data, Roi
from sightline.data.annotation import gaze_map
from sightline.data.augment import prepare
from sightline.data.dataset import ImageDataset
from sightline.data.guide.quality import degrade
from sightline.data.loader import collate
from sightline.data.sampling import Key
from sightline.types import Annotation, Batch, Record

AUGMENT = Augment(rotate=(-40, 40), scale_x=(0.8, 1.2), translate=3, flip_x=0.5, brightness=0.2, hue=0.1, fill=(0, 0, 0))
DATA = Data(image_size=32, augment=AUGMENT)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def dataset(**options: object) -> ImageDataset:
    return ImageDataset([spot_record(i) for i in range(8)], ["a", "b"], **({"data": DATA, "train": True} | options))


def test_augmentation_depends_on_seed_epoch_and_position_alone() -> None:
    images = dataset()
    first = images[Key(3, 5, 2)].image
    torch.rand(7)
    images[Key(0, 0, 0)]
    assert torch.equal(images[Key(3, 5, 2)].image, first)
    assert torch.equal(dataset()[Key(3, 5, 2)].image, first)
    others = [images[Key(3, 6, 2)], images[Key(4, 5, 2)], dataset(seed=1)[Key(3, 5, 2)]]
    assert not any(torch.equal(other.image, first) for other in others)


def test_global_random_state_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "manual_seed", lambda seed: pytest.fail("this reseeds the accelerator too"))
    images, before = dataset(), torch.get_rng_state()
    images[Key(1, 2, 3)]
    assert torch.equal(torch.get_rng_state(), before)


def test_whole_numbers_draw_nothing() -> None:
    training, evaluated = dataset(), dataset(train=False)
    assert torch.equal(training[2].image, evaluated[2].image)
    assert torch.equal(evaluated[Key(0, 0, 2)].image, evaluated[2].image)


def test_002_04_what_the_network_sees_lies_between_zero_and_one(tmp_path: Path) -> None:
    pixels = np.full((8, 8, 3), 255, np.uint8)
    pixels[:, 4:] = 51
    Image.fromarray(pixels).save(tmp_path / "half.png")
    records = [Record("half", tmp_path / "half.png", "a")]
    sample = ImageDataset(records, ["a", "b"], Data(image_size=8), train=False)[0]
    assert sample.image.unique().tolist() == pytest.approx([0.2, 1.0])


def test_labels_follow_the_order_of_the_classes() -> None:
    records = [spot_record(i) for i in range(3)]
    assert ImageDataset(records, ["b", "a"], DATA, train=False).labels == [1, 1, 0]


@pytest.mark.parametrize("key", [int, lambda i: Key(1, i, i)], ids=["evaluated", "augmented"])
def test_pitfall_4_pairs_are_by_record_not_by_position(key: object) -> None:
    records = [spot_record(i) for i in range(12)]
    random.Random(0).shuffle(records)
    del records[3], records[5]
    plain = DATA.model_copy(update={"augment": AUGMENT.model_copy(update={"hue": 0, "brightness": 0})})
    images = ImageDataset([*records, records[0]], ["a", "b"], plain, train=True)
    for i, record in enumerate([*records, records[0]]):
        sample = images[key(i)]
        assert sample.id == record.id
        np.testing.assert_allclose(centroid(sample.roi), centroid(sample.image), atol=0.3)


def test_unknown_nothing_and_avoid() -> None:
    mark = (Annotation("box", points=((4, 4, 30, 30),)),)
    records = [
        spot_record(0, annotations=()),
        spot_record(1, annotations=(Annotation("nothing"),)),
        spot_record(2, annotations=(), avoid=mark),
        spot_record(3, avoid=mark),
    ]
    images = ImageDataset(records, ["a", "b"], Data(image_size=32), train=False)
    batch = collate([images[i] for i in range(4)])
    assert batch.known.tolist() == [False, True, False, True]
    assert batch.avoid_known.tolist() == [False, False, True, True]
    assert (batch.roi.flatten(1).sum(1) > 0).tolist() == [False, False, False, True]
    assert (batch.avoid.flatten(1).sum(1) > 0).tolist() == [False, False, True, True]
    assert not torch.equal(batch.avoid[3], batch.roi[3])


def test_images_outside_the_annotated_share_are_unknown_in_training_only() -> None:
    mark = (Annotation("box", points=((4, 4, 30, 30),)),)
    records = [spot_record(i, avoid=mark) for i in range(3)]
    some = frozenset({"image 1"})
    training = ImageDataset(records, ["a", "b"], DATA, train=True, annotated=some)
    for sample in (training[Key(0, i, i)] for i in range(3)):
        assert sample.known == sample.avoid_known == (sample.id in some)
        assert bool(sample.roi.any()) == bool(sample.avoid.any()) == (sample.id in some)
    validation = ImageDataset(records, ["a", "b"], DATA, train=False, annotated=some)
    assert all(validation[i].known and validation[i].roi.any() for i in range(3))


def test_hidden_annotations_do_not_change_the_images() -> None:
    shown, hidden = dataset(), dataset(annotated=frozenset())
    assert torch.equal(shown[Key(2, 1, 1)].image, hidden[Key(2, 1, 1)].image)


def test_gaze_is_drawn_in_original_pixels() -> None:
    points = ((30.0, 20.0, 1.0), (70.0, 60.0, 2.0))
    record = spot_record(0, size=(80, 160), annotations=(Annotation("gaze", points=points),))
    sample = ImageDataset([record], ["a"], Data(image_size=32, gaze_blur=31), train=False)[0]
    drawn = gaze_map(points, (80, 160), 31)
    _, (expected,) = prepare(record.image.draw(), [drawn], Data(image_size=32))
    torch.testing.assert_close(sample.roi, expected, atol=0.5 / 255 + 1e-6, rtol=0)


def test_pictures_are_for_people() -> None:
    data = Data(image_size=24, load_size=30, augment=AUGMENT)
    images = ImageDataset([spot_record(0), spot_record(1, annotations=())], ["a"], data, train=True)
    image, roi = images.picture(0)
    assert (image.shape, image.dtype) == ((24, 24, 3), np.uint8)
    assert (roi.shape, roi.dtype) == ((24, 24), np.float32)
    np.testing.assert_allclose(centroid(image.transpose(2, 0, 1)), centroid(roi), atol=0.1)
    assert np.array_equal(images.picture(0)[0], image)
    assert images.picture(1)[1] is None


def test_batches_are_as_the_vocabulary_says() -> None:
    images = dataset()
    batch = collate([images[Key(0, i, i)] for i in range(4)])
    assert isinstance(batch, Batch)
    assert (batch.images.shape, batch.images.dtype) == ((4, 3, 32, 32), torch.float32)
    assert (batch.roi.shape, batch.avoid.shape) == ((4, 1, 32, 32), (4, 1, 32, 32))
    assert (batch.known.dtype, batch.avoid_known.dtype) == (torch.bool, torch.bool)
    assert (batch.labels.dtype, batch.labels.tolist()) == (torch.int64, [0, 0, 1, 0])
    assert (batch.index.tolist(), batch.ids) == ([0, 1, 2, 3], [f"image {i}" for i in range(4)])
    for values in (batch.images, batch.roi):
        assert type(values) is torch.Tensor
        assert values.min() >= 0
        assert values.max() <= 1


def test_rounding_errors_of_interpolation_stay_within_the_range() -> None:
    everywhere = (Annotation("box", points=((0, 0, 48, 48),)),)
    data = Data(image_size=65, load_size=90, augment=Augment(crop_scale=(0.3, 1), crop_ratio=(0.7, 1.3)))
    images = ImageDataset([spot_record(0, annotations=everywhere)], ["a"], data, train=True)
    assert max(images[Key(0, i, 0)].roi.max() for i in range(20)) <= 1


def test_filling_reports_progress_and_leaves_nothing_to_decode() -> None:
    images, steps = dataset(), []
    images.fill(lambda done, total: steps.append((done, total)))
    assert steps == [(i, 8) for i in range(1, 9)]
    Spot.drawn.clear()
    images[Key(0, 0, 3)]
    assert not Spot.drawn


QUALITY = Roi(shape="circle", noise=0.2, shift=0.5)


def with_quality(train: bool, **options: object) -> ImageDataset:
    data = Data(image_size=48, roi=QUALITY, **({"augment": AUGMENT} | options))
    return ImageDataset([spot_record(i) for i in range(8)], ["a", "b"], data, train=train)


def test_quality_of_the_regions_changes_training_images_and_no_others() -> None:
    training, judged, plain = with_quality(True), with_quality(False), dataset(train=False, data=Data(image_size=48, augment=AUGMENT))
    for i in range(8):
        given = plain[i].roi[0].numpy()
        expected = degrade(given, QUALITY, f"image {i}")
        assert not np.array_equal(expected, given)
        assert np.array_equal(training[i].roi[0].numpy(), expected)
        assert np.array_equal(training.picture(i)[1], expected)
        assert torch.equal(judged[i].roi, plain[i].roi)
        assert np.array_equal(judged.picture(i)[1], plain.picture(i)[1])
        assert torch.equal(training[i].image, judged[i].image)
    assert judged._cache.path == plain._cache.path, "evaluation decodes no image anew"
    assert training._cache.path != plain._cache.path


def test_quality_of_the_regions_is_the_same_after_a_resume_with_and_without_cache() -> None:
    first, again = with_quality(True), with_quality(True)  # one decodes, the other reads what the first has kept
    apart, uncached = with_quality(True, augment=AUGMENT.model_copy(update={"fill": (1, 1, 1)})), with_quality(True, cache=False)
    for epoch in range(2):
        for i in range(8):
            roi = first[Key(epoch, i, i)].roi
            assert all(torch.equal(other[Key(epoch, i, i)].roi, roi) for other in (again, apart, uncached))


def test_pictures_show_the_regions_that_the_training_gets() -> None:
    records = [spot_record(i) for i in range(2)]
    images = ImageDataset(records, ["a"], DATA, train=True, annotated=frozenset({"image 1"}))
    assert images.picture(0)[1] is None
    assert images.picture(1)[1] is not None


def test_an_image_known_to_show_nothing_stays_known_and_one_without_annotation_unknown() -> None:
    records = [spot_record(0, annotations=(Annotation("nothing"),)), spot_record(1, annotations=())]
    samples = [ImageDataset(records, ["a"], Data(image_size=32, roi=QUALITY), train=True)[i] for i in range(2)]
    assert [s.known for s in samples] == [True, False]
    assert not any(s.roi.any() for s in samples)
