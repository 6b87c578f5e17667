"""The house keeps its order: a test stands where its source stands, under its name, and no file grows too long to be read."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SOURCES = TESTS.parent / "src" / "sightline"
LONGEST = 300


def sources_of(room: Path) -> list[str]:
    """Names of the modules and packages of a room."""
    return [path.stem for path in (SOURCES / room).iterdir() if path.suffix == ".py" or path.is_dir()]


@pytest.mark.parametrize(
    "room", sorted({path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")} - {Path(), Path("contracts")})
)
def test_a_test_stands_under_the_name_of_its_source(room: Path) -> None:
    names = sources_of(room)
    strangers = [
        path.name
        for path in (TESTS / room).glob("test_*.py")
        if not any(path.stem == f"test_{name}" or path.stem.startswith(f"test_{name}_") for name in names)
    ]
    assert strangers == [], "name it test_SOURCE.py or test_SOURCE_ASPECT.py; what concerns several rooms lies in tests/ itself"


def test_every_module_has_a_test_under_its_name() -> None:
    tests = {path.relative_to(TESTS).with_suffix("").as_posix() for path in TESTS.rglob("test_*.py")}
    modules = [path.relative_to(SOURCES) for path in SOURCES.rglob("*.py") if not path.name.startswith("__")]
    names = {module.as_posix(): (module.parent / f"test_{module.stem}").as_posix() for module in modules}
    untested = sorted(module for module, name in names.items() if not any(test == name or test.startswith(f"{name}_") for test in tests))
    assert untested == []


def test_no_two_tests_have_one_name() -> None:
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == [], "pytest imports them by their names"


def test_no_file_is_too_long_to_be_read() -> None:
    long = {
        str(path.relative_to(SOURCES)): n
        for path in SOURCES.rglob("*.py")
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_no_merge_was_left_half_done() -> None:
    root = TESTS.parent
    kinds = ("*.md", "*.toml", "*.py", "*.j2", "*.js", "*.css", "*.yaml", "*.yml")
    places = [*root.glob("*.*"), *(path for room in ("src", "tests", "docs", "benchmarks") for path in (root / room).rglob("*"))]
    files = [path for path in places if any(path.match(kind) for kind in kinds) and "vendor" not in str(path)]
    assert len(files) > 500
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    assert [path.name for path in files if any(line.startswith(marks) for line in path.read_text("utf-8").splitlines())] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    files = {module_name(path): path for path in SOURCES.rglob("*.py")}
    left = {name: imports(path, files) - {name} for name, path in files.items()}
    while free := {name for name in left if not left[name] & left.keys() or all(name not in wanted for wanted in left.values())}:
        left = {name: wanted for name, wanted in left.items() if name not in free}
    assert {name: sorted(wanted & left.keys()) for name, wanted in left.items()} == {}, "these lie in circles"


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCES.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path, known: Container[str]) -> set[str]:
    """The modules of ours that a module imports, wherever in it, but for those that only type checkers read."""
    wanted: set[str] = set()
    for node in statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            wanted |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = f"{node.module}"
            wanted |= {part if (part := f"{whole}.{name.name}") in known else whole for name in node.names}
    return {name for name in wanted if name in known}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below one, but for what is read by type checkers only."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from statements(child)
