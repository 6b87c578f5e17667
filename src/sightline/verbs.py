"""What the verbs of the command line do: call the library, say what came out, return it for `--json`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast, get_args

from sightline import catalog, plugins
from sightline.config import Data, Kind
from sightline.console import Bar, audit_tables, differences_tables, interval, number, say, scores_table, table
from sightline.errors import UserError, nearest
from sightline.overrides import override, parse_settings
from sightline.paths import expanded
from sightline.recipe import Recipe, goes_on, load_recipe, recipe_from, recipe_names
from sightline.yaml_text import dump


def train(
    name_of_recipe: str,
    data: str | None,
    root: Path | None,
    settings: list[str],
    name: str | None,
    runs: Path,
    start: Path | None,
    resume: bool,
    devices: int | None,
    report: bool,
) -> dict[str, Any]:
    """`sightline train`: train, evaluate, report."""
    if name is not None:
        _check_name("--name", name)
    changed = _placed(load_recipe(name_of_recipe), data, root)
    if start is not None:
        changed |= {"train.start": str(expanded(start).resolve())}
    if devices is not None:
        changed |= {"train.devices": devices}
    recipe = load_recipe(name_of_recipe, changed | parse_settings(settings))
    if goes_on(name_of_recipe) and recipe.train.start is None:
        raise UserError(name_of_recipe, "goes on where the stage before it ended", "Give that run: --from RUN.")
    own = f"{recipe.name}-{recipe.data.name}-{recipe.train.seed}"
    if name is None:
        _check_name("name of the run", own)
    folder = expanded(runs) / (name or own)

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


def _check_name(where: str, name: str) -> None:
    """Refuses what is not the name of a folder within another."""
    if name in ("", ".", "..") or len(os.fsencode(name)) > 200 or any(c in "/\\" or not c.isprintable() for c in name):
        remedy = "Give a short --name without slashes, e.g. melanoma-1; --runs says in which folder it goes."
        raise UserError(where, f"{name!r} is not the name of a folder", remedy)


def _placed(recipe: Recipe, data: str | None, root: Path | None) -> dict[str, Any]:
    """Settings that bring a recipe to other data."""
    changed: dict[str, Any] = {}
    if data is not None and data != recipe.data.name:
        # the recipe's own task and reader options are those of its own data set
        changed |= {"data.name": data, "data.options": {}, "data.task": None}
    if root is not None:
        changed |= {"data.root": str(expanded(root).resolve())}
    return changed


def evaluate(folder: Path, splits: list[str]) -> dict[str, Any]:
    """`sightline evaluate`."""
    from sightline.engine.evaluate import evaluate as score
    from sightline.engine.run import Run

    run = Run(folder)
    if any("picture" not in row for row in run.split_table):
        say(f"{folder} was made by an earlier version: whether pictures and annotations have changed since is not known.")
    metrics = score(run, splits)
    scores_table(run.name, metrics)
    say(f"Scores, predictions and maps: {run.path}")
    return {"run": str(run.path), "metrics": metrics}


def explain(folder: Path, images: list[Path], out: Path, target: str | None, colours: str, method: str) -> dict[str, Any]:
    """`sightline explain`."""
    from sightline.engine.run import Run
    from sightline.explain.maps import explain as draw

    run = Run(folder)
    written = draw(run, images, out, target=target, cmap=colours, method=method)
    sidecars = [path for path in written if path.suffix == ".json"]
    rows = []
    for path in sidecars:
        facts = json.loads(path.read_text())
        rows.append(
            [str(facts.get("image", path.stem)), facts["map"], facts["explained"] or "-", facts["predicted"], number(facts["probability"])]
        )
    table("Where it looks", ["image", "map", "class explained", "prediction", "probability"], rows)
    say(f"Predictions: {run.decision.words(run.classes)}.")
    say(f"{len(written)} files in {out}")
    return {"run": str(folder), "files": [str(path) for path in written]}


def gallery(folder: Path, images: list[Path], out: Path, layers: list[str]) -> dict[str, Any]:
    """`sightline gallery`."""
    from sightline.engine.run import Run
    from sightline.explain.gallery import gallery as draw

    made = draw(Run(folder), images, out, layers)
    left_out = f" {made.left_out} filters of the widest layers are left out; name layers to see all of theirs." if made.left_out else ""
    say(f"{made.maps} filters of {made.layers} layers on {len(made.images)} images: {made.page}.{left_out}")
    return {"run": str(folder), **vars(made)}


def units(folder: Path, layers: list[str], split: str | None, out: Path | None, images: int, top: float, effect: bool) -> dict[str, Any]:
    """`sightline units`."""
    from sightline.engine.run import Run
    from sightline.explain.units import name_units

    found = name_units(Run(folder), layers, split, out, images=images, top=top, effect=effect, progress=Bar("switching units off"))
    columns = ["concept", "unit", "IoU", "chance", *(["accuracy without it", "AUC"] if effect else [])]
    rows = []
    for one in found["concepts"]:
        unit = f"{one['number']}/{one['unit']}" if one["named"] else f"none ({one['number']}/{one['unit']})"
        change = [f"{one[k]:+.3f}" for k in ("accuracy", "auc")] if effect else []
        rows.append([one["concept"], unit, number(one["iou"]), number(one["level"]), *change])
    table(f"The best unit of each concept, on {found['images']} images of {found['split']}", columns, rows)
    if found["absent"]:
        say(f"No image shows: {', '.join(found['absent'])}")
    for path in found["files"]:
        say(path)
    return {"run": str(folder)} | found


def class_image(folder: Path, names: list[str], out: Path, seed: int) -> dict[str, Any]:
    """`sightline class-image`."""
    from sightline.engine.run import Run
    from sightline.explain.class_image import class_images

    found = class_images(Run(folder), names, out, seed=seed)
    rows = [[one["class"], number(one["probability"]), number(one["grey"])] for one in found]
    table("Probability of the class", ["class", "for its image", "for plain grey"], rows)
    for one in found:
        say(one["file"])
    return {"run": str(folder), "images": found}


def audit(
    folder: Path, split: str | None, seconds: float, images: int, kind: str | None, out: Path | None, data: str | None, root: Path | None
) -> dict[str, Any]:
    """`sightline audit`."""
    import torch

    from sightline.audit.examine import examine
    from sightline.audit.which import other, own
    from sightline.engine.run import Run
    from sightline.report.audit_page import sample_line, write_audit

    if kind is not None and kind not in get_args(Kind):
        raise UserError(f"--kind {kind}", "is no kind of image", nearest(kind, get_args(Kind)))
    run = Run(folder)
    which = own(run, split) if data is None and root is None else other(run, data, root and expanded(root), split)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    found = examine(
        run, which, seconds=seconds, images=images, device=device, kind=cast(Kind | None, kind), progress=Bar("changing images")
    )
    result = write_audit(run, found, which.split, out or run.path / "audit")
    audit_tables(result)
    say(f"{result['headline']}.\n")
    for question, answer in result["sentences"].items():
        say(f"{question} {answer}")
    say(f"\n{sample_line(result, which.split)}")
    for path in result["files"]:
        say(path)
    return result


def compare(folders: list[Path], split: str | None, out: Path) -> dict[str, Any]:
    """`sightline compare`."""
    from sightline.engine.run import Run
    from sightline.report.side_by_side import compare_runs

    if len(folders) < 2:
        raise UserError("compare", f"{len(folders)} run given", "Give at least two run folders.")
    result = compare_runs([Run(folder) for folder in folders], split, out)
    scores_table(f"Split {result['split']}", result["metrics"])
    if result["differences"]:
        differences_tables([d for d in result["differences"] if d["split"] == result["split"]])
        for note in result["notes"]:
            say(note)
    if result["seeds"]:
        rows = []
        for d in result["seeds"]:
            medians, p = f"{d['median']:.3f} / {d['base_median']:.3f}", "-" if d["p"] is None else f"{d['p']:.3f}"
            rows.append([f"{d['recipe']} / {d['base']}", d["metric"], medians, p])
        table("Medians over trainings (p: exact Mann-Whitney)", ["recipes", "score", "medians", "p"], rows)
    for path in result["files"]:
        say(str(path))
    return result


def pseudo_mask(
    data: str, root: Path | None, target: str | None, target_root: Path | None, out: Path, shortcuts: dict[str, Any], settings: list[str]
) -> dict[str, Any]:
    """`sightline pseudo-mask`."""
    from sightline.pseudo.make import pseudo_masks
    from sightline.pseudo.settings import settings_from

    if target_root is not None and target is None:
        raise UserError("--for-root", "is given without --for", "Name the data set that lies there with --for.")
    tree: dict[str, Any] = {"data": {"name": data, "root": root and expanded(root).resolve()}}
    if target is not None:
        tree["target"] = {"name": target, "root": target_root and expanded(target_root).resolve()}
    tree |= {key: value for key, value in shortcuts.items() if value is not None}
    plain = settings_from(tree).model_dump(mode="json")
    found = pseudo_masks(settings_from(override(plain, parse_settings(settings))), out, say=say, progress=Bar)
    scores, images = found["held_out"], found["images"]
    rows = [
        [name, str(part["n"]), interval(part.get("dice")), interval(part.get("jaccard"))]
        for name, part in (("all", scores), ("kept", scores["kept"]), ("dropped", scores["dropped"]))
    ]
    table("Held-out images", ["masks", "n", "Dice", "Jaccard"], rows)
    say(f"{images['kept']} of {images['predicted']} masks are kept: {out}")
    return {"out": str(out)} | found


def annotate_next(folder: Path, budget: int, by: str, out: Path | None, seed: int) -> dict[str, Any]:
    """`sightline annotate-next`."""
    from sightline.annotate.advise import annotate_next as advise
    from sightline.engine.run import Run

    run = Run(folder)
    found = advise(run, budget, by, out, seed=seed, progress=Bar("looking at images without annotation"))
    if found["by"] != by:
        say(f"{run.name} has no attention maps: gone by {found['by']} alone.")
    rows = [
        [row["id"], row["label"], row["predicted"], *(number(row[k]) for k in ("probability", "entropy", "spread", "score"))]
        for row in found["chosen"]
    ]
    columns = ["image", "label", "predicted", "probability", "entropy", "spread", "score"]
    table(f"To annotate next, of {found['unknown']} images without annotation (by {found['by']})", columns, rows)
    say(f"Predictions: {run.decision.words(run.classes)}.")
    for path in found["files"]:
        say(path)
    return {"run": str(folder)} | found


def figure(name: str | None, folders: list[Path], out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """`sightline figure`."""
    from sightline.engine.run import Run
    from sightline.explain.figure.draw import draw, listed
    from sightline.explain.figure.kind import Options

    if name is None:
        found = listed()
        for one in found:
            say(f"{one['name']:16} {one['shows']} [{one['paper']}]")
        say("Draw one: sightline figure NAME --run RUN")
        return {"figures": found}
    files = [str(path) for path in draw(name, [Run(folder) for folder in folders], out, Options(**options))]
    for path in files:
        say(path)
    return {"figure": name, "runs": [str(folder) for folder in folders], "files": files}


def list_recipes() -> dict[str, Any]:
    """`sightline recipes`."""
    loaded = [load_recipe(name) for name in recipe_names()]
    table("Recipes", ["name", "what it is", "source"], [[r.name, r.title, r.source] for r in loaded])
    for line in plugins.complaints(catalog.PLACES):
        say(line)
    say("Show one with all its settings: sightline recipes show NAME")
    return {"recipes": [{"name": r.name, "title": r.title, "source": r.source} for r in loaded]}


def show_recipe(name: str, settings: list[str]) -> dict[str, Any]:
    """`sightline recipes show`."""
    tree = load_recipe(name, parse_settings(settings)).check().model_dump(mode="json")
    say(dump(tree).rstrip())
    return {"recipe": tree}


def check_data(name: str, root: Path | None, recipe: str | None, settings: list[str]) -> dict[str, Any]:
    """`sightline data check`: as the training of `recipe` would read; without one, as a label-only training.

    Settings of other sections than `data` are written whole, as in `train`; of `data` the section may be left out.
    """
    from sightline.data.check import CHECK, check, layout, layout_lines, lines

    changed = {key if key.split(".")[0] in Recipe.model_fields else f"data.{key}": v for key, v in parse_settings(settings).items()}
    base = load_recipe(recipe) if recipe is not None else Recipe(name=CHECK, data=Data(name=name))
    asked = recipe_from(override(base.model_dump(mode="json"), _placed(base, name, root) | changed), where="--set").check()
    place = asked.data.root
    if place is not None and not place.exists():
        raise UserError(place, "no such file or folder", "Give the place of the data set with --root.")
    parts = layout(asked.data.name, place)
    for line in layout_lines(asked.data.name, parts):  # before anything is read: it explains why reading fails
        say(line)
    found = check(asked, Bar("looking through the images"))
    for line in lines(found):
        say(line)
    return {"layout": parts} | found
