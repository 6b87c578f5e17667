"""A planted shortcut: who carries it, what of the image it changes, and that it is the same wherever it is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Augment, Data, Decoy
from sightline.data.augment import evaluation, prepare
from sightline.data.dataset import ImageDataset
from sightline.data.guide.decoy import carriers_of, check_decoy, plant, unplanted, with_decoy
from sightline.data.heatmap import HeatMap
from sightline.data.images import open_image, open_map
from sightline.data.reading import read
from sightline.data.sampling import Key
from sightline.data.splits import split
from sightline.errors import UserError
from sightline.types import Annotation, Record

ARTEFACTS = ("swatch", "ruler", "text", "caliper", "band_aid")
GREY = 77  # no artefact's colour


def record(tmp_path: Path, number: int = 0, size: tuple[int, int] = (60, 80), **fields: object) -> Record:
    path = tmp_path / f"{number}.png"
    Image.new("RGB", size[::-1], (GREY,) * 3).save(path)
    return Record(**({"id": str(number), "image": path, "label": "a"} | fields))  # type: ignore[arg-type]


def records(counts: dict[str, int], **fields: object) -> list[Record]:
    every = [(label, i) for label, n in counts.items() for i in range(n)]
    return [Record(**({"id": f"{label} {i}", "image": Path(f"{label}{i}.png"), "label": label} | fields)) for label, i in every]  # type: ignore[arg-type]


@pytest.mark.parametrize("strength", [0, 0.5, 0.8, 0.95, 1])
def test_shares_of_each_class_are_those_of_the_strength_and_flipped_is_the_opposite(strength: float) -> None:
    counts = {"a": 40, "b": 80, "c": 20}
    data = Data(decoy=Decoy(strength=strength, positive="b"))
    splits = plant({name: records(counts) for name in ("train", "val", "test")}, data, ["a", "b", "c"])
    assert list(splits) == ["train", "val", "matched", "flipped", "removed"]
    for name, some in splits.items():
        for label, count in counts.items():
            shown = sum(r.tags["swatch"] for r in some if r.label == label) / count
            usual = (1 + strength) / 2 if label == "b" else (1 - strength) / 2
            wanted = {"flipped": 1 - usual, "removed": 0}.get(name, usual)
            assert shown == pytest.approx(wanted, abs=0.51 / count)
    carried = [r.tags["swatch"] for r in splits["matched"]]
    assert [r.tags["swatch"] for r in splits["flipped"]] == [not c for c in carried]


def test_the_positive_class_is_the_last_one_unless_named_and_an_unknown_one_is_refused() -> None:
    splits = {name: records({"a": 4, "b": 4}) for name in ("train", "val", "test")}
    last = plant(splits, Data(decoy=Decoy(strength=1)), ["b", "a"])
    assert {(r.label, r.tags["swatch"]) for r in last["train"]} == {("a", True), ("b", False)}
    with pytest.raises(UserError, match=r'data\.decoy\.positive: unknown class \'melanom\'. Did you mean "melanoma"'):
        check_decoy(Decoy(positive="melanom"), ["nevus", "melanoma"])
    check_decoy(None, ["nevus"])


def test_without_a_decoy_nothing_changes() -> None:
    splits = {name: records({"a": 2}) for name in ("train", "val", "test")}
    assert plant(splits, Data(), ["a", "b"]) == splits
    assert unplanted([{"id": "x@matched", "split": "matched"}], None) == [("x@matched", "matched")]


def test_ids_stay_unique_and_the_versions_of_an_image_share_a_group() -> None:
    splits = plant({n: records({"a": 3, "b": 3}, group=None) for n in ("train", "val", "test", "external")}, Data(decoy=Decoy()), "ab")
    assert {r.id for r in splits["flipped"]} == {f"{label} {i}@flipped" for label in "ab" for i in range(3)}
    assert [r.id for r in splits["train"]] == [r.id for r in records({"a": 3, "b": 3})]
    assert splits["external"] == records({"a": 3, "b": 3})
    for versions in zip(splits["matched"], splits["flipped"], splits["removed"], strict=True):
        assert len({r.group for r in versions}) == 1
        assert versions[0].group == versions[0].id.removesuffix("@matched")


@pytest.mark.parametrize("names", [("train", "val", "test", "extra"), ("train", "val"), ("train", "val", "matched", "flipped", "removed")])
def test_what_was_planted_can_be_planted_again_from_the_table(names: tuple[str, ...]) -> None:
    data = Data(decoy=Decoy(strength=0.5))
    every = {f"{name} {r.id}": r for name in names for r in records({"a": 9, "b": 7})}
    before = {name: [Record(f"{name} {r.id}", r.image, r.label) for r in records({"a": 9, "b": 7})] for name in names}
    planted = plant(before, data, ["a", "b"])
    table = [{"id": r.id, "split": name} for name, some in planted.items() for r in some]
    known = {r.id: r for some in before.values() for r in some}
    assert set(known) == set(every)
    again: dict[str, list[Record]] = {}
    for id, name in unplanted(table, data.decoy):
        again.setdefault(name, []).append(known[id])
    assert plant(again, data, ["a", "b"]) == planted


def test_the_data_sets_own_images_without_artefact_stand_for_the_test_images() -> None:
    data = Data(options={"size": 64, "train": 8, "val": 8, "test": 8}, decoy=Decoy(artefact="text", strength=1))
    found = read(data)
    splits = plant(split(found.records, data.split), data, found.classes)
    assert [len(some) for some in splits.values()] == [8] * 5
    assert all(r.tags["ruler"] is False for name in ("matched", "flipped", "removed") for r in splits[name])
    assert all(r.tags["text"] == (r.label == "melanoma") for r in splits["matched"])
    for shown, bare in zip(splits["matched"], splits["removed"], strict=True):
        assert (open_image(shown.image) != open_image(bare.image)).any() == shown.tags["text"]


@pytest.mark.parametrize("artefact", ARTEFACTS)
@pytest.mark.parametrize("size", [(60, 80), (80, 60), (64, 64), (700, 600)])
def test_mask_covers_exactly_the_pixels_that_changed(tmp_path: Path, artefact: str, size: tuple[int, int]) -> None:
    data = Data(decoy=Decoy(artefact=artefact))  # type: ignore[arg-type]
    for number in range(3):
        planted = with_decoy(record(tmp_path, number, size), data.decoy, data)  # type: ignore[arg-type]
        changed = (open_image(planted.image) != GREY).any(axis=2)
        marked = open_map(planted.avoid[-1].source) > 0  # type: ignore[arg-type]
        assert changed.shape == size
        assert not (changed & ~marked).any()
        assert (marked & ~changed).sum() <= 0.02 * marked.sum()  # where a rim happens to have the grey of the image
        assert (0.001 if artefact == "caliper" else 0.01) < marked.mean() < 0.35
        assert planted.tags == {artefact: True}


def test_swatch_is_a_square_in_a_corner_of_the_asked_size(tmp_path: Path) -> None:
    data = Data(decoy=Decoy(size=0.25))
    corners = set()
    for number in range(24):
        planted = with_decoy(record(tmp_path, number), data.decoy, data)  # type: ignore[arg-type]
        rows, columns = np.nonzero(open_map(planted.avoid[0].source))  # type: ignore[arg-type]
        assert len(rows) == 15 * 15
        assert len(np.unique(open_image(planted.image)[rows, columns], axis=0)) == 1
        corners.add((int(rows.min()), int(columns.min())))
    assert corners == {(0, 0), (0, 65), (45, 0), (45, 65)}


@pytest.mark.parametrize("artefact", ARTEFACTS)
@pytest.mark.parametrize(
    "view", [{}, {"fit": "crop"}, {"fit": "pad"}, {"centre": 0.8}, {"load_size": 60}, {"centre": 0.9, "load_size": 60}], ids=str
)
def test_artefact_lies_whole_within_what_an_evaluation_sees(tmp_path: Path, artefact: str, view: dict[str, object]) -> None:
    data = Data(image_size=48, decoy=Decoy(artefact=artefact), **view)  # type: ignore[arg-type]
    for number in range(6):
        planted = with_decoy(record(tmp_path, number, (60, 90)), data.decoy, data)  # type: ignore[arg-type]
        mask = (open_map(planted.avoid[-1].source) > 0).astype(np.float32)  # type: ignore[arg-type]
        _, [square] = prepare(open_image(planted.image), [mask], data)
        [seen] = evaluation(data)([HeatMap(square)])
        height, width = {"crop": (60, 60), "pad": (90, 90)}.get(str(view.get("fit")), (60, 90))
        if data.centre:
            height = width = round(60 * data.centre)
        pixels = (data.load_size or 48) ** 2 / (height * width)  # of the square for one of the picture
        assert seen.sum() == pytest.approx(mask.sum() * pixels, rel=0.12)


def test_what_the_data_set_knew_stays_known(tmp_path: Path) -> None:
    data, mark = Data(decoy=Decoy(artefact="ruler", strength=0)), Annotation("box", points=((0, 0, 5, 5),))
    before = [record(tmp_path, i, avoid=(mark,), annotations=(mark,), tags={"ruler": True, "age": 50}) for i in range(4)]
    after = plant({"train": before, "val": before, "test": before}, data, ["a"])["train"]
    carriers = carriers_of(before, data.decoy, "a")  # type: ignore[arg-type]
    assert len(carriers) == 2
    for r in after:
        assert r.annotations == (mark,)
        assert r.tags == {"ruler": True, "age": 50}
        assert [a.kind for a in r.avoid] == (["box", "mask"] if r.id in carriers else ["box"])
    bare = plant({"train": [record(tmp_path)], "val": [], "test": []}, Data(decoy=Decoy(strength=1, positive="b")), ["a", "b"])
    assert bare["train"][0].avoid == (Annotation("nothing"),)


def test_mask_goes_with_the_image_through_augmentation(tmp_path: Path) -> None:
    augment = Augment(rotate=(-30, 30), flip_x=0.5, flip_y=0.5, scale_x=(0.7, 0.9), scale_y=(0.7, 0.9), fill=(GREY,) * 3)
    data = Data(image_size=64, augment=augment, decoy=Decoy(size=0.3), cache=False)
    planted = [with_decoy(record(tmp_path, i), data.decoy, data) for i in range(4)]  # type: ignore[arg-type]
    dataset = ImageDataset(planted, ["a"], data, train=True)
    for i in range(4):
        sample = dataset[Key(0, i, i)]
        changed = (sample.image - GREY / 255).abs().max(dim=0).values > 0.05
        assert sample.avoid_known
        assert (changed & (sample.avoid[0] < 0.02)).sum() == 0
        assert ((sample.avoid[0] > 0.9) & ~changed).sum() == 0


def test_key_names_the_pixels(tmp_path: Path) -> None:
    first = record(tmp_path)
    data = Data(decoy=Decoy())
    key = with_decoy(first, data.decoy, data).image.key  # type: ignore[arg-type, union-attr]
    assert with_decoy(first, data.decoy, data).image.key == key  # type: ignore[arg-type, union-attr]
    for other in (
        Data(decoy=Decoy(seed=1)),
        Data(decoy=Decoy(size=0.3)),
        Data(decoy=Decoy(artefact="text")),
        Data(fit="crop", decoy=Decoy()),
    ):
        assert with_decoy(first, other.decoy, other).image.key != key  # type: ignore[arg-type, union-attr]
    Image.new("RGB", (80, 60), (5, 5, 5)).save(tmp_path / "0.png", compress_level=0)
    assert with_decoy(first, data.decoy, data).image.key != key  # type: ignore[arg-type, union-attr]
