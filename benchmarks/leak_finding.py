"""How well copies across a split are found, beside the method that compared whole pictures as they lie; what it takes.

    uv run python benchmarks/leak_finding.py --data isic2017 --root DIR
    uv run python benchmarks/leak_finding.py --data busi --root DIR --set task=three

Copies of a sample of the images are made in every way below, one way at a time. False alarms can only be among the pairs of the images as
they are that the old method does not name; `--draw FILE` draws the two pictures of each side by side.
"""

from __future__ import annotations

import argparse
import io
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from sightline.config import Data
from sightline.data.alike import HOWS, links
from sightline.data.facts import Facts, thumbnail
from sightline.data.images import open_image
from sightline.data.leaks import find_leaks
from sightline.data.reading import read
from sightline.data.survey import Survey, survey
from sightline.overrides import parse_settings
from sightline.types import Record

Change = Callable[[Image.Image], Image.Image]


def cut(left: float, top: float, right: float, bottom: float) -> Change:
    """Cuts shares of the sides off."""
    return lambda im: im.crop(
        (round(left * im.width), round(top * im.height), round((1 - right) * im.width), round((1 - bottom) * im.height))
    )


def saved(image: Image.Image) -> Image.Image:
    """As JPEG of quality 30."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=30)
    return Image.open(stream).convert("RGB")


def noisy(image: Image.Image) -> Image.Image:
    """With noise of 12 grey levels."""
    noise = np.random.default_rng(0).normal(0, 12, (image.height, image.width, 3))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


WAYS: dict[str, Change] = {
    "flipped left-right": ImageOps.mirror,
    "flipped upside down": ImageOps.flip,
    "turned by 90": lambda im: im.transpose(Image.Transpose.ROTATE_90),
    "turned by 180": lambda im: im.transpose(Image.Transpose.ROTATE_180),
    "turned by 270": lambda im: im.transpose(Image.Transpose.ROTATE_270),
    "2.5 % off all sides": cut(0.025, 0.025, 0.025, 0.025),
    "5 % off all sides": cut(0.05, 0.05, 0.05, 0.05),
    "5 % off all sides, turned": lambda im: cut(0.05, 0.05, 0.05, 0.05)(im).transpose(Image.Transpose.ROTATE_90),
    "5 % off the left": cut(0.05, 0, 0, 0),
    "5 % off a corner": cut(0.05, 0.05, 0, 0),
    "10 % off all sides": cut(0.1, 0.1, 0.1, 0.1),
    "10 % off a corner": cut(0.1, 0.1, 0, 0),
    "JPEG, quality 30": saved,
    "half the size": lambda im: im.resize((im.width // 2, im.height // 2)),
    "brighter by 30 %": lambda im: ImageEnhance.Brightness(im).enhance(1.3),
    "contrast of 70 %": lambda im: ImageEnhance.Contrast(im).enhance(0.7),
    "noise": noisy,
    "grey": lambda im: im.convert("L").convert("RGB"),
    "turned by 2 degrees": lambda im: im.rotate(2, Image.Resampling.BILINEAR),
    "turned by 5 degrees": lambda im: im.rotate(5, Image.Resampling.BILINEAR),
    "border of 5 % added": lambda im: ImageOps.expand(im, (round(0.05 * im.width), round(0.05 * im.height))),
}


def pairs_before(thumbnails: np.ndarray) -> set[tuple[int, int]]:
    """Whole pictures as they lie: means of 16 x 16 cells that correlate by more than 0.99. (N, 48, 48)"""
    looks = thumbnails.astype(np.float32).reshape(-1, 16, 3, 16, 3).mean((2, 4)).reshape(len(thumbnails), -1)
    looks -= looks.mean(1, keepdims=True)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return {(int(a), int(b)) for a, b in np.argwhere(looks @ looks.T > 0.99) if a < b}


def pairs_now(thumbnails: np.ndarray) -> dict[tuple[int, int], str]:
    """Pairs and how they differ, as `alike.links` finds them."""
    return {(int(a), int(b)): HOWS[how] for some in links(thumbnails) for a, b, how in zip(some.a, some.b, some.how, strict=True)}


def seconds(work: Callable[[], object]) -> float:
    """The least of three."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def draw(path: Path, records: list[Record], pairs: list[tuple[int, int]]) -> None:
    """The pictures of each pair side by side."""
    sheet = Image.new("RGB", (404, 204 * max(len(pairs), 1)))
    for row, pair in enumerate(pairs):
        for column, i in enumerate(pair):
            sheet.paste(Image.fromarray(open_image(records[i].image)).resize((200, 200)), (204 * column, 204 * row))
    sheet.save(path)


