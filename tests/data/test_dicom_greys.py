"""From the stored values of a DICOM file to brightness."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from dicoms import RAMP, greys, write_dicom
from pydicom import Dataset, dcmread

from sightline.data.images import open_image
from sightline.errors import UserError


def lookup_table(bits: int, values: list[int]) -> Dataset:
    table = Dataset()
    table.LUTDescriptor = [len(values), 0, bits]
    table.add_new("LUTData", "US", values)
    return table


def test_without_a_window_the_image_is_shown_by_its_own_range(tmp_path: Path) -> None:
    wanted = [round(v * 255 / 2730) for v in RAMP[0]]
    assert greys(write_dicom(tmp_path / "12.dcm", RAMP, bits=12)) == wanted
    assert greys(write_dicom(tmp_path / "16.dcm", RAMP, bits=16)) == wanted, "a CT of 12 bits in 16 is no grey card"
    signed = np.array([[0x8000, 0, 0x7FFF]])
    assert greys(write_dicom(tmp_path / "signed.dcm", signed, bits=16, PixelRepresentation=1)) == [0, 128, 255]
    padded = np.array([[0xF830, 0, 100, 200]])  # -2000 around the field of view
    attributes = {"PixelRepresentation": 1, "PixelPaddingValue": -2000}
    assert greys(write_dicom(tmp_path / "padded.dcm", padded, bits=16, **attributes)) == [0, 0, 127, 255]


def test_eight_bits_without_a_window_are_shown_as_they_are(tmp_path: Path) -> None:
    assert greys(write_dicom(tmp_path / "8.dcm", np.array([[10, 100, 200]]), bits=8)) == [10, 100, 200]


def test_a_scale_of_the_data_set_takes_the_place_of_a_missing_window(tmp_path: Path) -> None:
    plain = write_dicom(tmp_path / "plain.dcm", RAMP, RescaleSlope=1, RescaleIntercept=-1000)
    assert open_image(plain, (-1000, 1000))[0, :, 0].tolist() == [0, 128, 255, 255]
    windowed = write_dicom(tmp_path / "windowed.dcm", RAMP, WindowCenter=1000.5, WindowWidth=2001)
    assert open_image(windowed, (-5000, 5000))[0, :, 0].tolist() == [0, 128, 255, 255]


@pytest.mark.parametrize("window", [{}, {"WindowCenter": -1000, "WindowWidth": 2001}])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_negative_slope_shows_large_values_bright(tmp_path: Path, window: dict[str, float], bits: int) -> None:
    stored = np.array([[0, 100, 200]]) if bits == 8 else np.array([[0, 1000, 2000]])
    scale = -10 if bits == 8 else -1
    shown = greys(write_dicom(tmp_path / "a.dcm", stored, bits=bits, RescaleSlope=scale, RescaleIntercept=0, **window))
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == 255
    assert shown[0] - shown[-1] > 190


@pytest.mark.parametrize("slope", [0, "nan", "inf"])
def test_a_slope_that_says_nothing_is_named(tmp_path: Path, slope: object) -> None:
    with pytest.raises(UserError, match=r"a\.dcm: has a RescaleSlope of .*correct its attribute RescaleSlope"):
        open_image(write_dicom(tmp_path / "a.dcm", RAMP, RescaleSlope=slope, RescaleIntercept=0))


def test_an_empty_rescale_and_strings_are_read(tmp_path: Path) -> None:
    plain = greys(write_dicom(tmp_path / "plain.dcm", RAMP))
    assert greys(write_dicom(tmp_path / "empty.dcm", RAMP, RescaleSlope="", RescaleIntercept="")) == plain
    assert greys(write_dicom(tmp_path / "text.dcm", RAMP, RescaleSlope="2.0", RescaleIntercept="-10")) == plain


def test_a_window_that_cannot_be_used_is_passed_over(tmp_path: Path) -> None:
    plain = greys(write_dicom(tmp_path / "plain.dcm", RAMP))
    assert greys(write_dicom(tmp_path / "zero.dcm", RAMP, WindowCenter=0, WindowWidth=0)) == plain
    assert greys(write_dicom(tmp_path / "half.dcm", RAMP, WindowCenter=900)) == plain
    second = write_dicom(tmp_path / "second.dcm", RAMP, WindowCenter=[0, 1000.5], WindowWidth=[0, 2001])
    assert greys(second) == [0, 128, 255, 255]
    assert greys(write_dicom(tmp_path / "one.dcm", RAMP, WindowCenter=1500, WindowWidth=1)) == [0, 0, 255, 255]


def test_the_window_s_function_is_heeded(tmp_path: Path) -> None:
    window = {"WindowCenter": 1000, "WindowWidth": 2000}
    assert greys(write_dicom(tmp_path / "exact.dcm", RAMP, VOILUTFunction="LINEAR_EXACT", **window)) == [0, 128, 255, 255]
    sigmoid = greys(write_dicom(tmp_path / "sigmoid.dcm", RAMP, VOILUTFunction="SIGMOID", **window))
    assert sigmoid == [round(255 / (1 + np.exp(-4 * (v - 1000) / 2000))) for v in RAMP[0]]


def test_values_beyond_the_stated_bits_are_refused_instead_of_cut_off(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", np.array([[0, 4095, 5000]]), bits=16)
    file = dcmread(path)
    file.BitsStored, file.HighBit = 12, 11
    file.save_as(path)
    with pytest.raises(UserError, match=r"says that its values have 12 bits, but they reach from 0 to 5000\. .*BitsStored"):
        open_image(path)


def test_the_first_window_is_applied(tmp_path: Path) -> None:
    shown = greys(write_dicom(tmp_path / "a.dcm", RAMP, WindowCenter=[1500.5, 40], WindowWidth=[1001, 80]))
    assert shown == [0, 0, 255, 255]  # PS3.3 C.11.2.1.2.1: 1000 is the last black, 2000 the first white
    assert greys(write_dicom(tmp_path / "b.dcm", RAMP, WindowCenter=1000.5, WindowWidth=2001)) == [0, 128, 255, 255]


def test_a_rescale_moves_the_window_with_it(tmp_path: Path) -> None:
    plain = greys(write_dicom(tmp_path / "a.dcm", RAMP))
    assert greys(write_dicom(tmp_path / "b.dcm", RAMP, RescaleSlope=2, RescaleIntercept=-1024)) == plain
    window = {"WindowCenter": 2 * 1000.5 - 1024 - 0.5, "WindowWidth": 4001}
    assert greys(write_dicom(tmp_path / "c.dcm", RAMP, RescaleSlope=2, RescaleIntercept=-1024, **window)) == [0, 128, 255, 255]


def test_a_lookup_table_goes_before_the_window(tmp_path: Path) -> None:
    table = lookup_table(10, [1023 - v // 4 for v in range(4096)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = greys(
            write_dicom(
                tmp_path / "a.dcm",
                RAMP,
                VOILUTSequence=[table],
                WindowCenter=5,
                WindowWidth=2,
                RescaleSlope=1,
                RescaleIntercept=0,
            )
        )
    assert shown == [round((1023 - v // 4) * 255 / 1023) for v in RAMP[0]]


def test_a_modality_table_gives_the_range(tmp_path: Path) -> None:
    table = lookup_table(8, [v // 16 for v in range(4096)])
    assert greys(write_dicom(tmp_path / "a.dcm", RAMP, ModalityLUTSequence=[table])) == [v // 16 for v in RAMP[0]]
