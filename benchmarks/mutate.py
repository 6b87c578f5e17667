"""Files that no program wrote: pictures of each format with bits flipped, ends cut off, headers edited and parts exchanged.

    uv run python benchmarks/mutate.py --files 1000

Each mutated file is opened as an image, as a mask and as a heat map, and asked for its size. It may be read or refused in one line. The
table counts, for each format, how many were read and how many refused by all who asked, how many ended in a traceback, how many hung for
longer than `--seconds`, and how many ended the process. The last three have to be 0; the files that did so are kept in `--out`. A file that
is read although it was altered is none of these: formats without a checksum do not say that their pixels have changed.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

from sightline.data.images import image_size, open_image, open_map
from sightline.data.mask_levels import open_mask
from sightline.errors import UserError

HEADER = 400  # bytes that say what the rest is


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """One to four changes: flipped bits, a cut end, edited or repeated bytes, a number of the header set to an extreme."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        size = len(data)
        if size < 8:
            break
        head = int(rng.integers(0, min(size, HEADER)))
        place = int(rng.integers(0, size))
        match rng.choice(["flip", "flip head", "cut", "number", "noise", "repeat", "drop", "zero"]):
            case "flip":
                data[place] ^= 1 << int(rng.integers(0, 8))
            case "flip head":
                data[head] ^= 1 << int(rng.integers(0, 8))
            case "cut":
                del data[place:]
            case "number":
                width = int(rng.choice([1, 2, 4]))
                value = int(
                    rng.choice([0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width - 1), 2 ** (8 * width) - 1, 70_000 % 2 ** (8 * width)])
                )
                data[head : head + width] = value.to_bytes(width, "big" if rng.random() < 0.5 else "little")
            case "noise":
                length = int(rng.integers(1, 32))
                data[place : place + length] = rng.bytes(length)
            case "repeat":
                length = int(rng.integers(1, 200))
                data[place:place] = data[place : place + length]
            case "drop":
                del data[place : place + int(rng.integers(1, 64))]
            case "zero":
                length = min(int(rng.integers(1, 64)), size - place)
                data[place : place + length] = bytes(length)
    return bytes(data)


def originals(rng: np.random.Generator) -> dict[str, list[bytes]]:
    """Whole files of each format, of several kinds: depths, palettes, transparency, compressions, tags."""
    pixels = np.asarray(Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8)).resize((64, 48), Image.Resampling.BICUBIC))
    colour = Image.fromarray(pixels)
    grey, palette, bits = colour.convert("L"), colour.quantize(16), colour.convert("1")
    clear = colour.copy()
    clear.putalpha(grey)
    deep, floats = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), Image.fromarray(np.asarray(grey, np.float32) / 255)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a description"

    def saved(image: Image.Image, kind: str, **options: object) -> bytes:
        file = io.BytesIO()
        image.save(file, kind, **options)  # type: ignore[arg-type]
        return file.getvalue()

    tiffs = [saved(colour, "TIFF", compression=name) for name in (None, "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")]
    return {
        "PNG": [*(saved(i, "PNG") for i in (colour, grey, palette, bits, clear, deep)), saved(colour, "PNG", exif=exif)],
        "JPEG": [
            saved(colour, "JPEG", exif=exif),
            saved(grey, "JPEG"),
            saved(colour, "JPEG", progressive=True),
            saved(colour.convert("CMYK"), "JPEG"),
        ],
        "TIFF": [*tiffs, *(saved(i, "TIFF") for i in (bits, palette, clear, deep, floats)), saved(colour, "TIFF", exif=exif)],
        "BMP": [saved(i, "BMP") for i in (colour, grey, palette, bits)],
        "WEBP": [saved(colour, "WEBP", exif=exif), saved(clear, "WEBP", lossless=True), saved(colour, "WEBP", lossless=True)],
        "GIF": [saved(grey, "GIF"), saved(palette, "GIF"), saved(palette, "GIF", save_all=True, append_images=[palette.rotate(90)])],
        "DICOM": [*_dicoms(pixels)],
    }


