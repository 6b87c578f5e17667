"""The library speaks Python, the command line speaks its options, and neither says the other's words."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from torch.utils.data import DataLoader, Dataset
from typer.main import get_command

import sightline
from sightline import cli
from sightline.cli.console import say
from sightline.cli.words import SPAN, in_flags, options
from sightline.errors import UserError
from sightline.explain.figure.kind import Options
from sightline.face.auditing import audit
from sightline.face.data_sets import data
from sightline.face.exporting import export
from sightline.face.predictions import predict
from sightline.face.reviewing import review
from sightline.face.serving import serve
from sightline.face.show import explain
from sightline.face.study import study
from sightline.pseudo.settings import PseudoMasks
from sightline.recipe import Recipe

SOURCE = Path(sightline.__file__).parent
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if "cli" not in path.relative_to(SOURCE).parts]


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("`split='test'`", "--split test"),
        ("`split='my \"test\"'`", "--split 'my \"test\"'"),
        ("`split='a`b'`", "--split 'a`b'"),
        ("`split='True'`", "--split True"),
        ("`resume=True`", "--resume"),
        ("`label='benign tumour'`", '--class "benign tumour"'),
        ("`ids=['a', 'b c']`", '--id a --id "b c"'),
        ("`minimum_dice=0.6`", "--minimum-dice 0.6"),
        ("`folder=...`", "--name"),
        ("`data.name=coco`", "--data coco"),
        ("`for_data=...`", "--for"),
        ("`train.start='runs/it\\'s mine/best.safetensors'`", '--from "runs/it\'s mine/best.safetensors"'),
        ("`train.epochs=3`", "--set train.epochs=3"),
        ("`train.epochs=...`", "--set train.epochs"),
        ("`data.options={units: share}`", '--set "data.options={units: share}"'),
        ("`data.grey=[LOW,HIGH]`", '--set "data.grey=[LOW,HIGH]"'),
        ("`sightline.check(...)`", "`sightline data check ...`"),
        ("`sightline.evaluate(sightline.Run('a b/c'), split=['it(s)'])`", '`sightline evaluate "a b/c" --split "it(s)"`'),
    ],
)
def test_what_the_library_wrote_is_translated(python: str, said: str) -> None:
    assert in_flags(f"x`y: is wrong. Try {python}.") == f"x`y: is wrong. Try {said}."


@pytest.mark.parametrize(
    "text",
    [
        "runs/split='x' resume=True: is no run",
        "class 'split=`x': the run has no such class",
        "`own=3`",
        "`sightline recipes`",
        "`sightline.nonsense('a')`",
        "`data.kind`, data.kind=xray",
        "photos/`split",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert in_flags(text) == text


class Missing(Dataset[int]):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> int:
        raise UserError("a/b.png", "holds negative grey values", "Give `data.grey=[LOW,HIGH]`.")


def test_arguments_come_home_from_another_process() -> None:
    with pytest.raises(UserError) as error:
        list(DataLoader(Missing(), num_workers=1))
    for one in (error.value, pickle.loads(pickle.dumps(error.value))):
        assert str(one) == "a/b.png: holds negative grey values. Give `data.grey=[LOW,HIGH]`."
        assert in_flags(str(one)) == 'a/b.png: holds negative grey values. Give --set "data.grey=[LOW,HIGH]".'


def test_the_command_line_prints_its_own_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(**_: object) -> None:
        raise UserError("`by='spred'`", "is not a way", "Give another `by=...`.")

    monkeypatch.setattr(cli, "app", refuse)
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err == "sightline: --by spred: is not a way. Give another --by.\n"
    say("go on with `resume=True`")
    assert capsys.readouterr().out == "go on with --resume\n"


def _texts(path: Path) -> Iterator[tuple[str, str, bool]]:
    """(place, text, whether it is a docstring) of every string of a file; what an f-string puts in is 0."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        place = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.JoinedStr):
            yield place, "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values), False
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield place, node.value, node in docstrings


TEXTS = [text for path in FILES for text in _texts(path)]
MESSAGES = [(place, found) for place, text, docstring in TEXTS if not docstring for found in SPAN.finditer(text)]


def _verbs(command: Any) -> Iterator[Any]:
    yield command
    for verb in getattr(command, "commands", {}).values():
        yield from _verbs(verb)


def test_no_message_of_the_library_names_an_option_of_the_command_line() -> None:
    parameters = [parameter for verb in _verbs(get_command(cli.app)) for parameter in verb.params]
    flags = {flag for parameter in parameters for flag in [*parameter.opts, *parameter.secondary_opts] if flag.startswith("--")}
    named = re.compile(rf"(?<![\w-])({'|'.join(sorted(flags | {'--help'}))})(?![\w-])")
    assert len(flags) > 30
    assert [f"{place}: {found[0]}" for place, text, _ in TEXTS if (found := named.search(text))] == []


def test_every_argument_that_a_message_names_exists() -> None:
    packages = [data, audit, explain, export, predict, review, serve, study]  # some names are packages, too
    verbs = [getattr(sightline, name) for name in sightline.__all__] + packages
    known = {name for verb in verbs if inspect.isfunction(verb) for name in inspect.signature(verb).parameters}
    known |= {field.name for field in fields(Options)} | set(PseudoMasks.model_fields)
    named = {found["name"]: place for place, found in MESSAGES if found["name"]}
    assert len(named) > 20
    assert {name: place for name, place in named.items() if name not in known and not _is_setting(name)} == {}


def _is_setting(dotted: str) -> bool:
    model = Recipe
    for key in dotted.split("."):
        if key not in getattr(model, "model_fields", {}):
            return False
        model = model.model_fields[key].annotation
    return "." in dotted


def test_every_call_that_a_message_writes_can_be_made() -> None:
    calls = [found for _, found in MESSAGES if found["verb"]]
    assert calls
    for found in calls:
        call = ast.parse(f"verb({found['arguments']})", mode="eval").body
        verb = getattr(sightline, found["verb"])
        inspect.signature(verb).bind(*call.args, **{keyword.arg: 0 for keyword in call.keywords})
        assert in_flags(found[0]) != found[0], "the command line has it, too"


def test_a_parameter_has_one_option_in_all_verbs() -> None:
    parameters = [parameter for verb in _verbs(get_command(cli.app)) for parameter in verb.params if parameter.name in options()]
    different = [parameter.opts[0] for parameter in parameters if parameter.param_type_name == "option"]
    assert set(different) == set(options().values())
