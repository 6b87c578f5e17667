"""DICOM pictures and the segmentation objects that refer to them; becomes one label and one ROI per picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sightline.data import dicom, table_cells
from sightline.data.formulas import from_text
from sightline.data.frames import Frame, is_dicom
from sightline.data.problems import each
from sightline.data.roots import existing_folder
from sightline.data.sets.label_by import By, labelled
from sightline.data.sets.objects import Classes, Empty, Image, Marked, Rule
from sightline.data.sets.picture_files import PictureFiles, split_of
from sightline.data.sets.segment_frames import Segment, segments_of
from sightline.data.sets.told import Told, told
from sightline.data.sets.walk import some
from sightline.data.sheet import read_sheet
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Records

WHERE = "Segmentation objects (DICOM SEG) are written by 3D Slicer, OHIF, MITK, highdicom and others."
LAYOUT = "DICOM pictures, and segmentation objects that refer to them, in any folders"
PARTS = {"**/*.dcm": "pictures and segmentation objects"}
COLUMNS = ("uid", "image", "label")


def read(
    root: Path | None,
    *,
    images: Path | None = None,
    table: Path | None = None,
    by: By = "auto",
    label: Rule = "refuse",
    classes: Classes = None,
    background: str | None = None,
    empty: Empty = "unknown",
) -> Records:
    """One record per picture, or per frame of a file with several: its label is that of the segments, of a row of a table, or the folder;
    its annotation the segments.

    Which picture a frame belongs to is told by the SOP instance UID that it refers to. Binary segments and label maps are masks, fractional
    ones heat maps. A picture whose segments mark no pixel is known to show nothing. The PatientID is the group.

    Args:
        images: folder of the pictures, if it is not below `root`; relative to `root`.
        table: CSV with the columns `uid` (SOP instance UID) or `image` (path of the picture, relative to the table), and `label`; `group`,
            `split`, `nothing` and `tag:NAME` as in any table. Relative to `root`.
        by: what tells the label: `object` (the segments), `image` (the table), `folder`, or `auto`, see `label_by`.
        label: of a picture with segments of several labels: `refuse` it, or take that of the `largest`.
        classes: class -> the categories that count as one; None: `data.classes`, see `objects.records_of`.
        background: class of the pictures without segments; None leaves them out.
        empty: what is known of pictures without segments: nothing (`unknown`), or that there is `nothing` to see.

    Raises:
        UserError: no segmentation objects, one that cannot be read, none whose picture is there, or a picture of several labels.
    """
    top = existing_folder(root, LAYOUT, WHERE)
    folders = list(dict.fromkeys([top / images if images else top, top]))
    problems: list[UserError] = []
    pictures, segments, notes = _found(top, folders, problems)
    place = PictureFiles(folders[0], is_whole=False)
    rows = _rows(top / table, {head.path.absolute(): head.uid for head in pictures.values()}) if table else {}
    made = [image for head in pictures.values() for image in _images(head, segments[head.uid], rows.get(head.uid), place)]
    return labelled(
        made, place, by, rule=label, background=background, empty=empty, whole="row", notes=notes, problems=problems, classes=classes
    )


@dataclass(frozen=True)
class Head:
    """What the head of a file says: its SOP instance UID, whether it is a segmentation object, the PatientID, how many frames it has."""

    path: Path
    uid: str
    is_segmentation: bool
    patient: str | None
    frames: int


def _found(top: Path, folders: Sequence[Path], problems: list[UserError]) -> tuple[dict[str, Head], dict[str, list[Segment]], list[str]]:
    """The pictures and the segments by SOP instance UID, and what is said of segments whose picture is not there.

    Raises:
        UserError: there are no segmentation objects, or none whose picture is there.
    """
    files = dict.fromkeys(path for folder in folders for path in PictureFiles(folder).found.pictures)
    heads = each(_head, filter(is_dicom, files), problems)
    objects = [head.path for head in heads if head.is_segmentation]
    if not objects:
        raise UserError(top, "holds no segmentation objects", f"Expected: {LAYOUT}. {WHERE}")
    pictures = {head.uid: head for head in heads if not head.is_segmentation}
    segments: dict[str, list[Segment]] = defaultdict(list)
    for segment in (segment for held in each(segments_of, objects, problems) for segment in held):
        segments[segment.picture].append(segment)
    lost = [uid for uid in segments if uid not in pictures]
    if lost and len(lost) == len(segments):
        raise UserError(top, f"holds none of the {count(len(lost), 'picture')} that its segmentation objects refer to", "Put them there.")
    notes = [f"{count(len(lost), 'picture')} of segmentation objects not found ({some(lost)})"] if lost else []
    return pictures, segments, notes


def _head(path: Path) -> Head:
    file = dicom.head(path, ["SOPClassUID", "SOPInstanceUID", "PatientID", "NumberOfFrames", "Rows", "Columns"])
    patient = str(file.get("PatientID") or "").strip() or None
    return Head(
        path,
        str(file.get("SOPInstanceUID") or path),
        str(file.get("SOPClassUID") or "") in dicom.SEGMENTATIONS,
        patient,
        dicom.frames(path),
    )


def _rows(file: Path, uids: dict[Path, str]) -> dict[str, tuple[str, Told]]:
    """SOP instance UID -> label and facts, as a table tells them."""
    if not file.is_file():
        raise UserError(file, "no such file", "Give data.options.table a CSV with the columns uid (or image) and label.")
    sheet = read_sheet(file, COLUMNS.__contains__)
    if "label" not in sheet.header or not {"uid", "image"} & set(sheet.header):
        raise UserError(file, "lacks the column label, or both uid and image", "Name the columns so.")
    found = {}
    for line, cells in sheet.rows:
        row = {name: from_text(cell) for name, cell in zip(sheet.header, cells, strict=True)}
        uid = row.get("uid") or uids.get(Path(file.parent / row.get("image", "").replace("\\", "/")).absolute().resolve(), "")
        if not table_cells.missing(row["label"]) and uid:
            found[uid] = (row["label"].strip(), told({name: cell for name, cell in row.items() if cell}, f"{file} line {line}"))
    return found


def _images(head: Head, segments: Sequence[Segment], row: tuple[str, Told] | None, place: PictureFiles) -> list[Image]:
    """A picture, or each frame of a file with several.

    Raises:
        UserError: it has several, and a segment does not say to which it belongs.
    """
    if head.frames == 1:
        return [_image(head, segments, row, place)]
    if any(segment.number is None for segment in segments):
        reason = f"has {head.frames} frames, and its segmentation does not say to which of them it belongs"
        raise UserError(head.path, reason, "Export the segmentation with the number of each source frame (Referenced Frame Number).")
    found = []
    for number in range(head.frames):
        image = _image(head, [segment for segment in segments if segment.number == number], row, place)
        id = f"{image.id}#{number + 1:0{len(str(head.frames))}}"
        found.append(replace(image, id=id, path=Frame(head.path, number), group=image.group or image.id, volume=image.id))
    return found


def _image(head: Head, segments: Sequence[Segment], row: tuple[str, Told] | None, place: PictureFiles) -> Image:
    things = [Marked(one.label or "segment", one.area, one.mark) for one in segments if one.mark]
    image = Image(
        place.id(head.path),
        head.path,
        things,
        str(head.path),
        split_of(head.path, place.top),
        looked=bool(segments),
        nothing=bool(segments) and not things,
        group=head.patient,
    )
    if row is None:
        return image
    label, facts = row
    said = facts.of(replace(image, label=label))
    return replace(said, group=facts.group or head.patient, nothing=said.nothing or image.nothing)
