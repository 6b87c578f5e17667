from __future__ import annotations

from kept import kept, lacks

from sightline.results.explanations import WrittenMap, WrittenMaps

CAM = WrittenMap(image="a.png", map="cam", explained="melanoma", predicted="nevus", probability=0.7)


def test_a_map_says_what_it_explains_and_what_is_decided() -> None:
    assert kept(CAM) == {"image": "a.png", "map": "cam", "explained": "melanoma", "predicted": "nevus", "probability": 0.7}
    lacks(CAM, "explained", "predicted")


def test_a_gate_explains_no_class_and_a_new_picture_has_no_label() -> None:
    assert kept(CAM.but(explained=None))["explained"] is None
    assert CAM.label is None
    assert kept(CAM.but(label="nevus"))["label"] == "nevus"


def test_maps_stand_picture_by_picture_beside_their_files() -> None:
    written = WrittenMaps(maps=[CAM, CAM.but(image="b.png")], files=["a.png", "b.png"])
    assert [one["image"] for one in kept(written)["maps"]] == ["a.png", "b.png"]
    assert written.notes == ()
    lacks(written, "maps", "files")
