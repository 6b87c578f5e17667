"""Small pictures of lesions, no two alike, and data sets of them for faults to be built on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 48
CLASSES = ("melanoma", "nevus")
NAMES = [f"{label[:3]}{i:02}" for label in CLASSES for i in range(10)]  # 20 images
LABELS = dict(zip(NAMES, (label for label in CLASSES for _ in range(10)), strict=True))


def place(name: str) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) of a picture's lesion, ends exclusive."""
    rng = np.random.default_rng(sum(map(ord, name)) + 977 * len(name))
    x, y = (int(v) for v in rng.integers(6, 20, 2))
    return x, y, x + 18, y + 14


def scene(name: str, size: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    """(H, W, 3) uint8: a coarse random background, so that no two pictures pass for near-duplicates, and the lesion."""
    rng = np.random.default_rng([ord(c) for c in name])
    coarse = rng.integers(90, 230, (7, 7, 3)).astype(np.uint8)
    pixels = np.asarray(Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC)).copy()
    inside = ellipse(place(name), size)
    pixels[inside] = (120, 60, 40) if name.startswith("mel") else (150, 110, 90)
    return pixels


def ellipse(box: Sequence[int], size: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    """(H, W) bool: the ellipse that fills a box."""
    x0, y0, x1, y1 = box
    y, x = np.mgrid[: size[0], : size[1]]
    return ((x + 0.5 - (x0 + x1) / 2) / ((x1 - x0) / 2)) ** 2 + ((y + 0.5 - (y0 + y1) / 2) / ((y1 - y0) / 2)) ** 2 <= 1


def mask(name: str) -> np.ndarray:
    """(H, W) uint8: 255 inside the lesion, 0 outside."""
    return np.where(ellipse(place(name)), np.uint8(255), np.uint8(0))


def save(path: Path, pixels: np.ndarray, **options: object) -> Path:
    """Writes a picture and its folders; the suffix says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def pictures(folder: Path, names: Sequence[str] = NAMES, suffix: str = ".png") -> None:
    """One picture per name, side by side."""
    for name in names:
        save(folder / f"{name}{suffix}", scene(name))


def classes(folder: Path, names: Sequence[str] = NAMES, suffix: str = ".png") -> None:
    """One folder per class."""
    for name in names:
        save(folder / LABELS[name] / f"{name}{suffix}", scene(name))


def rows(columns: str = "image,label,box", delimiter: str = ",", cells: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The text of a table over all pictures. `cells`: name of a picture -> its own values of some columns."""
    lines = [columns.replace(",", delimiter)]
    for name in NAMES:
        usual = {"image": f"{name}.png", "label": LABELS[name], "box": " ".join(map(str, place(name))), "id": name, "group": f"p{name}"}
        values = usual | dict((cells or {}).get(name, {}))
        lines.append(delimiter.join(values.get(column.strip(), "") for column in columns.split(",")))
    return "\n".join(lines) + "\n"
