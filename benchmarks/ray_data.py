"""Why `sightline predict --executor ray` uses Ray's actors and not Ray Data: both, in turn, over the same pictures and workers.

    uv run --with pyarrow python benchmarks/ray_data.py --pictures 400 --rounds 3

Both have the same workers with two batches each under way, and both answer in the order of the pictures. Prints pictures a second, the
time to the first answer, and the median of the ratios; workers start anew in each round, as in each prediction.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

from predict_cost import made_pictures, made_run

from sightline.cluster import cluster
from sightline.engine.run import Run
from sightline.predict.batches import Work
from sightline.predict.on_ray import Worker, _crew, _in_turn
from sightline.predict.pictures import Wanted
from sightline.results.predictions import Prediction


class OverRows(Worker):
    """A worker as Ray Data calls it: rows in, rows out."""

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        return {"answers": [self.answer(group, before) for group, before in zip(rows["group"], rows["before"], strict=True)]}


def over_ray_data(ray: ModuleType, runs: Sequence[Run], pictures: Sequence[Wanted], work: Work, workers: int) -> Iterator[list[Prediction]]:
    """The same as `batches_on_ray`, by Ray Data."""
    settings = ray.data.DataContext.get_current()
    settings.execution_options.preserve_order, settings.enable_progress_bars = True, False
    groups = [pictures[start : start + work.batch_size] for start in range(0, len(pictures), work.batch_size)]
    rows = [{"group": group, "before": i * work.batch_size} for i, group in enumerate(groups)]
    pool = ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=2)
    made = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        OverRows, batch_size=1, compute=pool, num_cpus=1, fn_constructor_args=([run.path for run in runs], "cpu", work, Path.cwd())
    )
    for row in made.iter_rows():
        yield row["answers"]


def timed(answers: Iterator[list[Prediction]]) -> tuple[float, float, list[Prediction]]:
    """Seconds in all, and to the first answer, which includes the start of the workers; the answers."""
    start, first, found = time.perf_counter(), 0.0, []
    for batch in answers:
        first = first or time.perf_counter() - start
        found += batch
    return time.perf_counter() - start, first, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--backbone", default="mobilenetv2_100")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = made_run(Path(folder) / "run", asked.backbone)
        paths = made_pictures(Path(folder) / "pictures", asked.pictures, 512)
        wanted, work = [Wanted(str(path), path) for path in paths], Work()
        ratios = []
        with cluster(None, asked.workers) as ray:
            for _ in range(asked.rounds):
                ours = timed(_in_turn(ray, _crew(ray, [run], work, asked.workers), wanted, work.batch_size, 0))
                theirs = timed(over_ray_data(ray, [run], wanted, work, asked.workers))
                assert ours[2] == theirs[2], "the two ways answer differently"
                ratios.append(ours[0] / theirs[0])
                for name, (whole, first, _) in (("actors", ours), ("Ray Data", theirs)):
                    print(f"{name}: {asked.pictures / whole:.1f} pictures/s, first answer after {first:.1f} s")
        print(f"time of the actors / time of Ray Data, median: {median(ratios):.2f}")


if __name__ == "__main__":
    main()
