"""How much a leaky list inflates: one network, trained with a clean list and with one that shares images with those that are judged.

    uv run python benchmarks/leaky_split.py --root BUSI --weights mobilenetv2_100.safetensors --json leaky_split.json

The SPN report drew the training list of each arm by a separate division: on BUSI the list with all masks holds 27 of the 46 validation
images of the other one. Here the same share of the judged images goes into the training list in exchange for as many of their class, so
that both lists are equally long. Both trainings are judged on the same images: on all of them, on those that leak and on those that do not
(two images leak where the leak check says so, near-duplicates included). Intervals of the paired differences are over seeds and images (95
%). Both lists are first shown to the leak check, which has to refuse the leaky one. Finished runs in `--runs` are kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from plans import BUSI, FAMILY, SPN

from sightline.config import Data, Split
from sightline.data.leaks import Leak, find_leaks, near_duplicate_groups
from sightline.data.reading import read
from sightline.data.splits import split
from sightline.data.survey import Survey, survey
from sightline.engine.compare import judged
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json
from sightline.engine.prepare import prepare
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError
from sightline.metrics.comparisons.compare import Judged
from sightline.metrics.confidence.bootstrap import Array, Groups
from sightline.metrics.confidence.hierarchical import hierarchical
from sightline.metrics.scores.classification import weighted_scores
from sightline.recipe import load_recipe
from sightline.results.study import OverSeeds
from sightline.types import Record

SHARE = Fraction(27, 46)  # of the judged images, in the SPN report's list of all BUSI masks
DIVISION = Split(val=0.25, test=0, near_duplicates=True)
ARMS = ("clean", "leaky")
SCORES = {"accuracy": "accuracy", "f1": "F1, mean of the classes", "auc": "AUC"}


def contaminated(training: Sequence[Record], held_out: Sequence[Record], share: float, seed: int) -> list[Record]:
    """The training list with a share of the held-out images of each class, in exchange for as many of that class.

    Raises:
        ValueError: a class has fewer training images than are exchanged.
    """
    rng = np.random.default_rng(seed)
    found: list[Record] = []
    for label in sorted({record.label for record in training}):
        own, other = ([r for r in some if r.label == label] for some in (training, held_out))
        n = round(share * len(other))
        if n > len(own):
            raise ValueError(f"{n} images of {label!r} cannot take the place of {len(own)}")
        found += [own[i] for i in sorted(rng.permutation(len(own))[n:])] + [other[i] for i in sorted(rng.permutation(len(other))[:n])]
    return found


def lay_out(folder: Path, parts: dict[str, Sequence[Record]]) -> Path:
    """A folder of links, part/class/image, as anybody would have it who copies files by lists."""
    for part, records in parts.items():
        for record in records:
            link = folder / part / record.label / Path(str(record.image)).name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(Path(str(record.image)).resolve())
    return folder


def lists(root: Path, folder: Path, share: float, images: int | None) -> dict[str, Path]:
    """The two folders; `images`: of so many only, to try it out."""
    records = read(Data(name="busi", root=root)).records
    if images is not None:
        records = [records[i] for i in np.linspace(0, len(records) - 1, images).astype(int)]
    parts = split(records, DIVISION, near_duplicate_groups(records, looked_at(records)))
    training = {"clean": parts["train"], "leaky": contaminated(parts["train"], parts["val"], share, seed=0)}
    return {arm: lay_out(folder / arm, {"train": training[arm], "val": parts["val"]}) for arm in ARMS}


def leaks(folder: Path) -> list[Leak]:
    """What the leak check finds between the training and the judged images of a folder."""
    data = Data(name="folder", root=folder)
    records = read(data).records
    return find_leaks(split(records, data.split), looked_at(records))


def looked_at(records: Sequence[Record]) -> Survey:
    """What the pictures hold."""
    return survey(records, gaze_blur=Data().gaze_blur)


def refusal(settings: dict[str, Any]) -> str:
    """What a training says that is not told to let leaks pass; empty if it would start."""
    try:
        prepare(load_recipe("spn", settings | {"data.leaks": "refuse"}))
    except UserError as error:
        return str(error)
    return ""


def differences(clean: list[Judged], leaky: list[Judged], leaking: Array, groups: Groups | None) -> dict[tuple[str, str, str], OverSeeds]:
    """(images, score, arm or `difference`) -> its mean over seeds and images.

    Args:
        clean, leaky: answers of each seed to the same images in the same order.
        leaking: (N,) bool, which of them leak into the leaky list.
        groups: patient or look of each image, drawn as a whole.
    """
    kinds = {"all": np.ones(len(leaking), bool), "in the leaky list": leaking, "not in it": ~leaking}

    def scores(seed: int, weights: Array) -> dict[tuple[str, str, str], Array]:
        found: dict[tuple[str, str, str], Array] = {}
        for kind, chosen in kinds.items():
            both = [weighted_scores(a.labels, a.probabilities, weights * chosen) for a in (clean[seed], leaky[seed])]
            for score in SCORES:
                low, high = (own[score, None] for own in both)
                found |= {(kind, score, "clean"): low, (kind, score, "leaky"): high, (kind, score, "difference"): high - low}
        return found

    def applies(seed: int, key: tuple[str, str, str]) -> Array:
        return kinds[key[0]]

    own = None if groups is None else [groups] * len(clean)
    return hierarchical(scores, [len(leaking)] * len(clean), shared=True, groups=own, applies=applies)


def cell(score: OverSeeds, sign: str = "", bounds: bool = False) -> str:
    """`0.71; 0.70 0.72 0.71`, with its bounds `+0.11 [+0.05, +0.17]; +0.10 +0.12 +0.11`."""
    seeds = " ".join("-" if v is None else f"{v:{sign}.3f}" for v in score.per_seed)
    if score.value is None:
        return seeds
    between = f" [{score.low:{sign}.3f}, {score.high:{sign}.3f}]" if bounds and score.low is not None else ""
    return f"{score.value:{sign}.3f}{between}; {seeds}"


def table(found: dict[tuple[str, str, str], OverSeeds], counts: dict[str, int]) -> list[str]:
    """Lines of Markdown, one for each kind of images and score."""
    lines = ["| judged images | n | score | clean list | leaky list | leaky minus clean |", "|---" * 6 + "|"]
    for kind, n in counts.items():
        for score, title in SCORES.items():
            cells = [*(cell(found[kind, score, arm]) for arm in ARMS), cell(found[kind, score, "difference"], "+", bounds=True)]
            lines.append(f"| {kind} | {n} | {title} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder of BUSI")
    parser.add_argument("--weights", help="safetensors file for the backbone; without it from scratch")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--share", type=float, default=float(SHARE), help="of the judged images in the leaky list (27/46)")
    parser.add_argument("--epochs", type=int, default=BUSI["train.epochs"])
    parser.add_argument("--images", type=int, help="only so many, to try it out")
    parser.add_argument("--runs", type=Path, default=Path("runs/leaky-split"))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    folders = lists(arguments.root, arguments.runs / "lists", arguments.share, arguments.images)
    found_leaks = {arm: leaks(folder) for arm, folder in folders.items()}
    leaking = {leak.b if leak.split_b == "val" else leak.a for leak in found_leaks["leaky"]}
    shared = FAMILY | SPN["label-only"][1] | {"data.name": "folder", "train.epochs": arguments.epochs, "data.leaks": "ignore"}
    weights = str(Path(arguments.weights).resolve()) if arguments.weights else "none"
    shared |= {"data.split": {"near_duplicates": True}, "backbone.weights": weights}
    of_arm = {arm: shared | {"data.root": str(folder.resolve())} for arm, folder in folders.items()}
    said = {arm: refusal(of_arm[arm]) for arm in ARMS}
    for arm in ARMS:
        exact = sum(leak.exact for leak in found_leaks[arm])
        print(f"{arm} list: {exact} exact leaks, {len(found_leaks[arm]) - exact} near-duplicates; {said[arm] or 'a training starts'}")
    if said["clean"] or not said["leaky"]:
        raise SystemExit("the leak check did not tell the lists apart")

    runs: dict[str, list[Run]] = {arm: [] for arm in ARMS}
    for arm in ARMS:
        for seed in arguments.seeds:
            folder = arguments.runs / f"{arm}-{seed}"
            recipe = load_recipe(SPN["label-only"][0], of_arm[arm] | {"train.seed": seed})
            run = train(recipe, folder, resume=folder.exists(), title=f"{arm}, seed {seed}")
            if "val" not in run.scores:
                evaluate(run, ["val"])
            runs[arm].append(run)
    answers = {arm: [judged(run, "val", attention=False) for run in runs[arm]] for arm in ARMS}
    ids = answers["clean"][0].ids
    answers = {arm: [one.ordered_as(ids) for one in answers[arm]] for arm in ARMS}
    leaked = np.array([image in leaking for image in ids])
    found = differences(answers["clean"], answers["leaky"], leaked, runs["clean"][0].groups(ids))
    counts = {"all": len(ids), "in the leaky list": int(leaked.sum()), "not in it": int((~leaked).sum())}
    if arguments.json:
        scores = {" / ".join(key): spread for key, spread in found.items()}
        write_json(arguments.json, {"seeds": arguments.seeds, "images": counts, "refusal": said["leaky"], "scores": scores})
    print("\nmean; each seed. Differences: mean [95 % interval over seeds and images]; each seed\n")
    print("\n".join(table(found, counts)))


if __name__ == "__main__":
    main()
