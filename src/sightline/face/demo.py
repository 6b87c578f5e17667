"""`sl.demo`: the first thing a new user runs, two classifiers on the phantom, side by side."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sightline.errors import UserError
from sightline.face.settings import on_device
from sightline.paths import expanded
from sightline.recipe import load_recipe
from sightline.results.summary import Demo, Summary

ARMS = {"label-only": "demo-label-only", "guided": "demo-guided"}
TEST_SETS = ("matched", "flipped", "removed")


def demo(out: str | Path = "demo", *, seed: int = 0, device: str = "auto", say: Callable[[str], None] = print) -> Demo:
    """Trains a label-only and a guided classifier on drawn skin lesions (the phantom), compares them and writes a report.

    In the training images, a ruler lies beside nearly every melanoma. In the test set `matched` it still does; in `flipped` rulers lie
    beside the other class, so that a classifier that looks at the ruler fails. Takes a few minutes on two CPU cores.

    Args:
        out: folder for the two runs, `label-only` and `guided`, and the report; an earlier demo in it is replaced.
        seed: of the training and of the drawn images.
        device: `cpu`, `cuda`, `cuda:1`, `mps`; `auto`: a GPU if there is one.
        say: receives one-line messages.

    Raises:
        UserError: `out` holds something that is not an earlier demo, or no such device.
        Stopped: on Ctrl-C.
    """
    begin = time.perf_counter()
    folder, further = expanded(Path(out)), on_device(device)
    _clear(folder)
    from sightline.engine.evaluate import evaluate
    from sightline.engine.train import train
    from sightline.report.page import write_report

    runs, arms = {}, {}
    for arm, recipe in ARMS.items():
        settings = {"train.seed": seed, "data.options.seed": seed, **further}
        runs[arm] = train(load_recipe(recipe, settings), folder / arm, say=say, title=arm)
        scores = evaluate(runs[arm])
        arms[arm] = {name: Summary.of(scores[name]) for name in TEST_SETS}
    report = write_report(runs["guided"], others=[runs["label-only"]], title="Does guidance help? A demonstration on drawn skin lesions")
    return Demo(seconds=time.perf_counter() - begin, peak_rss_mb=_peak(), report=str(report.resolve()), arms=arms)


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
        raise UserError(out, "exists and is not an earlier demo", "Give another `out=...`.")
    shutil.rmtree(out)
