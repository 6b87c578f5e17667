"""What the terminal says of groups of images."""

from __future__ import annotations

import invented_scores

from sightline.cli.groups_tables import compared_groups_table
from sightline.cli.scores_tables import scores_table
from sightline.results import Score
from sightline.results.differences import GroupDifference
from sightline.results.groups import TagGroup, TagGroups, ToRest

HALF = Score(value=0.5, low=0.25, high=0.75)


def group(name, verdict="not distinguishable", **scores):
    rest = {score: ToRest(value=-0.125, low=-0.25, high=-0.0625, p=0.001, p_holm=0.006, verdict=verdict) for score in scores}
    return TagGroup(name=name, n=40, patients=30, of_class={"nevus": 20, "melanoma": 20}, scores=scores, to_rest=rest)


def shown(capsys, monkeypatch, found, width):
    monkeypatch.setattr("sightline.cli.console.console.width", width)
    scores_table("run", {"test": invented_scores.scored(((5, 1), (1, 5))).but(by={"sex": found})})
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_groups_stand_beside_all_images_and_what_is_more_than_chance_is_marked(capsys, monkeypatch):
    groups = (group("f", "lower", accuracy=HALF, auc=HALF), group("m", accuracy=HALF))
    whole = group("all", accuracy=HALF, auc=HALF)
    found = TagGroups(tag="sex", groups=groups, whole=whole, worst="f", comparisons=6, sentences=("Two groups.",))
    said = shown(capsys, monkeypatch, found, 140)
    assert "Groups of sex, test" in said
    assert "f 40 of 30 patients 0.500 [0.250, 0.750] 0.500 [0.250, 0.750]" in said
    assert "f -0.125 * [-0.250, -0.062] -0.125 * [-0.250, -0.062]" in said
    assert "m -0.125 [-0.250, -0.062] -" in said
    assert said[-1] == "test: Two groups."


def test_after_a_training_sentences_are_enough(capsys):
    found = TagGroups(tag="sex", groups=(group("f", accuracy=HALF),), whole=group("all"), worst="f", comparisons=1, sentences=("One.",))
    scores_table("run", {"test": invented_scores.scored(((5, 1), (1, 5))).but(by={"sex": found})}, brief=True)
    said = capsys.readouterr().out
    assert "test: One." in said
    assert "Groups of sex" not in said


def test_where_every_group_is_hidden_only_the_reason_is_said(capsys, monkeypatch):
    found = TagGroups(tag="sex", groups=(), whole=group("all", accuracy=HALF), worst=None, comparisons=0, sentences=("All hidden.",))
    said = shown(capsys, monkeypatch, found, 140)
    assert not any(line.startswith("Groups of sex") for line in said)
    assert said[-1] == "test: All hidden."


def test_runs_are_compared_group_by_group(capsys, monkeypatch):
    monkeypatch.setattr("sightline.cli.console.console.width", 140)
    where = {"run": "guided", "base": "plain", "split": "test", "tag": "sex", "n": 40}
    change = {"value": 0.125, "low": 0.0625, "high": 0.25, "p": 0.001, "p_holm": 0.002}
    rows = [
        GroupDifference(group=group, metric="auc", verdict=said, **where, **change) for group, said in (("f", "higher"), ("m", "higher"))
    ]
    compared_groups_table(rows, "test")
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "guided minus plain by sex, test" in said
    assert "f 40 - +0.125 * [0.062, 0.250] -" in said
    assert "2 comparisons of groups are corrected together." in said[-1]
    compared_groups_table([], "test")
    assert capsys.readouterr().out == ""


def test_a_narrow_terminal_shows_four_scores_at_a_time_and_keeps_the_names_of_the_groups(capsys, monkeypatch):
    scores = dict.fromkeys(("accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc", "brier", "epg"), HALF)
    found = TagGroups(tag="sex", groups=(group("female", **scores),), whole=group("all", **scores), worst="female", comparisons=7)
    said = shown(capsys, monkeypatch, found, 80)
    assert said.count("Groups of sex, test") == 2
    assert sum(line.startswith("female") for line in said) == 4
