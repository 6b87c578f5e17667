"""The command line. Each verb reads its arguments, calls one function of the library, and says what came out."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

import typer

from sightline.cli import (
    data,
    drawing,
    exporting,
    judging,
    learnt,
    looking,
    predicting,
    recipes,
    recommending,
    reporting,
    reviewing,
    serving,
    study,
    training,
)
from sightline.cli.groups import Verb, app, data_app, recipes_app
from sightline.cli.words import in_flags
from sightline.errors import UserError, from_system, one_line

__all__ = [
    "app",
    "data",
    "drawing",
    "exporting",
    "judging",
    "learnt",
    "looking",
    "main",
    "predicting",
    "recipes",
    "recommending",
    "reporting",
    "reviewing",
    "serving",
    "study",
    "training",
]
# as help lists them: train, judge, look, annotate, study
VERBS = [
    "demo",
    "train",
    "predict",
    "serve",
    "export",
    "evaluate",
    "compare",
    "report",
    "audit",
    "review",
    "explain",
    "figure",
    "gallery",
    "units",
    "class-image",
    "annotate-next",
    "pseudo-mask",
    "study",
    "recommend",
]
USAGE: type[Exception] = typer.BadParameter.__mro__[2]  # ClickException, of the Click that this version of Typer uses

for group in (app, data_app, recipes_app):
    for verb in group.registered_commands:
        verb.cls = Verb
app.registered_commands.sort(key=lambda verb: VERBS.index(str(verb.name or getattr(verb.callback, "__name__", ""))))


def main() -> None:
    """Entry point: a user's mistake, and what the system refuses, is one line on standard error and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that the terminal cannot show are shown as codes
    try:
        code = app(standalone_mode=False)
        if sys.stdout is not None:  # it is None where the shell has closed it
            sys.stdout.flush()
    except UserError as error:
        told = in_flags(str(error))
    except USAGE as error:
        told = one_line(error.format_message())  # type: ignore[attr-defined]
        if getattr(error, "ctx", None) and type(error).__name__ != "NoArgsIsHelpError":
            told = f"{told if told.endswith('?') else told.rstrip('.') + '.'} See {error.ctx.command_path} --help."  # type: ignore[attr-defined]
        elif type(error).__name__ == "NoArgsIsHelpError":
            raise SystemExit(2) from None  # the help was shown
    except typer.Abort:
        raise SystemExit(130) from None
    except BrokenPipeError:  # nobody reads any more, and Python would say so once again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        if (refused := from_system(error)) is None:
            raise
        told = in_flags(str(refused))
    else:
        raise SystemExit(code if isinstance(code, int) else 0)
    print(f"sightline: {told}", file=sys.stderr)
    raise SystemExit(2)
