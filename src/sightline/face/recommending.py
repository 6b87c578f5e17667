"""`sl.recommend`: which training frees the decision from an artefact, on one's own data?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sightline.device import AUTO
from sightline.face.bounds import bounded
from sightline.face.opening import place_of
from sightline.face.settings import in_study
from sightline.face.study import Trained, telling
from sightline.report.study import write
from sightline.results.study import Recommendation
from sightline.study.folder import Study
from sightline.study.recommend import plan_for
from sightline.study.recommend import recommend as carry_out


@bounded(minutes=(0, None), workers=(1, None), threads=(1, None))
def recommend(
    data: str,
    root: str | Path | None = None,
    out: str | Path | None = None,
    *,
    minutes: float = 60,
    artefact: str | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    threads: int = 1,
    device: str = AUTO,
    say: Callable[[str], None] = print,
    told: Callable[[Trained], None] = lambda one: None,
) -> Recommendation:
    """Plants an artefact that misleads, trains candidates within a stated time, and says which one frees the decision from it.

    Everything is judged on validation images; the test images are left out.

    Args:
        data: data set, or reader of one's own data.
        root: folder or file that holds it.
        out: folder of the study, which the same call goes on with, with its page; None: `studies/recommend-` and the name of the data.
        minutes: time limit; at least one seed is trained, a further one is begun only if it fits.
        artefact: `ruler`, `text`, `swatch`, `caliper` or `band_aid`; None: one that suits the kind of image.
        settings: of every training, dotted, over those of the plan `recommend`.
        workers: trainings at a time; None: as many as there are GPUs, or else cores.
        threads: of each training.
        device: of all trainings; `auto`: a GPU if there is one; `cuda:1` is shared by all of them.
        say: told which artefact is planted, and which arms there are.
        told: called after each training.

    Raises:
        UserError: data that cannot be read, or that no candidate can be trained on.
    """
    placed, gpu = in_study(device, "local")
    if root is not None:
        placed["data.root"] = str(place_of(root).resolve())
    plan = plan_for({"data.name": data} | placed | dict(settings or {}), artefact)
    folder = place_of(out) or Path("studies") / f"recommend-{data}"
    arms = [arm.name for arm in plan.arms]
    say(f"A {plan.set['data.decoy']['artefact']} is planted; {len(arms)} arms: {', '.join(arms)}.")
    found = carry_out(plan, folder, telling(told), minutes, workers=workers, threads=threads, gpu=gpu)
    files = write(Study.open(folder), found.study)
    return found.but(study=found.study.but(study=str(folder), files=[str(path) for path in files]))
