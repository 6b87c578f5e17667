"""A file that was sent: which kinds are taken, and how large a picture may be. Judged by its content before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from pydicom.filereader import read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian

from sightline.data.dicom import frames
from sightline.data.images import LARGEST, image_size
from sightline.data.stacks import MAGIC
from sightline.errors import UserError
from sightline.serve.limits import Limits
from sightline.serve.refused import Unreadable
from sightline.settings import MOST_CHANNELS

DICOM, ARRAY = ".dcm", ".npy"
KINDS = {  # how files of a kind begin; others, such as those that Pillow hands to another program, are not opened
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"II*\0": ".tif",
    b"MM\0*": ".tif",
    b"BM": ".bmp",
    b"GIF8": ".gif",
    MAGIC: ARRAY,
}


@dataclass(frozen=True)
class Upload:
    """A file that was sent: how the sender calls it, and where it lies."""

    name: str
    path: Path


def check(upload: Upload, limits: Limits) -> None:
    """Refuses what is not to be decoded.

    Raises:
        Unreadable: another kind of file, a picture that is too large, or several pictures in one file.
    """
    height, width = _size(upload, kind_of(upload))
    if height * width > limits.max_megapixels * 1e6:
        reason = f"has {width} x {height} pixels, and {limits.max_megapixels:g} million are the most that is taken"
        raise Unreadable(413, upload.name, f"{reason}. Send it smaller, or cut to the part that is needed.")


def kind_of(upload: Upload) -> str:
    """The ending that files of its kind have, by its content.

    Raises:
        Unreadable: it is of no kind that is taken.
    """
    with upload.path.open("rb") as file:
        head = file.read(132)
    if not head:
        raise Unreadable(422, upload.name, "is empty. Send it again.")
    if head[128:] == b"DICM":
        return DICOM
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    found = next((suffix for start, suffix in KINDS.items() if head.startswith(start)), None)
    if found is None:
        note = "is not a picture of a kind that is taken. Send PNG, JPEG, TIFF, BMP, GIF, WebP, DICOM or NPY."
        raise Unreadable(415, upload.name, note)
    return found


def _size(upload: Upload, kind: str) -> tuple[int, int]:
    """(H, W) as the head of the file says. Asking Pillow for the orientation would decode some files, so it is not asked."""
    if kind == DICOM:
        _check_dicom(upload)
    try:
        if kind in (DICOM, ARRAY):
            return image_size(upload.path)
        with Image.open(upload.path) as image:
            size = image.height, image.width
            if image.format == "TIFF" and _has_page(image, MOST_CHANNELS):
                raise UserError(upload.name, f"holds more than {MOST_CHANNELS} pages", "Save the one that is meant as a file of its own.")
            return size
    except UserError as error:
        raise Unreadable(422, upload.name, f"{error.reason}. {error.remedy}") from None
    except Image.DecompressionBombError:
        raise Unreadable(413, upload.name, f"has more than {LARGEST / 1e6:.0f} million pixels. Send it smaller.") from None
    except Exception:  # without a head, nothing is decoded; reading the pixels says what is wrong
        return 0, 0


def _has_page(image: Image.Image, number: int) -> bool:
    """Whether there is a page of that number, counted from 0; no page after it is looked for, of which there may be a million."""
    try:
        image.seek(number)
    except EOFError:
        return False
    return True


def _check_dicom(upload: Upload) -> None:
    """Refuses what is unpacked as a whole before its size is known, and files with several pictures."""
    try:
        syntax = read_file_meta_info(upload.path).get("TransferSyntaxUID")
    except Exception:  # damaged attributes raise almost anything; reading the pixels says what is wrong
        syntax = None
    if syntax == DeflatedExplicitVRLittleEndian:
        raise Unreadable(415, upload.name, "is deflated as a whole, which is not taken. Export it with another transfer syntax.")
    if (count := frames(upload.path)) > 1:
        raise Unreadable(422, upload.name, f"holds {count} frames. Send the one that is meant as a file of its own.")
