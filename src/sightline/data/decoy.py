"""A shortcut planted into any data set (`data.decoy`): does the classifier take it, and does guidance keep it from that?

The artefact is there in most images of one class and in few of the others, so that a network that learns from labels alone learns the
artefact. It is drawn when an image is opened, in the picture's own pixels: geometry and augmentation move it with the image. Its mask is a
place to avoid, its presence a tag. What a person annotated stays as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sightline.config import Data, Decoy
from sightline.data.decoy_pictures import DecoyImage, DecoyMask, Plan
from sightline.errors import UserError, nearest
from sightline.types import Annotation, Record

VERSIONS = ("matched", "flipped", "removed")  # of the test images


def check_decoy(decoy: Decoy | None, classes: Sequence[str]) -> None:
    """Refuses a class that the data set does not have.

    Raises:
        UserError: an unknown class.
    """
    if decoy is not None and decoy.positive not in (None, *classes):
        raise UserError("data.decoy.positive", f"unknown class {decoy.positive!r}", nearest(str(decoy.positive), classes))


def plant(splits: Mapping[str, list[Record]], data: Data, classes: Sequence[str]) -> dict[str, list[Record]]:
    """The splits with the decoy in them; without one, as they are.

    Training and validation images keep their ids. The test images (see `Decoy`) come as three splits instead of their own, with the ids
    `<id>@matched`, `<id>@flipped` and `<id>@removed`, and share a group across them. Which images carry the artefact depends on the seed,
    the ids, and which images are in the split together.
    """
    decoy = data.decoy
    if decoy is None:
        return dict(splits)
    positive = decoy.positive or classes[-1]

    def planted(records: Sequence[Record], carriers: frozenset[str]) -> list[Record]:
        return [with_decoy(r, decoy, data) if r.id in carriers else without_decoy(r, decoy) for r in records]

    tested = next((name for name in ("test", "removed") if splits.get(name)), "val")
    result = {name: records for name, records in splits.items() if name not in (*VERSIONS, "test")}
    for name in ("train", "val"):
        result[name] = planted(splits[name], carriers_of(splits[name], decoy, positive))
    records = splits[tested]
    usual = carriers_of(records, decoy, positive)
    for version, carriers in zip(VERSIONS, (usual, frozenset(r.id for r in records) - usual, frozenset[str]()), strict=True):
        result[version] = [replace(r, id=f"{r.id}@{version}", group=r.group or r.id) for r in planted(records, carriers)]
    return result


def unplanted(table: Sequence[Mapping[str, str]], decoy: Decoy | None) -> list[tuple[str, str]]:
    """(id, split) of the images of a run's `split.csv` as they were before the decoy was planted."""
    rows = [(row["id"], row["split"]) for row in table]
    if decoy is None:
        return rows
    return [(id.removesuffix("@matched"), "test" if name == "matched" else name) for id, name in rows if name not in VERSIONS[1:]]


def carriers_of(records: Sequence[Record], decoy: Decoy, positive: str) -> frozenset[str]:
    """Ids of the images that carry the artefact as in training: of each class the very share, rounded to whole images."""
    by_label: dict[str, list[str]] = {}
    for record in records:
        by_label.setdefault(record.label, []).append(record.id)
    found: set[str] = set()
    for label, ids in by_label.items():
        share = (1 + decoy.strength) / 2 if label == positive else (1 - decoy.strength) / 2
        drawn = sorted(ids, key=lambda id: hashlib.sha256(f"{decoy.seed} decoy {id}".encode()).digest())
        found.update(drawn[: round(share * len(drawn))])
    return frozenset(found)


def with_decoy(record: Record, decoy: Decoy, data: Data) -> Record:
    """The record with the artefact in its image, its mask among what to avoid, and a tag that says so."""
    plan = Plan.of(record.id, decoy, data)
    mark = Annotation("mask", DecoyMask(record.image, plan))
    return replace(record, image=DecoyImage(record.image, plan), avoid=(*record.avoid, mark), tags={**record.tags, decoy.artefact: True})


def without_decoy(record: Record, decoy: Decoy) -> Record:
    """The record as it is, known to carry no decoy; an artefact of that kind that was there before stays."""
    there = record.tags.get(decoy.artefact) is True
    return replace(record, avoid=record.avoid or (Annotation("nothing"),), tags={**record.tags, decoy.artefact: there})
