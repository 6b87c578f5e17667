"""Images of MIMIC-CXR: where they lie, and whether they have their full size."""

from __future__ import annotations

from pathlib import Path

import pytest
from tool_files import picture

from sightline.data.sets.mimic import check_size, find_images
from sightline.errors import UserError

PATHS = {"a": "files/p10/p100/s1/a.dcm", "b": "mimic-cxr/files/p10/p100/s1/b.dcm"}


@pytest.mark.parametrize("top", ["files", ""])
@pytest.mark.parametrize("kind", [".dcm", ".jpg"])
def test_images_are_found_as_dicom_or_jpeg_with_or_without_the_folder_files(tmp_path: Path, top: str, kind: str) -> None:
    first, second = (tmp_path / top / f"p10/p100/s1/{id}{kind}" for id in "ab")
    first.parent.mkdir(parents=True)
    first.touch()
    second.touch()
    assert find_images(tmp_path, PATHS) == {"a": first, "b": second}


def test_dicom_goes_before_jpeg_and_a_missing_one_keeps_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "files/p10/p100/s1"
    folder.mkdir(parents=True)
    for name in ("a.jpg", "a.dcm"):
        (folder / name).touch()
    assert find_images(tmp_path, PATHS) == {"a": folder / "a.dcm", "b": folder / "b.dcm"}
    for name in ("a.jpg", "a.dcm"):
        (folder / name).unlink()
    with pytest.raises(UserError, match=r"holds none of the 2 images, such as files/p10/p100/s1/a\.dcm\. Set data\.options\.images"):
        find_images(tmp_path, PATHS)


def test_an_image_of_another_size_than_its_original_is_refused(tmp_path: Path) -> None:
    image = picture(tmp_path / "a.jpg", (10, 8))
    check_size(image, (8, 10))
    with pytest.raises(UserError, match=r"a\.jpg: has 10 x 8 pixels, its original 8 x 10\. Annotations are in pixels of the original"):
        check_size(image, (10, 8))
