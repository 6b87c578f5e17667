"""The XML of "CVAT for images 1.1": tags, boxes, polygons and masks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from sightline.data.written.entries import Box, Content, Drawn, Entry, Outlines, Pixels, Shape, relative
from sightline.errors import UserError

HAS_POINTS = True


def content(entries: Sequence[Entry], out: Path, classes: Sequence[str]) -> Content:
    """One file with every image. Its class is a tag, whose attributes are the facts of `told`; its split is CVAT's subset."""
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    labels = SubElement(SubElement(SubElement(root, "meta"), "task"), "labels")
    names: set[str] = set()
    for id, entry in enumerate(entries):
        drawn, name = entry.drawn(), relative(entry.path, out.parent)
        if any(sign < " " for sign in name) or name != name.strip():
            raise UserError(entry.path, "has a name that XML does not hold (a control character, or a blank at an end)", "Rename it.")
        height, width = drawn.size
        given = {"id": str(id), "name": name, "subset": entry.record.split or "", "width": str(width), "height": str(height)}
        image = SubElement(root, "image", {key: value for key, value in given.items() if value})
        names |= _tag(image, entry, drawn)
        made = [one for shape in drawn.shapes for one in _shapes(shape)]
        for kind, attributes in [*made, *([("points", {"points": _pairs(drawn.points)})] if drawn.points else [])]:
            SubElement(image, kind, {"label": entry.record.label, "source": "manual", "occluded": "0", **attributes, "z_order": "0"})
    for one in classes:
        label = SubElement(labels, "label")
        SubElement(label, "name").text = one
        _declare(SubElement(label, "attributes"), sorted(names))
    indent(root, " ")
    yield out.name, tostring(root, encoding="utf-8", xml_declaration=True)


def _tag(image: Element, entry: Entry, drawn: Drawn) -> set[str]:
    """Writes the class and the facts of an image; the names of the facts."""
    tag = SubElement(image, "tag", label=entry.record.label, source="manual")
    facts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in drawn.facts.items()}
    for name, value in facts.items():
        SubElement(tag, "attribute", name=name).text = value
    return set(facts)


def _declare(attributes: Element, names: Sequence[str]) -> None:
    for name in names:
        attribute = SubElement(attributes, "attribute")
        for key, value in {"name": name, "mutable": "False", "input_type": "text", "default_value": "", "values": ""}.items():
            SubElement(attribute, key).text = value


def _shapes(shape: Shape) -> Iterator[tuple[str, dict[str, str]]]:
    match shape:
        case Box(corners):
            yield "box", dict(zip(("xtl", "ytl", "xbr", "ybr"), map(repr, corners), strict=True))
        case Outlines(parts):
            for part in parts:
                yield "polygon", {"points": _pairs(part)}
        case Pixels(inside):
            x0, y0, x1, y1 = shape.bounds
            place = {"left": str(x0), "top": str(y0), "width": str(x1 - x0), "height": str(y1 - y0)}
            yield "mask", {"rle": ", ".join(map(str, _runs(inside[y0:y1, x0:x1].ravel()))), **place}


def _pairs(points: Iterable[Sequence[float]]) -> str:
    return ";".join(f"{float(x)!r},{float(y)!r}" for x, y in points)


def _runs(inside: np.ndarray) -> list[int]:
    """Lengths of outside and inside pixels by turns, outside first."""
    changes = np.flatnonzero(np.diff(inside, prepend=False))
    return [int(run) for run in np.diff(changes, prepend=0, append=len(inside))]
