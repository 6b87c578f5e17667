"""Pictures and masks in odd encodings, and damaged ones."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from faulty.fault import Fault, Judge, Outcome, Step, Verdict, either, reads, refused
from faulty.scenes import LABELS, NAMES, SIDE, classes, mask, save, scene

ALL = len(NAMES)
FIRST = NAMES[0]
CHECK = ["data", "check", "folder", "--root", "photos", "--json", "report.json"]
Encoded = Callable[[np.ndarray], bytes]


def faults() -> list[Fault]:
    """One odd picture or mask, or all of them, in an otherwise sound folder."""
    return [*_damaged(), *_kinds(), *_deep(), *_masks(), *_dicoms()]


def _fault(name: str, fill: Callable[[Path], object], judge: Judge, *settings: str) -> Fault:
    def build(folder: Path) -> list[Step]:
        photos = folder / "photos"
        classes(photos)
        fill(photos)
        return [[*CHECK, *(part for setting in settings for part in ("--set", setting))]]

    return Fault("pictures", name, build, judge)


def _as(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    file = BytesIO()
    (image or Image.fromarray(scene(FIRST))).save(file, kind, **options)
    return file.getvalue()


def _first(suffix: str, content: bytes) -> Callable[[Path], object]:
    """The first picture, encoded in another way."""

    def fill(photos: Path) -> None:
        old = photos / LABELS[FIRST] / f"{FIRST}.png"
        old.unlink()
        old.with_suffix(suffix).write_bytes(content)

    return fill


def _damaged() -> list[Fault]:
    whole = {kind: _as(kind) for kind in ("PNG", "JPEG", "TIFF", "BMP", "WEBP")}
    suffix = {"PNG": ".png", "JPEG": ".jpg", "TIFF": ".tif", "BMP": ".bmp", "WEBP": ".webp"}
    named = refused(FIRST)
    found = []
    for kind, content in whole.items():
        end = suffix[kind]
        found += [
            _fault(f"{kind} cut in half", _first(end, content[: len(content) // 2]), named),
            _fault(f"{kind} of its first 20 bytes", _first(end, content[:20]), named),
            _fault(
                f"{kind} with its end overwritten by zeros",
                _first(end, content[: len(content) * 2 // 3] + bytes(len(content) // 3)),
                either(named, reads(images=ALL)),
            ),
            _fault(f"{kind} filled with zeros", _first(end, bytes(len(content))), named),
            _fault(f"{kind} with bytes after its end", _first(end, content + b"more" * 99), reads(images=ALL)),
        ]
    wide = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    return [*found, _fault("a PNG that claims 60,000 x 60,000 pixels", _first(".png", wide + bytes(60)), named)]


def _kinds() -> list[Fault]:
    rgb = Image.fromarray(scene(FIRST))
    grey = rgb.convert("L")
    sound = reads(images=ALL)
    return [
        _fault("CMYK JPEG", _first(".jpg", _as("JPEG", rgb.convert("CMYK"))), sound),
        _fault("grey PNG", _first(".png", _as("PNG", grey)), sound),
        _fault("palette PNG", _first(".png", _as("PNG", rgb.quantize(16))), sound),
        _fault("PNG of one bit", _first(".png", _as("PNG", grey.convert("1"))), either(sound, refused(FIRST))),
        _fault("PNG with alpha", _first(".png", _as("PNG", rgb.convert("RGBA"))), sound),
        _fault("LAB TIFF", _first(".tif", _as("TIFF", rgb.convert("LAB"))), either(sound, refused(FIRST))),
        _fault("progressive JPEG", _first(".jpg", _as("JPEG", rgb, progressive=True)), sound),
        _fault("a JPEG called .png", _first(".png", _as("JPEG", rgb)), sound),
        _fault("a GIF called .jpg", _first(".jpg", _as("GIF", rgb)), either(sound, refused(FIRST))),
        _fault("a picture of 1 x 1 pixel", _first(".png", _as("PNG", rgb.resize((1, 1)))), either(refused(FIRST), reads(FIRST))),
        _fault("a picture of 1 x 900 pixels", _first(".png", _as("PNG", rgb.resize((1, 900)))), either(sound, refused(FIRST))),
        _fault("a picture of one colour", _first(".png", _as("PNG", Image.new("RGB", (SIDE, SIDE), (9, 9, 9)))), reads(FIRST)),
        _fault("a black picture", _first(".png", _as("PNG", Image.new("RGB", (SIDE, SIDE)))), reads(FIRST)),
        _fault("an SVG called .png", _first(".png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), refused(FIRST)),
        _fault("a PDF called .jpg", _first(".jpg", b"%PDF-1.7\n" + bytes(500)), refused(FIRST)),
        _fault(
            "an animated GIF called .png",
            _first(".png", _as("GIF", rgb, save_all=True, append_images=[grey])),
            either(refused(FIRST), reads(FIRST)),
        ),
        _fault(
            "an animated WebP",
            _first(".webp", _as("WEBP", rgb, save_all=True, append_images=[grey.convert("RGB")])),
            either(refused(FIRST), reads(FIRST)),
        ),
    ]


def _all_pictures(suffix: str, encode: Callable[[np.ndarray, int], bytes]) -> Callable[[Path], object]:
    """Every picture, encoded in another way; the encoder gets grey pixels in [0, 1] and the picture's number."""

    def fill(photos: Path) -> None:
        for i, name in enumerate(NAMES):
            old = photos / LABELS[name] / f"{name}.png"
            old.unlink()
            old.with_suffix(suffix).write_bytes(encode(scene(name).mean(axis=2) / 255, i))

    return fill


