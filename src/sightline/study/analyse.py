"""From what every training answered to what the study may say: levels, paired differences, and verdicts corrected for their number."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sightline.metrics.comparisons.family import holm, simultaneous
from sightline.metrics.comparisons.judgement import judge
from sightline.metrics.confidence.bootstrap import Array
from sightline.metrics.confidence.hierarchical import at_confidence, hierarchical
from sightline.metrics.confidence.possible import of_difference, within
from sightline.results import FORMAT
from sightline.results.setting_words import where
from sightline.results.study import Arm as ArmFacts
from sightline.results.study import ArmDifference, ArmScore, Candidate, Comparisons, Failure, OverSeeds, StudyResult
from sightline.study.answers import Answers
from sightline.study.cells import Cell, says
from sightline.study.conclude import conclusions
from sightline.study.folder import Study, grouped
from sightline.study.plan import Plan
from sightline.study.scores import LOWER_IS_BETTER, applies, possible, statistic
from sightline.study.search_result import search_result, waiting

Setting = tuple[tuple[str, Any], ...]
Trained = Mapping[tuple[Setting, str], tuple[str, ...]]  # setting, arm -> the trainings that stand for it
Arms = Mapping[str, Mapping[int, Answers]]  # arm -> seed -> what that training answered
Name = tuple[str, str, str | None]  # score, arm, and the base that is subtracted


def analyse(study: Study) -> StudyResult:
    """Everything that the trainings so far allow to say.

    An arm is compared with each base on the seeds that both have, image by image, seed by seed. p-values (Holm) and the intervals that
    verdicts go by are corrected over all comparisons of one score on one split, every setting and base included.
    """
    plan = study.plan
    arms = {setting: {arm: chosen(study, found) for arm, found in by_arm.items()} for setting, by_arm in grouped(study.cells).items()}
    means = {split: _by_setting(study, arms, split) for split in plan.splits}
    levels = [level for split, by_setting in means.items() for level in _levels(split, by_setting)]
    comparisons = _comparisons(plan, means, arms)
    failures, tried = study.failures(), (*study.trials, *study.trainings)
    return StudyResult(
        name=plan.name,
        title=plan.title,
        recipe=plan.recipe,
        decides=plan.decides,
        matters=plan.matters,
        arms=[_about(study, arm.name, says(arm), arms) for arm in study.settled.arms],
        levels=levels,
        comparisons=comparisons,
        notes=_notes(levels, comparisons) + waiting(study),
        conclusion=conclusions(plan, comparisons),
        answer=_answer(plan, comparisons),
        failed=[Failure(arm=c.arm, seed=c.seed, reason=failures[c.key]) for c in tried if c.key in failures],
        search=search_result(study),
        missing=len(study.to_do()) + len(study.to_come()),
        format=FORMAT,
    )


def _levels(split: str, by_setting: Mapping[Setting, Mapping[Name, OverSeeds]]) -> list[ArmScore]:
    """The scores of every arm on one split, without the differences."""
    return [
        ArmScore(score=score, split=split, setting=dict(setting), arm=arm, **within(mean, possible(score)).fields())
        for setting, found in by_setting.items()
        for (score, arm, base), mean in found.items()
        if base is None
    ]


def chosen(study: Study, found: Sequence[Cell]) -> list[Cell]:
    """The cells that stand for an arm: all of them, or those of the candidate with the best mean validation score over its seeds."""
    candidates: dict[tuple[tuple[str, Any], ...], list[Cell]] = {}
    for cell in found:
        if study.trained(cell.key):
            candidates.setdefault(cell.candidate, []).append(cell)
    if not candidates:
        return []

    def merit(cells: list[Cell]) -> float:
        answers = [study.load(cell.key, "val") for cell in cells]
        scores = [float(statistic(study.plan.tune_on)(said, np.ones((1, len(said.ids))))[0]) for said in answers]
        return statistics.fmean(0.0 if np.isnan(score) else score for score in scores)

    return max(candidates.values(), key=merit) if len(candidates) > 1 else next(iter(candidates.values()))


def _by_setting(study: Study, arms: Mapping[Setting, Mapping[str, Sequence[Cell]]], split: str) -> dict[Setting, dict[Name, OverSeeds]]:
    names = study.plan.scores_on(split)
    return {setting: _means(study.plan, names, _answers(study, by_arm, split)) for setting, by_arm in arms.items()}


def _answers(study: Study, by_arm: Mapping[str, Sequence[Cell]], split: str) -> dict[str, dict[int, Answers]]:
    """Of the arms that have any; that all were judged on the same images is checked, since everything paired rests on it."""
    found = {arm: {cell.seed: study.load(cell.key, split) for cell in kept} for arm, kept in by_arm.items() if kept}
    first: dict[int, Answers] = {}
    for by_seed in found.values():
        for seed, answers in by_seed.items():
            if answers.ids != first.setdefault(seed, answers).ids:
                raise AssertionError(f"arms of seed {seed} were judged on different images of {split}")
    return found


def _means(plan: Plan, names: Sequence[str], arms: Arms) -> dict[Name, OverSeeds]:
    """Every score of every arm, and of every arm minus each base, over seeds and images: all from the same draws."""
    seeds = sorted({seed for by_seed in arms.values() for seed in by_seed})
    if not seeds:
        return {}
    of_seed = [next(by_seed[seed] for by_seed in arms.values() if seed in by_seed) for seed in seeds]
    scores = {score: statistic(score) for score in names}

    def values(s: int, weights: Array) -> dict[Name, Array]:
        missing = np.full(len(weights), np.nan)  # an arm without this seed leaves the seed out
        own: dict[Name, Array] = {
            (score, arm, None): compute(by_seed[seeds[s]], weights) if seeds[s] in by_seed else missing
            for score, compute in scores.items()
            for arm, by_seed in arms.items()
        }
        return own | {
            (score, arm, base): own[score, arm, None] - own[score, base, None] for score in scores for arm, base in pairs(plan, arms)
        }

    def counts(s: int, name: Name) -> Array:
        return applies(name[0], of_seed[s])

    images, groups = [len(answers.labels) for answers in of_seed], [answers.groups for answers in of_seed]
    settings: dict[str, Any] = {"draws": plan.draws, "confidence": plan.confidence}
    return hierarchical(values, images, groups=groups, shared=plan.same_patients, applies=counts, **settings)


def pairs(plan: Plan, arms: Arms) -> list[tuple[str, str]]:
    """(arm, base) of what is compared: each pair once, a base with the bases before it."""
    bases = [base for base in plan.base if base in arms]
    return [(arm, base) for i, base in enumerate(bases) for arm in arms if arm not in bases[: i + 1]]


def _comparisons(
    plan: Plan, means: Mapping[str, Mapping[Setting, Mapping[Name, OverSeeds]]], arms: Mapping[Setting, Mapping[str, list[Cell]]]
) -> list[Comparisons]:
    """Of every score on every split."""
    trained = {(setting, arm): tuple(cell.key for cell in kept) for setting, by_arm in arms.items() for arm, kept in by_arm.items()}
    judged = [(score, split) for split in plan.splits for score in plan.scores_on(split)]
    return [part for score, split in judged for part in _compared(plan, means[split], score, split, trained)]


def _answer(plan: Plan, comparisons: Sequence[Comparisons]) -> list[str]:
    """The verdicts on the score that decides, against the first base."""
    deciding = [row for part in comparisons if (part.score, part.split) == plan.decides for row in part.rows]
    return [row.verdict.sentence for row in deciding if row.base == plan.base[0]]


def _notes(levels: Sequence[ArmScore], comparisons: Sequence[Comparisons]) -> list[str]:
    """What has to be said of the numbers beside which no interval stands."""
    rows = [row for part in comparisons for row in part.rows]
    means = [*levels, *(row.difference for row in rows), *(row.simultaneous for row in rows)]
    bare = [mean.seeds for mean in means if mean.se is not None and mean.low is None]
    if not bare:
        return []
    few = f"{min(bare)}" if min(bare) == max(bare) else f"{min(bare)} to {max(bare)}"
    return [f"Where an interval is missing, {few} seeds are too few for one: it would include every possible value of the score."]


def _compared(plan: Plan, means: Mapping[Setting, Mapping[Name, OverSeeds]], score: str, split: str, trained: Trained) -> list[Comparisons]:
    """The comparisons of one score on one split, a part per setting; one family.

    What compares the same trainings, in another setting or the other way round, is one comparison; trainings with themselves are none.
    """
    every = {
        (setting, arm, base): mean
        for setting, found in means.items()
        for (of, arm, base), mean in found.items()
        if of == score and base is not None
    }
    content = {(setting, arm, base): frozenset({trained[setting, arm], trained[setting, base]}) for setting, arm, base in every}
    family = {content[name]: mean.p for name, mean in every.items() if len(content[name]) == 2}
    corrected = holm(family)
    level = simultaneous(plan.confidence, len(family))
    parts: dict[Setting, list[ArmDifference]] = {}
    for (setting, arm, base), mean in every.items():
        wide = at_confidence(mean, level)
        better = score.partition("[")[0] not in LOWER_IS_BETTER
        can_be = of_difference(possible(score))
        verdict = judge(
            wide, plan.matters, higher_is_better=better, possible=can_be, arm=arm, base=base, metric=where(score, split, dict(setting))
        )
        row = ArmDifference(
            arm=arm,
            base=base,
            difference=within(mean, can_be),
            simultaneous=within(wide, can_be),
            p_holm=corrected.get(content[setting, arm, base]),
            verdict=verdict,
        )
        parts.setdefault(setting, []).append(row)
    return [
        Comparisons(score=score, split=split, setting=dict(setting), family=len(family), confidence=level, rows=rows)
        for setting, rows in parts.items()
    ]


def _about(study: Study, arm: str, what: str, arms: Mapping[Setting, Mapping[str, list[Cell]]]) -> ArmFacts:
    kept = [cell for by_arm in arms.values() for cell in by_arm.get(arm, [])]
    took = study.seconds()
    return ArmFacts(
        name=arm,
        says=what,
        trainings=len({cell.key for cell in kept}),
        candidates=[Candidate(values=dict(c)) for c in dict.fromkeys(cell.candidate for cell in kept) if c],
        drawn=study.drawn(kept),
        seconds=statistics.median([took[c.key] for c in kept if c.key in took] or [0.0]),
    )
