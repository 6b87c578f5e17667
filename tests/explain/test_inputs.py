"""What people name in place of a picture, and names that would fall together on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.attention.classifier import build
from sightline.errors import UserError
from sightline.explain.inputs import file_name, opened, pixels_of, untaken
from sightline.explain.maps import explain
from sightline.recipe import Recipe


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda p: p.mkdir(), r"is a folder.*Give its files"),
        (lambda p: None, "no such file"),
        (lambda p: p.write_bytes(b""), "is empty"),
        (lambda p: p.write_text("id,label\n1,a\n", encoding="utf-8"), "is not an image that can be read"),
        (os.mkfifo, "is not a file"),
        (lambda p: p.symlink_to(p.with_name("gone")), "no such file"),
    ],
)
def test_each_mistake_has_its_own_words(tmp_path: Path, make, why: str, tiny_recipe) -> None:
    path = tmp_path / "x.png"
    make(path)
    for call in (lambda: pixels_of(path, tiny_recipe().data), lambda: opened([path], tiny_recipe().data)):
        with pytest.raises(UserError, match=why):
            call()


def test_no_picture_at_all_is_said(tmp_path: Path, tiny_recipe) -> None:
    with pytest.raises(UserError, match="no picture given"):
        explain(build(tiny_recipe(), 2), [], tmp_path)


def drawn(recipe: Recipe, out: Path, pictures: list[Path], classes: list[str], target: str | None = None) -> list[Path]:
    return explain(build(recipe, len(classes)), pictures, out, target, classes=classes, data=recipe.data)


def test_pictures_and_classes_of_like_names_have_files_of_their_own(tmp_path: Path, tiny_recipe) -> None:
    """The second `a.png` becomes `a-2`; and then there is an `a-2.png`."""
    pictures = [tmp_path / name for name in ("1/a.png", "2/a.png", "3/a-2.png", "4/A.png", "5/a?.png")]
    for i, path in enumerate(pictures):
        path.parent.mkdir()
        Image.fromarray(np.full((40, 40, 3), 40 * i, np.uint8)).save(path)
    classes = ["x/y", "x_y", "X y", "../x", "\udcff\n"]
    written = drawn(tiny_recipe(), tmp_path / "out", pictures, classes, "all")
    assert len(written) == len({str(path).casefold() for path in written}) == 3 * len(pictures) * len(classes)
    assert all(path.is_file() and path.resolve().parent == tmp_path / "out" for path in written)


def test_long_names_fit_on_a_disk(tmp_path: Path, tiny_recipe) -> None:
    picture = tmp_path / f"{'ä' * 120}.png"
    Image.new("RGB", (40, 40)).save(picture)
    classes = ["ש" * 300, "b"]
    written = drawn(tiny_recipe(), tmp_path / "out", [picture], classes, "all")
    assert all(path.is_file() for path in written)


def test_file_names() -> None:
    assert file_name("../a b") == ".._a_b"
    assert file_name("///") == "_"
    assert len(file_name("x" * 500)) == 64
    assert file_name("x" * 500) != file_name("x" * 501)
    taken: set[str] = set()
    assert [untaken(name, taken) for name in ("a", "a", "A", "a-2")] == ["a", "a-2", "A-3", "a-2-2"]
