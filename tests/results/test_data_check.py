"""What a check of a data set found, as an object."""

from __future__ import annotations

from kept import kept, lacks, refuses

from sightline.results.data_check import (
    SHOWN,
    DataReport,
    FindingCounts,
    Leak,
    Leaks,
    Listed,
    NearDuplicates,
    Problems,
    Shortcut,
    Shortcuts,
)

LEAK = Leak(kind="same file", a="1", b="2", split_a="train", split_b="test", label_a="nevus", label_b="nevus", similarity=1, exact=True)
FACT = Shortcut(fact="brightness", n=30, auc=0.8, low=0.6, high=0.9, p=0.01, p_holm=0.03, found=True, said="Brightness tells the class.")
REPORT = DataReport(
    name="folder",
    root=None,
    recipe="demo",
    notes=[],
    left_out={},
    splits={"train": {"nevus": 2}},
    sizes={"train": 2},
    problems=Problems.listing(["one", "two"], grouped=["both"]),
    remarks=Listed[str].listing([]),
    leaks=Leaks.listing([LEAK], kinds={"same file": 1}),
    findings={},
    images=2,
    classes={"nevus": 2},
    annotations={},
    known=0,
    median_roi_area=None,
    regions={},
    avoid=0,
    groups=2,
    grey=(0, 4095),
    owners_split=False,
    near_duplicates=NearDuplicates(groups=0, images=0),
    near_duplicates_across_classes=Listed.listing([]),
)


def test_a_list_shows_its_first_entries_counts_all_and_keeps_them() -> None:
    numbers = [str(n) for n in range(SHOWN + 5)]
    listed = Problems.listing(numbers, grouped=["all of them"])
    assert (listed.number, listed.first, listed.all) == (SHOWN + 5, numbers[:SHOWN], numbers)
    assert listed.grouped == ["all of them"]
    assert kept(listed)["number"] == SHOWN + 5
    assert Listed[str].listing(()).number == 0


def test_a_report_is_read_as_it_was_written() -> None:
    plain = kept(REPORT)
    assert plain["leaks"]["kinds"] == {"same file": 1}
    assert plain["grey"] == [0, 4095]
    assert REPORT.leaks.first == [LEAK]
    whole = REPORT.but(shortcuts=Shortcuts.listing([FACT], images=30, of="all images", facts=[FACT]), findings={"edema": finding()})
    assert kept(whole)["shortcuts"]["first"][0]["fact"] == "brightness"


def finding() -> FindingCounts:
    return FindingCounts(present=1, absent=1, unknown=0, marked=1)


def test_a_report_of_an_earlier_version_has_no_layout_shortcuts_and_reviews() -> None:
    assert (REPORT.layout, REPORT.shortcuts, REPORT.reviews) == ([], None, None)
    lacks(REPORT, "problems", "leaks", "near_duplicates", "owners_split")
    refuses(REPORT, known=-1, median_roi_area=float("inf"), owners_split="perhaps")


def test_a_leak_is_of_one_of_four_kinds_and_a_near_duplicate_says_how() -> None:
    assert kept(LEAK)["exact"] is True
    assert LEAK.how == ""
    assert kept(LEAK.but(kind="near-duplicate", exact=False, how="turned"))["how"] == "turned"
    refuses(LEAK, kind="alike", how="painted")


def test_of_too_few_images_a_fact_has_no_interval() -> None:
    assert kept(FACT.but(low=None, high=None, p=None, p_holm=None))["p"] is None
    refuses(FACT, auc=float("nan"), n=-1)
