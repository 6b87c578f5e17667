"""The first thing a new user runs: two classifiers on the phantom, side by side."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.cli.console import interval, rounded, say, table
from sightline.errors import UserError
from sightline.recipe import load_recipe
from sightline.results.summary import Demo, Summary

if TYPE_CHECKING:
    from sightline.results import SplitScores

ARMS = {"label-only": "demo-label-only", "guided": "demo-guided"}
TEST_SETS = ("matched", "flipped", "removed")


def demo(out: Path, seed: int = 0, further: Mapping[str, Any] = {}) -> Demo:
    """Trains both arms, prints a table, writes `report.html`.

    Args:
        further: settings of both trainings, dotted.

    Raises:
        UserError: `out` holds something that is not an earlier demo.
    """
    begin = time.perf_counter()
    _clear(out)
    from sightline.engine.evaluate import evaluate
    from sightline.engine.train import Stopped, train
    from sightline.report import write_report

    say("Skin lesions drawn by the computer; in training, a ruler lies beside nearly every melanoma and hardly any nevus.")
    say("matched: test images with rulers as in training. flipped: rulers beside nevi. removed: no rulers. The lesions are the same.\n")
    runs, metrics = {}, {}
    for arm, recipe in ARMS.items():
        settings = {"train.seed": seed, "data.options.seed": seed, **further}
        try:
            runs[arm] = train(load_recipe(recipe, settings), out / arm, say=say, title=arm)
        except Stopped:
            say("Stopped. A demo starts from the beginning; run it again.")
            raise SystemExit(130) from None
        metrics[arm] = evaluate(runs[arm])
    report = write_report(runs["guided"], others=[runs["label-only"]], title="Does guidance help? A demonstration on drawn skin lesions")
    arms = {arm: {name: Summary.of(metrics[arm][name]) for name in TEST_SETS} for arm in ARMS}
    _show(metrics)
    peak = _peak()
    seconds = time.perf_counter() - begin
    say(_reading(metrics))
    say(f"\nReport: {report.resolve()}   ({seconds:.0f} s{'' if peak is None else f', {peak:.0f} MB at most'})")
    return Demo(seconds=seconds, peak_rss_mb=peak, report=str(report.resolve()), arms=arms)


def _peak() -> float | None:
    """The largest memory of this process in MB; None on Windows, which does not tell it in this way."""
    if find_spec("resource") is None:
        return None
    resource = import_module("resource")
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform != "darwin" else 1024)
    return float(kilobytes / 1024)


def _clear(out: Path) -> None:
    """Makes way for a new demo, but never removes anything else."""
    if not out.exists() or not any(out.iterdir()):
        return
    if {path.name for path in out.iterdir()} - {*ARMS, "report.html"}:
        raise UserError(out, "exists and is not an earlier demo", "Give another folder with --out.")
    shutil.rmtree(out)


def _show(metrics: dict[str, dict[str, SplitScores]]) -> None:
    rows = []
    for arm, splits in metrics.items():
        for name in TEST_SETS:
            scores, looked = splits[name], splits[name].first_map
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
