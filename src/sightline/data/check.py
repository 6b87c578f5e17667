"""`sightline data check`: what of a data set's official layout is there, what it holds, and what is wrong with it.

A reader's module may say of what its data set consists, for the list of what is missing: `PARTS: dict[str, str]`, a glob pattern relative
to the data set's root -> what the files hold. `**/` in a pattern also finds files right there: it covers folders unpacked into themselves.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from sightline import catalog
from sightline.config import Data
from sightline.data.facts import Facts
from sightline.data.findings import classes_of, marks_of, of_finding, shown
from sightline.data.leaks import Compared, compare, find_leaks
from sightline.data.look_through import Collected, Looked, look_through
from sightline.data.problems import grouped
from sightline.data.remarks import remarks
from sightline.data.survey import Survey
from sightline.plural import count
from sightline.recipe import Recipe
from sightline.results.data_check import (
    SHOWN,
    AcrossClasses,
    DataReport,
    FindingCounts,
    Leak,
    Leaks,
    Listed,
    NearDuplicates,
    Part,
    Problems,
    ReaderAgreement,
    Shortcut,
    Shortcuts,
)
from sightline.types import ANNOTATION_KINDS, Record

T = TypeVar("T")
REMEDIES = {
    True: "the split is the owner's; remove these images from one of the splits, or accept them with data.leaks=warn.",
    False: "data.split.near_duplicates=true keeps images that look alike in one split.",
}
CHECK = "check"  # name of the label-only recipe that stands for any
# records, their facts, the classes, and what belongs together -> simple facts by how well they predict the class: `audit.shortcuts.screen`
Screen = Callable[[Sequence[Record], Mapping[str, Facts], Sequence[str], Sequence[str]], list[Shortcut]]


def layout(name: str, root: Path | None) -> list[Part]:
    """Each part of a data set's official layout, and how many files of it are there.

    Empty where there is no folder to look into, or where the reader's module names no `PARTS`.

    Raises:
        UserError: no such data set.
    """
    parts: dict[str, str] = getattr(_reader_module(name), "PARTS", {})
    if root is None or not root.is_dir():
        return []
    return [Part(pattern=pattern, holds=holds, files=sum(1 for _ in root.glob(pattern))) for pattern, holds in parts.items()]


def layout_lines(name: str, parts: Sequence[Part]) -> list[str]:
    """The list of `layout` for reading; where something is missing, also who distributes it."""
    missing = sum(not part.files for part in parts)
    if not parts:
        return []
    text = [f"Official layout: {len(parts) - missing} of {len(parts)} parts are there"]
    text += [f"  {part.files or 'missing':>7}  {part.pattern}: {part.holds}" for part in parts]
    return [*text, f"  {_reader_module(name).WHERE}"] if missing else text


def _reader_module(name: str) -> Any:
    return sys.modules[catalog.find("data", name).__module__]


def check(asked: Data | Recipe, progress: Callable[[int, int], None] | None = None, screen: Screen | None = None) -> DataReport:
    """Reads, looks through and divides a data set as a training would, and reports instead of stopping.

    Args:
        asked: the recipe that is to be trained; the settings of the data alone stand for a label-only training.
        screen: says which simple facts predict the class; None: that is left out.
    """
    recipe = asked if isinstance(asked, Recipe) else Recipe(name=CHECK, data=asked)
    data, problems = recipe.data, Collected()
    looked = look_through(recipe, progress, problems)
    dataset, found, splits = looked.dataset, looked.survey, looked.divided
    reviewed = {record.id: record for some in looked.kept.values() for record in some}
    records = [reviewed.get(record.id, record) for record in dataset.records]
    alike = looked.compared or compare(records, found)
    leaks = find_leaks(splits, found, alike)
    odd = [*grouped(found.remarks), *looked.gaps, *remarks(records, splits, dataset.classes, leaks, data.split)]
    tried = {"shortcuts": _shortcuts(looked, alike, screen)} if screen and records else {}
    return DataReport(
        name=data.name,
        root=None if data.root is None else str(data.root),
        recipe=recipe.name,
        notes=list(dataset.notes),
        left_out=dict(dataset.left_out),
        splits={name: _per_class(some, dataset.classes) for name, some in splits.items()},
        sizes={name: len(some) for name, some in splits.items()},
        problems=Problems.listing(list(map(str, problems)), grouped=grouped(problems)),
        remarks=Listed[str].listing(odd),
        leaks=Leaks.listing(leaks, kinds=dict(Counter(leak.kind for leak in leaks))),
        findings=_findings(records, dataset.classes) if dataset.several else {},
        reviews=looked.reviews,
        **_of_images(records, dataset.classes, found),
        **_look_alike(records, alike),
        **tried,
    )


def _of_images(records: Sequence[Record], classes: Sequence[str], found: Survey) -> dict[str, Any]:
    """What the images are and what is known of them."""
    return {
        "images": len(records),
        "classes": _per_class(records, classes),
        "annotations": _annotations(records),
        "known": sum(f.known for f in found.facts.values()),
        "median_roi_area": _median_area(found),
        "regions": dict(Counter(name for r in records for name in r.regions)),
        "avoid": sum(bool(r.avoid) for r in records),
        "groups": len({r.group for r in records} - {None}),
        "grey": found.grey,
        "owners_split": any(r.split for r in records),
    }


def _look_alike(records: Sequence[Record], alike: Compared) -> dict[str, Any]:
    """Pictures that look nearly the same, and those of them that have different labels."""
    sizes = [size for size in Counter(alike.component.tolist()).values() if size > 1]
    label = {r.id: r.label for r in records}
    across = [AcrossClasses(**asdict(pair), label_a=label[pair.a], label_b=label[pair.b]) for pair in alike.across]
    return {
        "near_duplicates": NearDuplicates(groups=len(sizes), images=sum(sizes)),
        "near_duplicates_across_classes": Listed[AcrossClasses].listing(across),
    }


def _shortcuts(looked: Looked, alike: Compared, screen: Screen) -> Shortcuts:
    """Which simple facts predict the class in the training images, or in all where none could be divided off."""
    facts, classes = looked.survey.facts, looked.dataset.classes
    training = looked.divided.get("train")
    records = [record for record in training or looked.dataset.records if record.id in facts]
    picture = {record.id: f"picture {number}" for record, number in zip(looked.dataset.records, alike.component.tolist(), strict=True)}
    tasks = [(of_finding(records, name), classes_of(name)) for name in classes] if looked.dataset.several else [(records, classes)]
    tried = [fact for some, names in tasks for fact in screen(some, facts, names, [record.group or picture[record.id] for record in some])]
    what = "training images" if training else "images"
    return Shortcuts.listing([fact for fact in tried if fact.found], images=len(records), of=what, facts=tried)


def _per_class(records: Sequence[Record], classes: Sequence[str]) -> dict[str, int]:
    return {name: sum(name in shown(r) for r in records) for name in classes}


def _findings(records: Sequence[Record], names: Sequence[str]) -> dict[str, FindingCounts]:
    said = {name: [record.findings.get(name) for record in records] for name in names}
    return {
        name: FindingCounts(
            present=sum(value is True for value in values),
            absent=sum(value is False for value in values),
            unknown=sum(value is None for value in values),
            marked=sum(any(mark.kind != "nothing" for mark in marks_of(record, name)) for record in records),
        )
        for name, values in said.items()
    }


def _median_area(found: Survey) -> float | None:
    """Of the ROIs that are known and not empty, as a share of their images; the upper one of two."""
    areas = sorted(facts.area for facts in found.facts.values() if facts.area)
    return areas[len(areas) // 2] if areas else None


def _annotations(records: Sequence[Record]) -> dict[str, int]:
    """Images with an annotation of each kind, and those without any: unknown."""
    kinds = Counter[str](kind for r in records for kind in {mark.kind for mark in r.annotations})
    return {**{kind: kinds[kind] for kind in ANNOTATION_KINDS if kinds[kind]}, "unknown": sum(not r.annotations for r in records)}


def lines(report: DataReport) -> list[str]:
    """The report of `check` for reading."""
    return [*_held(report), *_wrong(report)] if report.images else [f"{report.name}: no images were read", *_wrong(report)]


def _held(report: DataReport) -> list[str]:
    """What the data set holds."""
    text = [f"{report.name}: {count(report.images, 'image')}, {_counts(report.classes)}"]
    if report.findings:
        text.append("An image can have several findings:")
        text += [f"  {name}: {_counts(counts.to_json())}" for name, counts in report.findings.items()]
    if len(report.classes) == 1:
        text.append("One class: a segmentation network can learn from it, a classifier cannot")
    text += report.notes
    if report.left_out:
        text.append(f"Left out, since they belong to no class: {_counts(report.left_out)}")
    text += [f"  {name}: {report.sizes[name]} ({_counts(counts)})" for name, counts in report.splits.items()]
    text.append(f"Where to look: {_counts(report.annotations)}")
    if report.median_roi_area is not None:
        text.append(
            f"  known for {count(report.known, 'image')}; half of the ROIs cover less than {report.median_roi_area:.1%} of their image"
        )
    if report.regions:
        text.append(f"Further regions, marked or known to be absent: {_counts(report.regions)}")
    if report.avoid:
        text.append(f"Where not to look: {count(report.avoid, 'image')}")
    text.append(f"Groups (patients, lesions): {report.groups or 'none given, every image is a group of its own'}")
    text += [_agreement(one) for one in (report.reviews.agreement if report.reviews else ())]
    if report.grey:
        text.append("Deep greys: {:g} becomes black, {:g} white (data.grey)".format(*report.grey))
    return text


def _wrong(report: DataReport) -> list[str]:
    """What is wrong with it, and what is to be looked at."""
    kinds = report.problems.grouped
    more = [f"  and {len(kinds) - SHOWN} more kinds"] if len(kinds) > SHOWN else []
    text = [f"Problems: {report.problems.number or 'none'}", *(f"  {line}" for line in kinds[:SHOWN]), *more]
    if report.remarks.number:
        text += _listed("To look at", report.remarks, str)
    if report.images:
        text += _listed("Leaks between splits", report.leaks, _leak)
        alike = report.near_duplicates
        text.append(f"Near-duplicates: {count(alike.images, 'image')} in {count(alike.groups, 'group')}")
        text += _listed("Near-duplicates of different classes", report.near_duplicates_across_classes, _across)
    if report.leaks.number:
        text.append(f"Remedy: {REMEDIES[report.owners_split]}")
    if report.shortcuts and report.shortcuts.facts:  # with one class there are none
        text += _screened(report.shortcuts)
    training = f"`sightline train {report.recipe}`" if report.recipe != CHECK else "A training"
    return [*text, f"{training} would refuse these data: fix the problems above"] if report.problems.number else text


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())


def _listed(title: str, entries: Listed[T], line: Callable[[T], str]) -> list[str]:
    more = entries.number - len(entries.first)
    rest = [f"  and {more} more"] if more else []
    return [f"{title}: {entries.number or 'none'}", *(f"  {line(entry)}" for entry in entries.first), *rest]


def _screened(shortcuts: Shortcuts) -> list[str]:
    """What a network could learn without looking for the finding."""
    title = f"Shortcuts that need no network ({len(shortcuts.facts)} facts of {shortcuts.images} {shortcuts.of})"
    remark = "  A network may learn these facts instead of the finding, where they are not a part of the finding."
    return [*_listed(title, shortcuts, lambda shortcut: shortcut.said), *[remark] * bool(shortcuts.number)]


def _agreement(one: ReaderAgreement) -> str:
    kappa = "" if one.kappa is None else f", Cohen's kappa {one.kappa:.2f}"
    return f"Agreement of {one.a} and {one.b} in {count(one.images, 'image')} that both outlined: Dice {one.dice:.2f}{kappa}"


def _leak(leak: Leak) -> str:
    alike = "" if leak.exact else _alike(leak)
    return f"{leak.a} ({leak.split_a}, {leak.label_a}) = {leak.b} ({leak.split_b}, {leak.label_b}): {leak.kind}{alike}"


def _across(pair: AcrossClasses) -> str:
    return f"{pair.a} ({pair.label_a}) = {pair.b} ({pair.label_b}){_alike(pair)}"


def _alike(pair: Leak | AcrossClasses) -> str:
    how = {"": "", "turned": ", flipped or turned", "cropped": ", cropped"}[pair.how]
    return f"{how}, correlation {pair.similarity:.3f}"
