"""What the terminal shows is whole and readable, however narrow it is."""

from __future__ import annotations

import pytest

from sightline import cli
from sightline.cli.console import say
from sightline.errors import UserError


def test_the_command_line_prints_its_own_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(**_: object) -> None:
        raise UserError("`by='spred'`", "is not a way", "Give another `by=...`.")

    monkeypatch.setattr(cli, "app", refuse)
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err == "sightline: --by spred: is not a way. Give another --by.\n"
    say("go on with `resume=True`")
    assert capsys.readouterr().out == "go on with --resume\n"
