"""Every map of every layer over the picture, on one page that can be searched (002-10, 002-11, 002-17)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.channels import as_rgb
from sightline.config import Data
from sightline.engine.compare import judged_split
from sightline.engine.files import write_text
from sightline.engine.read_files import Damaged, read_table
from sightline.engine.run import Run
from sightline.explain.feature_maps import AnyBackbone, Layer, feature_maps, layers_of, pick
from sightline.explain.inputs import opened, some
from sightline.explain.style import to_data_uri
from sightline.explain.templating import environment
from sightline.explain.tint import PALE, sheet, strength

SIDES = (512, 384, 256, 192, 128, 96, 64, 48, 32, 24, 16)  # of maps on a page that does not hold all of them whole
BUDGET = 24_000_000  # pixels of all maps together, about 12 MB
_SHOWN = 4  # images of the run's data, where none is given


@dataclass(frozen=True)
class Gallery:
    """What was written.

    Attributes:
        page: the file.
        layers: how many.
        maps: how many per image.
        images: names.
        left_out: maps per image that did not fit on the page.
    """

    page: Path
    layers: int
    maps: int
    images: list[str]
    left_out: int


def gallery(
    model: Run | GuidedClassifier | AnyBackbone,
    images: Sequence[Path | str | np.ndarray] = (),
    out: Path | str = "gallery",
    layers: Sequence[str] = (),
    *,
    data: Data | None = None,
) -> Gallery:
    """Writes `gallery.html`, which needs no other file.

    A map is enlarged to the input and laid over it as transparent green. Darkest is the highest activation of that filter on the images
    shown, so that its maps can be compared with each other; what is negative is not shown. A filter's response is its mean positive
    activation as a multiple of its layer's mean. Where `sightline units` has named filters of the run, the page has the names.

    Args:
        model: a finished run, a classifier (one's own by `wrap`), or a backbone.
        images: files, or (H, W, 3) uint8; none: some of the run's.
        out: folder.
        layers: numbers or names; none: all.
        data: how pictures become the network's squares; needed only without a run.

    Raises:
        UserError: an unknown layer, or a picture that cannot be read.
    """
    run = model if isinstance(model, Run) else None
    classifier = model.classifier() if isinstance(model, Run) else model
    backbone = classifier.backbone if isinstance(classifier, GuidedClassifier) else classifier
    if run is not None and not images:
        split = judged_split(run)
        samples = [run.datasets[split][i] for i in some(run, split, _SHOWN)]
        names, squares = [f"{s.id} ({run.classes[s.label]})" for s in samples], torch.stack([s.image for s in samples])
    else:
        names, squares = opened(images, run.recipe.data if run else data or Data())
    squares = squares.to(backbone.mean.device)
    chosen = pick(layers_of(backbone, squares), layers)
    maps = {name: found.float().cpu().numpy() for name, found in feature_maps(backbone, squares, chosen).items()}
    side, most = _fit([m.shape for m in maps.values()])
    concepts = _names(run)
    described = [_described(layer, maps[layer.name], side, most, concepts) for layer in chosen]
    content = {
        "images": [{"name": n, "uri": to_data_uri(_pixels(s), "jpeg")} for n, s in zip(names, squares.cpu(), strict=True)],
        "layers": described,
        "pale": PALE,
    }
    shown = sum(len(layer["units"]) for layer in described)
    left_out = sum(layer.filters for layer in chosen) - shown
    facts = {
        "title": run.name if run else type(backbone).__name__,
        "maps": shown,
        "layers": len(chosen),
        "images": len(names),
        "left_out": left_out,
        "side": side,
        "averaged": any(layer["averaged"] for layer in described),
        "named": bool(concepts),
        # a "<" might end the script in which it stands
        "content": json.dumps(content).replace("<", "\\u003c"),
    }
    page = Path(out) / "gallery.html"
    write_text(page, environment().get_template("gallery.html.j2").render(facts))
    return Gallery(page, len(chosen), shown, names, left_out)


def _fit(shapes: Sequence[tuple[int, ...]]) -> tuple[int, int]:
    """Longest side of a map, and most maps of a layer, with which all of these (B, K, h, w) fit into the budget: if they can, whole."""
    most, whole = max(k for _, k, _, _ in shapes), max(max(h, w) for _, _, h, w in shapes)
    while True:
        for side in (whole, *(s for s in SIDES if s < whole)):
            if sum(b * min(k, most) * min(h, side) * min(w, side) for b, k, h, w in shapes) <= BUDGET:
                return side, most
        most //= 2


def _described(layer: Layer, maps: np.ndarray, side: int, most: int, concepts: dict[tuple[str, int], str]) -> dict[str, Any]:
    """A layer as the page wants it. Where not all fit, the filters with the strongest response are kept.

    Args:
        maps: (B, K, h, w).
    """
    response = np.maximum(maps, 0).mean(axis=(0, 2, 3), dtype=np.float64)  # (K,)
    units = np.sort(np.argsort(-response, kind="stable")[:most])
    made = [_smaller(maps[:, k], side) for k in units]  # each (B, h, w)
    shown = np.stack([strength(one, float(one.max())) for one in made], axis=1)  # (B, n, h, w)
    sheets = [sheet(one) for one in shown]
    relative = response / max(float(response.mean()), 1e-12)
    return {
        "number": layer.number,
        "name": layer.name,
        "size": list(shown.shape[2:]),
        "full": list(maps.shape[2:]),
        "averaged": shown.shape[2:] != maps.shape[2:],
        "columns": sheets[0][1],
        "units": units.tolist(),
        "response": [round(float(relative[k]), 3) for k in units],
        "silent": [bool(one.max() <= 0) for one in made],
        "names": [concepts.get((layer.name, int(k)), "") for k in units],
        "sheets": [f"data:image/png;base64,{base64.b64encode(png).decode()}" for png, _ in sheets],
    }


def _smaller(maps: np.ndarray, side: int) -> np.ndarray:
    """Maps (B, h, w), averaged down to at most `side` pixels."""
    h, w = maps.shape[1:]
    if max(h, w) <= side:
        return maps
    raw = torch.from_numpy(np.maximum(maps, 0))[:, None]
    return torch.nn.functional.adaptive_avg_pool2d(raw, (min(h, side), min(w, side)))[:, 0].numpy()


def _names(run: Run | None) -> dict[tuple[str, int], str]:
    """(layer, filter) -> the concept that `sightline units` found in it."""
    path = run.path / "units" / "units.csv" if run else None
    if path is None or not path.exists():
        return {}
    remedy = "Name the units again with `sightline units`, or remove the file."
    rows = read_table(path, ["layer", "unit", "concept"], remedy)
    for row in rows:
        if not row["unit"].isdecimal():
            raise Damaged(f"{path} line {row.line}", f"unit is {row['unit']!r}, which is not a number", remedy)
    return {(row["layer"], int(row["unit"])): row["concept"] for row in rows if row["concept"]}


def _pixels(square: Tensor) -> np.ndarray:
    return as_rgb((square.permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8))
