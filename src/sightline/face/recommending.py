"""`sl.recommend`: which training frees the decision from an artefact, on one's own data?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sightline.results.study import Recommendation
from sightline.study.recommend import plan_for
from sightline.study.recommend import recommend as carry_out
from sightline.study.work import Outcome


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
) -> Recommendation:
    """Plants an artefact that misleads, trains candidates within a stated time, and says which one frees the decision from it.

    Everything is judged on validation images; the test images are left out.

    Args:
        data: data set, or reader of one's own data.
        root: folder or file that holds it.
        out: folder of the study, which the same call goes on with; None: `studies/recommend-` and the name of the data.
        minutes: after which no further seed is begun.
        artefact: `ruler`, `text`, `swatch`, `caliper` or `band_aid`; None: one that suits the kind of image.
        settings: of every training, dotted, over those of the plan `recommend`.
        workers: trainings at a time; None: as many as there are GPUs, or else cores.
        threads: of each training.

    Raises:
        UserError: data that cannot be read, or that no candidate can be trained on.
    """
    from sightline.paths import expanded

    place = {} if root is None else {"data.root": str(expanded(Path(root)).resolve())}
    plan = plan_for({"data.name": data} | place | dict(settings or {}), artefact)
    folder = Path(out) if out is not None else Path("studies") / f"recommend-{data}"
    return carry_out(plan, folder, _silent, minutes, workers=workers, threads=threads)


def _silent(outcome: Outcome, done: int, total: int) -> None:
    """Failures stand in what is returned."""