def _tiff(pixels: np.ndarray) -> bytes:
    return _as("TIFF", Image.fromarray(pixels))


def _deep() -> list[Fault]:
    def scaled(top: float, other: float, kind: str) -> Callable[[Path], object]:
        return _all_pictures(".tif", lambda p, i: _tiff((p / p.max() * (other if i == 3 else top)).astype(kind)))

    def holding(value: float) -> Callable[[Path], object]:
        def encode(pixels: np.ndarray, number: int) -> bytes:
            changed = pixels.astype(np.float32)
            if number == 0:
                changed[5, 5] = value
            return _tiff(changed)

        return _all_pictures(".tif", encode)

    sound = reads(images=ALL)
    return [
        _fault("float TIFFs up to 1", scaled(1, 1, "float32"), sound),
        _fault("float TIFFs, one up to 1.02", scaled(1, 1.02, "float32"), either(sound, refused("float"))),
        _fault(
            "float TIFFs, one up to 255", scaled(1, 255, "float32"), either(refused("tif"), reads("tif"), reads("range"), reads("scale"))
        ),
        _fault("float TIFFs with a NaN", holding(np.nan), refused(FIRST)),
        _fault("float TIFFs with an infinity", holding(np.inf), refused(FIRST)),
        _fault("float TIFFs with a negative value", holding(-0.5), refused(FIRST)),
        _fault("16-bit TIFFs up to 4095", scaled(4095, 4095, "uint16"), sound),
        _fault("16-bit TIFFs, one up to 4100", scaled(4095, 4100, "uint16"), sound),
        _fault("32-bit TIFFs", scaled(70_000, 70_000, "int32"), sound),
        _fault("16-bit PNGs", _all_pictures(".png", lambda p, i: _as("PNG", Image.fromarray((p * 65535).astype(np.uint16)))), sound),
    ]


