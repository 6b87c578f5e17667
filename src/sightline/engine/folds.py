"""Cross-validation: a run for each fold in one folder, and scores of all held-out predictions together.

Every image is predicted by the run that neither learnt from it nor chose its epoch or threshold by it. The folds share the division of the
images, with patients kept together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sightline.data.dataset import ImageDataset
from sightline.data.reading import read
from sightline.engine.evaluate import Observed, evaluate, score
from sightline.engine.files import write_json
from sightline.engine.kept_answers import Attention, Predictions
from sightline.engine.read_files import read_json
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.scores.thresholds import decision_at
from sightline.recipe import Recipe
from sightline.results import FORMAT
from sightline.results.folds import FoldScores
from sightline.results.scores import Decided

SPLIT = "held_out"
FILE = "folds.json"


def train_folds(
    recipe: Recipe,
    folder: Path,
    folds: int,
    *,
    resume: bool = False,
    say: Callable[[str], None] = print,
    progress: Callable[[int, int], None] | None = None,
) -> list[Run]:
    """Trains a run for each fold into `folder/fold-1`, ..., scores it, and writes the scores of all held-out images together.

    Args:
        resume: go on where an interrupted call ended.

    Raises:
        UserError: see `train`; too few patients of a class for so many folds.
        Stopped: on Ctrl-C.
    """
    from sightline.engine.train import train  # Lightning, which those do not need who predict with the runs

    if recipe.train.nodes > 1:
        raise UserError(
            "`train.nodes`", "is for single trainings, not for folds", "Leave it out, or train each fold by itself (`data.split.fold`)."
        )
    if folder.exists() and not resume and any(folder.iterdir()):
        raise UserError(folder, "exists already", "Give another `folder=...`, go on with `resume=True`, or remove it.")
    read(recipe.data)  # refuses several findings per image, whose folds are not put together
    runs = []
    for fold in range(folds):
        of_fold = recipe.with_settings(data__split__folds=folds, data__split__fold=fold, data__split__fold_is=SPLIT)
        place = folder / f"fold-{fold + 1}"
        say(f"fold {fold + 1} of {folds}")
        run = train(of_fold, place, resume=resume and place.exists(), say=say, progress=progress, title=f"fold {fold + 1}")
        if SPLIT not in run.scores:
            evaluate(run, ["val", SPLIT])
        runs.append(run)
    write_json(folder / FILE, pooled(runs))
    return runs


def folds_of(folder: Path) -> list[Path]:
    """The run folders of a cross-validation, in order; none if it is no such folder."""
    if not (folder / FILE).is_file():
        return []
    numbered = {path: path.name.removeprefix("fold-") for path in folder.glob("fold-*")}  # a copy may have a name of its own
    return sorted((path for path, number in numbered.items() if number.isdecimal()), key=lambda path: int(numbered[path]))


def fold_scores(folder: Path) -> FoldScores:
    """The scores that `train_folds` has written."""
    return read_json(folder / FILE, FoldScores, "Train again with the same command and `resume=True`: it writes the file anew.")


def pooled(runs: Sequence[Run]) -> FoldScores:
    """Scores of the held-out images of all folds together."""
    said = [run.predictions(SPLIT) for run in runs]
    first, recipe = runs[0].datasets[SPLIT], runs[0].recipe
    images = ImageDataset([record for run in runs for record in run.datasets[SPLIT].records], first.classes, first.data, train=False)
    looked = [one for run in runs if (one := run.attention(SPLIT)) is not None]
    regions = [sample.roi for run, one in zip(runs, said, strict=True) for sample in run.pictures(SPLIT, one.ids)]
    side = recipe.data.image_size
    rois = [np.zeros((side, side), np.uint8) if roi is None else (roi * 255).round().astype(np.uint8) for roi in regions]
    observed = Observed(_put_together(said), _joined(looked) if looked else None, np.stack(rois), tuple(runs[0].scores[SPLIT].masks))
    scores = score(observed, images, recipe)
    if (decision := _decided(runs, said)) is not None:
        scores = scores.but(classification=scores.classification.but(at_threshold=decision))
    return FoldScores(folds=len(runs), scores=scores, of_fold=[run.scores[SPLIT] for run in runs], format=FORMAT)


def _put_together(said: Sequence[Predictions]) -> Predictions:
    """The answers of all folds, one after the other."""
    ids = [id for one in said for id in one.ids]
    return Predictions(ids, np.concatenate([one.labels for one in said]), np.concatenate([one.probabilities for one in said]))


def _joined(parts: Sequence[Attention]) -> Attention:
    """The maps of all folds, one after the other."""
    return Attention(
        [i for part in parts for i in part.ids],
        np.concatenate([part.known for part in parts]),
        np.concatenate([part.explained for part in parts]),
        {name: np.concatenate([part.maps[name] for part in parts]) for name in parts[0].maps},
        {name: np.concatenate([part.said[name] for part in parts]) for name in parts[0].said},
        np.concatenate([part.decided for part in parts]),
    )


def _decided(runs: Sequence[Run], said: Sequence[Predictions]) -> Decided | None:
    """The decision at the threshold of each fold: the scores are moved so that every threshold is 0, which changes no decision. The mean
    threshold stands for them; the best one in hindsight would be that of no fold."""
    thresholds = [run.decision.threshold for run in runs]
    if any(threshold is None for threshold in thresholds):
        return None
    moved = np.concatenate([one.probabilities[:, 1] - float(t or 0) for one, t in zip(said, thresholds, strict=True)])
    settings = runs[0].recipe.evaluate
    patients = {row["id"]: row["group"] or row["id"] for run in runs for row in run.split_table}
    found = decision_at(
        moved,
        np.concatenate([one.labels for one in said]) == 1,
        0.0,
        groups=[patients[id] for one in said for id in one.ids],
        bootstrap=settings.bootstrap,
        confidence=settings.confidence,
    )
    return found.but(threshold=float(np.mean([t for t in thresholds if t is not None])), oracle=None)
