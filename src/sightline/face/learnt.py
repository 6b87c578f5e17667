"""`sl.gallery`, `sl.units` and `sl.class_image`: what a network has learnt, filter by filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sightline.attention.classifier import GuidedClassifier
from sightline.config import Data
from sightline.device import AUTO
from sightline.explain.feature_maps import AnyBackbone
from sightline.explain.gallery import Gallery
from sightline.explain.gallery import gallery as write_gallery
from sightline.face.bounds import bounded
from sightline.face.opening import AnyRun, Labels, needs_data, opened, place_of
from sightline.results.class_images import ClassImage, UnitImage
from sightline.results.units import NamedUnits


def gallery(
    run: AnyRun | GuidedClassifier | AnyBackbone,
    pictures: Sequence[Path | str | np.ndarray] = (),
    out: str | Path = "gallery",
    layers: Sequence[str] = (),
    *,
    root: str | Path | None = None,
    device: str = AUTO,
    image_size: int | None = None,
) -> Gallery:
    """Writes `gallery.html`: every feature map of every layer, laid over the pictures, on one page that needs no other file.

    A map is enlarged to the input and laid over it as transparent green. Darkest is the highest activation of that filter on the pictures
    shown, so that its maps can be compared with each other; what is negative is not shown. A filter's response is its mean positive
    activation as a multiple of its layer's mean. Where `sl.units` has named filters of the run, the page has the names.

    Args:
        run: a finished run or its folder, a classifier (one's own by `sl.wrap`), or a backbone.
        pictures: files, or (H, W, 3) uint8; none: some of the run's.
        out: folder.
        layers: numbers or names; none: all.
        root: where the run's data are now; None: where they were in training.
        device: see `sightline.device.resolve`; only for the folder of a run.
        image_size: side of the input of a network of one's own; None: 224. A run, and a classifier from one, know theirs.

    Raises:
        UserError: an unknown layer, or a picture that cannot be read.
    """
    asked = opened(run, device, root) if isinstance(run, AnyRun) else run
    prepared = (run.prepared if isinstance(run, GuidedClassifier) else None) or Data()
    data = prepared if image_size is None else prepared.model_copy(update={"image_size": image_size})
    return write_gallery(asked, pictures, place_of(out), layers, data=data)


@bounded(images=(2, None), top=(0, 1))
def units(
    run: AnyRun,
    layers: Sequence[str] = (),
    split: str | None = None,
    out: str | Path | None = None,
    *,
    images: int = 200,
    top: float = 0.05,
    effect: bool = True,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    device: str = AUTO,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> NamedUnits:
    """Names units (single filters) by the concepts that they overlap with beyond chance; writes `units.csv`, `units.html`, `units.png`.

    A unit has the name of the concept in which it exceeds the chance level most; see `sightline.metrics.scores.overlap`.

    Args:
        run: a finished run, or its folder.
        layers: numbers or names; none: the last layer.
        split: None: the first test split that the recipe evaluates.
        out: folder; None: `units` in the run's, where `sl.gallery` finds the names.
        images: at most so many of the split, as many of each class.
        top: share of the positions at which a unit counts as active.
        effect: also switch each unit off and measure the change of accuracy and AUC; this takes the most time.
        data, root, classes: another data set that has masks and regions: its name, its place, and label -> class of the run; `split` is
            then a part of it. `root` alone: where the run's own data are now.
        device: see `sightline.device.resolve`; not used for a run that is open already.
        progress: called with (done, total) units.

    Raises:
        UserError: nothing is marked in the images, or an unknown layer or split.
    """
    from sightline.engine.elsewhere import elsewhere
    from sightline.explain.units import name_units

    needs_data(data, classes=classes)
    trained, notes = opened(run, device, None if data else root), tuple[str, ...]()
    if data is not None:
        trained = there = elsewhere(trained, data, place_of(root), split, classes)
        split, notes = there.split, there.notes
    found = name_units(trained, layers, split, place_of(out), images=images, top=top, effect=effect, progress=progress)
    return found.but(notes=notes)


def class_image(
    run: AnyRun,
    labels: Sequence[str] = (),
    units: Sequence[str] = (),
    out: str | Path = "class-images",
    *,
    seed: int = 0,
    device: str = AUTO,
) -> list[ClassImage] | list[UnitImage]:
    """Writes, for each class, an image that maximises its score: it exaggerates what the classifier has learnt. Or for each unit one that
    maximises its mean response.

    Args:
        run: a finished run, or its folder.
        labels: classes; none: all.
        units: LAYER/FILTER, as in the gallery, in place of classes.
        out: folder of the PNG files.
        seed: of the small shifts of the image during optimisation.
        device: see `sightline.device.resolve`; not used for a run that is open already.

    Raises:
        UserError: no such class, layer or filter, or the layer is a block of a transformer.
    """
    from sightline.explain.class_image import class_images, unit_images

    trained, place = opened(run, device), place_of(out)
    return unit_images(trained, units, place, seed=seed) if units else class_images(trained, labels, place, seed=seed)
