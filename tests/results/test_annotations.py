"""What is chosen to be annotated, and what is written as files."""

from __future__ import annotations

from kept import kept, lacks, refuses

from sightline.results.annotations import ChosenImage, DrawnFiles, NextAnnotations, WrittenAnnotations

FIRST = ChosenImage(
    rank=1, id="a", image="a.png", label="nevus", group="", predicted="melanoma", probability=0.6, entropy=0.97, spread=0.4, score=0.97
)


def test_the_images_to_annotate_are_kept_in_their_order() -> None:
    chosen = NextAnnotations(by="entropy", annotated=3, unknown=9, chosen=[FIRST, FIRST.but(rank=2, id="b")], files=["next.csv"])
    assert [row["id"] for row in kept(chosen)["chosen"]] == ["a", "b"]
    refuses(chosen, unknown=-1, annotated=2.5)
    lacks(chosen, "by", "chosen", "files")


def test_a_run_without_maps_has_no_spread_and_what_is_no_number_is_refused() -> None:
    assert kept(FIRST.but(spread=None))["spread"] is None
    refuses(FIRST, spread=float("nan"), rank=-1, score="high")


def test_written_annotations_say_what_the_format_does_not_hold() -> None:
    written = WrittenAnnotations(format="coco", out="out.json", files=1, images=4, unknown=2, notes=["It holds no gaze."])
    assert kept(written)["notes"] == ["It holds no gaze."]
    refuses(written, files=-1, images=None)


def test_drawn_files_count_the_images_of_each_table() -> None:
    drawn = DrawnFiles(data="phantom", out="here", images=12, files=30, tables={"train": 8, "test": 4}, settings=[])
    assert sum(kept(drawn)["tables"].values()) == drawn.images
    refuses(drawn, images="many")
    lacks(drawn, "tables", "settings")
