"""The same picture, patient or lesion on two sides of a split; and pictures that are nearly the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sightline.data.survey import Survey
from sightline.types import Record

CORRELATION = 0.99  # of two thumbnails, above which their images are near-duplicates
BLOCK = 1024


@dataclass(frozen=True)
class Leak:
    """Two images that are not independent.

    Attributes:
        kind: the strongest that holds of same file, same pixels, near-duplicate; same group stands beside it.
        a, b: ids; `split_a`, `split_b`, `label_a`, `label_b` likewise.
        similarity: correlation of the thumbnails; 1 of an exact leak.
        exact: certain, not a matter of a threshold.
    """

    kind: Literal["same file", "same pixels", "near-duplicate", "same group"]
    a: str
    b: str
    split_a: str
    split_b: str
    label_a: str
    label_b: str
    similarity: float
    exact: bool


def find_leaks(splits: dict[str, list[Record]], survey: Survey) -> list[Leak]:
    """Images that are on both sides: one in training or validation, the other in another split.

    Two test sets may share images, since nothing is learnt from either. Of copies and groups with many members each image is named
    once or more, not every pair. Images without facts (broken ones) and drawables are not compared by looks.
    """
    members = [(record, name) for name, records in splits.items() for record in records]
    split_of = {record.id: name for record, name in members}
    records = {record.id: record for record, _ in members}
    facts = survey.facts

    def leak(kind: Literal["same file", "same pixels", "near-duplicate", "same group"], a: str, b: str, similarity: float = 1) -> Leak:
        labels = records[a].label, records[b].label
        return Leak(kind, a, b, split_of[a], split_of[b], *labels, similarity, exact=kind != "near-duplicate")

    def leaking(a: str, b: str) -> bool:
        return split_of[a] != split_of[b] and not {split_of[a], split_of[b]}.isdisjoint({"train", "val"})

    found: dict[tuple[str, str], Leak] = {}
    seen = [id for id in records if id in facts]
    for a, b in _sharing(seen, lambda id: facts[id].file, split_of, leaking):
        found[a, b] = leak("same file", a, b)
    for a, b in _sharing(seen, lambda id: facts[id].pixels, split_of, leaking):
        found.setdefault((a, b), leak("same pixels", a, b))
    for a, b, similarity in near_duplicates(list(records), survey):
        if leaking(a, b) and facts[a].pixels != facts[b].pixels:
            found[a, b] = leak("near-duplicate", a, b, similarity)
    shared = [leak("same group", a, b) for a, b in _sharing(list(records), lambda id: records[id].group, split_of, leaking)]
    return [*found.values(), *shared]


def _sharing(
    ids: Sequence[str], key: Callable[[str], Hashable], split_of: Mapping[str, str], leaking: Callable[[str, str], bool]
) -> Iterator[tuple[str, str]]:
    """Pairs of ids with the same key that leak, each id with the first of every split that it leaks to; pairs are in the order of `ids`."""
    sharing: dict[Hashable, dict[str, list[str]]] = {}
    for id in ids:
        if key(id) is not None:
            sharing.setdefault(key(id), {}).setdefault(split_of[id], []).append(id)
    place = {id: i for i, id in enumerate(ids)}
    for by_split in sharing.values():
        firsts = [some[0] for some in by_split.values()]
        pairs = ((a, b) for some in by_split.values() for a in some for b in firsts if leaking(a, b))
        yield from dict.fromkeys((a, b) if place[a] < place[b] else (b, a) for a, b in pairs)


def near_duplicates(ids: Sequence[str], survey: Survey) -> list[tuple[str, str, float]]:
    """Every pair of images whose thumbnails correlate by more than 0.99, with the correlation; in the order of `ids`."""
    thumbnails = {id: survey.facts[id].thumbnail for id in ids if id in survey.facts}
    looks = {id: small.ravel() for id, small in thumbnails.items() if small is not None}
    if not looks:
        return []
    seen, stack = list(looks), np.stack(list(looks.values())).astype(np.float32)  # (N, 256)
    pairs = []
    for start in range(0, len(seen), BLOCK):
        similar = stack[start : start + BLOCK] @ stack[start:].T  # (BLOCK, N - start)
        rows, columns = np.nonzero(similar > CORRELATION)
        later = columns > rows
        rows, columns = rows[later], columns[later]
        pairs += [(seen[start + i], seen[start + j], float(similar[i, j])) for i, j in zip(rows, columns, strict=True)]
    return pairs


def near_duplicate_groups(records: Sequence[Record], survey: Survey) -> dict[str, str]:
    """Id -> group of the records that look like another one, or share a group with one that does.

    Chains are followed: if a resembles b and b resembles c, all three are one group, and so are all groups that they belong to. A group
    is named after the first group in it, or the first id.
    """
    ids = [record.id for record in records]
    place = {id: i for i, id in enumerate(ids)}
    alike = [(place[a], place[b]) for a, b, _ in near_duplicates(ids, survey)]
    alike += _to_first([survey.facts[id].pixels if id in survey.facts else None for id in ids])  # also images of one colour
    if not alike:
        return {}
    rows, columns = np.array(alike + _to_first([record.group for record in records])).T
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(ids), len(ids)))
    _, component = connected_components(links, directed=False)  # (N,)
    touched = {component[i] for i, _ in alike}
    names: dict[int, str] = {}
    for record, c in zip(records, component, strict=True):
        if record.group is not None:
            names.setdefault(c, record.group)
    for record, c in zip(records, component, strict=True):
        names.setdefault(c, f"like {record.id}")
    return {record.id: names[c] for record, c in zip(records, component, strict=True) if c in touched}


def _to_first(keys: Sequence[str | None]) -> list[tuple[int, int]]:
    """(position of the first of that key, position) of everything that shares a key with something before it."""
    first: dict[str, int] = {}
    pairs = [(first.setdefault(key, i), i) for i, key in enumerate(keys) if key is not None]
    return [(a, b) for a, b in pairs if a != b]
