"""`sl.annotate_next` and `sl.pseudo_mask`: which annotations to ask for, and a network in place of those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sightline.device import AUTO
from sightline.errors import UserError
from sightline.face.bounds import bounded
from sightline.face.opening import AnyRun, opened, place_of
from sightline.results.annotations import NextAnnotations
from sightline.results.masks import PredictedMasks


@bounded(budget=(1, None))
def annotate_next(
    run: AnyRun,
    budget: int = 50,
    by: str = "uncertainty",
    out: str | Path | None = None,
    *,
    seed: int = 0,
    root: str | Path | None = None,
    device: str = AUTO,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> NextAnnotations:
    """Chooses, among the training images whose annotation the run did not have, those to annotate next.

    Writes `next.csv` (the chosen ones, first things first, named as in the file of reviews), `next.png` (them and where the model looks)
    and `annotated.csv` (the ids that were annotated before, and the chosen ones), which the next training reads as `data.annotated`.

    Args:
        run: a finished run, or its folder.
        budget: number of images.
        by: `uncertainty`, `spread`, `uncertainty+spread` or `random`. A run without maps is asked for its uncertainty alone. Where there is
            a shortcut, spread chose worse than chance (docs/studies/phantom-annotate.md).
        out: folder; None: `annotate-next` in the run's.
        seed: of ties, and of `random`.
        root: where the run's data are now; None: where they were in training.
        device: see `sightline.device.resolve`; not used for a run that is open already.
        progress: called with (done, all) images.

    Raises:
        UserError: nothing is unknown, or less than the budget; an unknown `by`; by spread alone where there are no maps.
    """
    from sightline.annotate.advise import annotate_next as advise

    return advise(opened(run, device, root), budget, by, place_of(out), seed=seed, progress=progress)


def pseudo_mask(
    data: str,
    out: str | Path,
    *,
    root: str | Path | None = None,
    for_data: str | None = None,
    for_root: str | Path | None = None,
    encoder: str | None = None,
    weights: str | None = None,
    image_size: int | None = None,
    minimum_dice: float | None = None,
    settings: Mapping[str, Any] | None = None,
    device: str = AUTO,
    say: Callable[[str], None] = print,
    progress: Callable[[str], Callable[[int, int], None]] = lambda title: lambda done, total: None,
) -> PredictedMasks:
    """Trains a U-Net on annotated images and writes masks for images without annotation, if it is good enough on held-out images.

    Args:
        data: data set with annotated images, from which the masks are learnt.
        out: folder for the masks; it must not exist yet, and appears when it is complete.
        root: folder or file that holds `data`.
        for_data: data set for whose images masks are predicted; None: the images of `data` without annotation.
        for_root: folder or file that holds `for_data`.
        encoder: any convolutional timm network; None: `mobilenetv2_100`.
        weights: `none`, `imagenet`, or a safetensors file; None: `none`.
        image_size: side of the U-Net's input, a multiple of 32; None: 192.
        minimum_dice: smallest mean Dice on held-out images, without which nothing is written; None: 0.7.
        settings: further settings of `sightline.pseudo.settings.PseudoMasks`, dotted, e.g. `{"epochs": 40}`.
        device: on which the U-Net learns and predicts, see `sightline.device.resolve`.
        say: receives one-line messages.
        progress: title -> what is called with (done, all).

    Raises:
        UserError: whatever is wrong with settings, data or folder; held-out Dice below `minimum_dice`; or not one mask to keep.
    """
    from sightline.overrides import override
    from sightline.pseudo.make import pseudo_masks
    from sightline.pseudo.settings import settings_from

    if for_root is not None and for_data is None:
        raise UserError("`for_root=...`", "is given without a data set", "Name the data set that lies there: `for_data=...`.")
    tree: dict[str, Any] = {"data": {"name": data, "root": _whole(root)}}
    if for_data is not None:
        tree["target"] = {"name": for_data, "root": _whole(for_root)}
    given = {"encoder": encoder, "weights": weights, "image_size": image_size, "minimum_dice": minimum_dice}
    tree |= {key: value for key, value in given.items() if value is not None}
    plain = settings_from(tree).model_dump(mode="json")
    asked = settings_from(override(plain, dict(settings or {})))
    return pseudo_masks(asked, place_of(out), device=device, say=say, progress=progress)


def _whole(root: str | Path | None) -> Path | None:
    """As it is seen from any folder."""
    place = place_of(root)
    return None if place is None else place.resolve()
