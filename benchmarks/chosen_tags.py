"""Which share of the images that the arms of a study chose to annotate have a tag, beside its share among those there were to choose from.

    uv run python benchmarks/chosen_tags.py studies/phantom-annotate --tag ruler

Mean over the seeds, and their range.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.study.folder import Study


def shares(study: Study, first: str, chosen: str, tag: str) -> tuple[float, float]:
    """Of the images that the training `first` chose, and of all that it could have chosen."""
    run = Run(study.run_folder(first))
    unknown = {row["id"] for row in run.split_table if row["split"] == "train" and row["annotated"] != "1"}
    shows = {record.id: bool(record.tags[tag]) for record in run.datasets["train"].records if record.id in unknown}
    picked = [shows[row["id"]] for row in read_table(study.path / "chosen" / chosen / "next.csv")]
    return float(np.mean(picked)), float(np.mean(list(shows.values())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path)
    parser.add_argument("--tag", required=True)
    given = parser.parse_args()
    study = Study.open(given.study)
    print(f"| arm | chosen images with {given.tag} | of those to choose from |\n|---|---|---|")
    for arm in study.plan.arms:
        choices = [cell.choice for cell in study.cells if cell.arm == arm.name and cell.choice]
        if choices:
            found = np.array([shares(study, choice.first, choice.name, given.tag) for choice in choices])
            cells = [f"{v.mean():.2f} ({v.min():.2f} to {v.max():.2f})" for v in found.T]
            print(f"| {arm.name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
