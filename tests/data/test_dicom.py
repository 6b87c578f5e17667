"""DICOM files: what is shown is the standard's pipeline, never the image's own maximum."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from dicoms import RAMP, greys, write_dicom
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders import JPEGLSLosslessDecoder
from pydicom.uid import JPEGLSLossless

from sightline.attention.classifier import build
from sightline.config import Data
from sightline.data import dataset, survey_store
from sightline.data.dicom import decode
from sightline.data.images import image_size, open_image
from sightline.data.sets.table import read
from sightline.data.survey import survey
from sightline.errors import UserError
from sightline.explain.maps import explain


def test_a_file_without_preamble_is_read_where_it_holds_an_image(tmp_path: Path) -> None:
    whole = write_dicom(tmp_path / "whole.dcm", RAMP)
    bare = tmp_path / "bare.dcm"
    bare.write_bytes(whole.read_bytes()[132:])
    assert (open_image(bare) == open_image(whole)).all()
    file = dcmread(whole)
    del file.file_meta
    file.save_as(tmp_path / "old.dcm", enforce_file_format=False, implicit_vr=True, little_endian=True)
    assert (open_image(tmp_path / "old.dcm") == open_image(whole)).all()
    assert image_size(tmp_path / "old.dcm") == (1, 4)


def test_the_content_decides_what_a_file_is(tmp_path: Path) -> None:
    whole = write_dicom(tmp_path / "whole.dcm", RAMP)
    for name in ("IM000001", "scan.png"):
        (tmp_path / name).write_bytes(whole.read_bytes())
        assert (open_image(tmp_path / name) == open_image(whole)).all()
        assert image_size(tmp_path / name) == (1, 4)
    Image.new("RGB", (5, 4), (9, 8, 7)).save(tmp_path / "photo.png")
    (tmp_path / "photo.png").rename(tmp_path / "photo.dcm")
    assert open_image(tmp_path / "photo.dcm")[0, 0].tolist() == [9, 8, 7]


def test_colours_of_a_kind_that_is_not_known_are_named(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", np.zeros((4, 4, 3)), "RGB", bits=8, PhotometricInterpretation="HSV")
    with pytest.raises(UserError, match="holds colours of the kind 'HSV'"):
        open_image(path)


def test_wide_values_need_little_memory(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "dose.dcm", np.zeros((1, 2)), bits=16)
    file = dcmread(path)
    file.BitsAllocated, file.BitsStored, file.HighBit = 32, 32, 31
    file.PixelData = np.array([[0, 4_000_000_000]], "<u4").tobytes()
    file.save_as(path)
    assert greys(path) == [0, 255]


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    dark, bright = (greys(write_dicom(tmp_path / f"{name}.dcm", RAMP, name)) for name in ("MONOCHROME1", "MONOCHROME2"))
    assert [255 - v for v in dark] == bright
    windowed = write_dicom(tmp_path / "w.dcm", RAMP, "MONOCHROME1", WindowCenter=1000, WindowWidth=11)
    assert greys(windowed)[0::2] == [255, 0], "after the window, not before"


def test_colours_stay(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    assert (decode(write_dicom(tmp_path / "a.dcm", pixels, "RGB", bits=8)) == pixels).all()
    assert (decode(write_dicom(tmp_path / "b.dcm", pixels.astype(np.uint16) * 257, "RGB", bits=16)) == pixels).all()


def test_pictures_of_any_data_set_may_be_dicom(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "SCAN.DCM", np.arange(12).reshape(3, 4) * 300)
    assert image_size(path) == (3, 4)
    assert (open_image(path) == decode(path)).all()


def test_what_is_wrong_is_said_in_words(tmp_path: Path) -> None:
    whole = write_dicom(tmp_path / "whole.dcm", np.zeros((64, 64))).read_bytes()
    for name, content, message in [
        ("text.dcm", b"no dicom at all" * 20, r"text\.dcm: is not a DICOM file\. Export it again"),
        ("cut.dcm", whole[: len(whole) - 1000], r"cut\.dcm: is cut short or damaged \(.+\)\. Fetch or export the file again"),
        ("head.dcm", whole[:300], r"head\.dcm: (is cut short|holds no pixels: it is cut short)"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=message):
            open_image(tmp_path / name)
    with pytest.raises(UserError, match=r"no\.dcm: no such file"):
        image_size(tmp_path / "no.dcm")
    with pytest.raises(UserError, match="holds 2 frames"):
        decode(write_dicom(tmp_path / "film.dcm", np.zeros((2, 4, 4)), NumberOfFrames=2))


@pytest.mark.skipif(find_spec("libjpeg") is not None, reason="the decoder is installed here")
def test_a_compression_without_its_decoder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JPEGLSLosslessDecoder, "_available", {})  # a decoder may be installed, as a dependency of others
    path = tmp_path / "a.dcm"
    whole = write_dicom(path, np.zeros((4, 4)), bits=8)
    file = dcmread(whole)
    file.file_meta.TransferSyntaxUID = JPEGLSLossless
    file.PixelData = encapsulate([b"nothing that a decoder would accept"])
    file["PixelData"].is_undefined_length = True
    file.save_as(path)
    with pytest.raises(UserError, match=r"cannot be decompressed .* \(JPEG-LS Lossless.*\)\. .*'sightline\[dicom\]'"):
        decode(path)


def test_a_table_of_ones_own_may_name_dicom_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    write_dicom(tmp_path / "a.dcm", np.ones((20, 30)))
    (tmp_path / "b.dcm").write_bytes(b"broken")
    Image.new("L", (30, 20), 255).save(tmp_path / "mask.png")
    (tmp_path / "table.csv").write_text("image,label,mask\na.dcm,x,mask.png\nb.dcm,y,\n", encoding="utf-8")
    found = survey(read(tmp_path / "table.csv"), gaze_blur=5)
    assert found.facts["a.dcm"].size == (20, 30)
    assert found.facts["a.dcm"].area == 1
    assert [problem.where for problem in found.problems] == [str(tmp_path / "b.dcm")]


def test_004_09_halving_keeps_gaze_on_what_was_looked_at(tmp_path: Path) -> None:
    """Gaze is drawn in original pixels; half the width and height is an `image_size` of half the longer side, padded."""
    pixels = np.zeros((64, 48))
    pixels[40:44, 12:16] = 4095
    write_dicom(tmp_path / "a.dcm", pixels)
    (tmp_path / "gaze.csv").write_text("x,y,duration\n13,41,0.5\n14,42,0.5\n-3,-3,9\n", encoding="utf-8")
    (tmp_path / "table.csv").write_text("image,label,gaze\na.dcm,x,gaze.csv\n", encoding="utf-8")
    planes = dataset.decode(read(tmp_path / "table.csv")[0], Data(image_size=32, fit="pad", gaze_blur=5))
    image, roi = planes.pixels[0].astype(int), planes.pixels[3]
    assert planes.pixels.shape[1:] == (32, 32)
    assert image[20:22, 10:12].min() > 150, "4 + 12 / 2: eight columns of padding on either side, halved"
    row, column = np.unravel_index(roi.argmax(), roi.shape)
    assert row in (20, 21)
    assert column in (10, 11)


def test_a_scan_can_be_explained(tmp_path: Path, tiny_recipe) -> None:  # type: ignore[no-untyped-def]
    scan = write_dicom(tmp_path / "scan.dcm", np.random.default_rng(0).integers(0, 4096, (40, 30)))
    written = explain(build(tiny_recipe(), 2).eval(), [scan], tmp_path / "out", classes=("normal", "ill"), data=Data(image_size=32))
    assert Image.open(written[0]).size == (30, 40)