def thousands(noise: float, count: int = 4000) -> str:
    """Time and memory for many pictures that are alike."""
    rng = np.random.default_rng(0)
    base = rng.integers(0, 255, (6, 6, 3), np.uint8)
    picture = np.asarray(Image.fromarray(base).resize((96, 96), Image.Resampling.BICUBIC))
    small = thumbnail(picture).astype(float)
    ids = [str(i) for i in range(count)]
    facts = {
        id: Facts(
            (96, 96), id, id if noise else "p", (small + noise * rng.normal(size=small.shape)).clip(0, 255).astype(np.uint8), False, None
        )
        for id in ids
    }
    some = [Record(id, Path(id), "x") for id in ids]
    splits, seen = {"train": some[: count // 2], "test": some[count // 2 :]}, Survey(facts, [])
    took = seconds(lambda: find_leaks(splits, seen))
    tracemalloc.start()
    found = find_leaks(splits, seen)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"{took:.1f} s, {peak / 1e6:.0f} MB, {len(found)} leaks named"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--set", action="append", default=[], help="setting of the data, e.g. task=three")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--draw", type=Path)
    asked = parser.parse_args()
    data = Data(name=asked.data, root=asked.root, **parse_settings(asked.set))
    records = read(data).records
    looked: list[Survey] = []
    began = time.perf_counter()
    looked.append(survey(records, gaze_blur=data.gaze_blur))
    first, again = time.perf_counter() - began, seconds(lambda: survey(records, gaze_blur=data.gaze_blur))
    facts = looked[0].facts
    records = [r for r in records if r.id in facts and facts[r.id].thumbnail is not None and facts[r.id].thumbnail.any()]
    thumbnails = np.stack([facts[r.id].thumbnail for r in records])
    before, now = pairs_before(thumbnails), pairs_now(thumbnails)
    new = sorted(set(now) - before)
    old_took, new_took = seconds(lambda: pairs_before(thumbnails)), seconds(lambda: pairs_now(thumbnails))
    print(f"{asked.data}: {len(records)} images")
    print(f"looking through them: {first:.2f} s the first time here, {again:.2f} s once remembered")
    print(f"comparing them: {old_took:.2f} s before, {new_took:.2f} s now")
    print(f"pairs: {len(before)} before, {len(before - set(now))} of them not found now; {len(new)} that only the new method finds:")
    for a, b in new[:20]:
        print(f"  {records[a].id} = {records[b].id}: {now[a, b] or 'near'}")
    if asked.draw:
        draw(asked.draw, records, new)
    picked = np.random.default_rng(0).permutation(len(records))[: asked.sample].tolist()
    print(f"\n| copy of {len(picked)} images | before | now |\n|---|---|---|")
    for way, change in WAYS.items():
        copies = np.stack([thumbnail(np.asarray(change(Image.fromarray(open_image(records[i].image))))) for i in picked])
        both, wanted = np.concatenate([thumbnails, copies]), {(i, len(records) + k) for k, i in enumerate(picked)}
        print(f"| {way} | {len(wanted & pairs_before(both))} | {len(wanted & set(pairs_now(both)))} |")
    print(f"\n4000 identical images: {thousands(0)}\n4000 that differ by a little noise: {thousands(1)}")


if __name__ == "__main__":
    main()
