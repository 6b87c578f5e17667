"""What `predict` writes, and what it says that it has done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.predict.ensemble import Ensemble
from sightline.predict.to_files import predict_to_files


def facts_of(out: Path) -> dict[str, object]:
    (beside,) = [path for path in out.parent.iterdir() if path.suffix == ".json"]
    return json.loads(beside.read_text(encoding="utf-8"))


def test_pictures_are_counted_by_class_and_the_file_beside_says_how(first: Run, second: Run, pictures: Path, tmp_path: Path) -> None:
    told: list[int] = []
    out = tmp_path / "p.csv"
    found = predict_to_files([first, second], [pictures], out, views="flips", calibration=False, batch_size=4, progress=told.append)
    assert (found.out, found.pictures, found.before, found.failed, found.volumes) == (str(out), 9, 0, 1, None)
    assert found.left_out == {".txt": 1}
    assert list(found.counts) == list(first.classes)
    assert sum(found.counts.values()) == 8
    assert told == [0, 4, 8, 9]
    assert found.uncalibrated == (str(first.path), str(second.path))
    facts = facts_of(out)
    assert [one["weights"] for one in facts["runs"]] == [sha256(run.path / "model.safetensors") for run in (first, second)]
    assert (facts["views"], facts["batch_size"], facts["pictures"]) == ("flips", 4, [str(pictures)])
    assert (facts["calibration"], facts["sets"]) == ([None, None], None)


def test_what_was_there_is_not_counted_again(first: Run, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "p.csv"
    predict_to_files([first], [pictures], out, batch_size=4)
    again = predict_to_files([first], [pictures], out, batch_size=4, resume=True)
    assert (again.pictures, again.before, again.failed, sum(again.counts.values())) == (9, 8, 0, 1), "the last batch was not a whole one"


@pytest.mark.parametrize(("count", "said"), [(1, "has no attention map"), (2, "have no map in common")])
def test_maps_that_are_not_there_are_refused_before_anything_is_written(
    first: Run, second: Run, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, said: str
) -> None:
    monkeypatch.setattr(Ensemble, "map", None)
    with pytest.raises(UserError, match=said):
        predict_to_files([first, second][:count], [pictures], tmp_path / "p.csv", drawings=tmp_path / "d")
    assert not list(tmp_path.iterdir())


def test_of_several_findings_only_the_table_is_made(first: Run, tmp_path: Path) -> None:
    several = Run(first.path)
    several.findings = ("mass", "effusion")
    for asked, words in (({"maps": tmp_path}, "`maps="), ({"coverage": 0.9}, "`coverage=0.9`"), ({"executor": "ray"}, "`executor=ray`")):
        with pytest.raises(UserError, match=words):
            predict_to_files([several], [tmp_path], tmp_path / "p.csv", **asked)
