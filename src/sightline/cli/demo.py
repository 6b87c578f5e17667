"""What `sightline demo` prints."""

from __future__ import annotations

from pathlib import Path

from sightline.cli.console import interval, rounded, say, table
from sightline.engine.run import Run
from sightline.results import SplitScores
from sightline.results.summary import Demo


def show(found: Demo, out: Path) -> None:
    """A table, what it says, and where the report is."""
    metrics = {arm: {name: Run(out / arm).scores[name] for name in sets} for arm, sets in found.arms.items()}
    _table(metrics)
    say(_reading(metrics))
    peak = "" if found.peak_rss_mb is None else f", {found.peak_rss_mb:.0f} MB at most"
    say(f"\nReport: {found.report}   ({found.seconds:.0f} s{peak})")


def _table(metrics: dict[str, dict[str, SplitScores]]) -> None:
    rows = []
    for arm, splits in metrics.items():
        for name, scores in splits.items():
            looked = scores.first_map
            epg, area = (looked.epg, looked.roi_area.value) if looked else (None, None)
            figures = [interval(scores.accuracy), rounded(scores.classification.auc.value), interval(epg)]
            rows.append([f"{arm}, {name}", *figures, rounded(area, 2)])
    table("Accuracy, and the share of positive evidence inside the lesion (EPG)", ["", "accuracy", "AUC", "EPG", "lesion area"], rows)


def _reading(arms: dict[str, dict[str, SplitScores]]) -> str:
    """What the table says, in two sentences."""
    sentences = []
    for arm, sets in arms.items():
        matched, flipped = (sets[name].accuracy.value or 0.0 for name in ("matched", "flipped"))
        change = "falls to " if matched - flipped > 0.05 else ""
        sentences.append(f"{arm}: {matched:.2f} correct with rulers as in training, {change}{flipped:.2f} with rulers beside nevi")
    return ".\n".join(sentences) + "."
