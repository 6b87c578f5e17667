"""Remarks on unusual labels, groups and splits, which may be intended: `data check` lists them, a training does not refuse them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sightline.config import Split
from sightline.data.findings import shown
from sightline.data.groups import outsized_group
from sightline.plural import count
from sightline.results.data_check import Leak
from sightline.types import Record

FEW = 2  # images of a class, of which nothing can be learned or said
NAMED = 5


def remarks(
    records: Sequence[Record], splits: Mapping[str, Sequence[Record]], classes: Sequence[str], leaks: Sequence[Leak], settings: Split
) -> list[str]:
    """One sentence each."""
    return [
        *_rare(splits, classes),
        *_mixed_groups(records),
        *outsized_group(records),
        *_owners_part(records, settings),
        *_same_sets(splits, leaks),
    ]


def _rare(splits: Mapping[str, Sequence[Record]], classes: Sequence[str]) -> list[str]:
    said = []
    for name, records in splits.items():
        counts = Counter(name for record in records for name in shown(record))
        few = [f"{counts[label]} of {label!r}" for label in classes if 0 < counts[label] <= FEW]
        if few and len(records) > FEW * len(classes):
            said.append(f"{name} has very few images of a class: {_some(few)}.")
    return said


def _mixed_groups(records: Sequence[Record]) -> list[str]:
    labels: dict[str, set[str]] = {}
    for record in records:
        if record.group is not None and not record.findings:
            labels.setdefault(record.group, set()).add(record.label)
    mixed = [f"{group} ({', '.join(sorted(some))})" for group, some in labels.items() if len(some) > 1]
    said = f"{count(len(mixed), 'group')} {'has' if len(mixed) == 1 else 'have'} images of several classes, "
    said += f"which is possible for patients, but not for one lesion: {_some(mixed)}."
    return [said] if mixed else []


def _owners_part(records: Sequence[Record], settings: Split) -> list[str]:
    marked = {record.split for record in records}
    if not settings.owner or marked == {None}:
        return []
    bare = sum(record.split is None for record in records)
    if bare:
        owners = ", ".join(sorted(name for name in marked if name is not None))
        has = "has" if bare == 1 else "have"
        return [
            f"{count(bare, 'image')} {has} no split, while others have ({owners}): data.split divides them together with those of train."
        ]
    return ["All images are marked as train: validation and test images are split off from them."] if marked == {"train"} else []


def _same_sets(splits: Mapping[str, Sequence[Record]], leaks: Sequence[Leak]) -> list[str]:
    """Splits of which every image is in another one, too."""
    shared: dict[tuple[str, str], set[str]] = {}
    for leak in leaks:
        if leak.kind in ("same file", "same pixels"):
            shared.setdefault((leak.split_a, leak.split_b), set()).add(leak.a)
            shared.setdefault((leak.split_b, leak.split_a), set()).add(leak.b)
    return [
        f"Every image of {one} is in {other}, too: the two lists are the same, or one contains the other."
        for (one, other), ids in shared.items()
        if len(ids) == len(splits[one])
    ]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
