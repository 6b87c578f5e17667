"""What the verbs of the command line do: call the library, say what came out, return it for `--json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from sightline.config import Data
from sightline.console import Bar, interval, number, say, scores_table, table
from sightline.errors import UserError
from sightline.recipe import load_recipe, parse_settings, recipe_from, recipe_names


def train(
    name_of_recipe: str,
    data: str | None,
    root: Path | None,
    settings: list[str],
    name: str | None,
    runs: Path,
    resume: bool,
    devices: int | None,
    report: bool,
) -> dict[str, Any]:
    """`sightline train`: train, evaluate, report."""
    changed: dict[str, Any] = {}
    if data is not None:
        changed |= {"data.name": data}
    if root is not None:
        changed |= {"data.root": str(root.expanduser().resolve())}
    if devices is not None:
        changed |= {"train.devices": devices}
    recipe = load_recipe(name_of_recipe, changed | parse_settings(settings))
    folder = runs / (name or f"{recipe.name}-{recipe.data.name}-{recipe.train.seed}")

    from sightline.engine.evaluate import evaluate as score
    from sightline.engine.train import Stopped
    from sightline.engine.train import train as fit
    from sightline.report import write_report

    try:
        run = fit(recipe, folder, resume=resume, say=say, progress=Bar("looking through the images"))
    except Stopped as stopped:
        say(f"{stopped} Go on with the same command and --resume.")
        raise SystemExit(130) from None
    metrics = score(run)
    scores_table(f"{run.name}: {recipe.title}", metrics)
    result: dict[str, Any] = {"run": str(run.path), "metrics": metrics}
    if report:
        result["report"] = str(write_report(run))
        say(f"Report: {result['report']}")
    say(f"Run: {run.path}")
    return result


def evaluate(folder: Path, splits: list[str]) -> dict[str, Any]:
    """`sightline evaluate`."""
    from sightline.engine.evaluate import evaluate as score
    from sightline.engine.run import Run

    run = Run(folder)
    metrics = score(run, splits)
    scores_table(run.name, metrics)
    say(f"Scores, predictions and maps: {run.path}")
    return {"run": str(run.path), "metrics": metrics}


def explain(folder: Path, images: list[Path], out: Path, target: str | None, colours: str) -> dict[str, Any]:
    """`sightline explain`."""
    from sightline.engine.run import Run
    from sightline.explain.maps import explain as draw

    written = draw(Run(folder), images, out, target=target, cmap=colours)
    sidecars = [path for path in written if path.suffix == ".json"]
    rows = []
    for path in sidecars:
        facts = json.loads(path.read_text())
        rows.append(
            [str(facts.get("image", path.stem)), facts["map"], facts["explained"] or "-", facts["predicted"], number(facts["probability"])]
        )
    table("Where it looks", ["image", "map", "class explained", "prediction", "probability"], rows)
    say(f"{len(written)} files in {out}")
    return {"run": str(folder), "files": [str(path) for path in written]}


def compare(folders: list[Path], split: str | None, out: Path) -> dict[str, Any]:
    """`sightline compare`."""
    from sightline.engine.run import Run
    from sightline.report.side_by_side import compare_runs

    if len(folders) < 2:
        raise UserError("compare", f"{len(folders)} run given", "Give at least two run folders.")
    result = compare_runs([Run(folder) for folder in folders], split, out)
    scores_table(f"Split {result['split']}", result["metrics"])
    if result["differences"]:
        rows = [
            [f"{d['run']} minus {d['base']}", d["metric"], interval(d), d["verdict"]]
            for d in result["differences"]
            if d["value"] is not None
        ]
        table("Paired differences on the same images", ["runs", "score", "difference", ""], rows)
    for path in result["files"]:
        say(str(path))
    return result


def list_recipes() -> dict[str, Any]:
    """`sightline recipes`."""
    loaded = [load_recipe(name) for name in recipe_names()]
    table("Recipes", ["name", "what it is", "source"], [[r.name, r.title, r.source] for r in loaded])
    say("Show one with all its settings: sightline recipes show NAME")
    return {"recipes": [{"name": r.name, "title": r.title, "source": r.source} for r in loaded]}


def show_recipe(name: str, settings: list[str]) -> dict[str, Any]:
    """`sightline recipes show`."""
    tree = load_recipe(name, parse_settings(settings)).check().model_dump(mode="json")
    say(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).rstrip())
    return {"recipe": tree}


def check_data(name: str, root: Path | None, settings: list[str]) -> dict[str, Any]:
    """`sightline data check`."""
    from sightline.data.check import check, lines

    changed = {f"data.{k.removeprefix('data.')}": v for k, v in parse_settings(settings).items()}
    tree: dict[str, Any] = {"name": "check", "data": Data(name=name, root=root and root.expanduser()).model_dump(mode="json")}
    from sightline.recipe import override

    found = check(recipe_from(override(tree, changed), where="--set").data, Bar("looking through the images"))
    for line in lines(found):
        say(line)
    return found
