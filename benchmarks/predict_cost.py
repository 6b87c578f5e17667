"""What `sightline predict` costs beside a bare loop over the same pictures, and how its memory grows with their number.

    uv run python benchmarks/predict_cost.py --pictures 400 --rounds 5
    uv run python benchmarks/predict_cost.py --memory 2000 20000

The bare loop decodes with the same functions in the same number of threads, puts batches together and computes probabilities; it keeps
nothing else. Both run in turn, round by round, in one process. Prints pictures a second and the median of the ratios, or the largest memory
of a process of its own for each number of pictures.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image

from sightline.attention.classifier import build
from sightline.data.augment import evaluation, prepare
from sightline.data.images import open_image
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.engine.saving import save_model
from sightline.predict.to_files import predict_to_files
from sightline.recipe import load_recipe
from sightline.yaml_text import dump

BATCH = 32


def made_run(folder: Path, backbone: str) -> Run:
    """A finished run whose network has learnt nothing."""
    recipe = load_recipe("label-only", {"backbone.name": backbone, "data.image_size": 224})
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(dump(recipe.model_dump(mode="json")), encoding="utf-8")
    save_model(folder, build(recipe, 2), recipe, ("no", "yes"))
    write_json(folder / "environment.json", {"packages": {}})
    return Run(folder, "cpu")


def made_pictures(folder: Path, count: int, side: int) -> list[Path]:
    """JPEG files of smooth noise."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    few = [rng.integers(0, 256, (8, 8, 3), dtype=np.uint8) for _ in range(16)]
    large = [Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC) for small in few]
    paths = [folder / f"{i:06d}.jpg" for i in range(count)]
    for i, path in enumerate(paths):
        large[i % len(large)].save(path, quality=90)
    return paths


def bare(run: Run, paths: list[Path], out: Path) -> None:
    """Decode, resize, stack, compute, write."""
    classifier, data = run.classifier().to(memory_format=torch.channels_last), run.recipe.data
    still = evaluation(data)

    def square(path: Path) -> torch.Tensor:
        return still([prepare(open_image(path), [], data)[0]])[0].as_subclass(torch.Tensor)

    with ThreadPoolExecutor(os.cpu_count()) as pool, out.open("w", encoding="utf-8", newline="") as file, torch.inference_mode():
        rows = csv.writer(file)
        waiting = [pool.submit(square, path) for path in paths[: 2 * BATCH]]
        for start in range(0, len(paths), BATCH):
            waiting += [pool.submit(square, path) for path in paths[start + 2 * BATCH : start + 3 * BATCH]]
            images = torch.stack([one.result() for one in waiting[:BATCH]]).float().div_(255).contiguous(memory_format=torch.channels_last)
            del waiting[:BATCH]
            said = classifier(images).softmax(1).tolist()
            rows.writerows([str(path), *p] for path, p in zip(paths[start : start + BATCH], said, strict=True))


def compare(pictures: int, rounds: int, backbone: str, side: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        run, paths = made_run(root / "run", backbone), made_pictures(root / "pictures", pictures, side)
        ways = {
            "bare loop": lambda out: bare(run, paths, out),
            "sightline predict": lambda out: predict_to_files([run], [root / "pictures"], out),
        }
        for name, way in ways.items():  # once to warm up
            way(root / f"warm-{name}.csv")
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(rounds):
            for name, way in ways.items():
                begin = time.perf_counter()
                way(root / f"{name}-{turn}.csv")
                taken[name].append(time.perf_counter() - begin)
    rates = {name: pictures / median(times) for name, times in taken.items()}
    ratio = median(b / s for b, s in zip(taken["bare loop"], taken["sightline predict"], strict=True))
    print(f"{pictures} pictures of {side} x {side}, {backbone} at 224 px, batches of {BATCH}, {os.cpu_count()} threads, {rounds} rounds")
    for name, rate in rates.items():
        print(f"  {name:18} {rate:7.1f} pictures a second")
    print(f"  predict reaches {ratio:.2f} of the bare loop (median of the rounds)")


def memory(counts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        made_run(root / "run", "test_resnet")
        made_pictures(root / "pictures", max(counts), 128)
        for count in counts:
            part = root / f"part{count}"
            part.mkdir()
            for path in sorted((root / "pictures").iterdir())[:count]:
                os.link(path, part / path.name)
            code = f"from benchmarks.predict_cost import peak; peak({str(root / 'run')!r}, {str(part)!r}, {str(root / f'{count}.csv')!r})"
            said = subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]
            ).stdout
            print(f"{count:6} pictures: {said.strip()}")


def peak(run: str, pictures: str, out: str) -> None:
    """The largest memory of this process."""
    begin = time.perf_counter()
    predict_to_files([Run(run, "cpu")], [Path(pictures)], Path(out))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{megabytes:.0f} MB at most, {time.perf_counter() - begin:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backbone", default="resnet18")
    parser.add_argument("--memory", type=int, nargs="+")
    asked = parser.parse_args()
    if asked.memory:
        memory(asked.memory)
    else:
        compare(asked.pictures, asked.rounds, asked.backbone, asked.side)


if __name__ == "__main__":
    main()
