"""The library's messages in the words of the command line: its arguments as options, its calls as commands.

The library writes what its reader can type in backticks and as Python: an argument `split='test'`, a setting of a recipe
`train.epochs=3`, a call `sightline.evaluate(...)`. Only these are translated. Names and files that the user chose stand outside of the
backticks, or within quotes inside them, and stay as they are.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from typer.main import get_command

from sightline.cli.groups import app

_TEXT = r"""(?:[^`'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*"""  # in which quotes may hold a backtick
SPAN = re.compile(rf"`(?:(?P<name>[a-z]\w*(?:\.\w+)*)=(?P<value>{_TEXT})|sightline\.(?P<verb>\w+)\((?P<arguments>{_TEXT})\))`")


def in_flags(text: str) -> str:
    """A message of the library as the command line says it.

    >>> print(in_flags("`images=0`: no picture. Give another `split=...`, or go on with `resume=True`."))
    --images 0: no picture. Give another --split, or go on with --resume.
    >>> print(in_flags("Try `train.epochs=3`, or run `sightline.evaluate(sightline.Run('my runs/a'), split=['val', 'test'])`."))
    Try --set train.epochs=3, or run `sightline evaluate "my runs/a" --split val --split test`.
    >>> print(in_flags("Say so: `classes={'mel': 'melanoma'}`."))
    Say so: --map mel=melanoma.
    >>> print(in_flags("runs/split='x'.png: is no picture. Rename `it=x`."))
    runs/split='x'.png: is no picture. Rename `it=x`.
    """
    return SPAN.sub(lambda found: _option(found) if found["name"] else _command(found), text)


def _option(found: re.Match[str]) -> str:
    name, value, flags = found["name"], found["value"], options()
    own = name.removesuffix(".name").replace(".", "_")  # settings that have an option of their own: train_start is --from
    if own in flags:
        return _given(flags[own], value)
    return f"{flags['settings']} {_word(name if value == '...' else f'{name}={value}')}" if "." in name else found[0]


def _command(found: re.Match[str]) -> str:
    path = next((path for path, _ in _verbs() if path[-1] == found["verb"].replace("_", "-")), None)
    try:
        call = ast.parse(f"verb({found['arguments']})", mode="eval").body
    except SyntaxError:
        return found[0]
    if path is None or not isinstance(call, ast.Call) or not all(keyword.arg in options() for keyword in call.keywords):
        return found[0]
    words = [_word(word) for argument in call.args for word in _values(ast.unparse(_inner(argument)))]
    words += [_given(options()[str(keyword.arg)], ast.unparse(keyword.value)) for keyword in call.keywords]
    return f"`{' '.join(['sightline', *path, *words])}`"


def _inner(argument: ast.expr) -> ast.expr:
    """Of `Run('runs/a')` the folder, by which the command line names a run."""
    return argument.args[0] if isinstance(argument, ast.Call) and argument.args else argument


def _given(flag: str, value: str) -> str:
    """An option with its value; alone where it is a switch or its value is left open; once for each of several values."""
    return flag if value in ("True", "...") else " ".join(f"{flag} {_word(word)}" for word in _values(value))


def _values(text: str) -> list[str]:
    """The values that an argument is given; what is no text, list or dictionary of Python's stands as it is."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return [text]
    if isinstance(value, dict):
        return [f"{name}={one}" for name, one in value.items()]
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else [text]


def _word(text: str) -> str:
    """One word for a shell, in double quotes, which every shell knows, where these are enough."""
    plain = shlex.quote(text)
    return plain if plain == text or re.search(r'["$`\\!]', text) else f'"{text}"'


@cache
def options() -> Mapping[str, str]:
    """Parameter of a verb -> its option; what two verbs call by one name has one option in both."""
    parameters = [parameter for _, command in _verbs() for parameter in command.params]
    return {parameter.name: parameter.opts[0] for parameter in parameters if parameter.param_type_name == "option"}


@cache
def _verbs() -> tuple[tuple[tuple[str, ...], Any], ...]:
    return tuple(_below((), get_command(app)))


def _below(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield from [(path, command)] if path else []
    for name, verb in getattr(command, "commands", {}).items():
        yield from _below((*path, name), verb)
