"""From answers to verdicts, on answers that are invented: what is planted is found, and what is not there is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from invented_study import N, answers, invented
from sklearn.metrics import roc_auc_score
from tiny_plan import write_plan

from sightline.report.study import page as page_of
from sightline.report.study import write
from sightline.results.study import ArmDifference, Candidate, Failure, StudyResult
from sightline.study.analyse import analyse
from sightline.study.answers import load, save, save_measured
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.scores import applies, statistic


def row(result: StudyResult, arm: str, base: str, score: str = "accuracy") -> ArmDifference:
    parts = [part for part in result.comparisons if part.score == score]
    return next(r for part in parts for r in part.rows if (r.arm, r.base) == (arm, base))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    good = {"label-only": 0.7, "random-roi": 0.7, "true-roi": 0.9, "inverse-roi": 0.5}
    return analyse(invented(tmp_path_factory.mktemp("a"), good, seeds=6, draws=300, base=["label-only", "random-roi"], matters=0.05))


def test_a_planted_difference_is_found_with_its_size_and_sign(result: StudyResult) -> None:
    better, worse = row(result, "true-roi", "label-only"), row(result, "inverse-roi", "label-only")
    assert better.difference.value == pytest.approx(0.2, abs=0.03)
    assert better.difference.low < 0.2 < better.difference.high
    assert (better.verdict.word, worse.verdict.word) == ("better", "worse")
    assert better.p_holm < 0.05


def test_arms_that_answer_alike_are_not_distinguishable(result: StudyResult) -> None:
    same = row(result, "random-roi", "label-only")
    assert same.difference.value == 0
    assert same.verdict.word == "not distinguishable"


def test_each_pair_is_compared_once_with_every_base(result: StudyResult) -> None:
    part = next(part for part in result.comparisons if part.score == "accuracy")
    pairs = [(r.arm, r.base) for r in part.rows]
    wanted = {"label-only": ["random-roi", "true-roi", "inverse-roi"], "random-roi": ["true-roi", "inverse-roi"]}
    assert sorted(pairs) == sorted((arm, base) for base, arms in wanted.items() for arm in arms)
    assert part.family == 5


def test_corrected_intervals_are_wider_and_corrected_p_larger(result: StudyResult) -> None:
    found = row(result, "true-roi", "label-only")
    assert found.simultaneous.low < found.difference.low
    assert found.simultaneous.high > found.difference.high
    assert found.p_holm >= found.difference.p


def test_the_answer_is_that_of_the_primary_comparison(result: StudyResult) -> None:
    assert result.decides == ("accuracy", "flipped")
    assert len(result.answer) == 3  # those against the first base; the rest is in the tables
    assert result.answer[0].startswith("random-roi against label-only, accuracy on flipped: not distinguishable")


def test_a_seed_that_failed_leaves_the_other_seeds_of_the_pair(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.7, "true-roi": 0.9}, seeds=3, draws=50)
    lost = next(cell for cell in study.cells if (cell.arm, cell.seed) == ("true-roi", 1))
    study.answers(lost.key, "flipped").unlink()
    study.failure(lost.key).parent.mkdir()
    study.failure(lost.key).write_text("traceback\nout of memory\n", encoding="utf-8")
    result = analyse(study)
    assert row(result, "true-roi", "label-only").difference.seeds == 2
    assert next(level for level in result.levels if level.arm == "label-only" and level.score == "accuracy").seeds == 3
    assert result.failed == [Failure(arm="true-roi", seed=1, reason="out of memory")]
    assert result.missing == 1


def test_a_tuned_arm_stands_by_the_candidate_that_validates_best(tmp_path: Path) -> None:
    tuned = {"name": "tuned", "like": "label-only", "tune": {"train.optimizer.lr": [0.1, 0.01]}}
    study = Study(tmp_path / "study", load_plan(write_plan(tmp_path / "p.yaml", arms=["label-only", tuned], draws=50)))
    labels = np.random.default_rng(9).integers(0, 2, N)
    for cell in study.cells:
        rate = dict(cell.candidate).get("train.optimizer.lr")
        save(answers(cell, 0.95 if rate == 0.1 else 0.8, labels), study.answers(cell.key, "flipped"))  # the test set must not choose
        if rate is not None:
            save(answers(cell, 0.9 if rate == 0.01 else 0.6, labels), study.answers(cell.key, "val"))
    result = analyse(study)
    assert next(arm for arm in result.arms if arm.name == "tuned").candidates == [Candidate(values={"train.optimizer.lr": 0.01})]
    assert "chosen on the validation images: train.optimizer.lr = 0.01<" in page_of(study, result)
    assert next(r for r in result.levels if r.arm == "tuned" and r.score == "accuracy").value == pytest.approx(0.8, abs=0.05)


def test_scores_are_those_of_a_literal_loop(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.7}, base=[], seeds=1)
    labels = np.random.default_rng(9).integers(0, 2, N)
    found = answers(study.cells[0], 0.7, labels)
    weights = np.random.default_rng(1).integers(0, 3, (2, N)).astype(float)
    right = [float(found.probabilities[i].argmax() == labels[i]) for i in range(N)]

    def mean(r: int, members: list[int]) -> float:
        return sum(weights[r, i] * right[i] for i in members) / sum(weights[r, i] for i in members)

    groups = [[i for i in range(N) if labels[i] == c and i % 2 == t] for c in (0, 1) for t in (0, 1)]
    for r in range(2):
        assert statistic("accuracy")(found, weights)[r] == pytest.approx(mean(r, list(range(N))))
        there = [i for i in range(N) if i % 3]
        on_own = roc_auc_score(labels[there], found.probabilities[there, 1], sample_weight=weights[r, there])
        assert statistic("swap_auc")(found, weights)[r] == pytest.approx(1 - on_own)  # the other class's background turns every answer
        assert statistic("background_gap")(found, weights)[r] == pytest.approx(2 * on_own - 1)
        assert statistic("accuracy[ruler]")(found, weights)[r] == pytest.approx(mean(r, list(range(1, N, 2))))
        assert statistic("accuracy[!ruler]")(found, weights)[r] == pytest.approx(mean(r, list(range(0, N, 2))))
        worst = min(mean(r, g) for g in groups)
        assert statistic("worst_group")(found, weights)[r] == pytest.approx(worst)
        assert statistic("accuracy_gap")(found, weights)[r] == pytest.approx(mean(r, list(range(N))) - worst)
        square = [(found.probabilities[i, 1] - labels[i]) ** 2 for i in range(N)]
        assert statistic("brier")(found, weights)[r] == pytest.approx(np.average(square, weights=weights[r]))
        bins = [[i for i in range(N) if b <= 15 * found.probabilities[i, 1] < b + 1] for b in range(15)]
        gaps = [abs(sum(weights[r, i] * (found.probabilities[i, 1] - labels[i]) for i in members)) for members in bins]
        assert statistic("ece")(found, weights)[r] == pytest.approx(sum(gaps) / weights[r].sum())
        classes = [[i for i in range(N) if labels[i] == c] for c in (0, 1)]
        assert statistic("balanced_accuracy")(found, weights)[r] == pytest.approx(np.mean([mean(r, c) for c in classes]))


def test_a_lower_brier_score_and_calibration_error_are_better(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.6, "true-roi": 0.95}, seeds=4, scores=["brier", "ece"], draws=50)
    result = analyse(study)
    for score in ("brier", "ece"):
        found = row(result, "true-roi", "label-only", score)
        assert found.difference.high < 0
        assert found.verdict.word == "better"


def test_what_was_measured_of_the_images_counts_where_it_applies(tmp_path: Path) -> None:
    names = ["pasted_flips[ink]", "removed_flips[ruler]", "artefact_energy"]
    study = invented(tmp_path, {"label-only": 0.7}, base=[], seeds=2, scores=names, draws=50)
    cell = study.cells[0]
    path = study.answers(cell.key, "flipped")
    assert not study.done(cell.key), "what the scores ask for is not there yet"
    flips = np.where(np.arange(N) % 4 < 2, np.nan, np.arange(N) % 4 - 3.0)  # no number, no number, -1, 0
    for measure in study.measures["flipped"]:
        save_measured(flips, path, measure)
    assert study.done(cell.key)
    found = study.load(cell.key, "flipped")
    weights = np.random.default_rng(1).integers(0, 3, (2, N)).astype(float)
    for r in range(2):
        there = [i for i in range(N) if i % 4 > 1]
        mean = sum(weights[r, i] * flips[i] for i in there) / sum(weights[r, i] for i in there)
        assert statistic("pasted_flips[ink]")(found, weights)[r] == pytest.approx(mean)
        assert statistic("artefact_energy")(found, weights)[r] == pytest.approx(mean)
        assert statistic("removed_flips[ruler]")(found, weights)[r] == 0, "the tag is that of every second image: i % 4 in (1, 3)"
    assert applies("pasted_flips[ink]", found).sum() == N / 2
    assert applies("removed_flips[ruler]", found).sum() == N / 4


def test_fewer_flips_are_better(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.7, "true-roi": 0.9}, seeds=6, scores=["pasted_flips[ink]"], draws=50)
    for cell in study.cells:
        save_measured(np.full(N, 0.5 if cell.arm == "label-only" else 0.01), study.answers(cell.key, "flipped"), "pasted_flips-ink")
    assert row(analyse(study), "true-roi", "label-only", "pasted_flips[ink]").verdict.word == "better"


def test_arms_that_the_grid_does_not_touch_are_compared_once(tmp_path: Path) -> None:
    good = {"label-only": 0.7, "small": 0.7, "true-roi": 0.9}
    arms = ["label-only", {"name": "small", "like": "label-only", "set": {"train.optimizer.lr": 0.02}}, "true-roi"]
    grid = {"losses.guidance.0.weight": [0.1, 1, 10]}
    result = analyse(invented(tmp_path, good, draws=50, grid=grid, arms_as=arms, scores=["accuracy"]))
    assert {part.family for part in result.comparisons} == {1 + 3}
    without = [row for part in result.comparisons for row in part.rows if row.arm == "small"]
    assert len(without) == 3
    assert len({row.p_holm for row in without}) == 1


def test_arms_that_are_one_training_do_not_differ(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.7, "true-roi": 0.7}, seeds=6, draws=50)
    same = row(analyse(study), "true-roi", "label-only")
    assert (same.difference.value, same.verdict.word) == (0, "not distinguishable")


def test_a_pair_of_trainings_is_one_comparison_whichever_is_subtracted(tmp_path: Path) -> None:
    good = {"label-only": 0.7, "again": 0.7, "random-roi": 0.7, "true-roi": 0.9}
    arms = ["label-only", {"name": "again", "like": "label-only"}, "random-roi", "true-roi"]
    base = ["label-only", "random-roi", "again"]
    result = analyse(invented(tmp_path, good, seeds=6, draws=50, arms_as=arms, base=base, scores=["accuracy"]))
    part = result.comparisons[0]
    assert len(part.rows) == 6
    assert part.family == 3, "label-only and again are one training: random or true minus it, and true minus random"
    assert row(result, "again", "label-only").p_holm is None
    assert row(result, "true-roi", "again").p_holm == row(result, "true-roi", "label-only").p_holm


def test_a_score_that_is_not_measured_yet_leaves_the_others(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.7, "true-roi": 0.9}, seeds=6, draws=50, scores=["accuracy", "pasted_flips[ink]"])
    result = analyse(study)
    assert row(result, "true-roi", "label-only").difference.seeds == 6
    assert row(result, "true-roi", "label-only", "pasted_flips[ink]").difference.value is None
    assert result.missing == 12


def test_a_score_of_few_images_counts_these_few(tmp_path: Path) -> None:
    """Both arms are right on all three of them; that says little, whatever the other images say."""
    study = invented(tmp_path, {"label-only": 1.1, "true-roi": 1.1}, seeds=6, draws=50, scores=["accuracy[rare]"])
    for cell in study.cells:
        path = study.answers(cell.key, "flipped")
        found = load(path)
        save(replace(found, tags={"rare": (np.arange(N) < 6).astype(float)}), path)  # six images of three patients
    same = row(analyse(study), "true-roi", "label-only", "accuracy[rare]")
    assert (same.difference.images, same.difference.patients) == (6, 3)
    assert same.verdict.word == "too small a test set to tell"


def test_settings_that_are_words_have_their_picture_and_failures_their_line(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.7, "true-roi": 0.9}, draws=50, grid={"train.optimizer.name": ["adam", "sgd"]})
    lost = study.cells[0]
    study.answers(lost.key, "flipped").unlink()
    study.failure(lost.key).parent.mkdir()
    study.failure(lost.key).write_text("out of memory", encoding="utf-8")
    html, text, _ = write(study, analyse(study))
    assert "train.optimizer.name" in html.read_text(encoding="utf-8")
    assert f"- failed: {lost.arm}, seed {lost.seed}: out of memory" in text.read_text(encoding="utf-8")


def test_two_seeds_that_differ_say_nothing_impossible(tmp_path: Path) -> None:
    """With two seeds Student's quantile is 12.7, and an interval of an AUC would reach beyond 0 and 1."""
    study = invented(tmp_path, {"label-only": (0.6, 0.9), "true-roi": (0.9, 0.6)}, seeds=2, draws=50)
    result = analyse(study)
    for row in result.levels:
        assert row.low is None or 0 <= row.low <= row.high <= 1
    rows = [row for part in result.comparisons for row in part.rows]
    assert any(row.simultaneous.low is None and row.simultaneous.se is not None for row in rows)
    for row in rows:
        for found in (row.difference, row.simultaneous):
            assert found.low is None or -1 <= found.low <= found.high <= 1
        assert row.verdict.detectable is None or row.verdict.detectable <= 1
    assert "too few for one" in result.notes[0]
    html, text, _ = write(study, result)
    for page in (html.read_text(encoding="utf-8"), text.read_text(encoding="utf-8")):
        assert "cannot show any here" in page
        assert "too few for one" in page
        assert "more than possible" in page
