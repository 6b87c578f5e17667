from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import pytest
from invented_run import invent

from sightline.engine.files import write_json, write_table
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.report import report, write_report
from sightline.report.summary import main_split

VOID = {"meta", "img", "br", "link", "hr", "input", "path", "use", "rect"}


class Page(HTMLParser):
    """Collects what the tests ask about; fails on tags that do not close."""

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.ids, self.links, self.headings, self.addresses = [], [], [], [], [], []
        self.words = ""
        self.feed(text)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in VOID or tag in ("path", "use", "rect"):
            self.open.append(tag)
        if tag == "img":
            self.images.append(found)
        if found.get("role") == "img":
            self.images.append({"src": "data:", "alt": found.get("aria-label")})
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if tag == "a" else []
        self.addresses += [found[k] for k in ("src", "href") if k in found]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> does not close what is open"

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def text(guided, label_only):
    return report(guided, [label_only], title="Both arms")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_the_page_needs_no_other_file(text, page):
    outside = [a for a in page.addresses if not a.startswith(("data:image/", "#", "data:"))]
    assert outside == []
    assert re.findall(r"<script[^>]*>", text) == ["<script>"], "one script, which is ours and lies in the page"
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_every_picture_has_an_alternative_text(page):
    assert len(page.images) > 20
    assert all(image.get("alt") for image in page.images)


def test_ids_are_unique_and_the_contents_lead_somewhere(page):
    assert len(page.ids) == len(set(page.ids))
    assert page.links
    assert all(link.removeprefix("#") in page.ids for link in page.links)


def test_the_order_of_the_page(text):
    headings = re.findall(r"<h2>(.*?)</h2>", text)
    assert headings[1:] == [
        "Limits",
        "What was trained on what",
        "Scores",
        "Where it looks",
        "How good it is",
        "Are its probabilities right?",
        "Where it fails",
        "How it learned",
        "Terms",
    ]
    assert text.index('class="verdict"') < text.index("What was trained on what")


def test_the_verdict_of_the_two_arms(page):
    assert "It looks at the annotated region" in page.words
    assert "Guidance helps: guided is more often right than label-only on flipped" in page.words
    assert "the decision rests on the artefact" in page.words


def test_the_verdict_is_about_the_run_that_was_named_first(guided, label_only):
    words = Page(report(label_only, [guided])).words
    assert "and decides by the artefact." in words
    assert "It looks at the annotated region" not in words


def test_aligned_yet_relying_is_said(tmp_path):
    run = invent(tmp_path / "aligned", looks="lesion", relies="ruler", skill=3)
    assert "Aligned, yet relying" in Page(report(run)).words


def test_scores_stand_with_their_intervals_and_the_roi_area(text, guided):
    scores = guided.scores["matched"]
    looked = scores.localisation["cam"]
    for score in (scores.accuracy, looked.epg, looked.roi_area):
        assert f"{score.value:.3f}<small>{score.low:.3f}–{score.high:.3f}</small>" in text


def test_what_was_trained_is_said_in_words(page):
    for words in (
        "keep the evidence inside the annotated region (energy, weight 0.1)",
        "8 of 8 training images",
        "resnet18, from scratch, cut at stride 8",
    ):
        assert words in page.words
    assert "torch 2." in page.words


def test_names_from_the_data_are_escaped(guided, tmp_path):
    shutil.copytree(guided.path, tmp_path / "odd")
    evil = "<script>alert(1)</script>"
    for file in ("metrics.json", "model.json"):
        path = tmp_path / "odd" / file
        path.write_text(path.read_text(encoding="utf-8").replace("melanoma", evil), encoding="utf-8")
    for file in ("split.csv", "predictions.csv"):
        rows = read_table(tmp_path / "odd" / file)
        renamed = [{k.replace("melanoma", evil): v.replace("melanoma", evil) for k, v in row.items()} for row in rows]
        write_table(tmp_path / "odd" / file, renamed, list(renamed[0]))
    run = Run(tmp_path / "odd")
    run.__dict__["datasets"] = guided.datasets
    page = report(run, title=evil)
    assert "alert(1)" in page
    assert page.count("<script") == 1, "the page's own"


def test_a_run_without_maps_has_a_page(tmp_path):
    run = invent(tmp_path / "plain", "demo-label-only", settings={"attention": {"name": "none"}}, maps=(), splits=("val", "matched"))
    words = Page(report(run)).words
    assert "This was not measured" in words
    assert "There are no attention maps" in words


def test_scores_that_could_not_be_computed_are_dashes_not_a_crash(guided, tmp_path):
    shutil.copytree(guided.path, tmp_path / "bare")
    metrics = json.loads((tmp_path / "bare" / "metrics.json").read_text(encoding="utf-8"))

    def without(tree):
        if isinstance(tree, dict):
            bare = {"low", "high", "uniform", "centre", "shuffled"}
            return {k: None if k in bare else without(v) for k, v in tree.items()}
        return tree

    write_json(tmp_path / "bare" / "metrics.json", without(metrics))
    words = Page(report(Run(tmp_path / "bare"))).words
    assert "no interval" in words
    for claim in ("That is better than guessing", "It looks at the region that", "decides by the artefact"):
        assert claim not in words

    null = json.loads(json.dumps(metrics), object_hook=lambda d: d | {"value": None, "low": None, "high": None} if "value" in d else d)
    write_json(tmp_path / "bare" / "metrics.json", null)
    assert "could not be computed" in Page(report(Run(tmp_path / "bare"))).words


def test_a_run_that_was_not_evaluated_is_refused(tmp_path):
    run = invent(tmp_path / "unscored", splits=())
    with pytest.raises(UserError, match="evaluate"):
        report(run)


def test_it_is_written_whole_into_the_run_or_above_its_arms(guided, label_only, tmp_path):
    shutil.copytree(guided.path, tmp_path / "one")
    assert write_report(Run(tmp_path / "one")) == tmp_path / "one" / "report.html"
    assert write_report(guided, [label_only]) == guided.path.parent / "report.html"
    assert write_report(guided, path=tmp_path / "deep" / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["page.html"]


def test_equal_runs_give_equal_pages(guided):
    assert report(guided) == report(guided)


def test_validation_alone_is_called_too_good(tmp_path):
    run = invent(tmp_path / "val", splits=("val",))
    assert main_split([run]) == "val"
    assert "these validation images also chose the epoch" in Page(report(run)).words
