"""Regions that nobody annotated, drawn by a network within a study: from each training's own annotated images, for its other images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.config import Roi
from sightline.data.dataset import ImageDataset
from sightline.engine.files import read_table, write_table
from sightline.engine.prepare import Prepared, prepare
from sightline.errors import UserError
from sightline.pseudo.division import Division, bare, hold_out
from sightline.pseudo.make import new_folder, pseudo_masks
from sightline.pseudo.settings import PseudoMasks
from sightline.recipe import Recipe
from sightline.study.cells import Drawing

LIST = "annotated.csv"


def drawn(recipe: Recipe, drawing: Drawing, study: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Settings by which a training uses annotated and drawn regions. Draws them, unless another training has done so.

    Only training images are learnt from and drawn on. An image whose mask is not kept stays unknown.

    Args:
        recipe: as the plan says it, with a name in place of the masks.
        study: its folder; what is drawn lies in `drawn/NAME`, as `sightline pseudo-mask` leaves it, and beside it the list of images with
            a region.

    Raises:
        UserError: nothing is left to draw, or the masks are not good enough, see `pseudo_masks`.
    """
    folder = study / "drawn" / drawing.name
    if not folder.is_dir():
        try:
            _draw(recipe, drawing, folder, say)
        except OSError:
            if not folder.is_dir():  # another training has drawn the same meanwhile
                raise
    return {"data.roi.pseudo": str(folder), "data.annotated": str(folder / LIST), "data.annotated_fraction": 1}


def _draw(recipe: Recipe, drawing: Drawing, folder: Path, say: Callable[[str], None]) -> None:
    roi = recipe.data.roi
    by_hand = recipe.model_copy(update={"data": recipe.data.model_copy(update={"roi": Roi(of=roi.of, seed=roi.seed)})})
    settings = PseudoMasks.model_validate(drawing.settings)
    division = divided(prepare(by_hand), settings, f"arm {recipe.name!r}")
    with new_folder(folder) as partial:
        pseudo_masks(settings, partial, division=division, say=say)
        kept = [row["id"] for row in read_table(partial / "pseudo.csv") if row["kept"] == "1"]
        ids = [record.id for record in (*division.train, *division.held_out)]
        write_table(partial / LIST, [{"id": id} for id in (*ids, *kept)], ["id"])


def divided(prepared: Prepared, settings: PseudoMasks, where: str) -> Division:
    """The training images: those whose annotation is used are learnt from, the others get masks.

    Raises:
        UserError: none has no annotation, or too few have one.
    """
    train: ImageDataset = prepared.datasets["train"]
    rows = {row["id"]: row for row in prepared.table if row["split"] == "train"}
    known = {r.id for i, r in enumerate(train.records) if rows[r.id]["annotated"] == "1" and train.planes(i).known}
    targets = [bare(r) for r in train.records if r.id not in known]
    if not targets:
        raise UserError(where, "has no training image without annotation to draw on", "Lower its data.annotated_fraction.")
    groups = {id: row["group"] for id, row in rows.items() if row["group"]}
    return hold_out([r for r in train.records if r.id in known], targets, groups, settings, where)
