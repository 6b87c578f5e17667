"""Every file of a run, lost, cut short, emptied, overwritten or edited: each verb that reads it says so in one line and ends with 2."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sightline.cli import main
from sightline.engine.read_files import Damaged, read_arrays, read_json, read_table, read_text, read_yaml
from sightline.engine.run import Run
from sightline.errors import UserError

Damage = Callable[[Path], object]


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Damage] = {
    "missing": Path.unlink,
    "empty": lambda p: p.write_bytes(b""),
    "cut": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
    "garbage": lambda p: p.write_bytes(np.random.default_rng(0).bytes(500)),
    "folder": folder_instead,
    "utf16": lambda p: p.write_bytes(p.read_bytes().decode("latin-1").encode("utf-16")),
    "list": lambda p: p.write_text('[1, "two", null]\n', encoding="utf-8"),
    "number": lambda p: p.write_text("3\n", encoding="utf-8"),
    "null": lambda p: p.write_text("null\n", encoding="utf-8"),
    "other": lambda p: p.write_text('{"a": {"b": [1]}}\n', encoding="utf-8"),
}
# file -> the verbs that need it
NEEDED: dict[str, tuple[str, ...]] = {
    "config.yaml": ("evaluate", "explain", "gallery", "units", "class-image", "audit", "compare", "annotate-next", "figure"),
    "model.json": ("evaluate", "explain", "gallery", "units", "class-image", "audit", "compare", "annotate-next", "figure"),
    "split.csv": ("evaluate", "gallery", "units", "audit", "compare", "annotate-next", "figure"),
    "thresholds.json": ("explain", "compare", "annotate-next", "figure", "audit"),
    "metrics.json": ("compare", "figure", "evaluate"),
    "predictions.csv": ("compare", "figure", "evaluate"),
    "attention/matched.npz": ("compare", "figure"),
    "environment.json": ("compare",),
    "logs/metrics.csv": ("compare",),
}
# a file that is not there is then no mistake, but how a run begins: it has not been scored yet, or keeps no curves
BEGINNING = {("metrics.json", "evaluate"), ("predictions.csv", "evaluate"), ("logs/metrics.csv", "compare")}


def arguments(verb: str, place: Path) -> list[str]:
    run, out = str(place / "run"), ["--out", str(place / "out")]
    return {
        "evaluate": ["evaluate", run, "--split", "matched"],
        "explain": ["explain", run, str(place / "x.png"), *out],
        "gallery": ["gallery", run, *out],
        "units": ["units", run, "--images", "2", *out],
        "class-image": ["class-image", run, *out],
        "audit": ["audit", run, "--seconds", "1", *out],
        "compare": ["compare", run, str(place / "other"), *out],
        "annotate-next": ["annotate-next", run, "--budget", "2", *out],
        "figure": ["figure", "attention-grid", "--run", run, "--images", "1", *out],
    }[verb]


def called(verb: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status; a traceback would come through."""
    monkeypatch.setattr(sys, "argv", ["sightline", *arguments(verb, place)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def cases() -> list[tuple[str, str, str]]:
    """Each file with each damage before one verb, and before each verb with one damage."""
    each = [(file, damage, verbs[0]) for file, verbs in NEEDED.items() for damage in DAMAGES]
    return each + [(file, "garbage", verb) for file, verbs in NEEDED.items() for verb in verbs[1:]]


@pytest.mark.parametrize(("file", "damage", "verb"), cases())
def test_a_damaged_file_is_named_in_one_line(
    file: str, damage: str, verb: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    DAMAGES[damage](place / "run" / file)
    status = called(verb, place, monkeypatch)
    said = capsys.readouterr().err.strip()
    if damage == "missing" and (file, verb) in BEGINNING:
        assert status == 0
        return
    assert (status, len(said.splitlines())) == (2, 1), said
    assert said.startswith("sightline: ")
    named = file.rpartition("/")[2] in said
    if file == "config.yaml" and damage in ("missing", "folder"):
        named = "is not a run folder" in said
    if damage == "missing" and file in ("metrics.json", "predictions.csv"):
        named = "was not evaluated" in said
    assert named, said


def test_no_pickle_is_opened(tmp_path: Path) -> None:
    class Bad:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "opened",)  # type: ignore[return-value]

    np.savez(tmp_path / "x.npz", ids=np.array([Bad()], dtype=object))
    with pytest.raises(Damaged, match="cut short or damaged"):
        read_arrays(tmp_path / "x.npz", "")
    assert not (tmp_path / "opened").exists()


def test_what_other_programs_do_to_a_text_file_is_read(tmp_path: Path) -> None:
    """A spreadsheet puts a mark in front and ends lines as Windows does."""
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfid,split\r\n1,val\r\n")
    assert read_table(tmp_path / "t.csv", ["id", "split"]) == [{"id": "1", "split": "val"}]


def test_what_is_deeply_nested_or_very_long_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    (tmp_path / "deep.yaml").write_text("[" * 5_000, encoding="utf-8")
    (tmp_path / "long.csv").write_text("id\n" + "x" * 200_000 + "\n", encoding="utf-8")
    with pytest.raises(Damaged):
        read_json(tmp_path / "deep.json", dict[str, int], "")
    with pytest.raises(Damaged):
        read_yaml(tmp_path / "deep.yaml", "")
    assert len(read_table(tmp_path / "long.csv", ["id"])[0]["id"]) == 200_000


def test_the_key_that_is_wrong_is_named(place: Path) -> None:
    path = place / "run" / "metrics.json"
    tree = json.loads(path.read_text(encoding="utf-8"))
    tree["matched"]["classification"]["auc"]["value"] = "high"
    path.write_text(json.dumps(tree), encoding="utf-8")
    with pytest.raises(Damaged, match=r"metrics.json: does not hold what it should \(matched.classification.auc.value"):
        _ = Run(place / "run").scores
    path.write_text('{"matched": {"n": NaN}}', encoding="utf-8")
    with pytest.raises(Damaged):
        _ = Run(place / "run").scores


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Damaged, match="is not a file"):
        read_text(tmp_path / "pipe", "")


def test_settings_cut_short_between_two_lines_are_no_defaults(place: Path) -> None:
    path = place / "run" / "config.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for kept in range(1, len(lines), 17):
        path.write_text("".join(lines[:kept]), encoding="utf-8")
        with pytest.raises(UserError, match=r"config\.yaml|recipe"):
            _ = Run(place / "run").recipe
    path.write_text("".join(lines), encoding="utf-8")
    assert Run(place / "run").recipe.name == "tiny"
