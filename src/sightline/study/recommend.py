"""Which training frees the decision on somebody's own data? A plan for them, as many seeds as the time allows, and the answer."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from sightline import catalog
from sightline.config import Data, Decoy
from sightline.data.artefacts import ARTEFACTS_OF
from sightline.data.reading import read
from sightline.errors import UserError, nearest
from sightline.recipe import load_recipe
from sightline.results.study import ArmDifference, ArmScore, Recommendation, StudyResult
from sightline.study.analyse import analyse
from sightline.study.check import check_data
from sightline.study.folder import Study
from sightline.study.plan import Arm, Plan, load_plan
from sightline.study.run import Told, run_study

BASE = "label-only"
PASTED = "pasted-artefacts"
CONTROL = "another-region"  # of `LIKE`, and never recommended
LIKE = "random-background"
MOST = 10  # seeds; more are a study of their own
NEAR = 0.1  # how close to AUC without the artefact AUC under the turned one has to come for the decision to be called free
FALLS = 0.05  # by how much AUC has to fall under the turned artefact for there to be something to free the decision from
ARTEFACTS: tuple[str, ...] = get_args(Decoy.model_fields["artefact"].annotation)
PLANTED = {"dermoscopy": "ruler", "ultrasound": "text", "xray": "text", "grey": "text"}  # of other kinds: a coloured corner


def plan_for(settings: Mapping[str, Any], artefact: str | None = None) -> Plan:
    """The plan `recommend` on these data, without the arms that they do not allow.

    Args:
        settings: dotted, of every training; names the data.
        artefact: that is planted; None: one that suits the kind of image.

    Raises:
        UserError: no such artefact; the data cannot be read, or have neither regions nor a known kind.
    """
    if artefact is not None and artefact not in ARTEFACTS:
        raise UserError(f"`artefact={artefact!r}`", "is none that can be planted", nearest(artefact, ARTEFACTS))
    data = load_recipe("random-background", dict(settings)).data
    kind = data.kind or getattr(sys.modules[catalog.find("data", data.name).__module__], "KIND", None)
    planted = artefact or PLANTED.get(str(kind), "swatch")
    plan = load_plan("recommend", {"data.decoy": {"artefact": planted, "strength": 0.9, "seed": 100}, **settings})
    regions = _has_regions(data)
    arms = [arm for arm in plan.arms if _possible(arm, regions, kind)]
    if len(arms) == 1:
        remedy = (
            "Add regions (`sightline data check` says where it looks for them), or set data.kind so that suitable artefacts can be pasted."
        )
        raise UserError(str(data.root or data.name), "has no regions and no known kind of image, so there is nothing to compare", remedy)
    return plan.model_copy(update={"arms": [_without(arm, planted) for arm in arms]})


def _has_regions(data: Data) -> bool:
    return any(mark.kind != "nothing" for record in read(data).records for mark in record.annotations)


def _possible(arm: Arm, regions: bool, kind: str | None) -> bool:
    if arm.name == PASTED:
        return kind in ARTEFACTS_OF
    return regions or arm.name == BASE


def _without(arm: Arm, planted: str) -> Arm:
    """Pasted artefacts are others than the planted one, which a training on one's own data would not know either."""
    if arm.name != PASTED:
        return arm
    return arm.model_copy(update={"set": arm.set | {"data.augment.artefacts": {"p": 0.5, "without": [planted]}}})


def recommend(
    plan: Plan, folder: Path, told: Told, minutes: float, *, workers: int | None = None, threads: int = 1, gpu: int | None = None
) -> Recommendation:
    """Trains seed after seed for as long as another one fits into the time, and says what came out.

    What is done stays in the folder: the same call, with more minutes, adds seeds.

    Args:
        told: called after each training.
        minutes: that it may take; at least one seed is trained whatever it takes.
        workers, threads, gpu: see `run_study`.

    Raises:
        UserError: a plan that cannot be carried out, or whose training on labels alone fails.
    """
    began = time.monotonic()
    check_data(plan, Study(folder, plan).cells)
    study, seeds = _seed_by_seed(plan, folder, lambda: minutes * 60 - (time.monotonic() - began), told, workers, threads, gpu)
    return advice(study.plan, analyse(study), seeds)


