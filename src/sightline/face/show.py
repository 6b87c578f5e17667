"""`sl.explain` and `sl.case_sheet`: where it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
from PIL import Image
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.config import Data
from sightline.device import AUTO
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.explanation import Explanation
from sightline.face.bounds import bounded
from sightline.face.judge import for_runs
from sightline.face.opening import AnyRun, Labels, needs_data, opened, place_of
from sightline.results.explanations import WrittenMap, WrittenMaps
from sightline.settings import COLOUR

if TYPE_CHECKING:
    from sightline.explain.maps import Asked
    from sightline.explain.other_pictures import OtherPictures

Picture = str | Path | np.ndarray | Tensor | Image.Image


@overload
def explain(
    run: AnyRun | GuidedClassifier,
    pictures: Picture,
    target: str | None = None,
    *,
    out: None = None,
    method: str = "map",
    class_names: Sequence[str] | None = None,
    image_size: int | None = None,
    device: str = AUTO,
) -> Explanation: ...


@overload
def explain(
    run: AnyRun | GuidedClassifier,
    pictures: Picture | Sequence[Picture] = (),
    target: str | None = None,
    *,
    out: str | Path,
    method: str = "map",
    colours: str = "default",
    data: str | None = None,
    root: str | Path | None = None,
    split: str | None = None,
    classes: Labels | None = None,
    images: int = 8,
    sheet: bool = False,
    class_names: Sequence[str] | None = None,
    image_size: int | None = None,
    device: str = AUTO,
) -> WrittenMaps: ...


@bounded(images=(1, None))
def explain(
    run: AnyRun | GuidedClassifier,
    pictures: Picture | Sequence[Picture] = (),
    target: str | None = None,
    *,
    out: str | Path | None = None,
    method: str = "map",
    colours: str = "default",
    data: str | None = None,
    root: str | Path | None = None,
    split: str | None = None,
    classes: Labels | None = None,
    images: int = 8,
    sheet: bool = False,
    class_names: Sequence[str] | None = None,
    image_size: int | None = None,
    device: str = AUTO,
) -> Explanation | WrittenMaps:
    """The prediction for a picture, and the map that shows where the classifier looked; or, with `out`, files for any number of pictures.

    Args:
        run: a finished run or its folder, or a classifier.
        pictures: a picture, or with `out` several, each as a path; an array (H, W, 3) uint8; a tensor (3, H, W) in [0, 1]; or a PIL image.
            For a classifier of other channels, arrays and tensors may have as many; where it takes one, colours may be given, of which the
            brightness is taken.
        target: class to explain, or `all`; None: the predicted class. With several findings per image, the finding to explain; None: with
            `out` each of them.
        out: folder for the map over each picture (PNG), its raw values (NPY) and what they mean (JSON).
        method: `map`, the classifier's attention map; or `occlusion`, `gradient`, `smoothgrad`, `integrated-gradients`, `kernel-shap` or
            `lrp`, which need no attention source. The last supports networks of convolutions, ReLU and pooling alone.
        colours: with `out`, `default` (colour-blind safe) or `jet`.
        data, root, split: for a run, with `out`, another data set in place of pictures: its name, its place, and a part of it.
        classes: label of that data set -> class of the run.
        images: number of images of the other data set, class by class in turn.
        sheet: with `out`, also write a sheet for each picture, see `case_sheet`.
        class_names: of a classifier of one's own, in the order of its logits; one from a run knows its own.
        image_size: side of the input of a classifier of one's own; None: 224. One from a run knows how its pictures are prepared.
        device: see `sightline.device.resolve`; not used for a run that is open already.

    Raises:
        UserError: a picture that cannot be read, an unknown class or method, or a classifier without maps or whose layers the method does
            not support.
    """
    if isinstance(run, GuidedClassifier):
        for_runs(data=data, root=root, split=split, sheet=sheet or None, classes=classes)
        asked: Run | GuidedClassifier = run
    else:
        if class_names is not None:
            raise UserError("`class_names=...`", "is for a classifier, and a run is given", "A run knows the names of its classes.")
        needs_data(data, classes=classes, split=split, root=root)
        asked = opened(run, device)
    if out is not None:
        several = list(pictures) if isinstance(pictures, Sequence) and not isinstance(pictures, str) else [pictures]
        there = None
        if data is not None:
            there = _other_pictures(asked, several, data, place_of(root), split, classes, images)
        return _written(asked, several, there, target, place_of(out), method, colours, class_names, image_size, sheet)
    if data is not None or sheet or not isinstance(pictures, Picture):
        reason = "is for one picture, unless files are written"
        raise UserError("explain", reason, "Give one picture, or say where the files go: `out='maps'`.")
    return _explained(asked, pictures, target, method, class_names, image_size)


def _explained(
    run: Run | GuidedClassifier, picture: Picture, target: str | None, method: str, classes: Sequence[str] | None, image_size: int | None
) -> Explanation:
    """One picture, in memory."""
    from sightline.explain.inputs import pixels_of
    from sightline.explain.maps import explained

    asked = _asked(run, target, method, classes, image_size)
    if isinstance(picture, str | Path):
        return explained(asked, pixels_of(picture, asked.data))
    return explained(asked, _pixels(picture, asked.data.channels))


def _other_pictures(
    run: Run | GuidedClassifier,
    given: Sequence[object],
    data: str,
    root: Path | None,
    split: str | None,
    classes: Labels | None,
    images: int,
) -> OtherPictures:
    """Pictures of another data set."""
    from sightline.explain.other_pictures import other_pictures

    if given:
        raise UserError(f"`data={data!r}`", "is given beside image files", "Give files, or a data set.")
    assert isinstance(run, Run)  # a classifier has no other data
    return other_pictures(run, data, root, split, classes, images)


def _written(
    run: Run | GuidedClassifier,
    pictures: Sequence[Picture],
    there: OtherPictures | None,
    target: str | None,
    out: Path,
    method: str,
    colours: str,
    classes: Sequence[str] | None,
    image_size: int | None,
    sheet: bool,
) -> WrittenMaps:
    """Any number of pictures, as files."""
    from sightline.explain.maps import explain as write
    from sightline.report.case_sheet import CaseSheets

    data = _prepared(run, image_size)
    names = None if isinstance(run, Run) else classes
    channels = run.recipe.data.channels if isinstance(run, Run) else run.image_channels
    shown = [one if isinstance(one, str | Path) else _pixels(one, channels) for one in pictures] if there is None else there.pictures
    further = None
    if sheet and isinstance(run, Run):
        further = CaseSheets(run, cmap=colours) if there is None else CaseSheets(run, there.labels, there.annotations, colours)
    files = write(run, shown, out, target=target, cmap=colours, method=method, further=further, classes=names, data=data)
    facts = [loads(path.read_text(encoding="utf-8")) for path in files if path.suffix == ".json"]
    each = len(facts) // len(shown)  # maps of a picture, which stand together
    labels = [None] * len(facts) if there is None else [there.labels[i // each] for i in range(len(facts))]
    fields = ("image", "map", "explained", "predicted", "probability")
    maps = [WrittenMap(**{name: one[name] for name in fields}, label=label) for one, label in zip(facts, labels, strict=True)]
    return WrittenMaps(maps=maps, files=list(map(str, files)), notes=() if there is None else there.notes)


def _prepared(run: Run | GuidedClassifier, image_size: int | None) -> Data | None:
    """How pictures become the input of a classifier whose side was asked for; None: as the run, or the classifier, says."""
    if isinstance(run, Run) or image_size is None:
        return None
    return (run.prepared or Data()).model_copy(update={"image_size": image_size})


def _asked(
    what: Run | GuidedClassifier, target: str | None, method: str, classes: Sequence[str] | None = None, image_size: int | None = None
) -> Asked:
    """See `explain`."""
    from sightline.explain.maps import asked_of, of_findings

    (what, target), *others = of_findings(what, target)
    if others:
        names = [name for _, name in ((what, target), *others)]
        raise UserError("`target=...`", f"says which finding is explained, and none is given ({', '.join(map(str, names))})", "Name one.")
    asked = asked_of(what, target, method, classes, _prepared(what, image_size))
    return replace(asked, data=asked.data.model_copy(update={"channels": asked.classifier.image_channels}))


def case_sheet(
    run: AnyRun,
    picture: str | Path,
    path: str | Path,
    target: str | None = None,
    *,
    method: str = "map",
    label: str | None = None,
    device: str = AUTO,
) -> Path:
    """Writes a sheet about one picture, with all that is said of it: one HTML page that prints on A4.

    Args:
        run: a finished run, or its folder.
        picture: its file.
        path: of the page.
        target, method: see `explain`.
        label: class of the picture, if it is known.
        device: see `sightline.device.resolve`; not used for a run that is open already.

    Raises:
        UserError: see `explain`.
    """
    from sightline.engine.files import write_text
    from sightline.explain.inputs import pixels_of
    from sightline.explain.maps import explained
    from sightline.report.case_sheet import Model
    from sightline.report.case_sheet import case_sheet as drawn

    trained = opened(run, device)
    asked = _asked(trained, target, method)
    found = explained(asked, pixels_of(picture, asked.data))
    write_text(place_of(path), drawn(Model.of(trained), Path(picture).name, asked, found, label=label))
    return place_of(path)


def _pixels(picture: np.ndarray | Tensor | Image.Image, channels: int) -> np.ndarray:
    """(H, W, 3) uint8, or (H, W, channels)."""
    counts = (COLOUR, channels) if channels == 1 else (channels,)
    if isinstance(picture, Image.Image):
        return np.asarray(picture.convert("RGB"))
    if isinstance(picture, Tensor):
        if picture.ndim != 3 or picture.shape[0] not in counts:
            raise UserError("picture", f"is a tensor {tuple(picture.shape)}", f"Give one ({counts[0]}, H, W) in [0, 1].")
        return (picture.detach().cpu().clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    if picture.ndim != 3 or picture.shape[2] not in counts or picture.dtype != np.uint8:
        raise UserError("picture", f"is an array {picture.shape} of {picture.dtype}", f"Give one (H, W, {counts[0]}) of uint8.")
    return picture
