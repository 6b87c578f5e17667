"""The command line: help is quick and complete, mistakes are one line, verbs do what they say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points, version

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from sightline.cli import app, main
from sightline.metrics.comparisons.compare import DECIDED


def verbs(path, command):
    """Every verb, as the words to type."""
    below = getattr(command, "commands", {})
    if path and (not below or command.invoke_without_command):
        yield list(path)
    for name, verb in below.items():
        yield from verbs((*path, name), verb)


VERBS = list(verbs((), get_command(app)))
TINY = [
    "--set=data.image_size=32",
    "--set=data.options={size: 64, train: 24, val: 12, test: 8}",
    "--set=backbone={name: test_resnet, stride: 8}",
    "--set=train.batch_size=8",
    "--set=evaluate.bootstrap=50",
]


def sightline(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "sightline.cli", *arguments], capture_output=True, text=True, **options)


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_shows_an_example_of_every_verb(verb):
    result = CliRunner().invoke(app, [*verb, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert ("--json" in result.output) == (verb not in (["serve"], ["review"]))  # which run until they are stopped, and print no result


def test_the_shell_completes_verbs_and_options():
    asked = {"COMP_WORDS": "sightline train --ro", "COMP_CWORD": "2", "_SIGHTLINE_COMPLETE": "complete_bash"}
    command = [sys.executable, "-c", "import sys; sys.argv = ['sightline']; from sightline.cli import main; main()"]
    assert subprocess.run(command, capture_output=True, text=True, env=os.environ | asked).stdout.split() == ["--root"]


def test_it_says_which_version_it_is():
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output == f"sightline {version('sightline')}\n"


def test_help_loads_nothing_heavy():
    code = "import sys; from sightline.cli import app; from typer.testing import CliRunner; CliRunner().invoke(app, ['--help'])"
    check = code + "; print([m for m in ('torch', 'numpy', 'lightning', 'timm', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "enrgy"], 'Did you mean "energy"'),
        (["train", "energy", "--set", "train.epocs=1"], 'Did you mean "epochs"'),
        (["train", "energy", "--data", "isic217"], 'Did you mean "isic2017"'),
        (["train", "energy", "--data", "busi"], "root"),
        (["evaluate", "nowhere"], "is not a run folder"),
        (["data", "check", "folder", "--root", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_one_line_with_a_remedy_and_leaves_nothing(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["sightline", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.startswith("sightline: ")
    assert len(said.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_mistake_ends_the_process_with_2(tmp_path):
    result = sightline("train", "enrgy", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "sightline: recipe 'enrgy': is unknown. Did you mean \"energy\"?\n"


def test_train_evaluate_explain_compare(tmp_path):
    def run(*arguments: str) -> dict[str, object]:
        result = CliRunner().invoke(app, [*arguments, "--json", str(tmp_path / "out.json")], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))

    runs = [str(tmp_path / "runs" / name) for name in ("one", "two")]
    for name, recipe in (("one", "label-only"), ("two", "energy")):
        made = run("train", recipe, "--runs", str(tmp_path / "runs"), "--name", name, "--set", "train.epochs=1", *TINY)
        assert (tmp_path / "runs" / name / "report.html").stat().st_size > 10_000
        assert set(made["metrics"]) == {"val", "matched", "flipped", "removed"}

    assert set(run("evaluate", runs[0], "--split", "matched")["metrics"]) == {"matched"}

    photo = tmp_path / "photo.png"
    from PIL import Image

    Image.effect_noise((60, 40), 80).convert("RGB").save(photo)
    files = run("explain", runs[1], str(photo), "--out", str(tmp_path / "maps"), "--target", "all")["files"]
    assert {f.rsplit(".", 1)[1] for f in files} == {"png", "npy", "json"}

    found = run("compare", *runs, "--split", "flipped", "--out", str(tmp_path / "side"))
    assert found["replaced"] is False
    assert {d["metric"] for d in found["differences"]} == {"accuracy", "auc", "epg", *DECIDED}
    assert {path.name for path in (tmp_path / "side").iterdir()} == {"grid.png", "grid.pdf", "roc.png", "roc.pdf", "report.html", ".lock"}
    again = CliRunner().invoke(app, ["compare", *runs, "--out", str(tmp_path / "side")], catch_exceptions=False)
    assert "The earlier comparison in " in again.output
    assert f"{tmp_path / 'side'} was replaced." in again.output.replace("\n", "")


def test_ctrl_c_leaves_a_run_that_resumes(tmp_path, monkeypatch):
    command = ["train", "label-only", "--name", "r", "--no-report", "--set", "train.epochs=8", *TINY]
    process = subprocess.Popen(
        [sys.executable, "-m", "sightline.cli", *command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a test run in the background of a shell ignores Ctrl-C, and its children would, too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not (tmp_path / "runs" / "r" / "last.ckpt").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume" in out
    assert "Traceback" not in err
    before = (tmp_path / "runs" / "r" / "logs" / "metrics.csv").read_text(encoding="utf-8")

    monkeypatch.chdir(tmp_path)
    again = CliRunner().invoke(app, [*command, "--resume"], catch_exceptions=False)
    assert again.exit_code == 0, again.output
    after = (tmp_path / "runs" / "r" / "logs" / "metrics.csv").read_text(encoding="utf-8")
    assert after.startswith(before)
    assert len(after.splitlines()) == 9


def test_the_installed_command_catches_mistakes():
    (command,) = entry_points(group="console_scripts", name="sightline")
    assert command.value == "sightline.cli:main"
