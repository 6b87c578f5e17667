"""Records as the writers see them: pictures, sizes, and marks with an outline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from records_to_write import BOX, GAZE, SIZE, TRIANGLE, entries, mask, record, records

from sightline.data.sets.outlines import PolygonsMask
from sightline.data.sets.phantom import read as phantom
from sightline.data.written.entries import Box, Entry, Outlines, Pixels, entries_of, left_out, relative
from sightline.errors import UserError
from sightline.types import Annotation


def test_marks_become_boxes_outlines_and_pixels(tmp_path: Path) -> None:
    first, second, third, last = (entry.drawn() for entry in entries(tmp_path))
    box, pixels = first.shapes
    assert box == Box((1, 2, 5, 6))
    assert isinstance(pixels, Pixels)
    assert (pixels.bounds, int(pixels.inside.sum())) == ((2, 1, 5, 4), 8)
    assert first.facts == {"group": "P1", "split": "train", "tag:ruler": True, "tag:age": 40}
    assert second.shapes == [Outlines((TRIANGLE.points,))]
    assert second.points == [(1.5, 1.5), (4.5, 2.5)], "the middle of each pixel, none outside of the picture"
    assert (third.shapes, third.nothing, last.shapes, last.nothing) == ([], True, [], False)
    assert {drawn.size for drawn in (first, second, third, last)} == {SIZE}


def test_outlines_are_kept_only_if_they_mark_the_same_pixels(tmp_path: Path) -> None:
    square, sliver = (2.0, 1.0, 6.0, 1.0, 6.0, 5.0, 2.0, 5.0), (8.1, 1.1, 8.3, 1.1, 8.3, 1.3)
    thick = entries_of([record(tmp_path, "a.png", "mel", Annotation("mask", PolygonsMask("x", SIZE, (square,))))])[0].drawn()
    assert thick.shapes == [Outlines((((2, 1), (6, 1), (6, 5), (2, 5)),))]
    thin = entries_of([record(tmp_path, "a.png", "mel", Annotation("mask", PolygonsMask("x", SIZE, (square, sliver))))])[0].drawn()
    (shape,) = thin.shapes
    assert isinstance(shape, Pixels)
    assert int(shape.inside.sum()) == 17


def test_an_empty_mask_is_nothing_to_mark_but_gaze_and_heat_maps_are_not(tmp_path: Path) -> None:
    empty = Annotation("mask", PolygonsMask("x", SIZE, ((0.1, 0.1, 0.2, 0.1, 0.2, 0.2),)))
    black = mask(tmp_path / "m.png")
    Image.new("L", SIZE[::-1]).save(tmp_path / "m.png")
    assert entries_of([record(tmp_path, "a.png", "mel", black)])[0].drawn().nothing
    assert not entries_of([record(tmp_path, "a.png", "mel", black, GAZE)])[0].drawn().nothing
    assert not entries_of([record(tmp_path, "a.png", "mel", empty)])[0].drawn().nothing, "a pixel is marked"


def test_every_shape_has_outlines() -> None:
    assert Box((1, 2, 5, 6)).outlines() == [((1, 2), (5, 2), (5, 6), (1, 6))]
    assert Outlines((TRIANGLE.points,)).outlines() == [TRIANGLE.points]
    assert Pixels(np.eye(2) > 0).outlines() == [((0, 0), (1, 0), (1, 1), (0, 1)), ((1, 1), (2, 1), (2, 2), (1, 2))]


def test_names_begin_below_the_folder_of_all_pictures(tmp_path: Path) -> None:
    assert [entry.name.as_posix() for entry in entries(tmp_path)] == ["a.png", "sub/b.png", "c.png", "d.png"]
    inner = [record(tmp_path, f"deep/er/{name}.png", "mel") for name in "ab"]
    assert [entry.name.as_posix() for entry in entries_of(inner)] == ["a.png", "b.png"]
    assert relative(tmp_path / "a/b.png", tmp_path / "out") == "../a/b.png"


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    one = record(tmp_path, "a.png", "mel", BOX)
    with pytest.raises(UserError, match="records: there is no image to write"):
        entries_of([])
    with pytest.raises(UserError, match=r"a\.png: is the picture of two records"):
        entries_of([one, record(tmp_path, "x/../a.png", "nev")])
    with pytest.raises(UserError, match="is no picture in a file of its own"):
        entries_of(phantom(None, size=32, train=2, val=2, test=2))
    outside = record(tmp_path, "b.png", "mel", Annotation("box", points=((20.0, 2.0, 25.0, 6.0),)))
    with pytest.raises(UserError, match="lies outside the image"):
        entries_of([outside])[0].drawn()


def test_what_a_format_does_not_hold_is_said_once_for_each_kind(tmp_path: Path) -> None:
    given = records(tmp_path)
    avoided = record(tmp_path, "e.png", "mel", Annotation("heatmap", tmp_path / "h.png"), avoid=(BOX,))
    found = [Entry(one, tmp_path, entries(tmp_path)[0].name) for one in (*given, avoided)]
    assert left_out(found, with_points=False) == [
        "Gaze recordings are not written: 1 image (sub/b.png)",
        "Heat maps have no outline and are not written: 1 image (e.png)",
        "Places to avoid and further regions are not written: 1 image (e.png)",
    ]
    assert left_out(found, with_points=True)[0].startswith("Gaze recordings are written as points, without durations")
    assert left_out(found[2:4], with_points=False) == []
