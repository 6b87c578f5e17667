"""Holds `docs/fidelity.md` against the code: every element has its row, and what a row names is there, ran and passed.

    python .ci/fidelity.py [pytest's --junitxml report]

A row of the page is `| 000-21 | element | state | code | tests |`. State begins with `done`, `reconstructed`, `context` (a fact about the
paper with nothing to build) or `impossible`; the first two name code (`room/file.py:name`, below src/sightline) and tests
(`test_file.py::test_name`), the last two say why not.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "fidelity.md"
CHECKS = ROOT / "src" / "sightline" / "testing"
COUNTS = {"000": 47, "001": 32, "002": 25, "003": 50, "004": 31}
VARIANTS = ["001-03c", "001-04c", "001-09c"]
IDS = sorted([f"{paper}-{n:02d}" for paper, count in COUNTS.items() for n in range(1, count + 1)] + VARIANTS)
STATES = ("done", "reconstructed", "context", "impossible")


def rows() -> list[list[str]]:
    """The cells of every row that begins with an id."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d{3}-\d\d", line)]
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines]


def ticked(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def code_problem(place: str) -> str | None:
    """Whether `room/file.py:name` (or a file alone) is there."""
    path, _, name = place.partition(":")
    file = next((f for f in (ROOT / "src" / "sightline" / path, ROOT / path) if f.is_file()), None)
    if file is None:
        return f"no file {path}"
    if name and not re.search(
        rf"(def|class) {re.escape(name.split('.')[-1])}\b|^{re.escape(name)}\b", file.read_text(encoding="utf-8"), re.M
    ):
        return f"no {name} in {path}"
    return None


def test_files() -> dict[str, Path]:
    return {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}


def test_problem(test: str, files: dict[str, Path], outcomes: dict[str, set[str]] | None) -> str | None:
    """Whether `test_file.py::name`, or one check `test_file.py::name[check]` of a contract, exists and, where a report is given, passed at
    least once and failed never."""
    file, _, name = test.partition("::")
    function, _, check = name.rstrip("]").partition("[")
    if file not in files or not re.search(rf"def {re.escape(function)}\(", files[file].read_text(encoding="utf-8")):
        return f"no test {test}"
    if check and not any(f"def {check}(" in path.read_text(encoding="utf-8") for path in CHECKS.glob("*.py")):
        return f"no check {check}"
    if outcomes is None:
        return None
    found = outcomes.get(test, set())
    return None if "passed" in found and "failed" not in found else f"{test} did not pass ({', '.join(sorted(found)) or 'not run'})"


def outcomes_of(report: Path) -> dict[str, set[str]]:
    """`test_file.py::name` -> the outcomes of its cases."""
    found: dict[str, set[str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        module = next((part for part in reversed(case.get("classname", "").split(".")) if part.startswith("test_")), "")
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        test, _, parameters = case.get("name", "").partition("[")
        for name in (test, f"{test}[{parameters.rstrip(']').partition('-')[0]}]"):
            found.setdefault(f"{module}.py::{name}", set()).add(outcome)
    return found


def problems(report: Path | None) -> list[str]:
    """Everything that is wrong, a line each."""
    table, files, outcomes = rows(), test_files(), outcomes_of(report) if report else None
    given = [row[0] for row in table]
    found = [f"{id}: has no row" for id in IDS if id not in given]
    found += [f"{id}: is no known element" for id in given if id not in IDS]
    found += [f"{id}: has {given.count(id)} rows" for id in sorted(set(given)) if given.count(id) > 1]
    for row in table:
        if len(row) != 5:
            found.append(f"{row[0]}: has {len(row)} cells, not 5")
            continue
        id, _, state, code, tests = row
        if not state.startswith(STATES):
            found.append(f"{id}: state {state!r} is none of {', '.join(STATES)}")
        if state.startswith(("done", "reconstructed")) and not (ticked(code) and ticked(tests)):
            found.append(f"{id}: is {state.split()[0]} without code or without test")
        found += [f"{id}: {problem}" for problem in map(code_problem, ticked(code)) if problem]
        found += [f"{id}: {problem}" for test in ticked(tests) if (problem := test_problem(test, files, outcomes))]
    return found


def main() -> None:
    found = problems(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print(*found, sep="\n")
    print(f"fidelity page: {len(IDS)} elements, {len(found)} problems", file=sys.stderr)
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
