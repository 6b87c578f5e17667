from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from sightline.engine.run import Run
from sightline.predict.to_files import predict_to_files

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is an extra")


@needs_ray
def test_two_workers_give_the_same_table_and_maps_byte_for_byte(first: Run, second: Run, pictures: Path, tmp_path: Path) -> None:
    runs = [first, second]
    alone = predict_to_files(runs, [pictures], tmp_path / "alone.csv", maps=tmp_path / "alone", batch_size=2)
    shared = predict_to_files(runs, [pictures], tmp_path / "shared.csv", maps=tmp_path / "shared", batch_size=2, executor="ray", workers=2)
    assert (tmp_path / "shared.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()
    assert shared.but(out=alone.out) == alone
    names = sorted(path.relative_to(tmp_path / "alone") for path in (tmp_path / "alone").rglob("*.npy"))
    assert len(names) == 8
    assert all((tmp_path / "shared" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes() for name in names)
