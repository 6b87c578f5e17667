"""What the review app costs with many cases: time of its pages, and memory of its server.

    uv run python benchmarks/review_cost.py --cases 10000

The run is made up: answers and maps are random, the pictures are few drawn skin lesions that repeat under other names, each with its mask.
The server is the command `sightline review` in a process of its own, and pages are asked for one after the other. Prints the median and the
longest time of each kind of page, and the resident memory of the server beside that of the libraries alone.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import numpy as np
from PIL import Image

from sightline.data.sets import phantom
from sightline.engine.files import write_json, write_table
from sightline.engine.prepare import prepare
from sightline.engine.reproducible import environment
from sightline.engine.same_data import COLUMNS
from sightline.recipe import load_recipe
from sightline.yaml_text import dump

FEW, CELLS = 100, 14
CLASSES = ("melanoma", "nevus")


def made_data(folder: Path, cases: int, side: int) -> Path:
    """A table of `cases` test images, and of a few others."""
    drawn = [record for record in phantom.read(size=side, train=FEW, val=8, test=8) if record.split in ("train", "val")]
    rows = []
    for i, record in enumerate(drawn):
        for kind, source in (("picture", record.image), ("mask", record.annotations[0].source)):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(source.draw()).save(folder / kind / f"{i}.png")
    for place in range(cases):
        i = 16 + place % (len(drawn) - 16)
        for kind in ("picture", "mask"):
            (folder / f"test-{kind}").mkdir(exist_ok=True)
            os.link(folder / kind / f"{i}.png", folder / f"test-{kind}" / f"{place:06d}.png")
        rows.append(
            (f"test-picture/{place:06d}.png", CLASSES[place % 2], "test", f"test-mask/{place:06d}.png", "yes" if place % 3 else "no")
        )
    rows += [(f"picture/{i}.png", CLASSES[i % 2], "train" if i < 8 else "val", f"mask/{i}.png", "no") for i in range(16)]
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("image", "label", "split", "mask", "tag:ruler"), *rows])
    return folder / "table.csv"


def made_run(folder: Path, table: Path) -> Path:
    """A run with answers and maps of the test images."""
    recipe = load_recipe("energy", {"data.name": "table", "data.root": str(table), "data.leaks": "warn"})
    prepared = prepare(recipe)
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(dump(recipe.model_dump(mode="json")), encoding="utf-8")
    write_json(folder / "environment.json", environment())
    write_table(folder / "split.csv", prepared.table, COLUMNS)
    described = {"classes": list(prepared.classes), "image_size": recipe.data.image_size, "recipe": recipe.model_dump(mode="json")}
    write_json(folder / "model.json", described | {"sha256": "0"})
    rng, test = np.random.default_rng(0), prepared.datasets["test"]
    chances, labels = rng.random(len(test)), np.array(test.labels)
    rows = [
        {"split": "test", "id": record.id, "label": record.label, "predicted": prepared.classes[int(p >= 0.5)]}
        | dict(zip((f"p:{name}" for name in prepared.classes), (repr(1 - p), repr(p)), strict=True))
        for record, p in zip(test.records, chances.tolist(), strict=True)
    ]
    write_table(folder / "predictions.csv", rows, list(rows[0]))
    maps = rng.normal(0, 1, (len(test), CELLS, CELLS)).astype(np.float32)
    ids = np.array([record.id for record in test.records])
    known = np.ones(len(test), bool)
    (folder / "attention").mkdir()
    arrays = {"map:cam": maps, "said:cam": maps, "ids": ids, "known": known, "explained": labels, "decided": (chances >= 0.5).astype(int)}
    np.savez_compressed(folder / "attention" / "test.npz", **arrays)
    write_json(folder / "thresholds.json", {"from": "val", "decision": 0.5, "maps": {"cam": None}})
    return folder


def memory(process: int) -> float:
    """MB of a process."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1024 if found else float("nan")


def timed(name: str, get: Callable[[str], bytes], addresses: list[str]) -> None:
    taken, sizes = [], []
    for address in addresses:
        begin = time.perf_counter()
        sizes.append(len(get(address)))
        taken.append(time.perf_counter() - begin)
    print(f"  {name:46} {1000 * median(taken):7.0f} ms, longest {1000 * max(taken):6.0f} ms, {median(sizes) / 1024:6.0f} kB ({len(taken)})")


def asked(process: subprocess.Popen[str], cases: int) -> None:
    """Asks the server for its pages, and prints what they cost."""
    begin = time.perf_counter()
    address = next(line.split()[-1] for line in process.stdout or () if line.startswith("Review: "))
    print(f"  {'started':46} {time.perf_counter() - begin:7.1f} s, {memory(process.pid):.0f} MB")
    home = address.partition("/?")[0]
    opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(path: str) -> bytes:
        with opener.open(home + path) as answer:
            found: bytes = answer.read()
        return found

    first = get(address.removeprefix(home)).decode()
    timed("first page", get, ["/"] * 9)
    timed("later page", get, [f"/cards?start={start}" for start in range(60, cases, max(60, cases // 9 // 60 * 60))])
    chosen = "label=melanoma&right=no&sort=probability"
    timed("a choice, sorted: first page", get, [f"/?{chosen}"] * 9)
    keys = re.findall(r'href="/case/(\w+)', first)
    timed("a case", get, [f"/case/{key}?{chosen}" for key in keys[:20]])
    timed("its picture", get, [f"/picture/{key}" for key in keys[:20]])
    timed("its map", get, [f"/map/{key}" for key in keys[:20]])
    timed("a small picture, new", get, [f"/small/{key}" for key in keys])
    timed("a small picture, again", get, [f"/small/{key}" for key in keys])
    timed("a small picture with its map, new", get, [f"/small/{key}?map=cam" for key in keys])
    begin = time.perf_counter()
    while "missing" in get("/").decode():
        time.sleep(5)
    print(f"  {'until where it looks is known of all':46} {time.perf_counter() - begin:7.1f} s more")
    for start in range(60, min(cases, 3000), 60):
        for key in re.findall(r'href="/case/(\w+)', get(f"/cards?start={start}").decode()):
            get(f"/small/{key}")
    print(f"  {'memory after scrolling past 3,000 cases':46} {memory(process.pid):7.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=512)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = made_run(Path(folder) / "run", made_data(Path(folder) / "data", given.cases, given.side))
        code = "import sightline.face.reviewing, sightline.engine.run, sightline.review.app, time; print(flush=True); time.sleep(60)"
        bare = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        (bare.stdout or sys.stdin).readline()
        print(f"{given.cases:,} cases of {given.side} x {given.side} pixels, {os.cpu_count()} cores")
        print(f"  {'libraries alone':46} {memory(bare.pid):7.0f} MB")
        bare.kill()
        process = subprocess.Popen(
            [sys.executable, "-m", "sightline.cli", "review", str(run), "--no-open"], stdout=subprocess.PIPE, text=True
        )
        try:
            asked(process, given.cases)
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
