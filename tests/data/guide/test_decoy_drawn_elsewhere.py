"""Decoys and control regions are the same pixels in another process, where strings have other hashes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zlib
from pathlib import Path

from blobs import spot_record

from sightline.config import Data, Decoy, Roi
from sightline.data.guide.decoy import carriers_of, with_decoy
from sightline.data.guide.guiding import guided_by
from sightline.types import Drawable

CODE = """
import pickle, sys, zlib
from sightline.data.guide.decoy import carriers_of
pictures, records, decoy = pickle.load(open(sys.argv[1], "rb"))
print(*(f"{d.key} {zlib.crc32(d.draw())}" for d in pictures), *sorted(carriers_of(records, decoy, "a")))
"""


def test_pixels_keys_and_carriers_are_the_same_in_another_process(tmp_path: Path) -> None:
    pictures = [a.source for r in guided_by([spot_record(i) for i in range(5)], Roi(control="random")) for a in r.annotations]
    for artefact in ("swatch", "ruler", "text", "caliper", "band_aid"):
        data = Data(decoy=Decoy(artefact=artefact))
        planted = with_decoy(spot_record(0), data.decoy, data)  # type: ignore[arg-type]
        pictures += [planted.image, planted.avoid[0].source]
    records, decoy = [spot_record(i) for i in range(9)], Decoy(strength=0)
    (tmp_path / "pictures").write_bytes(pickle.dumps((pictures, records, decoy)))
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONHASHSEED": "1"}
    there = subprocess.run([sys.executable, "-c", CODE, str(tmp_path / "pictures")], capture_output=True, text=True, check=True, env=env)
    here = [f"{p.key} {zlib.crc32(p.draw())}" for p in pictures if isinstance(p, Drawable)]
    assert there.stdout.split() == " ".join([*here, *sorted(carriers_of(records, decoy, "a"))]).split()
    assert 0 < len(carriers_of(records, decoy, "a")) < 9
    assert len(here) == len(pictures) == 15
