"""What `sightline demo` prints at its end."""

from __future__ import annotations

from pathlib import Path

import invented_scores
import pytest

from sightline.cli.demo import show
from sightline.engine.files import write_json
from sightline.results import Score, SplitScores
from sightline.results.summary import Demo, Summary


def right(share: float) -> SplitScores:
    return invented_scores.scored(((5, 1), (1, 5)), accuracy=Score(value=share, low=None, high=None))


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Shows two arms of which so many images of the matched and flipped test sets were right: the lines."""
    monkeypatch.setattr("sightline.cli.console.console.width", 160)

    def made(peak: float | None = 512.4, **arms: tuple[float, float]) -> list[str]:
        scores = {arm: {"matched": right(a), "flipped": right(b)} for arm, (a, b) in arms.items()}
        for arm, sets in scores.items():
            (tmp_path / arm).mkdir(exist_ok=True)
            (tmp_path / arm / "config.yaml").write_text("", encoding="utf-8")
            write_json(tmp_path / arm / "metrics.json", sets)
        summaries = {arm: {name: Summary.of(one) for name, one in sets.items()} for arm, sets in scores.items()}
        show(Demo(seconds=61.4, peak_rss_mb=peak, report="demo/report.html", arms=summaries), tmp_path)
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    return made


def test_every_arm_has_a_row_for_each_test_set_and_a_sentence(said) -> None:  # type: ignore[no-untyped-def]
    lines = said(plain=(0.9, 0.4), guided=(0.9, 0.8))
    assert [line for line in lines if "0.910" in line] == [
        "plain, matched 0.900 0.910 - -",
        "plain, flipped 0.400 0.910 - -",
        "guided, matched 0.900 0.910 - -",
        "guided, flipped 0.800 0.910 - -",
    ]
    assert "plain: 0.90 correct with rulers as in training, falls to 0.40 with rulers beside nevi." in lines
    assert lines[-1] == "Report: demo/report.html (61 s, 512 MB at most)"


def test_a_fall_is_named_only_beyond_five_in_a_hundred(said) -> None:  # type: ignore[no-untyped-def]
    lines = said(None, one=(0.9, 0.86), two=(0.9, 0.84), three=(0.8, 0.9))
    assert [line for line in lines if line.startswith(("one:", "two:", "three:"))] == [
        "one: 0.90 correct with rulers as in training, 0.86 with rulers beside nevi.",
        "two: 0.90 correct with rulers as in training, falls to 0.84 with rulers beside nevi.",
        "three: 0.80 correct with rulers as in training, 0.90 with rulers beside nevi.",
    ]
    assert lines[-1] == "Report: demo/report.html (61 s)"
