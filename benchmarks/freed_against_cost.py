"""What frees the decision, and what it costs: the arms of the plan `busi-frees-search` in one picture.

    uv run python benchmarks/freed_against_cost.py docs/freed-against-cost.png

Takes the figures from the first table of docs/studies/busi-frees.md, so that page and picture say the same.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from sightline.explain.colours import INK, MUTED, SERIES
from sightline.explain.style import STYLE

PAGE = Path(__file__).parents[1] / "docs" / "studies" / "busi-frees.md"
ROW = re.compile(r"^\| `([\w+-]+)` \| (\d\.\d+) \([^)]*\) \| (\d\.\d+) \| (\d\.\d+) \| (\d\.\d+) \|$", re.MULTILINE)
CONTROLS = {"label-only", "background-own", "background-self", "outside-grey", "outside-noise"}
KINDS = {
    "other surroundings": (SERIES[0], "o"),
    "other losses and settings": (SERIES[1], "s"),
    "labels alone, and controls": (SERIES[6], "D"),
}
NAMED = {  # arm -> where its name stands, in points from its mark
    "label-only": (-70, -16),
    "avoid": (-60, -4),
    "artefacts": (-66, -3),
    "sufficiency": (8, -3),
    "outside-noise": (-84, -3),
    "background": (-90, -22),
    "background-other": (-70, 18),
    "agreement": (8, 16),
    "outside-all": (-60, -22),
    "background-alone": (-92, 10),
    "visfis": (-60, -14),
    "segment": (9, -3),
    "rrr-10": (9, -3),
}


def arms() -> dict[str, tuple[float, float]]:
    """Arm -> AUC on `matched` and on `flipped`."""
    return {name: (float(matched), float(flipped)) for name, flipped, _, matched, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def kind(name: str) -> str:
    """The kind of an arm, one of `KINDS`."""
    if name in CONTROLS:
        return "labels alone, and controls"
    exchanged = re.match(r"background|outside|agreement", name)
    return "other surroundings" if exchanged else "other losses and settings"


def picture(found: dict[str, tuple[float, float]]) -> Figure:
    """AUC where the artefact misleads against AUC where it agrees, a mark for each arm."""
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.6), layout="constrained")
        axes = figure.add_subplot(xlim=(0.52, 1.06), ylim=(0.15, 0.92))
        for name, (colour, mark) in KINDS.items():
            own = [at for arm, at in found.items() if kind(arm) == name]
            axes.scatter(*zip(*own, strict=True), s=34, color=colour, marker=mark, label=name, linewidths=0)
        for arm, away in NAMED.items():
            line = {"arrowstyle": "-", "color": MUTED, "linewidth": 0.6, "shrinkB": 4}
            axes.annotate(arm, found[arm], away, textcoords="offset points", fontsize=8.5, color=INK, arrowprops=line)
        axes.axhline(found["label-only"][1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_xlabel("AUC where the artefact agrees with the class (matched): to the left, its use is given up")
        axes.set_ylabel("AUC where it misleads (flipped)")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 0.1), frameon=False, fontsize=8.5)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the picture, a PNG file")
    out = parser.parse_args().out
    found = arms()
    picture(found).savefig(out, dpi=150)
    print(f"{out}: {len(found)} arms")


if __name__ == "__main__":
    main()
