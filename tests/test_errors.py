"""What the operating system refuses is one line; a defect of the program stays a traceback."""

from __future__ import annotations

import errno
import os

import pytest
from torch.utils.data import DataLoader, Dataset
from typer.testing import CliRunner

from sightline import cli
from sightline.errors import UserError, from_process, from_system


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "no space left on device. Free some space"),
        (errno.EROFS, "read-only file system. Give a folder that you may write to"),
        (errno.EACCES, "permission denied. Give a folder"),
        (errno.ENAMETOOLONG, "file name too long. Give a shorter name."),
        (errno.EISDIR, "is a directory. Remove it"),
        (errno.ENOTDIR, "not a directory. Remove it"),
        (errno.ENOENT, "no such file or directory. Check the path."),
    ],
)
def test_where_what_and_what_to_do(number, said):
    assert str(from_system(OSError(number, os.strerror(number), "runs/a/x.csv"))).startswith(f"runs/a/x.csv: {said}")


def test_what_runs_out_needs_no_file():
    assert "ulimit -n" in str(from_system(OSError(errno.EMFILE, "Too many open files")))
    assert str(from_system(OSError(errno.ENOSPC, "No space left on device"))).startswith("the disk: no space left")


def test_an_error_that_names_nothing_stays_an_error():
    assert from_system(OSError("unexpected")) is None
    assert from_system(OSError(errno.EINVAL, "Invalid argument")) is None


def test_the_command_line_says_one_line(monkeypatch, capsys):
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "runs/a")

    monkeypatch.setattr(cli, "app", refuse)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert capsys.readouterr().err == f"sightline: {from_system(PermissionError(errno.EACCES, 'Permission denied', 'runs/a'))}\n"


def test_a_defect_stays_a_traceback(monkeypatch):
    def fail(**_: object) -> None:
        raise OSError("unexpected")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(OSError, match="unexpected"):
        cli.main()


class Missing(Dataset):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> int:
        raise UserError("a/b.png", "does not exist any more", "Put it back.")


def test_a_mistake_that_a_data_loading_process_meets_comes_home():
    with pytest.raises(UserError) as error:
        list(DataLoader(Missing(), num_workers=1))
    assert str(error.value) == "a/b.png: does not exist any more. Put it back."


def test_a_mistake_that_a_training_process_meets_comes_home():
    text = "-- Process 1 terminated\nTraceback:\n  File x\nsightline.engine.soundness.NotFinite: epoch 1: ran away. Lower it. Or else."
    assert str(from_process(RuntimeError(text))) == "epoch 1: ran away. Lower it. Or else."
    assert from_process(RuntimeError("shapes do not fit")) is None


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/tmp/x", "a/b", "a\\b", "a\nb", "x" * 201])
def test_a_run_does_not_leave_its_folder(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(cli.app, ["train", "label-only", "--data", "phantom", "--name", name])
    assert isinstance(found.exception, UserError)
    assert "is not the name of a folder" in str(found.exception)
    assert not list(tmp_path.iterdir())
