"""Images of MIMIC-CXR, which other data sets annotate without containing them: as DICOM, or as JPEG of the same size."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sightline.data.images import image_size
from sightline.errors import UserError

IMAGES = (
    "PhysioNet gives credentialed users the images: https://physionet.org/content/mimic-cxr/2.0.0 (DICOM) or "
    "https://physionet.org/content/mimic-cxr-jpg/2.0.0"
)
RADIOGRAPHS = {
    "files/p*/p*/s*/*.[dj]*": "radiographs of MIMIC-CXR, DICOM or JPEG; they may lie in a folder of their own (data.options.images)"
}


def find_images(folder: Path, paths: Mapping[str, str]) -> dict[str, Path]:
    """The file of each image; one that is missing keeps the name that it should have.

    Args:
        folder: holds `files/p10/...` or `p10/...`, .dcm or .jpg.
        paths: id -> path as MIMIC-CXR's tables write it, up to `files/` whatever it may be.

    Raises:
        UserError: not one of them is there.
    """
    found = {id: _file(folder, path) for id, path in paths.items()}
    if not any(file.is_file() for file in found.values()):
        reason = f"holds none of the {len(found)} images, such as {next(iter(found.values())).relative_to(folder)}"
        raise UserError(folder, reason, f"Set data.options.images to the folder of MIMIC-CXR that holds files/p10/... {IMAGES}.")
    return found


def _file(folder: Path, path: str) -> Path:
    inside = Path(path.rpartition("files/")[2])
    options = [folder / top / inside.with_suffix(kind) for top in ("files", "") for kind in (".dcm", ".jpg")]
    return next((file for file in options if file.is_file()), options[0])


def check_size(image: Path, size: tuple[int, int]) -> None:
    """Refuses images that somebody has resized: gaze and boxes in original pixels would fall beside what they mean.

    Args:
        size: (H, W) of the original.
    """
    height, width = image_size(image)
    if (height, width) != size:
        reason = f"has {width} x {height} pixels, its original {size[1]} x {size[0]}"
        raise UserError(image, reason, f"Annotations are in pixels of the original: give images of full size. {IMAGES}.")
