"""Records are divided into training, validation and test: the owner's way, or stratified, grouped and seeded."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sightline.config import Split
from sightline.data.findings import classes_of
from sightline.errors import UserError
from sightline.plural import count
from sightline.types import Record

SPLIT_NAMES = {  # in lower case
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "development"), "val"),
    **dict.fromkeys(("test", "testing", "tst", "holdout"), "test"),
}


def split_name(written: str) -> str:
    """The split that an owner's word stands for; a word for none of ours is a further test set and stays as it is.

    >>> [split_name(word) for word in ("Train", "validation set", "hold-out", "External")]
    ['train', 'val', 'test', 'External']
    """
    plain = re.sub(r"[\W_]+", " ", written.lower()).strip().removesuffix(" set").removesuffix(" split")
    return SPLIT_NAMES.get(plain.replace(" ", ""), written)


def meant_split(written: str) -> str | None:
    """The split that a word for none of ours may be meant to be: "trian", "vall", "train2"; None for "test_external" and the like."""
    words = re.findall(r"[^\W\d_]+", written.lower())
    if split_name(written) in SPLIT_NAMES.values() or any(word.startswith("test") for word in words):
        return None
    if any(word.startswith("train") for word in words):
        return "train"
    if len(words) == 1 and words[0] in SPLIT_NAMES:
        return SPLIT_NAMES[words[0]]
    close = difflib.get_close_matches("".join(words), SPLIT_NAMES, n=1, cutoff=0.75)
    return SPLIT_NAMES[close[0]] if close else None


def split(records: Sequence[Record], settings: Split, groups: Mapping[str, str] | None = None) -> dict[str, list[Record]]:
    """The records of each split.

    The owner's sets stay as they are. What is missing is cut from the rest (the owner's `train` and the records without split), as a
    share of that rest: a validation set where the owner gives none, a test set where the owner gives neither. With `folds`, the
    owner's `train` and `val` are pooled, and fold number `fold` validates, or is held out; a held-out fold leaves `val` to be cut from the
    others. Without `owner` there are no owner's sets.

    Args:
        groups: id -> group, over the records' own group; both never fall into two of the parts that are cut.

    Raises:
        UserError: nothing to train on, or a class with too few groups to be in every part.
    """
    if not settings.owner:
        records = [replace(record, split=None) for record in records]
    learning = {None, "train", "val"} if settings.folds else {None, "train"}
    owners = {r.split for r in records if r.split not in learning}
    rest = [r for r in records if r.split in learning]
    if not rest:
        raise UserError(
            "split", f"all records are in {', '.join(sorted(map(str, owners)))}, none is left to train on", "Mark some as train."
        )
    has_test = bool({r.split for r in records} - {None, "train"})  # a validation set of the owner's stands for both
    shares = _shares(settings, cut_val="val" not in owners, cut_test=not has_test)
    part = _divide_records(rest, shares, settings.seed, groups or {})
    if settings.folds and settings.fold_is == "held_out":
        learnt = [r for r in rest if part[r.id] == "train"]
        inner = [(name, share) for name, share in (("train", 1 - settings.val), ("val", settings.val)) if share > 0]
        part |= _divide_records(learnt, inner, settings.seed, groups or {})
    return _by_split(records, part)


def used(splits: Mapping[str, list[Record]], settings: Split) -> dict[str, list[Record]]:
    """The splits that a run works with: in a rehearsal training and validation, otherwise all."""
    return {name: some for name, some in splits.items() if name in ("train", "val") or not settings.rehearse}


def _by_split(records: Sequence[Record], part: Mapping[str, str]) -> dict[str, list[Record]]:
    """The records of each split, that of what was cut or else the owner's, in the order in which people name them."""
    result: dict[str, list[Record]] = {"train": []}
    for record in records:
        result.setdefault(part.get(record.id) or str(record.split), []).append(record)
    order = ["train", "val", "test", "held_out", *sorted(result)]
    return {name: result[name] for name in dict.fromkeys(order) if name in result}


def _shares(settings: Split, cut_val: bool, cut_test: bool) -> list[tuple[str, float]]:
    """(split, share) of each part to be cut; with folds each fold is a part of its own, and all but one train."""
    test = settings.test if cut_test else 0
    if settings.folds:
        names = [settings.fold_is if fold == settings.fold else "train" for fold in range(settings.folds)]
        parts = [(name, (1 - test) / settings.folds) for name in names]
    else:
        val = settings.val if cut_val else 0
        parts = [("train", 1 - val - test), ("val", val)]
    return [(name, share) for name, share in [*parts, ("test", test)] if share > 0]


