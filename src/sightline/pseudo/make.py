"""From the annotated images of one data set to masks for the images of another, or to a refusal."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.data.guide.guiding import mask_path
from sightline.device import AUTO, resolve
from sightline.engine.files import sha256, write_json, write_table
from sightline.engine.reproducible import environment, stable_seed
from sightline.engine.saving import save_weights
from sightline.errors import UserError
from sightline.pseudo.division import LABEL, Division, divide
from sightline.pseudo.fit import fit
from sightline.pseudo.predict import judge, predict
from sightline.pseudo.quality import faults
from sightline.pseudo.samples import draw_samples
from sightline.pseudo.segmenter import FACTS, WEIGHTS, Segmenter
from sightline.pseudo.settings import PseudoMasks
from sightline.results.masks import HeldOut, MaskCounts, PredictedMasks
from sightline.types import Record

Progress = Callable[[int, int], None]
COLUMNS = ["id", "kept", "area", "confidence", "components"]


def _silent(title: str) -> Progress:
    return lambda done, total: None


def pseudo_masks(
    settings: PseudoMasks,
    out: Path | str,
    *,
    division: Division | None = None,
    device: str = AUTO,
    say: Callable[[str], None] = print,
    progress: Callable[[str], Progress] = _silent,
) -> PredictedMasks:
    """Trains a U-Net, judges it on held-out images, and writes masks if it is good enough (003-32).

    The folder holds `masks/<id>.png` of the kept masks (255 inside, 0 outside, at the image's own size),
    `pseudo.csv` with a row for every image, kept or not, `samples.png`, and `pseudo.json` and `segmenter.safetensors`, from which
    `load_segmenter` builds the U-Net again.

    Args:
        out: folder that must not exist yet; it appears when it is complete.
        division: which images are learnt from, judge and get masks; None: as `divide` divides the data sets of the settings.
        device: on which the U-Net learns and predicts, see `sightline.device.resolve`.
        say: receives one-line messages.
        progress: title -> what is called with (done, all).

    Raises:
        UserError: whatever is wrong with settings, data or folder; held-out Dice below `minimum_dice`; or not one mask to keep.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(out, "exists already", "Give another `out=...`, or remove it.")
    place = resolve(device)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(stable_seed("weights", settings.seed))
        segmenter = Segmenter(settings.encoder, settings.weights)
        division = division or divide(settings, progress("looking through the images"))
        settings = settings.model_copy(update={"grey": division.grey})
        _announce(division, say)
        data = Data(image_size=settings.image_size, augment=settings.augment, gaze_blur=settings.gaze_blur, grey=settings.grey)
        dataset = ImageDataset(division.train, (LABEL,), data, train=True, seed=settings.seed)
        fit(segmenter, dataset, settings, place, progress("learning the masks"), say)
    scores = judge(segmenter, division.held_out, division.groups, settings)
    _require(scores, settings.minimum_dice, say)
    with new_folder(out) as folder:
        rows = _write_masks(folder, segmenter, division.targets, settings, progress("predicting masks"))
        write_table(folder / "pseudo.csv", rows, COLUMNS)
        draw_samples(folder / "samples.png", segmenter, division.targets, rows, settings)
        save_weights(folder / WEIGHTS, segmenter)
        images = MaskCounts(
            train=len(division.train),
            held_out=len(division.held_out),
            left_out=list(division.left_out),
            shared=list(division.shared),
            predicted=len(rows),
            kept=sum(row["kept"] for row in rows),
        )
        facts = PredictedMasks(
            images=images,
            held_out=scores,
            settings=settings.model_dump(mode="json"),
            sha256=sha256(folder / WEIGHTS),
            environment=environment(),
        )
        write_json(folder / FACTS, facts)
    return facts


def _announce(division: Division, say: Callable[[str], None]) -> None:
    if division.left_out:
        named = ", ".join(division.left_out[:5]) + (", ..." if len(division.left_out) > 5 else "")
        say(f"{len(division.left_out)} annotated images validate or test where the masks go, and are not learnt from: {named}")
    if division.shared:
        say(f"note: {len(division.shared)} images, by id or pixels, are learnt from and get a mask, too; those masks look too good")
    counts = len(division.train), len(division.held_out), len(division.targets)
    say("{} annotated images to learn from, {} held out, {} to predict".format(*counts))


def _require(scores: HeldOut, minimum: float, say: Callable[[str], None]) -> None:
    """The first gate."""
    assert scores.dice is not None  # some images are held out
    dice = scores.dice.number
    say(f"held-out Dice {dice:.3f}")
    if dice < minimum:
        raise UserError(
            "held-out Dice",
            f"{dice:.3f} on {scores.n} held-out images is below {minimum:g}, so no mask is written",
            "Train for more epochs, start from pretrained `weights='imagenet'`, annotate more images, or lower `minimum_dice=...`.",
        )


def _write_masks(
    folder: Path, segmenter: Segmenter, targets: list[Record], settings: PseudoMasks, progress: Progress
) -> list[dict[str, Any]]:
    """The second gate: the masks that are kept. Returns the rows of `pseudo.csv`."""
    rows: list[dict[str, Any]] = []
    why: Counter[str] = Counter()
    for found in predict(segmenter, targets, settings):
        wrong = faults(found.seen, settings.keep)
        why.update(wrong)
        if not wrong:
            path = mask_path(folder, found.record.id)
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(found.mask.astype(np.uint8) * 255).save(path)
        seen = found.seen
        row = {"area": round(seen.area, 4), "confidence": round(seen.confidence, 4), "components": seen.components}
        rows.append({"id": found.record.id, "kept": int(not wrong)} | row)
        progress(len(rows), len(targets))
    if not any(row["kept"] for row in rows):
        named = ", ".join(f"{n} {fault}" for fault, n in why.most_common())
        reason = f"none of the {len(rows)} predicted masks passes the checks ({named})"
        remedy = "If these images are like those that were learnt from, train for more epochs, or relax keep."
        raise UserError("pseudo-mask", reason, remedy)
    return rows


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary neighbour, which becomes `path` if all goes well and vanishes if not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.mkdir()
    try:
        yield partial
        os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
