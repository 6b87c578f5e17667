"""The command line and its groups of verbs. The modules beside this one add their verbs to it.

Everything heavy is imported inside the verbs, so that `--help` answers at once.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup


class Verb(TyperCommand):
    """A command whose help shows what to type, where typer shows types of Python and braces: `RUN...` for `{RUN...}... <list[Path]>`."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, without types that have no name of their own."""
        return _without_types(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What follows the command in its first line of help."""
        arguments = [one for one in self.get_params(ctx) if isinstance(one, TyperArgument)]
        names = [(one.metavar or str(one.name).upper(), one.required) for one in arguments]
        return ["[OPTIONS]", *(name if required else f"[{name}]" for name, required in names)]


class Verbs(TyperGroup):
    """A group of commands, in the same way."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, without types that have no name of their own."""
        return _without_types(super().get_params(ctx))


def _without_types(parameters: list[Any]) -> list[Any]:
    for one in parameters:
        if isinstance(one, TyperArgument):
            one.display_type_rich = lambda ctx: None  # type: ignore[method-assign]
        elif one.is_flag:
            one.metavar = ""
    return parameters


app = typer.Typer(
    cls=Verbs,
    help="Train image classifiers that look where the expert looks, measure whether they do, and show it.",
    epilog="Start with: sightline demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
recipes_app = typer.Typer(
    cls=Verbs,
    help="List the recipes that come with sightline, or show one.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
)
data_app = typer.Typer(
    cls=Verbs,
    help="Check data sets, convert their annotations, and write built-in synthetic data sets as files.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.add_typer(recipes_app, name="recipes")
app.add_typer(data_app, name="data")


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"sightline {version('sightline')}")
        raise typer.Exit


@app.callback()
def _before_every_verb(
    version: Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass
