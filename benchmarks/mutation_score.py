"""How many faults put into the code of a room do its tests notice?

    uv run --with cosmic-ray --with coverage python benchmarks/mutation_score.py losses --sample 150
    uv run --with cosmic-ray --with coverage python benchmarks/mutation_score.py attention metrics --sample 150 --json score.json

Cosmic Ray's operators change one place of one file: another number, comparison, sign or operator, a negated condition, a loop that does not
run. A sample of places is drawn, one change of each, and the tests that reach the changed line are run until one fails. A mutant that no
test notices is printed with its line, for a person to say whether it can matter: annotations of types, texts of messages and equal code
(`x >= 0` for `x > 0` where x is never 0) cannot. Printed is the share that was noticed, with Wilson's interval for the whole room.

The tests are those of the room, the contracts over the whole catalogue, and the examples in the docstrings of the changed file. They run
once with coverage first, which tells which test reaches which line. Each mutant is tried in a process forked from one that has already
imported the libraries, so that it costs little more than its tests.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import scipy.stats
import torch

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "sightline"
AT_MOST = 400  # tests of one mutant, those of its room first
EXAMPLES = "test_the_examples_of_a_module"
LEFT_OUT = ("Variable", "RemoveDecorator", "_Is", "BitXor", "RShift", "LShift")  # changes that nobody makes by mistake


@dataclass(frozen=True)
class Mutant:
    """A change of one place of a file, and what became of it: `killed`, `timeout` or `survived`, or `unreached` if no test is there."""

    file: str
    line: int
    operator: str
    before: str
    after: str
    outcome: str = ""
    tests: int = 0


def places(path: Path) -> Iterator[tuple[tuple[int, int], str, int]]:
    """Every change that is possible: its place (line, column), the operator and its number. Without annotations of types."""
    from cosmic_ray.ast import get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    text = path.read_text(encoding="utf-8")
    spared = list(_spared(ast.parse(text)))
    operators = {name: get_operator(name)() for name in operator_names() if not any(part in name for part in LEFT_OUT)}
    seen = dict.fromkeys(operators, 0)

    def walk(node: Any) -> Iterator[tuple[tuple[int, int], str, int]]:
        for name, operator in operators.items():
            for start, _ in operator.mutation_positions(node):
                if not any(low <= start < high for low, high in spared):
                    yield start, name, seen[name]
                seen[name] += 1
        for child in getattr(node, "children", ()):
            yield from walk(child)

    yield from walk(get_ast(text))


def _spared(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where annotations and messages of errors lie."""
    for node in ast.walk(tree):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        parts += [node] if isinstance(node, ast.Raise | ast.JoinedStr) else []
        for part in parts:
            if part is not None:
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def sampled(rooms: Sequence[str], size: int, seed: int) -> list[tuple[Path, int, str, int]]:
    """As many places of all files of the rooms, one change of each: (file, line, operator, its number)."""
    every: dict[tuple[Path, tuple[int, int]], list[tuple[str, int]]] = {}
    for room in rooms:
        for path in sorted(SOURCE.glob(f"{room}/**/*.py")):
            for start, name, number in places(path):
                every.setdefault((path, start), []).append((name, number))
    rng = random.Random(seed)
    chosen = rng.sample(sorted(every), min(size, len(every)))
    print(f"{len(every)} places in {', '.join(rooms)}, {len(chosen)} of them tried", flush=True)
    return [(path, start[0], *rng.choice(every[path, start])) for path, start in chosen]


