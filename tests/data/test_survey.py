"""Every image is looked at once; what was seen is remembered."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from looked_through import noise
from PIL import Image

from sightline.data import survey as survey_module
from sightline.data import survey_store
from sightline.data.facts import Facts
from sightline.data.greys import Range
from sightline.data.sets.outlines import PolygonsMask
from sightline.data.survey import survey
from sightline.errors import UserError
from sightline.types import Annotation, Record


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    return tmp_path / "store" / "survey.sqlite"


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the records that were decoded."""
    seen: list[str] = []

    def examine(record: Record, gaze_blur: int, grey: Range | None, channels: int) -> Facts:
        seen.append(record.id)
        return original(record, gaze_blur, grey, channels)

    original = survey_module.examine
    monkeypatch.setattr(survey_module, "examine", examine)
    return seen


def test_facts_of_an_image(tmp_path: Path) -> None:
    box = Annotation("box", points=((0, 0, 15, 20),))
    found = survey([Record("a", noise(tmp_path / "a.png"), "x", annotations=(box,))], gaze_blur=5)
    facts = found.facts["a"]
    assert facts.size == (20, 30)
    assert facts.known
    assert facts.area == pytest.approx(0.5)
    assert found.problems == []
    found.raise_problems()


def test_digests_tell_files_and_pixels_apart(tmp_path: Path) -> None:
    first = noise(tmp_path / "a.png")
    copy = tmp_path / "b.png"
    copy.write_bytes(first.read_bytes())
    Image.open(first).save(tmp_path / "c.bmp")
    records = [Record(p.stem, p, "x") for p in (first, copy, tmp_path / "c.bmp", noise(tmp_path / "d.png", seed=1))]
    a, b, c, d = survey(records, gaze_blur=5).facts.values()
    assert a.file == b.file != c.file
    assert a.pixels == b.pixels == c.pixels != d.pixels
    assert not a.known
    assert a.area is None


def test_every_problem_is_collected_and_the_first_is_raised_with_the_number_of_others(tmp_path: Path) -> None:
    good = noise(tmp_path / "good.png")
    cut = noise(tmp_path / "cut.png")
    cut.write_bytes(cut.read_bytes()[:400])
    small = tmp_path / "small.png"
    Image.new("L", (4, 4), 255).save(small)
    records = [
        Record("fine", good, "x"),
        Record("missing", tmp_path / "gone.png", "x"),
        Record("truncated", cut, "x"),
        Record("mask", good, "x", annotations=(Annotation("mask", small),)),
        Record("box", good, "x", annotations=(Annotation("box", points=((90, 0, 95, 5),)),)),
        Record("avoided", good, "x", avoid=(Annotation("mask", tmp_path / "gone.png"),)),
    ]
    found = survey(records, gaze_blur=5)
    assert list(found.facts) == ["fine"]
    for problem, part in zip(
        found.problems, ["no such file", "cut short", "does not have the size of its image", "lies outside", "no such file"], strict=True
    ):
        assert part in problem.reason
    with pytest.raises(UserError, match=r"gone\.png: no such.* 1 more has the same problem\. There are 3 more problems"):
        found.raise_problems()


def test_a_second_survey_decodes_only_what_has_changed(tmp_path: Path, looks: list[str]) -> None:
    a, b = (Record(name, noise(tmp_path / f"{name}.bmp", seed), "x") for seed, name in enumerate("ab"))  # no size tells them apart
    first = survey([a, b], gaze_blur=5)
    looks.clear()
    second = survey([a, b], gaze_blur=5)
    assert looks == []
    for id, facts in first.facts.items():
        assert np.array_equal(facts.thumbnail, second.facts[id].thumbnail)  # type: ignore[arg-type]
        assert replace(facts, thumbnail=None) == replace(second.facts[id], thumbnail=None)
    noise(tmp_path / "b.bmp", seed=7)
    assert survey([a, b], gaze_blur=5).facts["b"].pixels != first.facts["b"].pixels
    assert looks == ["b"]


def test_other_annotations_or_another_blur_are_looked_at_anew(tmp_path: Path, looks: list[str]) -> None:
    plain = Record("a", noise(tmp_path / "a.png"), "x")
    boxed = replace(plain, annotations=(Annotation("box", points=((0, 0, 5, 5),)),))
    avoided = replace(plain, avoid=boxed.annotations)
    for record, blur in [(plain, 5), (boxed, 5), (avoided, 5), (plain, 7)]:
        survey([record], gaze_blur=blur)
    assert len(looks) == 4
    assert survey([boxed], gaze_blur=5).facts["a"].known
    assert not survey([avoided], gaze_blur=5).facts["a"].known
    elsewhere = replace(plain, annotations=(replace(boxed.annotations[0], size=(1, 1)),))
    assert "drawn on a picture of 1 x 1 pixels" in str(survey([elsewhere], gaze_blur=5).problems)