def _masks() -> list[Fault]:
    def marks(
        change: Callable[[np.ndarray], np.ndarray | Image.Image], suffix: str = ".png", only: str | None = None, **options: object
    ) -> Callable[[Path], object]:
        def fill(photos: Path) -> None:
            for name in NAMES:
                changed = change(mask(name)) if only in (None, name) else mask(name)
                image = changed if isinstance(changed, Image.Image) else Image.fromarray(changed)
                image.save(photos / LABELS[name] / f"{name}_mask{suffix}", **options)

        return fill

    def area(most: float) -> Judge:
        truth = float(np.mean([mask(n).astype(bool).mean() for n in NAMES]))

        def judge(outcome: Outcome) -> tuple[Verdict, str]:
            verdict, why = reads(images=ALL, known=ALL)(outcome)
            found = outcome.report().get("median_roi_area") or 0
            if verdict == "right" and abs(found / truth - 1) > most:
                return "silently wrong", f"median area {found:.4f}, true mean {truth:.4f}"
            return verdict, why

        return judge

    def alpha(m: np.ndarray) -> Image.Image:
        return Image.merge("RGBA", [*Image.new("RGB", m.shape[::-1], (255, 0, 0)).split(), Image.fromarray(m)])

    def palette(m: np.ndarray) -> Image.Image:
        image = Image.fromarray((m > 0).astype(np.uint8)).convert("P")
        image.putpalette([0, 0, 0, 200, 30, 30] + [0] * 762)
        return image

    def resized(m: np.ndarray) -> Image.Image:
        return Image.fromarray(m).resize((30, 30)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)

    def red(m: np.ndarray) -> np.ndarray:
        return np.stack([m, np.zeros_like(m), np.zeros_like(m)], axis=2)

    def labels(m: np.ndarray) -> np.ndarray:
        changed = np.where(m > 0, np.uint8(255), np.uint8(0))
        changed[:, : SIDE // 2] //= 2
        return changed

    exact = area(0.001)
    return [
        _fault("masks of 0 and 255", marks(lambda m: m), exact),
        _fault("masks of 0 and 1", marks(lambda m: m // 255), exact),
        _fault("masks of 0 and 128", marks(lambda m: m // 255 * 128), exact),
        _fault("masks of one bit", marks(lambda m: Image.fromarray(m).convert("1")), exact),
        _fault("masks of 16 bits", marks(lambda m: m.astype(np.uint16) * 257), exact),
        _fault("masks of 16 bits, 0 and 1", marks(lambda m: (m // 255).astype(np.uint16)), exact),
        _fault("masks in a palette", marks(palette), exact),
        _fault("masks in red", marks(red), exact),
        _fault("masks in the alpha channel", marks(alpha), either(exact, refused("alpha"))),
        _fault("masks as JPEG of quality 90", marks(lambda m: m, ".jpg", quality=90), area(0.03)),
        _fault("masks as JPEG of quality 75", marks(lambda m: m, ".jpg", quality=75), area(0.03)),
        _fault("masks that were resized", marks(resized), area(0.04)),
        _fault("label masks of 0, 127 and 255", marks(labels), either(refused("level"), refused("grey"), reads("level"))),
        _fault("an empty mask", marks(lambda m: m * 0, only=FIRST), either(reads(FIRST), refused(FIRST))),
        _fault("all masks empty", marks(lambda m: m * 0), either(reads("mask"), refused("mask"))),
        _fault("a full mask", marks(lambda m: m * 0 + 255, only=FIRST), either(reads(FIRST), refused(FIRST))),
        _fault("inverted masks", marks(lambda m: 255 - m), reads("inside and outside are exchanged")),
        _fault("a mask of another size", marks(lambda m: m[:30], only=FIRST), refused(FIRST, "48 x 30")),
        _fault("masks of half the size", marks(lambda m: m[::2, ::2]), refused("24 x 24")),
        _fault("masks turned by a quarter on oblong pictures", _oblong_turned, refused("mask")),
        _fault("photographs turned by EXIF, masks as stored", _exif_turned, either(refused("exif"), reads("exif"))),
        _fault(
            "a mask that is a photograph", marks(lambda m: Image.fromarray(scene(FIRST)), only=FIRST), either(refused(FIRST), reads(FIRST))
        ),
        _fault("a damaged mask", lambda p: (p / LABELS[FIRST] / f"{FIRST}_mask.png").write_bytes(b"\x89PNG\r\n"), refused(FIRST)),
    ]


def _oblong_turned(photos: Path) -> None:
    save(photos / "nevus" / "oblong.png", scene("oblong", (40, 60)))
    save(photos / "nevus" / "oblong_mask.png", np.rot90(np.pad(mask("oblong")[:40], ((0, 0), (0, 12)))).copy())


def _exif_turned(photos: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in NAMES:
        path = photos / LABELS[name] / f"{name}.png"
        path.unlink()
        Image.fromarray(scene(name, (40, 60))).save(path.with_suffix(".jpg"), exif=exif)
        save(path.with_name(f"{name}_mask.png"), np.pad(mask(name)[:40], ((0, 0), (0, 12))))


def dicom(pixels: np.ndarray, **values: object) -> bytes:
    """A DICOM file of one grey picture; values set or (None) remove attributes."""
    file = Dataset()
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.file_meta.MediaStorageSOPClassUID = file.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    file.file_meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID = generate_uid(entropy_srcs=["fault"])
    file.Rows, file.Columns = pixels.shape
    file.SamplesPerPixel, file.PhotometricInterpretation, file.PixelRepresentation = 1, "MONOCHROME2", 0
    file.BitsAllocated, file.BitsStored, file.HighBit = 16, 12, 11
    file.PixelData = pixels.astype("<u2").tobytes()
    for name, value in values.items():
        if value is None:
            delattr(file, name)
        else:
            setattr(file, name, value)
    stream = BytesIO()
    file.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _dicoms() -> list[Fault]:
    grey = (scene(FIRST).mean(axis=2) * 8).astype(np.uint16)
    sound, named = reads(images=ALL), refused(FIRST)
    plain = dicom(grey)
    return [
        _fault("DICOM", _first(".dcm", plain), sound),
        _fault("DICOM without preamble", _first(".dcm", plain[132:]), sound),
        _fault("DICOM cut in half", _first(".dcm", plain[: len(plain) // 2]), named),
        _fault("DICOM of its first 200 bytes", _first(".dcm", plain[:200]), named),
        _fault("DICOM of slope 0", _first(".dcm", dicom(grey, RescaleSlope="0", RescaleIntercept="0")), named),
        _fault("DICOM of a slope that is no number", _first(".dcm", plain.replace(b"MONOCHROME2 ", b"MONOCHROME9 ")), either(named, sound)),
        _fault("DICOM with more bits than it says", _first(".dcm", dicom(grey * 16, BitsStored=8, HighBit=7)), either(named, reads(FIRST))),
        _fault("DICOM of three frames", _first(".dcm", dicom(np.vstack([grey] * 3), Rows=SIDE, NumberOfFrames="3")), named),
        _fault("DICOM without rows", _first(".dcm", dicom(grey, Rows=None)), named),
        _fault("DICOM without pixels", _first(".dcm", dicom(grey, PixelData=None)), named),
        _fault("DICOM of one value", _first(".dcm", dicom(grey * 0 + 7)), either(reads(FIRST), named)),
        _fault("DICOM of window width 0", _first(".dcm", dicom(grey, WindowCenter="100", WindowWidth="0")), either(sound, named)),
        _fault("a PNG called .dcm", _first(".dcm", _as("PNG")), either(sound, named)),
        _fault("a text called .dcm", _first(".dcm", b"not a picture at all" * 30), named),
        _fault("a DICOM called .png", _first(".png", plain), either(sound, named)),
    ]
