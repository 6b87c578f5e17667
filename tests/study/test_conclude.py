from __future__ import annotations

from pathlib import Path

import pytest
from invented_study import invented

from sightline.study.analyse import analyse
from sightline.study.conclude import conclusions


@pytest.mark.parametrize(
    ("good", "said"),
    [
        ({"label-only": 0.6, "random-roi": 0.6, "true-roi": 0.9}, "the region is the reason: it is also better than random-roi."),
        (
            {"label-only": 0.6, "random-roi": 0.9, "true-roi": 0.9},
            "not better than random-roi (not distinguishable). Also better than no guidance: random-roi.",
        ),
        ({"label-only": 0.6, "true-roi": 0.6}, "No evidence that guidance by the true region helps: not distinguishable."),
        ({"label-only": 0.6, "true-roi": 0.4}, "Guidance by the true region makes it worse."),
        ({"label-only": 0.6, "true-roi": 0.9}, "whether any other region would have done as well was not tried."),
    ],
)
def test_the_conclusion_tells_guidance_from_the_region(tmp_path: Path, good: dict[str, float], said: str) -> None:
    base = [arm for arm in ("label-only", "random-roi") if arm in good]
    result = analyse(invented(tmp_path, good, seeds=6, draws=100, base=base, matters=0.05, scores=["accuracy"]))
    assert len(result.conclusion) == 1
    assert result.conclusion[0].endswith(said)


def test_the_conclusion_speaks_of_every_arm_that_the_true_region_guides(tmp_path: Path) -> None:
    good = {"label-only": 0.6, "weak": 0.6, "strong": 0.9}
    arms = ["label-only", {"name": "weak", "like": "true-roi"}, {"name": "strong", "like": "true-roi", "set": {"train.optimizer.lr": 0.02}}]
    study = invented(tmp_path, good, seeds=6, draws=100, matters=0.05, scores=["accuracy"], arms_as=arms)
    weak, strong = analyse(study).conclusion
    assert weak.startswith("weak: No evidence")
    assert strong.startswith("strong: Guidance by the true region helps")


def test_the_conclusion_does_not_depend_on_the_order_of_the_bases(tmp_path: Path) -> None:
    good = {"label-only": 0.6, "random-roi": 0.8, "true-roi": 0.9}
    said = [
        analyse(invented(tmp_path / str(i), good, seeds=6, draws=100, base=base, matters=0.05, scores=["accuracy"])).conclusion
        for i, base in enumerate((["label-only", "random-roi"], ["random-roi", "label-only"]))
    ]
    assert said[0] == said[1]
    assert said[0][0].endswith("Also better than no guidance: random-roi.")


def test_what_holds_in_every_setting_is_said_once(tmp_path: Path) -> None:
    study = invented(tmp_path, {"label-only": 0.6, "true-roi": 0.9}, seeds=6, draws=100, matters=0.05, scores=["accuracy"])
    parts = [part for part in analyse(study).comparisons if (part.score, part.split) == study.plan.decides]
    more, fewer = (part.but(setting={"train.epochs": epochs}) for part in parts for epochs in (9, 3))
    (said,) = conclusions(study.plan, [more, fewer])
    assert said.startswith("In each of 2 settings: Guidance by the true region helps")
    worse = fewer.but(rows=[row.but(verdict=row.verdict.but(word="worse")) for row in fewer.rows])
    assert [line.partition(":")[0] for line in conclusions(study.plan, [more, worse])] == ["train.epochs = 9", "train.epochs = 3"]
