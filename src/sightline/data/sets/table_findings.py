"""Tables of images with several findings: a column per finding with 0 and 1, or several labels in one cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sightline.data import table_cells
from sightline.data.findings import NONE, parts_of
from sightline.data.sets.table_columns import OF_FINDING, canonical, is_meant, known
from sightline.errors import UserError

Labels = Literal["auto", "one", "several"]
UNSURE = {"-1", "-1.0", "?", "u", "uncertain"}
PRESENT, COLUMN = table_cells.YES, "finding:"
ABSENT = table_cells.NO - {""}


@dataclass(frozen=True)
class Told:
    """What a table tells of its findings.

    Attributes:
        names: of the findings; empty: each image has one label.
        columns: name of a column as it is written -> `finding:NAME`, or `mask:NAME` and the like for where a finding is to be seen.
        note: how it was told.
    """

    names: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def told(header: Sequence[str], rows: Sequence[Mapping[str, Any]], labels: Labels, plain: bool, where: str) -> Told:
    """The findings of a table.

    Args:
        header: names of all columns.
        rows: name of a column -> cell.
        labels: whether a cell of the column label may hold several; `auto`: if any cell does.
        plain: columns of 0 and 1 without a prefix are findings, in a table without a column label.

    Raises:
        UserError: a column label beside columns of findings, or a finding without a name.
    """
    explicit = {name: canonical(name) for name in header if canonical(name).startswith(COLUMN)}
    if COLUMN in explicit.values():
        raise UserError(where, "has a column 'finding:' without a name", "Write the finding after the colon: finding:effusion.")
    label = next((name for name in header if canonical(name) == "label"), None)
    if label is not None:
        if explicit:
            reason = f"has a column label and a column {next(iter(explicit))!r}"
            raise UserError(where, reason, "Write the labels in one of the two ways: several in one cell, or a column per finding.")
        return _listed(header, [row[label] for row in rows if label in row], label, labels)
    found = explicit or ({name: f"{COLUMN}{name}" for name in _bare(header, rows)} if plain else {})
    names = tuple(column.removeprefix(COLUMN) for column in found.values())
    note = f"{', '.join(names)} {'are findings' if len(names) > 1 else 'is a finding'} (1: present, 0: absent, empty or -1: not known)"
    return Told(names, found | _places(header, names), note) if names else Told()


def _listed(header: Sequence[str], cells: Sequence[Any], label: str, labels: Labels) -> Told:
    """The findings that the cells of the column label list."""
    several = [cell for cell in cells if isinstance(cell, list) or any(sign in str(cell) for sign in ";|")]
    if labels == "one" or (labels == "auto" and not several):
        return Told()
    names = tuple(sorted({name for cell in cells if not _blank(cell) for name in listed(cell)}))
    note = f"{label}: {len(several)} of {len(cells)} rows list several findings"
    return Told(names, _places(header, names), note)


def _bare(header: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Columns that are none of ours and hold nothing but 0, 1 and what stands for "not known"; two at least."""
    allowed = PRESENT | ABSENT | UNSURE

    def fits(name: str) -> bool:
        cells = [str(row[name]).strip().lower() for row in rows if not table_cells.missing(row.get(name))]
        return bool(cells) and allowed.issuperset(cells)

    found = [name for name in header if name and not known(name) and not is_meant(name) and fits(name)]
    free = [name for name in found if not any(name in _places(header, [other]) for other in found if other != name)]
    return free if len(free) > 1 else []


def _places(header: Iterable[str], names: Sequence[str]) -> dict[str, str]:
    """The columns that say where a finding is to be seen: `mask_effusion`, `box:effusion`."""
    said = {f"{kind}{sign}{canonical(name)}": f"{kind}:{name}" for name in names for kind in OF_FINDING for sign in "_:"}
    plain = {column: "_".join(column.lower().replace("-", " ").split()) for column in header}
    return {column: said[key] for column, key in plain.items() if key in said}


def listed(cell: Any) -> dict[str, bool | None]:
    """The findings that one cell lists."""
    return parts_of(";".join(map(str, cell)) if isinstance(cell, list) else str(cell))


def _blank(cell: Any) -> bool:
    return not isinstance(cell, list) and table_cells.missing(cell) and str(cell).strip().lower() != NONE


def says_nothing(column: str, cell: Any, names: Sequence[str]) -> bool:
    """Whether a cell gives nothing. Where labels are lists, `none` and an empty list say that there is no finding."""
    return _blank(cell) if names and column == "label" else table_cells.missing(cell)


def findings_of(row: Mapping[str, Any], names: Sequence[str], where: str) -> dict[str, bool | None]:
    """Finding -> present, absent, or not known, of one row.

    Raises:
        UserError: a cell that says neither; a place of a finding that is absent; a finding beside a word for none.
    """
    if "label" in row:
        found = listed(row["label"])
        if strange := [name for name in found if name not in names]:
            raise UserError(f"{where} label", f"lists {strange[0]!r}", "Leave it out, or write the finding's name.")
        given: dict[str, bool | None] = {name: found.get(name, False) for name in names}
    else:
        given = {name: _said(row.get(f"{COLUMN}{name}"), f"{where} {name}") for name in names}
    for name, present in given.items():
        if present is False and (place := next((f"{kind}:{name}" for kind in OF_FINDING[:-1] if f"{kind}:{name}" in row), None)):
            reason = f"says where {name} is to be seen, in {place.replace(':', '_')}, and that the image does not have it"
            raise UserError(where, reason, "Correct one of the two cells.")
    return given


def _said(cell: Any, where: str) -> bool | None:
    text = str(cell).strip().lower()
    if cell is None or text in UNSURE:
        return None
    if text not in PRESENT | ABSENT:
        raise UserError(where, f"{cell!r} is neither 0 nor 1", "Write 1 where the finding is present, 0 where it is absent, else nothing.")
    return text in PRESENT
