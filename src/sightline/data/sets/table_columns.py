"""The columns of a table of one's own: which there are, how else people call them, and what to say of the others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Literal

from sightline.errors import UserError

Tags = Literal["named", "all"]

COLUMNS = ("image", "label", "id", "group", "split", "mask", "heatmap", "box", "polygon", "gaze", "nothing", "avoid_mask", "avoid_box")
NEEDED = ("image", "label")
OF_FINDING = ("mask", "heatmap", "box", "polygon", "nothing")  # columns that may be of one finding: `mask:effusion`
PREFIXES = ("tag", "finding", *OF_FINDING)
SYNONYMS = {
    "image": "filename file_name file path filepath file_path image_path image_file img img_path picture photo image_name image_id imageid "
    "image_filename image_index dicom name",
    "label": "class classes class_name labels category target diagnosis dx y ground_truth gt finding findings finding_labels outcome",
    "group": "patient patient_id patientid patients subject subject_id case case_id lesion_id lesion study study_id person pid mrn groups",
    "split": "set subset fold partition dataset phase usage",
    "mask": "mask_path mask_file segmentation segmentation_path seg masks roi annotation",
    "heatmap": "heat_map saliency saliency_map attention",
    "box": "boxes bbox bboxes bounding_box bounding_boxes rect",
    "polygon": "polygons points outline contour contours",
    "gaze": "fixations gaze_file gaze_path eye_gaze eyegaze eye_tracking",
    "nothing": "empty no_finding negative",
}
MEANT = {name: column for column, names in SYNONYMS.items() for name in names.split()}


def canonical(name: str) -> str:
    """The name without what people write differently: case, blanks and hyphens. What stands behind `tag:` and the like stays as it is.

    >>> canonical(" Avoid Box"), canonical("Tag: Age")
    ('avoid_box', 'tag:Age')
    """
    plain = name.strip()
    prefix = plain.partition(":")[0].strip().lower()
    if ":" in plain and prefix in PREFIXES:
        return f"{prefix}:{plain.partition(':')[2].strip()}"
    return "_".join(plain.lower().replace("-", " ").split())


def known(name: str) -> bool:
    """Whether a column of this name is read."""
    prefix, colon, _ = canonical(name).partition(":")
    return canonical(name) in COLUMNS or (bool(colon) and prefix in PREFIXES)


def is_meant(name: str) -> bool:
    """Whether a column may be one of ours under another name, or with a slip of the pen."""
    return bool(_meant(name) or _slip(name, 0.85))


def columns_of(header: Sequence[str], tags: Tags, where: str) -> tuple[dict[str, str], list[str]]:
    """The column that each name of a header stands for, and what to say about it.

    Args:
        tags: `named`: only `tag:<name>` is a tag; `all`: so is every column that is none of ours.

    Raises:
        UserError: a column twice, an unknown one, or none for the images or the labels.
    """
    _check(header, tags, where)
    columns = {name: canonical(name) for name in header}
    as_tags = [name for name in columns if not known(name)]
    notes = [f"{name!r} is read as {column}" for name, column in columns.items() if name != column and known(name)]
    columns |= {name: f"tag:{name}" for name in as_tags}
    _check_twice(list(columns.values()), where)
    return columns, notes + _about_tags(as_tags)


def _check(header: Sequence[str], tags: Tags, where: str) -> None:
    """Refuses a first line that is no header, and columns that cannot be told apart or that nobody knows."""
    if not any(known(name) or _meant(name) for name in header):
        shown = ", ".join(repr(name) for name in header[:3])
        remedy = "It has to name the columns, among them image and label, separated by commas, semicolons, tabs or vertical bars."
        raise UserError(where, f"names no column of a table, but {shown}", remedy)
    _check_twice(header, where)
    if unknown := [name for name in header if not known(name) and (tags == "named" or (_slip(name, 0.85) and not _meant(name)))]:
        raise UserError(where, _unknown(unknown), _remedy(unknown, header, tags))
    if "tag:" in map(canonical, header):
        raise UserError(where, "has a column 'tag:' without a name", "Write what it describes after the colon: tag:age.")


def _about_tags(names: Sequence[str]) -> list[str]:
    """What is said of columns that became tags without being called so."""
    if not names:
        return []
    said = f"{', '.join(names)} {'are tags' if len(names) > 1 else 'is a tag'}, since data.options.tags is all"
    return [said, *(f"{name!r} is a tag only: if it is the {meant}, call it {meant}" for name in names if (meant := _meant(name)))]


def check_needed(columns: Iterable[str], header: Sequence[str], where: str) -> None:
    """Refuses a table without images or labels."""
    there = list(columns)
    for needed in needed_of(there):
        if needed not in there:
            like = [name for name in header if _meant(name) == needed]
            remedy = (
                f"Call the column {like[0]!r} {needed}." if like else "The first line has to name the columns, among them image and label."
            )
            raise UserError(where, f"has no column {needed!r}", remedy)


def needed_of(columns: Iterable[str]) -> tuple[str, ...]:
    """The columns that a row needs: the label, unless each finding has a column."""
    return NEEDED[:1] if any(column.startswith("finding:") for column in columns) else NEEDED


def _meant(name: str) -> str | None:
    return MEANT.get(canonical(name))


def _slip(name: str, cutoff: float = 0.8) -> str | None:
    """The column whose name is a slip of the pen away."""
    plain = canonical(name)
    close = difflib.get_close_matches(plain, COLUMNS, n=1, cutoff=cutoff) or [c for c in COLUMNS if sorted(c) == sorted(plain)]
    return close[0] if close else None


def _check_twice(header: Sequence[str], where: str) -> None:
    first: dict[str, str] = {}
    for name in header:
        if canonical(name) in first:
            other = first[canonical(name)]
            reason = f"has the column {name!r} twice" if other == name else f"has the columns {other!r} and {name!r}, which mean the same"
            raise UserError(where, reason, "Several annotations go into one cell, separated by `;`.")
        first[canonical(name)] = name


def _unknown(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"unknown column{'s' if len(names) > 1 else ''} {shown}"


def _remedy(unknown: Sequence[str], header: Sequence[str], tags: Tags) -> str:
    there = {canonical(name) for name in header}
    guesses = {name: guess for name in unknown if (guess := _meant(name) or _slip(name)) and guess not in there}
    text = "".join(f'Did you mean "{guess}"? ' if len(unknown) == 1 else f'Call {name!r} "{guess}". ' for name, guess in guesses.items())
    if tags == "all":
        return text + "To keep it as a fact, call it `tag:<name>`."
    facts = [name for name in unknown if name not in guesses]
    if lacking := [name for name in NEEDED if name not in there and name not in guesses.values()]:
        text += f"The table needs a column {' and a column '.join(lacking)}"
        text += ", or columns of findings whose cells are 0, 1 or empty. " if "label" in lacking else ". "
    if facts or not guesses:
        text += f"Further facts are columns called `tag:{facts[0] if facts else '<name>'}`; `data.options={{tags: all}}` takes them all."
    return text.strip()