def test_the_looks_are_remembered_as_they_were_seen(tmp_path: Path, looks: list[str]) -> None:
    record = Record("a", noise(tmp_path / "a.png"), "x")
    first, second = (survey([record], gaze_blur=5).facts["a"].looks for _ in range(2))
    assert first is not None
    assert first == second
    assert first.file_size == (tmp_path / "a.png").stat().st_size
    assert looks == ["a"]


def test_problems_are_not_remembered(tmp_path: Path) -> None:
    record = Record("a", tmp_path / "a.png", "x")
    assert survey([record], gaze_blur=5).problems
    noise(tmp_path / "a.png")
    assert not survey([record], gaze_blur=5).problems


def test_progress_counts_every_record(tmp_path: Path) -> None:
    path, steps = noise(tmp_path / "a.png"), []
    survey([Record(str(i), path, "x") for i in range(3)], gaze_blur=5, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


@dataclass(frozen=True)
class Drawn:
    key: str

    def draw(self) -> np.ndarray:
        raise AssertionError("a survey draws nothing")


def test_drawables_are_told_apart_by_their_keys_without_drawing(store: Path) -> None:
    records = [Record(str(i), Drawn(key), "x", annotations=(Annotation("nothing"),)) for i, key in enumerate("ppq")]
    a, b, c = survey(records, gaze_blur=5).facts.values()
    assert a.pixels == b.pixels != c.pixels
    assert a.thumbnail is None
    assert a.known


@pytest.mark.parametrize("points", [(), ((float("nan"), float("nan")),), ((500.0, 5.0), (-3.0, 2.0))])
def test_a_gaze_that_never_touches_its_image_is_to_be_looked_at(tmp_path: Path, points: tuple[tuple[float, ...], ...]) -> None:
    picture = noise(tmp_path / "a.png")
    found = survey([Record("a", picture, "x", annotations=(Annotation("gaze", points=points),)), Record("b", picture, "x")], gaze_blur=5)
    assert [(remark.where, "no sample of its gaze" in remark.reason) for remark in found.remarks] == [(str(picture), True)]
    touching = Record("a", picture, "x", annotations=(Annotation("gaze", points=(*points, (3.0, 4.0))),))
    assert survey([touching], gaze_blur=5).remarks == []


@pytest.mark.parametrize(("outside", "said"), [(3, None), (6, "27% of the samples lie outside"), (14, "50% .*in 1 images more than half")])
def test_gaze_beside_the_images_is_said_once(tmp_path: Path, outside: int, said: str | None) -> None:
    inside, beside = (3.0, 4.0), (300.0, 4.0)
    gazes = [(beside,) * outside + (inside,) * (15 - outside), (inside,) * 13 + (beside,) * (2 if outside == 6 else 0)]
    records = [
        Record(str(i), noise(tmp_path / f"{i}.png", i), "x", annotations=(Annotation("gaze", points=points),))
        for i, points in enumerate(gazes)
    ]
    for _ in range(2):  # the second time from what is remembered
        remarks = survey(records, gaze_blur=5).remarks
        assert len(remarks) == (said is not None)
        assert said is None or re.search(said, str(remarks[0]))


def remarks_of(tmp_path: Path, mark: Annotation) -> list[UserError]:
    path = tmp_path / "1.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (100, 100, 3), np.uint8)).save(path)
    return survey([Record("1", path, "a", annotations=(mark,))], gaze_blur=5).remarks


@pytest.mark.parametrize(
    ("mark", "excess"),
    [
        (Annotation("box", points=((50, 50, 117, 90),)), "17"),
        (Annotation("polygon", points=((-4, 10), (40, 10), (40, 103.5))), "4"),
        (Annotation("mask", PolygonsMask("here", (100, 100), ((50, 50, 90, 50, 90, 112.5),))), "12.5"),
        (Annotation("box", points=((-2, 0, 102, 100),)), None),
    ],
)
def test_boxes_and_outlines_that_leave_their_image_are_to_be_looked_at(tmp_path: Path, mark: Annotation, excess: str | None) -> None:
    said = [str(remark) for remark in remarks_of(tmp_path, mark)]
    assert [f"leaves the image, by {excess} pixels at most, and is cut off there" in one for one in said] == [True] * bool(excess)


@pytest.mark.parametrize(("hole", "said"), [(28, 1), (18, 0), (0, 0)])
def test_a_mask_that_is_a_line_around_an_area_is_to_be_looked_at(tmp_path: Path, hole: int, said: int) -> None:
    distance = np.hypot(*np.mgrid[-50:50, -50:50])
    Image.fromarray(((distance < 30) & (distance >= hole)).astype(np.uint8) * 255).save(tmp_path / "m.png")
    assert sum("marks a line around an area" in str(one) for one in remarks_of(tmp_path, Annotation("mask", tmp_path / "m.png"))) == said
