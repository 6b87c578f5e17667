"""`sl.explain` and `sl.figure`: where it looks, and the figures of the papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from sightline import catalog
from sightline.attention.classifier import GuidedClassifier
from sightline.config import Data
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.explanation import Explanation
from sightline.settings import COLOUR

if TYPE_CHECKING:
    from sightline.explain.maps import Asked

Picture = str | Path | np.ndarray | Tensor | Image.Image


def explain(
    what: Run | GuidedClassifier,
    picture: Picture,
    target: str | None = None,
    *,
    method: str = "map",
    classes: Sequence[str] | None = None,
    image_size: int = 224,
) -> Explanation:
    """The prediction for a picture, and the map that shows where the classifier looked.

    Args:
        what: a run or a classifier.
        picture: a path; an array (H, W, 3) uint8; a tensor (3, H, W) in [0, 1]; or a PIL image. For a classifier of other channels, arrays
            and tensors may have as many; where it takes one, colours may be given, of which the brightness is taken.
        target: class to explain, or `all`; None: the predicted class. With several findings per image, the finding to explain.
        method: `map`, the classifier's attention map; or `occlusion`, `gradient`, `smoothgrad`, `integrated-gradients`, `kernel-shap` or
            `lrp`, which need no attention source. The last supports networks of convolutions, ReLU and pooling alone.
        classes, image_size: names of the classes and side of the network's input; not needed for a run, which knows both.

    Raises:
        UserError: a picture that cannot be read, an unknown class or method, or a classifier without maps or whose layers the method does
            not support.
    """
    from sightline.explain.inputs import pixels_of
    from sightline.explain.maps import explained

    asked = _asked(what, target, method, classes, image_size)
    if isinstance(picture, str | Path):
        return explained(asked, pixels_of(picture, asked.data))
    return explained(asked, _pixels(picture, asked.data.channels))


def _asked(
    what: Run | GuidedClassifier, target: str | None, method: str, classes: Sequence[str] | None = None, image_size: int = 224
) -> Asked:
    """See `explain`."""
    from sightline.explain.maps import asked_of, of_findings

    (what, target), *others = of_findings(what, target)
    if others:
        names = [name for _, name in ((what, target), *others)]
        raise UserError("`target=...`", f"says which finding is explained, and none is given ({', '.join(map(str, names))})", "Name one.")
    asked = asked_of(what, target, method, classes, None if isinstance(what, Run) else Data(image_size=image_size))
    return replace(asked, data=asked.data.model_copy(update={"channels": asked.classifier.image_channels}))


def case_sheet(
    run: Run | str | Path,
    picture: str | Path,
    path: str | Path,
    target: str | None = None,
    *,
    method: str = "map",
    label: str | None = None,
) -> Path:
    """Writes a sheet about one picture, with all that is said of it: one HTML page that prints on A4.

    Args:
        run: a finished run.
        picture: its file.
        path: of the page.
        target, method: see `explain`.
        label: class of the picture, if it is known.

    Raises:
        UserError: see `explain`.
    """
    from sightline.engine.files import write_text
    from sightline.explain.inputs import pixels_of
    from sightline.explain.maps import explained
    from sightline.report.case_sheet import Model
    from sightline.report.case_sheet import case_sheet as drawn

    opened = run if isinstance(run, Run) else Run(run)
    asked = _asked(opened, target, method)
    found = explained(asked, pixels_of(picture, asked.data))
    write_text(Path(path), drawn(Model.of(opened), Path(picture).name, asked, found, label=label))
    return Path(path)


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


def figure(
    name: str,
    *runs: Run | str | Path,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Mapping[str, str] | None = None,
    **options: Any,
) -> Figure:
    """Draws a figure of the papers from runs; `figure(...).savefig("roc.pdf")` keeps it.

    Args:
        name: as `sightline figure` lists them.
        data, root, classes: another data set, whose images and scores are shown: its name, its place, and label -> class of the runs;
            `split` is then a part of it.
        options: of `sightline.explain.figure.kind.Options`, e.g. `split="test"`, `images=4`.

    Raises:
        UserError: no such figure, or runs or options that do not fit it.
    """
    from sightline.explain.figure.draw import on_other_data
    from sightline.explain.figure.kind import Options

    opened, asked = [run if isinstance(run, Run) else Run(run) for run in runs], Options(**options)
    if data is not None:
        opened, asked = on_other_data(name, opened, asked, data, None if root is None else Path(root), classes)
    drawn: Figure = catalog.find("figure", name)(opened, asked)
    return drawn
