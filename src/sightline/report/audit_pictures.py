"""The pictures of an audit: images before and after, in every test, and their maps while the weights are scrambled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from sightline.audit.examine import Shown
from sightline.channels import as_rgb
from sightline.engine.decision import Decision
from sightline.explain.overlay import Range, grid_words, shown
from sightline.explain.style import to_data_uri
from sightline.report.audit_words import TESTS, called
from sightline.report.pictures import Panel, Picture
from sightline.results.audit import AuditFacts

PAIRS = 6
_PAIRS = (
    "The images whose answer changed most, at most two of each artefact; they are not typical. Maps are those of the predicted class; "
    "the outline shows what was changed."
)
_SCRAMBLED = "Maps of the class that was predicted before. Once everything is scrambled, nothing of them should be left."
_SIDE = 280
_FEW = ("as_is", "only_mean", "removed_blur", "boxed_mean", "elsewhere_mean", "background_same", "background_other")


def pairs_panel(facts: AuditFacts, found: Shown, classes: Sequence[str], range: Range, decision: Decision) -> Panel | None:
    """The images that changed most when something was put in or taken out: of artefacts it relies on, then of others that moved it."""
    strong: dict[tuple[str, str], int] = {(one.artefact, one.how): rank for rank, one in enumerate(facts.artefacts) if one.found}
    ranked = sorted(found.pairs, key=lambda p: (strong.get((p.what, p.how), len(strong)), -p.change))
    turns: dict[Any, int] = {}
    chosen = []
    for pair in ranked:  # at most two of each
        turns[pair.what, pair.how] = turns.get((pair.what, pair.how), 0) + 1
        if turns[pair.what, pair.how] <= 2:
            chosen.append(pair)
    rows = []
    for pair in chosen[:PAIRS]:
        verb = f"{called(pair.what)} {'put in' if pair.how == 'pasted' else 'taken out'}"
        row = []
        for pixels, said, raw, when in zip((pair.before, pair.after), pair.said, pair.maps, ("before", verb), strict=True):
            caption, tone = _said(said, classes, pair.label, decision)
            alt = f"Image {pair.id}, {when}: {caption}"
            row.append(Picture(_uri(pixels), f"{when}: {caption}", tone, alt))
            if raw is not None:
                drawn = shown(_large(pixels), raw, range, roi=_large_mask(pair.mask))
                row.append(Picture(_uri(drawn), "", "", f"Map of image {pair.id}, {when}; what is changed is outlined."))
        rows.append(row)
    if not rows:
        return None
    titles = ["before", "map", "after", "map"] if len(rows[0]) == 4 else ["before", "after"]
    return Panel(
        titles,
        rows,
        f"{_PAIRS} {_grid(chosen[0].maps[0], chosen[0].before)}".strip(),
    )


def tests_panel(found: Shown, classes: Sequence[str], decision: Decision) -> Panel | None:
    """A few images in the tests."""
    if not found.examples:
        return None
    rows = []
    for one in found.examples:
        cells = []
        for name in _FEW:
            pixels, said = one.tests[name]
            if np.isnan(said).any():
                cells.append(Picture(_uri(pixels), "no partner", "", "There is no image of such a class."))
                continue
            caption, tone = _said(said, classes, one.label, decision)
            cells.append(Picture(_uri(pixels), caption, tone, f"Image {one.id}, {TESTS[name]}: {caption}"))
        rows.append(cells)
    return Panel([TESTS[name] for name in _FEW], rows, "Random images, not chosen for what they show. Green answers are right.")


def cascade_panel(facts: AuditFacts, found: Shown, range: Range) -> Panel | None:
    """The maps of the first images while the weights are scrambled; each on its own scale."""
    if not found.scrambled or facts.randomisation is None:
        return None
    names = ["trained", *(step.name for step in facts.randomisation.steps)]
    every = np.unique(np.linspace(0, len(names) - 1, min(6, len(names))).round().astype(int)).tolist()
    pictures = found.images.pixels.permute(0, 2, 3, 1).numpy()
    rows = []
    for i in np.arange(len(found.scrambled[0])).tolist():
        large = _large(pictures[i])
        row = [Picture(_uri(large), "", "", f"Image {found.images.records[i].id}.")]
        row += [Picture(_uri(shown(large, found.scrambled[k][i], range)), "", "", f"Map, {names[k]}.") for k in every]
        rows.append(row)
    return Panel(
        ["image", *(names[k] for k in every)],
        rows,
        f"{_SCRAMBLED} {_grid(found.scrambled[0][0], pictures[0])}",
    )


def _grid(raw: np.ndarray | None, pixels: np.ndarray) -> str:
    """How coarse the maps are: (h, w) over (H, W, C). Empty without a map."""
    return "" if raw is None else f"Maps have {grid_words(raw.shape, pixels.shape[1], pixels.shape[0], 'pixels of what the network sees')}."


def _said(said: np.ndarray, classes: Sequence[str], label: int, decision: Decision) -> tuple[str, str]:
    chosen = int(decision(said))
    return f"{classes[chosen]} {decision.shown(said)[chosen]:.2f}", "right" if chosen == label else "wrong"


def _large(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(as_rgb(pixels)).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))


def _large_mask(mask: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(mask.astype(np.float32)).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR))


def _uri(pixels: np.ndarray) -> str:
    return to_data_uri(np.ascontiguousarray(as_rgb(pixels) if len(pixels) == _SIDE else _large(pixels)), "jpeg")
