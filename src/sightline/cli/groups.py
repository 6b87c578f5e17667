"""The command line and its groups of verbs. The modules beside this one add their verbs to it.

Everything heavy is imported inside the verbs, so that `--help` answers at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="Train image classifiers that look where the expert looks, measure whether they do, and show it.",
    epilog="Start with: sightline demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
recipes_app = typer.Typer(
    help="List the recipes that come with sightline, or show one.", invoke_without_command=True, rich_markup_mode="markdown"
)
data_app = typer.Typer(
    help="Check data sets, convert their annotations, and write drawn ones as files.", no_args_is_help=True, rich_markup_mode="markdown"
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
