"""Folders above and below the classes: folds, patients, or folders that may be the classes themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal

from sightline.data.frames import is_dicom
from sightline.data.sets.folder_places import Place
from sightline.data.sets.walk import some
from sightline.errors import UserError


def refuse_exchanged(top: Path, at: Iterable[Place]) -> None:
    """Refuses upper folders that look like folds or patients: all of them hold folders of the same names.

    Upper folders are classes where the inner ones alone are numbered, as patients and magnifications are.

    Raises:
        UserError: that is so.
    """
    within: dict[str, set[str]] = {}
    for place in at:
        if place.label is not None:
            within.setdefault(place.label, set()).add(place.inner[0] if place.inner else "")
    names = set().union(*within.values())
    if len(within) < 2 or len(names) < 2 or "" in names or (is_series(names) and not is_series(within)):
        return
    shared = all(sum(name in inner for inner in within.values()) > 1 for name in names)
    if all(inner == names for inner in within.values()) or (is_series(within) and shared and len(names) < len(within)):
        reason = (
            f"the folders {some(sorted(within))} hold the same folders ({some(sorted(names))}), so that either level may be the classes"
        )
        remedy = (
            "data.options={level: 2} takes the inner ones, {level: 2, groups: folder} the upper ones for patients besides, {level: 1} the "
            "upper ones alone. Of folds, give one as data.root."
        )
        raise UserError(top, reason, remedy)


def is_series(names: Collection[str]) -> bool:
    """Names that differ in their number alone.

    >>> is_series(["fold1", "fold2"]), is_series(["melanoma", "nevus"])
    (True, False)
    """
    return all(any(map(str.isdigit, name)) for name in names) and len({re.sub(r"\d+", "", name).casefold() for name in names}) == 1


Groups = Literal["folder", "dicom", "auto"]
MAGNIFICATION = re.compile(r"\d+\s*x", re.IGNORECASE)


def groups_of(at: Mapping[Path, Place], wanted: Groups | None) -> tuple[dict[Path, str], list[str]]:
    """Image -> patient, of the images that have one; and what looks like patients but is not used.

    Args:
        at: images in classes, and their places.
        wanted: the `folder` is the patient; or the patient's ID in the `dicom` file; `auto`: that ID, or else the folder. None: every image
            stands for itself.

    Raises:
        UserError: nothing tells a patient.
    """
    folders = {image: name for image, place in at.items() if (name := patient_folder(place))} if wanted != "dicom" else {}
    patients = _in_dicom(at) if wanted != "folder" else {}
    if wanted is None:
        kinds = {"folder": ("The folders", folders if _look_so(folders) else {}), "dicom": ("The DICOM files", patients)}
        return {}, [note for name, (who, found) in kinds.items() if (note := _unused(who, found, at, name))]
    found = folders | patients
    if len(set(found.values())) < 2:
        what = {"folder": "folders within the classes", "dicom": "DICOM files with a PatientID", "auto": "folders or DICOM files"}[wanted]
        raise UserError("data.options.groups", f"is {wanted}, but no {what} tell patients apart", "Leave it out, or use a table: `group`.")
    bare = len(at) - len(found)
    return found, [f"{bare} of {len(at)} images name no patient: each of them is a group of its own"] if bare else []


def patient_folder(place: Place) -> str | None:
    """The folder above or within a class that may be a patient: the first with a number in its name, or else the first.

    >>> patient_folder(Place(None, "benign", ("SOB", "A_14-22549", "40X")))
    'A_14-22549'
    """
    steps = (*place.outer, *place.inner)
    return next((step for step in steps if any(map(str.isdigit, step))), next(iter(steps), None))


def _look_so(folders: Mapping[Path, str]) -> bool:
    """Their names are numbered, and are no magnifications of a microscope."""
    return all(any(map(str.isdigit, name)) and not MAGNIFICATION.fullmatch(name) for name in set(folders.values()))


def _in_dicom(at: Mapping[Path, Place]) -> dict[Path, str]:
    files = [image for image in at if is_dicom(image)]
    if not files:
        return {}
    from sightline.data import dicom  # half a second, which only those spend who have such files

    return {file: patient for file in files if (patient := dicom.patient(file))}


def _unused(who: str, found: Mapping[Path, str], at: Mapping[Path, Place], option: str) -> str | None:
    """What is said of patients that nobody has asked for; None where there is no more than one, or each has one image."""
    images = Counter(found.values())
    if len(images) < 2 or max(images.values()) < 2:
        return None
    splits: dict[str, set[str]] = {}
    for image, patient in found.items():
        splits.setdefault(patient, set()).add(at[image].split or "")
    torn = [patient for patient, names in sorted(splits.items()) if len(names) > 1]
    leak = f"; {len(torn)} of them lie in several splits of the owner ({some(torn)})" if torn else ""
    said = "look like patients" if option == "folder" else "tell patients"
    return f"{who} {said} ({some(sorted(images))}){leak}: data.options={{groups: {option}}} keeps each together"
