from __future__ import annotations

import numpy as np

from sightline.audit.budget import Budget
from sightline.audit.images import take
from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.data.sets.phantom import read


def test_images_are_a_seeded_sample_read_without_change():
    dataset = ImageDataset(read(train=8, val=0, test=0, size=32), ("nevus", "melanoma"), Data(image_size=32, cache=False), train=False)
    images, again = (take(dataset, 5, Budget(60), seed=3) for _ in range(2))
    assert len(images) == 5
    assert [r.id for r in images.records] == [r.id for r in again.records]
    first = dataset.records.index(images.records[0])
    assert np.array_equal(images.pixels[0].permute(1, 2, 0).numpy(), dataset.picture(first)[0])
