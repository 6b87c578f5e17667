"""Labels that become classes as they are: two spellings of one, or several labels in one, would be classes of their own unnoticed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sightline.errors import UserError, nearest
from sightline.plural import count

ALWAYS, PERHAPS = re.compile(r"\s*[;|]\s*"), re.compile(r"\s*[,/+&]\s*|\s+and\s+")
JOINT = re.compile(r"(?<=[^\W_])(?!(?<=\d)[\s_-]+\d)[\s_-]+(?=[^\W_])")  # between two words; between numbers it tells 1-2 from 12


def check_classes(classes: Mapping[str, Sequence[str]], labels: Collection[str]) -> set[str]:
    """The labels that belong to classes of one's own.

    Raises:
        UserError: an unknown label, or one that is named twice.
    """
    taken: dict[str, str] = {}
    for name, members in classes.items():
        for label in members:
            if label not in labels:
                raise UserError(f"data.classes.{name}", f"unknown label {label!r}", nearest(label, labels))
            if taken.setdefault(label, name) != name:
                reason = f"label {label!r} belongs to {taken[label]!r} already"
                raise UserError(f"data.classes.{name}", reason, "Name every label once.")
    return set(taken)


def check_labels(labels: Counter[str], where: str) -> None:
    """Refuses labels that cannot be meant as classes.

    Args:
        labels: label -> number of its images.

    Raises:
        UserError: two labels that differ in case, blanks or the spelling of a number alone; several labels in one, as in
            `effusion;nodule`, in a printed list, or in `effusion, nodule` where both are labels of other images.
    """
    spelt: dict[str, str] = {}
    for label in labels:
        other = spelt.setdefault(_plain(label), label)
        if other != label:
            reason = f"the labels {other!r} ({labels[other]} images) and {label!r} ({labels[label]} images) are two spellings of one"
            raise UserError(where, reason, "Write one of them, or name the classes in data.classes.")
    for label, images in labels.items():
        if _several(label, spelt):
            more = f" (and {images - 1} more)" if images > 1 else ""
            reason = f"an image{more} has the label {label!r}, which looks like several labels"
            remedy = "Several findings per image stand in a table, divided by `;`. If this is one class, say so in data.classes."
            raise UserError(where, reason, remedy)


def alike_labels(labels: Mapping[str, int]) -> list[str]:
    """A note on labels that differ in blanks, hyphens and underscores alone, which may be meant.

    Args:
        labels: label -> number of its images.
    """
    spelt: dict[str, list[str]] = {}
    for label in labels:
        spelt.setdefault(JOINT.sub("", _plain(label)), []).append(label)
    said = []
    for same in spelt.values():
        if len(same) > 1:
            named = " and ".join(f"{label!r} ({count(labels[label], 'image')})" for label in same)
            said.append(f"label: {named} differ in blanks, hyphens or underscores alone; if they mean one class, name it in data.classes")
    return said


def _plain(label: str) -> str:
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", label) if unicodedata.category(sign) != "Cf")  # Cf: of no width
    text = " ".join(seen.casefold().split())
    return f"{float(text):g}" if re.fullmatch(r"[+-]?\d{1,15}(\.\d*)?", text) else text


def _several(label: str, plain: Collection[str]) -> bool:
    if re.fullmatch(r"\[.*\]|\{.*\}|\(.*,.*\)", label) or len(_parts(ALWAYS, label)) > 1:
        return True
    parts = _parts(PERHAPS, label)
    return len(parts) > 1 and all(_plain(part) in plain for part in parts)


def _parts(divider: re.Pattern[str], label: str) -> list[str]:
    return [part for part in divider.split(label) if part]
