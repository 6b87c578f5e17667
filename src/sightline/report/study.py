"""What a study leaves for people: one HTML page, its tables as Markdown, and everything as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sightline.engine.files import write_json, write_text
from sightline.engine.reproducible import environment
from sightline.plural import count
from sightline.report import study_charts, words
from sightline.report.pictures import Chart, Charts
from sightline.report.templating import rendered
from sightline.results import Score
from sightline.results.search import SearchResult
from sightline.results.setting_words import setting_words
from sightline.results.study import ArmDifference, ArmScore, DrawnRegions, StudyResult
from sightline.study.folder import Study
from sightline.yaml_text import dump

SPREAD = (
    "Thick: interval of the difference over seeds and images; thin: the interval that holds for all comparisons of this score together; "
    "small strokes: the seeds; shaded: differences too small to matter."
)


def write(study: Study, result: StudyResult) -> list[Path]:
    """Writes `study.html`, `study.md` and `study.json` into the study's folder, each whole or not at all."""
    files = [study.path / f"study.{kind}" for kind in ("html", "md", "json")]
    write_text(files[0], page(study, result))
    write_text(files[1], markdown(study, result))
    write_json(files[2], result)
    return files


def page(study: Study, result: StudyResult) -> str:
    """One HTML page that needs no other file."""
    plan = dump(study.plan.model_dump(mode="json", exclude_defaults=True))
    said = {"drawn": drawn, "detectable": detectable}
    facts = {"plan": plan, "environment": environment(), **said, "charts": _charts(study, result), "tables": tables(study, result)}
    return rendered("study.html.j2", result.fields() | facts | {"seeds": study.plan.seeds, "confidence": study.plan.confidence})


def _charts(study: Study, result: StudyResult) -> dict[str, list[Chart]]:
    plan, charts = study.plan, Charts()
    differences = []
    for part in result.comparisons:
        for base in plan.base if part.split == plan.decides[1] else ():  # the others are in the tables
            figure = study_charts.forest(part, base, plan.matters)
            if figure:
                differences.append(charts(figure, f"Differences from {base}: {part.where}", f"{part.where}. {SPREAD}"))
    over = []
    if len(plan.grid) == 1:
        key = next(iter(plan.grid))
        for split in plan.splits:
            for score in plan.scores_on(split):
                rows = [row for row in result.levels if (row.score, row.split) == (score, split)]
                title = f"{score} on {split}"
                over.append(charts(study_charts.curves(rows, key, title), title, f"{title} of every arm over {key}, with its interval."))
    fronts = []
    caption = "What is right of and above a point is better in both; ringed: no other point is. Lines: intervals over seeds and images."
    for split in plan.splits:
        mapped = [row for row in result.levels if (row.score, row.split) == ("epg", split) and row.value is not None]
        if "auc" in plan.scores_on(split) and mapped:
            fronts.append(charts(study_charts.front(result.levels, "epg", "auc", split), f"AUC against EPG on {split}", caption))
    return {"differences": differences, "over": over, "fronts": fronts}


@dataclass(frozen=True)
class ScoresOfArm:
    """A row: an arm, with its scores by name."""

    arm: str
    seeds: int
    images: int
    scores: dict[str, ArmScore]


@dataclass(frozen=True)
class ScoreTable:
    """The scores of every arm on one split, in one setting of the grid."""

    setting: str
    split: str
    scores: tuple[str, ...]
    rows: list[ScoresOfArm]


def tables(study: Study, result: StudyResult) -> list[ScoreTable]:
    """One table per setting and split."""
    found = []
    settings = list({str(row.setting): row.setting for row in result.levels}.values())
    for setting in settings:
        for split in study.plan.splits:
            rows = []
            for arm in study.plan.arms:
                own = {r.score: r for r in result.levels if r.arm == arm.name and r.split == split and r.setting == setting}
                if own:
                    first = next(iter(own.values()))
                    rows.append(ScoresOfArm(arm.name, first.seeds, first.images, own))
            if rows:
                found.append(ScoreTable(setting_words(setting), split, tuple(study.plan.scores_on(split)), rows))
    return found


def markdown(study: Study, result: StudyResult) -> str:
    """The answer, the levels and the differences."""
    lines = [f"# {result.title or result.name}", ""]
    lines += [*(line + "\n" for line in result.conclusion), *(f"- {sentence}" for sentence in result.answer)]
    for arm in result.arms:
        lines += [f"- {arm.name}: {drawn(arm.drawn)}"] if arm.drawn else []
    lines += ["", *result.notes] if result.notes else []
    if result.missing:
        lines += ["", f"{count(result.missing, 'training')} {'is' if result.missing == 1 else 'are'} missing."]
    lines += ["", *(f"- failed: {one.arm}, seed {one.seed}: {one.reason}" for one in result.failed)] if result.failed else []
    lines += _search(result.search) if result.search else []
    for table in tables(study, result):
        where = f"on {table.split}" + (f", {table.setting}" if table.setting else "")
        lines += [
            "",
            f"## Scores {where}",
            "",
            _line(["arm", "seeds", "images", *table.scores]),
            _line(["---"] * (3 + len(table.scores))),
        ]
        for line in table.rows:
            cells = [_cell(line.scores.get(score)) for score in table.scores]
            lines.append(_line([line.arm, str(line.seeds), str(line.images), *cells]))
    for part in result.comparisons:
        lines += ["", f"## Differences: {part.where} (corrected for {part.family} comparison{'s' * (part.family != 1)})", ""]
        head = [
            "arm",
            "minus",
            "difference",
            "corrected interval",
            "p (Holm)",
            "sd between seeds",
            "se of the images",
            "detectable",
            "verdict",
        ]
        lines += [_line(head), _line(["---"] * len(head))]
        for row in part.rows:
            usual, wide = row.difference, row.simultaneous
            noise = [words.decimal(usual.sd_seeds), words.decimal(usual.se_images)]
            noise.append(detectable(row))
            cells = [row.arm, row.base, _cell(usual), words.span(wide) or "–", words.decimal(row.p_holm), *noise]
            lines.append(_line([*cells, row.verdict.word]))
    return "\n".join(lines) + "\n"


def _search(found: SearchResult) -> list[str]:
    """What was tried, best first."""
    lines = ["", "## Search", "", found.sentence, "", _line(["trial", *found.rungs, "arm"]), _line(["---"] * (2 + len(found.rungs)))]
    for trial in found.trials:
        scores = ["failed" if score is None else words.decimal(score) for score in trial.scores]
        lines.append(_line([trial.says, *scores, *[""] * (len(found.rungs) - len(scores)), ", ".join(trial.arms)]))
    return lines


def detectable(row: ArmDifference) -> str:
    """The smallest difference that would have been found, in words where there can be none so large."""
    found = row.verdict.detectable
    return "more than possible" if found is None and row.difference.se is not None else words.decimal(found)


def drawn(found: DrawnRegions) -> str:
    """How good the regions are that a network drew, in words."""
    dice, low, high = map(words.decimal, (found.dice, found.low, found.high))
    return f"{found.kept:.0%} of the drawn masks are kept; held-out Dice {dice} ({low} to {high}, {found.drawings} drawings)"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(score: Score | None) -> str:
    if not score or score.value is None:
        return "–"
    return words.decimal(score.value) + (f" [{words.span(score)}]" if words.span(score) else "")