def _seed_by_seed(
    plan: Plan, folder: Path, left: Callable[[], float], told: Told, workers: int | None, threads: int, gpu: int | None
) -> tuple[Study, int]:
    """The study, with the whole seeds that are done already, and as many more as the time is enough for."""
    begun = Study(folder, plan.model_copy(update={"seeds": MOST}))
    undone = min((cell.seed for cell in begun.cells if not begun.done(cell.key)), default=MOST)
    seeds, longest = max(1, undone), 0.0
    while True:
        before = left()
        study = run_study(plan.model_copy(update={"seeds": seeds}), folder, told, workers=workers, threads=threads, gpu=gpu)
        failures = study.failures()
        for cell in study.cells:
            if cell.arm == BASE and cell.key in failures:
                remedy = "Correct that; the same command tries again."
                raise UserError(folder, f"the training on labels alone failed: {failures[cell.key].rstrip('.')}", remedy)
        longest = max(longest, before - left())
        if seeds == MOST or longest > left():
            return study, seeds
        seeds += 1


def advice(plan: Plan, result: StudyResult, seeds: int) -> Recommendation:
    """What the study says, in words; of the arms that free the decision and cost nothing that is shown, the one with the highest AUC."""
    levels = {(level.arm, level.split): level for level in result.levels if level.score == "auc"}
    flipped, removed = (_against_base(result, split) for split in ("flipped", "removed"))
    freeing = [arm for arm, row in flipped.items() if row.verdict.word == "better" and arm != CONTROL]
    free = [arm for arm in freeing if arm not in removed or removed[arm].verdict.word != "worse"]
    best = max(free, key=lambda arm: levels[arm, "flipped"].value or 0.0, default=None)
    arms = {arm.name: arm for arm in plan.arms}
    return Recommendation(
        arm=best,
        settings={} if best is None else dict(arms[best].set),
        recipe=plan.recipe,
        sentences=_words(levels, flipped, removed, best, freeing, seeds),
        seeds=seeds,
        study=result,
    )


def _against_base(result: StudyResult, split: str) -> dict[str, ArmDifference]:
    parts = [part for part in result.comparisons if (part.score, part.split) == ("auc", split)]
    return {row.arm: row for part in parts for row in part.rows if row.base == BASE}


def _words(
    levels: Mapping[tuple[str, str], ArmScore],
    flipped: Mapping[str, ArmDifference],
    removed: Mapping[str, ArmDifference],
    best: str | None,
    freeing: Sequence[str],
    seeds: int,
) -> list[str]:
    without, turned = (levels[BASE, split].value or 0.0 for split in ("removed", "flipped"))
    lines = [f"Trained on labels alone, AUC is {without:.2f} without the artefact, and {turned:.2f} where it misleads."]
    if best is not None:
        lines += _freed(levels, flipped, removed, best, freeing)
    elif freeing:
        lines.append(
            f"Of {', '.join(f'`{arm}`' for arm in freeing)} it is shown that the decision is freed, and AUC falls without the artefact."
        )
    elif turned > without - FALLS:
        lines.append("So the planted artefact does not mislead it, and there is nothing to free the decision from.")
    else:
        lines.append(f"Of no other arm can it be told, with {seeds} seed{'s' * (seeds > 1)}, that it frees the decision.")
    if best is None and seeds < MOST:
        lines.append("More minutes allow more seeds, and so smaller intervals; the same command goes on from here.")
    return lines


def _freed(
    levels: Mapping[tuple[str, str], ArmScore],
    flipped: Mapping[str, ArmDifference],
    removed: Mapping[str, ArmDifference],
    best: str,
    freeing: Sequence[str],
) -> list[str]:
    """How far the best arm frees the decision, which others do, and whether the true region is needed for it."""

    def auc(arm: str, split: str) -> float:
        return levels[arm, split].value or 0.0

    far = "" if auc(best, "flipped") > auc(best, "removed") - NEAR else " in part"
    lines = [
        f"`{best}` frees the decision{far}: AUC is {auc(best, 'flipped'):.2f} where the artefact misleads ({_difference(flipped[best])}), "
        f"and {auc(best, 'removed'):.2f} without it ({_difference(removed[best])})."
    ]
    others = [f"`{arm}` ({auc(arm, 'flipped'):.2f})" for arm in freeing if arm != best]
    if others:
        lines.append(f"Others free it, too, and were not compared with the best: {', '.join(others)}.")
    if CONTROL in flipped and LIKE in freeing:
        needed = auc(LIKE, "flipped") - auc(CONTROL, "flipped")
        lines.append(
            f"With another image's region in place of the own, `{LIKE}` has {auc(CONTROL, 'flipped'):.2f}"
            + ("." if needed > NEAR else ": rough regions may do as well as exact ones.")
        )
    return lines


def _difference(row: ArmDifference) -> str:
    both = row.simultaneous
    between = "" if both.low is None or both.high is None else f" [{both.low:+.2f}, {both.high:+.2f}]"
    return f"{both.value or 0.0:+.2f}{between} against {BASE}"
