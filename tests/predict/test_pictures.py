"""Pictures are found in files, folders and tables, in an order that does not depend on the disk."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from PIL import Image

from sightline.errors import UserError
from sightline.predict.pictures import wanted


def test_a_folder_gives_all_its_pictures_folder_by_folder(pictures) -> None:
    names = [one.path.relative_to(pictures).as_posix() for one in wanted([pictures])]
    assert names == ["a.png", "b.png", "c.png", "d.png", "e.png", "f.png", "more/g.png", "more/h.png", "more/i.png"]


def test_files_come_in_the_order_in_which_they_are_given(pictures) -> None:
    asked = [pictures / "c.png", pictures / "a.png"]
    assert [one.path for one in wanted(asked)] == asked
    assert [one.name for one in wanted(asked)] == [str(path) for path in asked]


def test_a_table_names_pictures_and_regions(pictures) -> None:
    table = pictures / "list.csv"
    table.write_text("Image;box\na.png;1 2 30 40\nmore\\g.png;\nb.png;nonsense\n", encoding="utf-8")
    whole, bare, wrong = wanted([table])
    assert (whole.name, whole.path) == ("a.png", pictures / "a.png")
    assert whole.region[0].kind == "box"
    assert bare.path == pictures / "more/g.png"
    assert not bare.region
    assert not wrong.region
    assert "line 4" in wrong.note, "a region that cannot be read is no reason to leave the picture out"
    table.unlink()


def test_a_link_to_a_folder_above_does_not_lead_round_and_round(tmp_path, pictures) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes((pictures / "a.png").read_bytes())
    (tmp_path / "in" / "back").symlink_to(tmp_path)
    assert [one.path.name for one in wanted([tmp_path])] == ["a.png"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "does not exist"), ("", "column `image`"), ("file_x,label\na.png,1\n", "column `image`"), ("image\n", "no rows")],
)
def test_what_holds_no_picture_is_refused(tmp_path, content, reason) -> None:
    table = tmp_path / "list.csv"
    if content is not None:
        table.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=reason):
        list(wanted([table]))


def test_files_that_are_no_pictures_are_counted_by_suffix(tmp_path, pictures) -> None:
    for name in ("b.gif", "c.GIF", "notes", "d.npy", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "a.png").write_bytes((pictures / "a.png").read_bytes())
    left_out: Counter[str] = Counter()
    assert [one.path.name for one in wanted([tmp_path, pictures], left_out=left_out)][:1] == ["a.png"]
    assert left_out == {".gif": 2, "no suffix": 1, ".npy": 1, ".txt": 1}


def test_an_empty_folder_is_refused(tmp_path) -> None:
    with pytest.raises(UserError, match="holds no picture"):
        list(wanted([tmp_path]))


def test_masks_beside_their_pictures_are_no_pictures(tmp_path) -> None:
    photograph = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    mask = np.zeros((32, 32), np.uint8)
    mask[8:20, 8:20] = 255
    for name, pixels in [
        ("a.png", photograph),
        ("a_mask.png", mask),
        ("a_lesion.png", photograph),  # a picture from nearby
        ("b_segmentation.png", mask),  # of no picture
    ]:
        Image.fromarray(pixels).save(tmp_path / name)
    assert [one.path.name for one in wanted([tmp_path])] == ["a.png", "a_lesion.png", "b_segmentation.png"]
    assert [one.path.name for one in wanted([tmp_path / "a_mask.png"])] == ["a_mask.png"]
