"""The same picture, patient or lesion on two sides of a split; and pictures that are nearly the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sightline.data.alike import HOWS, Links, links
from sightline.data.survey import Survey
from sightline.results.data_check import How, Leak
from sightline.types import Record


def find_leaks(splits: Mapping[str, Sequence[Record]], survey: Survey, compared: Compared | None = None) -> list[Leak]:
    """Images that are on both sides: one in training or validation, the other in another split.

    Two test sets may share images, since nothing is learnt from either. Of copies and groups with many members each image is named
    once or more, not every pair. Images without facts (broken ones) and drawables are not compared by looks.

    Args:
        compared: what `compare` found with these splits, where it is there already.
    """
    members = [(record, name) for name, records in splits.items() for record in records]
    split_of = {record.id: name for record, name in members}
    records = {record.id: record for record, _ in members}
    facts = survey.facts

    def leak(
        kind: Literal["same file", "same pixels", "near-duplicate", "same group"], a: str, b: str, similarity: float = 1, how: How = ""
    ) -> Leak:
        sides = {"split_a": split_of[a], "split_b": split_of[b], "label_a": records[a].label, "label_b": records[b].label}
        return Leak(kind=kind, a=a, b=b, **sides, similarity=similarity, exact=kind != "near-duplicate", how=how)

    def leaking(a: str, b: str) -> bool:
        return _leaks(split_of[a], split_of[b])

    found: dict[tuple[str, str], Leak] = {}
    seen = [id for id in records if id in facts]
    for a, b in _sharing(seen, lambda id: facts[id].file, split_of, leaking):
        found[a, b] = leak("same file", a, b)
    for a, b in _sharing(seen, lambda id: facts[id].pixels, split_of, leaking):
        found.setdefault((a, b), leak("same pixels", a, b))
    pairs = (compared or compare([record for record, _ in members], survey, split_of)).leaking
    for pair in pairs:
        found[pair.a, pair.b] = leak("near-duplicate", pair.a, pair.b, pair.similarity, pair.how)
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


def _leaks(one: str, other: str) -> bool:
    return one != other and not {one, other}.isdisjoint({"train", "val"})


@dataclass(frozen=True)
class Pair:
    """Two images that look nearly the same: ids, correlation, and how they differ."""

    a: str
    b: str
    similarity: float
    how: How


@dataclass(frozen=True)
class Compared:
    """What a comparison of all images by their looks found; its size grows with the images, not with their pairs.

    Attributes:
        component: (N,) number of the set of images to which each belongs; chains are followed.
        leaking: near-duplicates in splits that leak, each image with the nearest.
        across: near-duplicates of labels that contradict each other, likewise; copies of the same pixels as well.
    """

    component: np.ndarray
    leaking: list[Pair]
    across: list[Pair]


def compare(records: Sequence[Record], survey: Survey, split_of: Mapping[str, str] | None = None) -> Compared:
    """Compares all images by their looks, see `alike`; those without thumbnail by their pixels alone.

    Args:
        split_of: id -> split; None: nothing leaks.
    """
    ids = [record.id for record in records]
    facts = [survey.facts.get(id) for id in ids]
    pixels = np.unique([f.pixels if f else f"none {i}" for i, f in enumerate(facts)], return_inverse=True)[1]  # (N,)
    _, first, label = np.unique([record.label for record in records], return_index=True, return_inverse=True)
    splits, split = np.unique([(split_of or {}).get(id, "") for id in ids], return_inverse=True)
    leaks = (
        np.array([[_leaks(one, other) for other in splits] for one in splits]) if split_of else np.zeros((len(splits), len(splits)), bool)
    )
    differs = _differing([records[i] for i in first.tolist()])
    sets, leaking, across = Sets(len(ids)), Nearest(len(ids)), Nearest(len(ids))
    sets.join(*np.array(_to_first(list(pixels)), int).reshape(-1, 2).T)
    seen = [i for i, f in enumerate(facts) if f and f.thumbnail is not None and f.thumbnail.any()]
    # one of many copies stands for those of its split and label
    seen = list({(pixels[i], split[i], label[i]): i for i in reversed(seen)}.values())[::-1]
    if seen:
        place = np.array(seen)
        for found in links(np.stack([facts[i].thumbnail for i in seen])):  # type: ignore[union-attr, misc]
            a, b = place[found.a], place[found.b]
            sets.join(a, b)
            leaking.take(a, b, found, leaks[split[a], split[b]] & (pixels[a] != pixels[b]))
            across.take(a, b, found, differs[label[a], label[b]])
    return Compared(sets.component, leaking.pairs(ids), across.pairs(ids))


def _differing(of_each: Sequence[Record]) -> np.ndarray:
    """Which labels say different things of an image, (L, L), from one record of each. Of images with several findings, those that one has
    and the other has not; a finding that is not known is no difference."""
    if not any(record.findings for record in of_each):
        return ~np.eye(len(of_each), dtype=bool)
    names = sorted({name for record in of_each for name in record.findings})
    has, lacks = (
        np.array([[record.findings.get(name) is answer for name in names] for record in of_each], np.float32) for answer in (True, False)
    )
    found: np.ndarray = has @ lacks.T + lacks @ has.T > 0
    return found


class Sets:
    """Images that belong together, as pairs come in."""

    def __init__(self, count: int) -> None:
        self.component = np.arange(count)

    def join(self, a: np.ndarray, b: np.ndarray) -> None:
        """Puts each of (L,) together with each of (L,)."""
        one, other = self.component[a], self.component[b]
        if not (apart := one != other).any():
            return
        one, other, count = one[apart], other[apart], len(self.component)
        joined = connected_components(coo_array((np.ones(len(one)), (one, other)), shape=(count, count)), directed=False)[1]
        self.component = joined[self.component]


class Nearest:
    """Of each image the nearest other one, as pairs come in."""

    def __init__(self, count: int) -> None:
        self._similarity, self._other, self._how = np.full(count, -1.0), np.full(count, -1), np.zeros(count, int)

    def take(self, a: np.ndarray, b: np.ndarray, found: Links, wanted: np.ndarray) -> None:
        """Looks at the `wanted` (L,) of the pairs."""
        order = np.flatnonzero(wanted)[np.argsort(found.similarity[wanted], kind="stable")]
        for one, other in ((a[order], b[order]), (b[order], a[order])):
            better = found.similarity[order] > self._similarity[one]
            chosen = one[better]  # of several the last, the nearest, stays
            self._similarity[chosen] = found.similarity[order][better]
            self._other[chosen], self._how[chosen] = other[better], found.how[order][better]

    def pairs(self, ids: Sequence[str]) -> list[Pair]:
        """Each pair once, in the order of the ids."""
        pairs = {}
        for i in np.flatnonzero(self._other >= 0):
            a, b = sorted((int(i), int(self._other[i])))
            pairs[a, b] = Pair(ids[a], ids[b], float(self._similarity[i]), HOWS[self._how[i]])
        return [pairs[key] for key in sorted(pairs)]


def near_duplicate_groups(records: Sequence[Record], survey: Survey, compared: Compared | None = None) -> dict[str, str]:
    """Id -> group of the records that look like another one, or share a group with one that does.

    Chains are followed: if a resembles b and b resembles c, all three are one group, and so are all groups that they belong to. A group
    is named after the first group in it, or the first id.
    """
    alike = (compared or compare(records, survey)).component
    sets = Sets(len(records))
    sets.join(*np.array(_to_first(list(alike)), int).reshape(-1, 2).T)
    sets.join(*np.array(_to_first([record.group for record in records]), int).reshape(-1, 2).T)
    touched = set(sets.component[np.bincount(alike, minlength=1)[alike] > 1].tolist()) if len(alike) else set()
    names: dict[int, str] = {}
    for record, c in zip(records, sets.component.tolist(), strict=True):
        if record.group is not None:
            names.setdefault(c, record.group)
    for record, c in zip(records, sets.component.tolist(), strict=True):
        names.setdefault(c, f"like {record.id}")
    return {record.id: names[c] for record, c in zip(records, sets.component.tolist(), strict=True) if c in touched}


def _to_first(keys: Sequence[Hashable | None]) -> list[tuple[int, int]]:
    """(position of the first of that key, position) of everything that shares a key with something before it."""
    first: dict[Hashable, int] = {}
    pairs = [(first.setdefault(key, i), i) for i, key in enumerate(keys) if key is not None]
    return [(a, b) for a, b in pairs if a != b]
