"""How much of its evidence an arm of a study lets a tag decide, and how much evidence it has at all.

    uv run python benchmarks/tag_effect.py studies/phantom-controls --tag ruler --split flipped
    uv run python benchmarks/tag_effect.py studies/isic2017-controls --tag band_aid

Of two classes. Per arm, a mean over seeds with their range: the mean absolute log-odds; the difference in log-odds of the positive class
that goes with the tag, and with the class itself (least squares on both); and the AUC, which no loss of evidence changes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from sightline.metrics.scores.ranks import overall_auc
from sightline.study.analyse import chosen
from sightline.study.answers import Answers
from sightline.study.folder import Study, grouped


def effects(answers: Answers, tag: str) -> list[float]:
    """Mean |log-odds|, effect of the tag, effect of the class, AUC."""
    p = answers.probabilities.clip(1e-6, 1 - 1e-6)
    odds = np.log(p[:, 1] / p[:, 0])
    columns = np.column_stack([np.ones(len(odds)), answers.tags[tag], answers.labels])
    coefficients = np.linalg.lstsq(columns, odds, rcond=None)[0]
    area = overall_auc(answers.labels, answers.probabilities, np.ones((1, len(odds))))
    return [float(np.abs(odds).mean()), float(coefficients[1]), float(coefficients[2]), float(area[0])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path)
    parser.add_argument("--tag", required=True)
    parser.add_argument("--split", default="test")
    given = parser.parse_args()
    study = Study.open(given.study)
    print(f"| arm, {given.split} | mean abs. log-odds | {given.tag} | class | AUC |\n|---|---|---|---|---|")
    for by_arm in grouped(study.cells).values():
        for arm, cells in by_arm.items():
            found = np.array([effects(study.load(c.key, given.split), given.tag) for c in chosen(study, cells)])
            cells_of = [f"{v.mean():.2f} ({v.min():.2f} to {v.max():.2f})" for v in found.T] if len(found) else ["-"] * 4
            print(f"| {arm} | {' | '.join(cells_of)} |")


if __name__ == "__main__":
    main()