def _divide_records(records: list[Record], parts: list[tuple[str, float]], seed: int, groups: Mapping[str, str]) -> dict[str, str]:
    """Id -> name of its part."""
    own = [f"group {r.group}" if r.group is not None else f"image {r.id}" for r in records]
    keys = [f"group {groups[r.id]}" if r.id in groups else key for r, key in zip(records, own, strict=True)]
    names, group = np.unique(keys, return_inverse=True)  # (G,), (N,); sorted, so the order of the records does not matter
    shows = [_strata(record) for record in records]
    classes = sorted({name for some in shows for name in some})
    column = {name: c for c, name in enumerate(classes)}
    counts = np.zeros((len(names), len(classes)), int)  # (G, C)
    for g, some in zip(group, shows, strict=True):
        counts[g, [column[name] for name in some]] += 1
    available = (counts > 0).sum(axis=0)  # (C,)
    if available.min() < len(parts):
        few = count(int(available.min()), "group")
        reason = f"class {classes[available.argmin()]!r} has {few} (images, patients or lesions) for {len(parts)} parts"
        raise UserError("data.split", reason, "Leave the class out, merge it with another, or ask for fewer parts.")
    chosen = divide(counts, [share for _, share in parts], seed)
    return {record.id: parts[chosen[g]][0] for record, g in zip(records, group, strict=True)}


def _strata(record: Record) -> tuple[str, ...]:
    """What of each part should have its share: the class, or each finding that is known to be there and known not to be."""
    if not record.findings:
        return (record.label,)
    return tuple(classes_of(name)[present] for name, present in record.findings.items() if present is not None)


def divide(counts: np.ndarray, shares: Sequence[float], seed: int) -> np.ndarray:
    """Assigns groups to parts so that every part gets its share of every class.

    The groups come in random order; each goes where it brings the sums of squared relative shortfalls down most. A part that is left
    without some class then gets the smallest group that its part can spare.

    Args:
        counts: (G, C) images of each class in each group.
        shares: (P,) of the parts, positive, summing to one.

    Returns:
        (G,) the part of each group.

    Raises:
        UserError: no group can be spared for a part that misses a class.
    """
    totals = counts.sum(axis=0)  # (C,)
    short = np.outer(shares, totals)  # (P, C)
    part = np.zeros(len(counts), int)
    for g in np.random.default_rng(seed).permutation(len(counts)):
        gain = (counts[g] * (2 * short - counts[g]) / totals**2).sum(axis=1)  # (P,)
        part[g] = gain.argmax()
        short[part[g]] -= counts[g]
    has = counts > 0  # (G, C)
    for p in range(len(shares)):
        for c in range(counts.shape[1]):
            if not has[part == p, c].any():
                part[_spare(has, part, c, counts.sum(axis=1))] = p
    return part


def _spare(has: np.ndarray, part: np.ndarray, label: int, sizes: np.ndarray) -> int:
    """The smallest group with the class whose own part keeps another group of each of its classes."""
    held = np.stack([has[part == p].sum(axis=0) for p in range(part.max() + 1)])  # (P, C)
    free = [g for g in np.flatnonzero(has[:, label]) if (held[part[g]][has[g]] > 1).all()]
    if not free:
        raise UserError("data.split", "the groups cannot be divided so that every part has every class", "Ask for fewer parts.")
    return int(min(free, key=lambda g: int(sizes[g])))


def annotated_subset(records: Sequence[Record], fraction: float, seed: int) -> frozenset[str]:
    """Ids of the records whose annotation is used: a share of the annotated ones, stratified by label.

    Subsets of one seed are nested: that of 25 % lies within that of 50 %. A record known to show nothing counts as annotated.
    """
    by_label: dict[str, list[str]] = {}
    for record in records:
        if record.annotations:
            by_label.setdefault(record.label, []).append(record.id)
    ranked: list[tuple[float, str]] = []
    for ids in by_label.values():
        drawn = sorted(ids, key=lambda id: hashlib.sha256(f"{seed} {id}".encode()).digest())
        ranked += [((place + 0.5) / len(drawn), id) for place, id in enumerate(drawn)]
    return frozenset(id for _, id in sorted(ranked)[: round(fraction * len(ranked))])