class Contexts:
    """Tells coverage which test is running, by its whole name: of a test with parameters, only those that reach a line are run for it."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        from coverage import Coverage

        running = Coverage.current()
        assert running is not None
        running.switch_context(item.nodeid)
        return (yield)


def measured(rooms: Sequence[str], data: str) -> int:
    """Runs the tests of the rooms, the contracts and the examples with coverage, in this process; 0 if they pass."""
    from coverage import Coverage

    tests = [f"tests/{room}" for room in (*rooms, "contracts")]
    tests += [one for room in rooms for path in sorted(SOURCE.glob(f"{room}/**/*.py")) for one in examples(path)]
    silence()
    coverage = Coverage(data_file=data, source=[str(SOURCE / room) for room in rooms])
    coverage.start()
    for path in (path for room in rooms for path in SOURCE.glob(f"{room}/**/*.py")):
        importlib.import_module(name_of(path))  # now, or what runs at import would seem to be reached by the first test alone
    failed = pytest.main(["-q", "-n", "0", *tests], plugins=[Contexts()])
    coverage.stop()
    coverage.save()
    return int(failed)


def reached(rooms: Sequence[str], data: Path) -> dict[str, dict[int, set[str]]]:
    """File -> line -> the tests of the rooms and the contracts that run it, by their names `file::test`; kept in `data`."""
    sys.path.remove(str(Path(__file__).parent))  # `coverage.py` of this folder is another
    from coverage import CoverageData

    if not data.exists():
        with ProcessPoolExecutor(1, get_context("fork")) as apart:
            if apart.submit(measured, rooms, str(data)).result():
                data.unlink(missing_ok=True)
                raise SystemExit("the tests fail without any mutant")
    found = CoverageData(str(data))
    found.read()
    lines = {name: found.contexts_by_lineno(name) for name in found.measured_files()}
    return {name: {line: {one for one in some if one} for line, some in of.items()} for name, of in lines.items()}


def examples(path: Path) -> list[str]:
    """The test that runs the examples in the docstrings of a file, if it has any."""
    if ">>>" not in path.read_text(encoding="utf-8"):
        return []
    return [f"tests/test_docstrings.py::{EXAMPLES}[{path.relative_to(SOURCE.parent)}]"]


def tests_of(path: Path, line: int, lines: dict[int, set[str]]) -> list[str]:
    """The tests to run for a change of a line, those of the file itself first; of a line that runs at import, all that reach the file."""
    own, shown = path.stem.removesuffix("_loss"), examples(path)
    names = [name for name in lines.get(line) or set().union(*lines.values()) if name in shown or EXAMPLES not in name]

    def order(name: str) -> tuple[bool, bool, bool, str]:
        return name not in shown, own not in Path(name.partition("::")[0]).stem, name.startswith("tests/contracts"), name

    return sorted(names, key=order)[:AT_MOST]


def name_of(path: Path) -> str:
    """The module of a file."""
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed text."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name, self.path, self.text = name, path, text

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        package = self.path.name == "__init__.py"
        spec = importlib.util.spec_from_file_location(fullname, self.path, loader=self, submodule_search_locations=[] if package else None)
        if spec and package:
            spec.submodule_search_locations = [str(self.path.parent)]
        return spec

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(compile(self.text, str(self.path), "exec"), module.__dict__)


def silence() -> None:
    """What this process prints from now on goes nowhere."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def outcome(path: Path, text: str, tests: Sequence[str], seconds: float) -> str:
    """What the tests say of a changed file, tried in a process of its own."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
        silence()
        sys.meta_path.insert(0, Mutated(name_of(path), path, text))
        try:
            os._exit(int(pytest.main(["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly", *tests])))
        except BaseException:  # a module that cannot be imported any more
            os._exit(1)
    until = time.monotonic() + 10 * seconds  # a busy machine is no reason, so that time of the processor is what counts
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return {0: "survived", -signal.SIGXCPU: "timeout"}.get(os.waitstatus_to_exitcode(status), "killed")
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def tried(chosen: Sequence[tuple[Path, int, str, int]], lines: dict[str, dict[int, set[str]]], seconds: float) -> Iterator[Mutant]:
    """Each mutant with what became of it.

    Raises:
        SystemExit: a test fails by itself on a file that nothing was changed in, so that what it says of a mutant means nothing.
    """
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    passed: set[str] = set()  # the tests that were run by themselves without any change
    for path, line, operator, number in chosen:
        before = path.read_text(encoding="utf-8")
        after = mutate_code(before, get_operator(operator)(), number)
        old, new = before.splitlines(), after.splitlines()
        changed = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), line - 1)
        tests = tests_of(path, line, lines.get(str(path), {}))
        new_tests = [test for test in tests if test not in passed]
        if new_tests and outcome(path, before, new_tests, 4 * seconds) != "survived":
            raise SystemExit(f"{path}: its tests fail without any change")
        passed.update(new_tests)
        said = outcome(path, after, tests, seconds) if tests else "unreached"
        name, place = operator.partition("/")[2], str(path.relative_to(SOURCE))
        yield Mutant(place, changed + 1, name, old[changed].strip(), new[changed].strip(), said, len(tests))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="+", help="folders of src/sightline")
    parser.add_argument("--sample", type=int, default=150, help="mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--seconds", type=float, default=120, help="of the processor, after which a mutant counts as noticed, since it hangs"
    )
    parser.add_argument("--reached", type=Path, default=None, help="file in which the coverage is kept for the next time")
    parser.add_argument("--json", type=Path, default=None)
    asked = parser.parse_args()
    kept = None if asked.reached is None else asked.reached.absolute()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        lines = reached(asked.rooms, kept or Path(folder) / "coverage")
    for library in ("lightning", "sklearn.metrics", "timm"):  # once, before each mutant gets a process of its own
        importlib.import_module(library)
    torch.set_num_threads(1)
    found: list[Mutant] = []
    for mutant in tried(sampled(asked.rooms, asked.sample, asked.seed), lines, asked.seconds):
        found.append(mutant)
        if mutant.outcome in ("survived", "unreached"):
            print(f"{mutant.outcome}: {mutant.file}:{mutant.line} {mutant.operator}\n  - {mutant.before}\n  + {mutant.after}", flush=True)
        if asked.json:
            asked.json.write_text(json.dumps([asdict(one) for one in found], indent=1), encoding="utf-8")
    noticed = sum(one.outcome in ("killed", "timeout") for one in found)
    low, high = scipy.stats.binomtest(noticed, len(found)).proportion_ci(method="wilson")
    print(f"{noticed} of {len(found)} noticed: {noticed / max(1, len(found)):.1%} [{low:.1%}, {high:.1%}]")


if __name__ == "__main__":
    main()
