"""The report of an audit: a self-contained HTML page and the numbers as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sightline.audit.examine import Audit
from sightline.audit.findings import weakest_outside
from sightline.engine.files import write_json, write_text
from sightline.engine.run import Run
from sightline.explain.run_pictures import map_range
from sightline.plural import count
from sightline.report import audit_charts as charts
from sightline.report import audit_pictures as pictures
from sightline.report.audit_changes import changes
from sightline.report.audit_words import HOW, TESTS, as_the_network_gives_them, called, headline, sentences, times
from sightline.report.audited import address
from sightline.report.facts import model_words
from sightline.report.notes import TERMS
from sightline.report.pictures import Charts
from sightline.report.summary import Tile
from sightline.report.templating import rendered
from sightline.report.words import decimal, shortened
from sightline.results import FORMAT
from sightline.results.audit import AuditFacts, AuditReport, Finding

_TERMS = {
    "control": "The same change without what is being tested: it shows the effect of any change.",
    "base rate": "Accuracy of always naming the most frequent class.",
    "clean image": "An image in which nobody found or marked an artefact.",
    "deletion": "Area under the network's probability while the image is covered, what the map marks most first; small is good.",
    "found": "The odds change by a factor of at least 1.25 (or its reciprocal), with p below 0.05 after Holm's correction for all tests; "
    "and at least 2 % more decisions change than under the control, or the probability changes by at least 0.02 more, with an interval "
    "that excludes 0.",
    "relying": "Found, and the artefact was in training images: the model had the opportunity to learn it.",
    "thrown off": "Found, but no training image has the artefact, or nobody said whether any has: a drawing that it may never have seen.",
    "insertion": "Area under the network's probability while a blurred image is put back; large is good.",
    "odds": "p to 1 - p. A factor means the same for rare and for frequent answers: twice the odds turns 0.02 into 0.04, 0.5 into 0.67.",
    "separation": "Log-odds of a class in its own images minus those in the others, mean over the classes: how far apart the scores are.",
    "region's box": "Its bounding box: covering it hides the outline, too, which may give the class away.",
}
_SHARED = ("AUC", "EPG", "interval", "worst group")
_COLUMNS = ("accuracy", "auc", "separation", "probability", "flips")


def write_audit(run: Run, audit: Audit, split: str, out: Path) -> AuditReport:
    """Writes `audit.json` and `audit.html`, each whole or not at all."""
    result = AuditReport(
        run=str(run.path),
        split=split,
        classes=list(run.classes),
        headline=headline(audit.facts),
        sentences=dict(sentences(audit.facts)),
        changes=changes(audit.facts),
        **audit.facts.fields(),
        files=[str(out / "audit.json"), str(out / "audit.html")],
        format=FORMAT,
    )
    page = audit_page(run, audit, split, out)
    write_json(out / "audit.json", result)
    write_text(out / "audit.html", page)
    return result


def audit_page(run: Run, audit: Audit, split: str, out: Path | None = None) -> str:
    """One HTML page that needs no other file.

    Args:
        out: the folder in which it will lie, from which it points to the report of the run, where there is one.
    """
    facts, shown, draw = audit.facts, audit.shown, Charts()
    terms = _TERMS | {term: TERMS[term] for term in _SHARED}
    content: dict[str, Any] = {
        "title": f"{run.name}: audit",
        "name": run.name,
        "sample": sample_line(facts, split),
        "about": about_audit(run, facts, split),
        "report": address(run.path / "report.html", out) if out else "",
        "changes": changes(facts),
        "headline": headline(facts),
        "sentences": sentences(facts),
        "tiles": _tiles(facts),
        "terms": dict(sorted(terms.items(), key=lambda term: term[0].lower())),
        "limits": _limits(facts),
        "threshold": run.decision.shown_at(facts.threshold),
        "raw": as_the_network_gives_them(run.decision),
        **dict.fromkeys(("artefacts", "tests", "curves", "cascade")),  # sections that are left out where nothing was measured
    }
    if found := facts.artefacts:
        alt = "Odds by artefact: " + "; ".join(f"{called(o.artefact)}, {HOW[o.how]}: {times(o)}" for o in found)
        caption = (
            "Factors beyond the control, with their intervals. Pale: thrown off, by a drawing that it may never have seen. Hollow: nothing "
            "found. In the grey band a factor is too small to matter."
        )
        content["artefacts"] = draw(charts.effects_chart(found), alt, caption)
        content["class"] = run.classes[-1] if len(run.classes) == 2 else None
        content |= {"effects": [_effect(one) for one in found], "attention": list(_attention(facts)), "groups": list(_groups(facts))}
        content["pairs"] = pictures.pairs_panel(facts, shown, run.classes, map_range(run), run.decision)
    if reliance := facts.reliance:
        tests = [(TESTS[name], [getattr(scores, key) for key in _COLUMNS]) for name, scores in reliance.conditions.items()]
        alt = "Accuracy: " + "; ".join(f"{name} {decimal(scores[0].value)}" for name, scores in tests)
        caption = (
            "Every test changes the same images. The two covers, plain (one colour) and blurred, leave different traces: what only one "
            "shows may be the cover's doing. Both backgrounds leave the same seams: what differs between them is what the background tells."
        )
        content |= {"tests": draw(charts.tests_chart(reliance), alt, caption), "conditions": tests, "reliance_n": reliance.n}
        content["examples"] = pictures.tests_panel(shown, run.classes, run.decision)
    if curves := facts.perturbation:
        caption = f"Mean over {count(curves.n, 'image')}, in {curves.steps} steps. Areas: its own map, random order, from the middle."
        content["curves"] = draw(charts.curves_chart(curves), "Deletion and insertion curves.", caption)
    if cascade := facts.randomisation:
        caption = f"Mean over {count(cascade.n, 'image')} with intervals. Left: as trained. Right: everything scrambled."
        alt, names = "Similarity of the maps while the weights are scrambled.", shortened([step.name for step in cascade.steps])
        content["cascade"] = draw(charts.cascade_chart(cascade), alt, caption, names)
        content["scrambled"] = pictures.cascade_panel(facts, shown, map_range(run))
    return rendered("audit.html.j2", content)


def about_audit(run: Run, facts: AuditFacts, split: str) -> list[tuple[str, str]]:
    """Which model, which images, when, and on how many images each part was tested."""
    reliance, curves, cascade = facts.reliance, facts.perturbation, facts.randomisation
    of = sorted({one.n for one in facts.artefacts if one.how != "tag"})
    parts = [
        ("region and background", f"{reliance.n:,}" if reliance else ""),
        ("artefacts", " to ".join(f"{n:,}" for n in dict.fromkeys((of[0], of[-1]))) if of else ""),
        ("deletion and insertion", f"{curves.n:,}" if curves else ""),
        ("scrambled weights", f"{cascade.n:,}" if cascade else ""),
    ]
    tested = "; ".join(f"{name}: {n}" for name, n in parts if n)
    data = split if ", " in split else f"{run.recipe.data.name}, {split}"  # another data set is named with its part
    return [
        ("Model", model_words(run)),
        ("Audited on", f"{data}: {facts.images:,} of {count(facts.of, 'image')}"),
        ("Images per test", tested or "nothing could be tested"),
        ("Audited", f"on {datetime.now(UTC):%Y-%m-%d}, in {facts.seconds.spent:.0f} seconds"),
    ]


def sample_line(facts: AuditFacts, split: str) -> str:
    """Which images, how many, and how long it took."""
    which = "all" if facts.images == facts.of else "a random"
    return f"On {which} {facts.images:,} of the {facts.of:,} images of {split}; {facts.seconds.spent:.0f} seconds."


def _tiles(facts: AuditFacts) -> list[Tile]:
    found = []
    if facts.alignment:
        epg = facts.alignment.epg
        found.append(Tile("evidence inside the region", epg, f"shuffled {decimal(epg.shuffled)}"))
    if reliance := facts.reliance:
        box = weakest_outside(reliance)
        found.append(Tile("separation left outside it", box, f"{count(reliance.n, 'image')}, its box covered"))
        found.append(Tile("decisions changed by the background", reliance.differences["background_flips"], "another class minus the same"))
    changed = [one for one in facts.artefacts if one.how != "tag"]
    if changed:
        strongest = max(changed, key=lambda one: (one.verdict == "relying", one.found, abs(one.number)))
        name = f"change of P({strongest.label}), {called(strongest.artefact)} {HOW[strongest.how]}"
        found.append(Tile(name, strongest.probability, count(strongest.n, "image")))
    return found


def _effect(one: Finding) -> dict[str, Any]:
    p = one.p_holm
    flips = {"flips": one.flips, "control": one.control_flips}
    said = {"name": called(one.artefact), "test": HOW[one.how], "p": "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"}
    return said | flips | {"n": one.n, "class": one.label, "odds": times(one), "score": one.probability, "verdict": one.verdict}


def _attention(facts: AuditFacts) -> Iterator[tuple[str, str, Any, Any]]:
    for how, effects in (("pasted", facts.pasted), ("removed", facts.removed)):
        for name, one in effects.items():
            if one.attention:
                yield called(name), HOW[how], one.attention, one.area


def _groups(facts: AuditFacts) -> Iterator[tuple[str, str, int, Any, bool]]:
    for tag, one in facts.tags.items():
        for i, (group, score) in enumerate(one.by_group.items()):
            yield called(tag) if i == 0 else "", group.replace("_", " "), score.n, score.accuracy, group == one.worst_group


def _limits(facts: AuditFacts) -> list[str]:
    found = [
        "Changed images are not photographs, and a model may answer unexpectedly to any of them. The controls show most of this, not all.",
        "What changes no answer here may do so in other images, sizes and places, and with real artefacts.",
        "Images that come with an artefact may differ from others in more than that; only putting in and taking out are experiments.",
        "Where the region was annotated wrongly, so are all tests that cover it.",
        "The intervals say how much a number would vary with other images, not with another training.",
    ]
    if facts.images < facts.of:
        found.append("Because of the time limit, or as requested, not all images were used. Each number says how many it is based on.")
    found.append("For research. Not a medical device.")
    return found
