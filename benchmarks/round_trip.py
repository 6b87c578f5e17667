"""Are the annotations of a data set the same after they were written in another format and read again?

    uv run python benchmarks/round_trip.py busi --root DIR

Prints, for each format, how many images have the same pixels inside (at least half), class, split and group, and the seconds of writing and
reading. Formats that have no place for a fact (see docs/annotations.md) show fewer groups.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from sightline import catalog
from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.images import image_size
from sightline.data.reading import read
from sightline.engine.annotation_files import FILE_OF, FORMATS, write_annotations
from sightline.types import Record

READ: dict[str, dict[str, Any]] = {"yolo": {"by": "folder", "empty": "nothing"}}


def inside(record: Record) -> np.ndarray | None:
    """(H, W) bool; None: unknown."""
    found = render(record.annotations, image_size(record.image), where=record.id)
    return None if found is None else found >= 0.5


def same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    return a is b if a is None or b is None else np.array_equal(a, b)


def place(record: Record) -> Path:
    assert isinstance(record.image, Path)
    return record.image.resolve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--root", type=Path, required=True)
    asked = parser.parse_args()
    given = read(Data(name=asked.name, root=asked.root), least=1).records
    print(f"{asked.name}: {len(given)} images, {sum(not r.annotations for r in given)} unknown")
    print("format       pixels  class  split  group  write s  read s")
    for kind in FORMATS:
        if kind == "dicom_seg":
            continue  # for DICOM pictures alone
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / f"out{FILE_OF.get(kind, '')}"
            start = time.perf_counter()
            write_annotations(given, kind, out)
            wrote = time.perf_counter()
            found = {place(r): r for r in catalog.make("data", kind, READ.get(kind, {}), out, where="data.options")}
            done = time.perf_counter()
            pairs = [(r, found[place(r)]) for r in given if place(r) in found]
            counts = [
                sum(same(inside(a), inside(b)) for a, b in pairs),
                *(sum(getattr(a, name) == getattr(b, name) for a, b in pairs) for name in ("label", "split", "group")),
            ]
            print(f"{kind:<11} {counts[0]:>7} {counts[1]:>6} {counts[2]:>6} {counts[3]:>6} {wrote - start:>8.1f} {done - wrote:>7.1f}")


if __name__ == "__main__":
    main()
