"""A folder of drawn moles for tests: dark discs on bright noise, some with their mask beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (64, 48)  # width, height


def mole(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Image (48, 64, 3) uint8 and mask (48, 64) bool."""
    rng = np.random.default_rng(seed)
    x, y, radius = rng.uniform(18, 46), rng.uniform(16, 32), rng.uniform(8, 14)
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    inside = (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2 < radius**2
    image = np.where(inside[..., None], (110, 60, 50), (220, 180, 160)) + rng.normal(0, 12, (SIZE[1], SIZE[0], 3))
    return image.clip(0, 255).astype(np.uint8), inside


def write_moles(root: Path, annotated: int, bare: int, start: int = 0) -> Path:
    """`root/a` and `root/b` with `<seed>.png`; the first `annotated` ones with a mask."""
    for i in range(annotated + bare):
        image, inside = mole(start + i)
        folder = root / "ab"[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{start + i}.png")
        if i < annotated:
            Image.fromarray(inside.astype(np.uint8) * 255).save(folder / f"{start + i}_mask.png")
    return root