def _dicoms(pixels: np.ndarray) -> Iterator[bytes]:
    for kind, values, bits, compress in (
        ("MONOCHROME2", pixels[..., 0].astype(np.uint16) * 16, 12, False),
        ("MONOCHROME1", pixels[..., 0], 8, False),
        ("RGB", pixels, 8, False),
        ("MONOCHROME2", pixels[..., 0].astype(np.uint16) * 16, 16, True),
    ):
        file = Dataset()
        file.file_meta = FileMetaDataset()
        file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        file.SOPClassUID, file.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", generate_uid()
        file.WindowCenter, file.WindowWidth, file.RescaleSlope, file.RescaleIntercept = [2000, 40], [4000, 80], "1.5", "-1024"
        file.set_pixel_data(np.ascontiguousarray(values), kind, bits)
        if compress:
            file.compress(RLELossless)
        written = io.BytesIO()
        file.save_as(written, enforce_file_format=True)
        yield written.getvalue()
        yield written.getvalue()[132:]


def outcome(path: Path) -> str:
    """`read`, `refused`, or the traceback."""
    refused = 0
    for use in (open_image, open_mask, open_map, image_size):
        try:
            use(path)
        except UserError as error:
            if "\n" in str(error):
                return f"a message of several lines: {error}"
            refused += 1
        except BaseException:
            return traceback.format_exc()
    return "refused" if refused == 4 else "read"


def _work(jobs: list[Path], answers: Connection) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders written in C say on their own what they stumble over
    for path in jobs:
        answers.send(outcome(path))


def tried(files: list[Path], seconds: float) -> Iterator[tuple[Path, str]]:
    """Each file with what became of it; a process of its own is ended and started anew where one hangs or dies."""
    context, left = multiprocessing.get_context("spawn"), list(files)
    while left:
        mine, theirs = context.Pipe()
        worker = context.Process(target=_work, args=(left, theirs), daemon=True)
        worker.start()
        theirs.close()
        patience = seconds + 60  # until it has started
        while left:
            try:
                said = mine.recv() if mine.poll(patience) else "hang"
            except EOFError:
                said = "process ended"
            yield left.pop(0), said
            patience = seconds
            if said in ("hang", "process ended"):
                break
        worker.kill()
        worker.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000, help="of each format")
    parser.add_argument("--only", nargs="*", default=None, help="these formats")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20, help="after which a file counts as hanging")
    parser.add_argument("--out", type=Path, default=None, help="folder for the files that went wrong")
    arguments = parser.parse_args()
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
    worst = 0
    print(f"{'format':8s} {'read':>6s} {'refused':>8s} {'tracebacks':>11s} {'hangs':>6s} {'crashes':>8s} {'seconds':>8s}")
    for kind, whole in originals(np.random.default_rng(arguments.seed)).items():
        if arguments.only and kind not in arguments.only:
            continue
        rng, began, counts = np.random.default_rng([arguments.seed, len(kind), *kind.encode()]), time.perf_counter(), Counter[str]()
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"{i:05d}.{'dcm' if kind == 'DICOM' else kind.lower()}" for i in range(arguments.files)]
            for i, file in enumerate(files):
                file.write_bytes(mutated(whole[i % len(whole)], rng))
            for file, said in tried(files, arguments.seconds):
                known = said if said in ("read", "refused", "hang", "process ended") else "traceback"
                counts[known] += 1
                if known not in ("read", "refused"):
                    print(f"  {kind} {file.name}: {said.strip().splitlines()[-1]}")
                    if arguments.out:
                        (arguments.out / file.name).write_bytes(file.read_bytes())
                        (arguments.out / f"{file.name}.txt").write_text(said, encoding="utf-8")
        worst += counts["traceback"] + counts["hang"] + counts["process ended"]
        row = [counts[name] for name in ("read", "refused", "traceback", "hang", "process ended")]
        print("{:8s} {:6d} {:8d} {:11d} {:6d} {:8d} {:8.1f}".format(kind, *row, time.perf_counter() - began))
    raise SystemExit(bool(worst))


if __name__ == "__main__":
    main()
