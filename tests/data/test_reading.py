"""Labels become the classes of a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sightline import catalog
from sightline.config import Data
from sightline.data.reading import look, read
from sightline.data.sets import folder
from sightline.errors import UserError
from sightline.types import Record


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    for name in ("cat/1", "cat/2", "dog/1", "eel/1"):
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("L", (4, 4)).save(path)
    return tmp_path


def pets_data(root: Path, **settings: Any) -> Data:
    return Data(name="folder", root=root, **settings)


def test_without_a_task_every_label_is_a_class_in_sorted_order(pets: Path) -> None:
    assert read(pets_data(pets)).classes == ("cat", "dog", "eel")


def test_classes_of_ones_own_keep_their_order_and_leave_other_labels_out(pets: Path) -> None:
    dataset = read(pets_data(pets, classes={"swims": ["eel"], "purrs": ["cat"]}))
    assert dataset.classes == ("swims", "purrs")
    assert [(r.id, r.label) for r in dataset.records] == [("cat/1.png", "purrs"), ("cat/2.png", "purrs"), ("eel/1.png", "swims")]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": {"purrs": ["cta"], "barks": ["dog"]}}, r"data\.classes\.purrs: unknown label 'cta'\. Did you mean \"cat\""),
        ({"classes": {"purrs": ["cat"], "barks": ["dog", "cat"]}}, r"data\.classes\.barks: label 'cat' belongs to 'purrs' already"),
        ({"classes": {"purrs": ["cat"]}}, "has only the class purrs. A classifier needs at least two"),
        ({"classes": {"purrs": ["cat"], "none": []}}, "has no image of the class 'none'"),
        ({"task": "species"}, r"data\.task: unknown task 'species'\. folder has no named tasks: write data\.classes"),
        ({"options": {"suffix": ".png"}}, r"data\.options \(folder\)\.suffix: unknown setting"),
    ],
)
def test_mistakes_in_the_settings_are_named(pets: Path, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(pets_data(pets, **settings))


def test_the_first_named_task_is_the_default_and_a_misspelt_one_is_corrected(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = {"furry": {"bare": ["eel"], "furry": ["cat", "dog"]}, "barks": {"silent": ["cat", "eel"], "barks": ["dog"]}}
    monkeypatch.setattr(folder, "TASKS", tasks, raising=False)
    assert read(pets_data(pets)).classes == ("bare", "furry")
    assert [r.label for r in read(pets_data(pets, task="barks")).records] == ["silent", "silent", "barks", "silent"]
    with pytest.raises(UserError, match=r"unknown task 'bark'\. Did you mean \"barks\""):
        read(pets_data(pets, task="bark"))


def given(monkeypatch: pytest.MonkeyPatch, *records: Record) -> Data:
    monkeypatch.setattr(catalog, "make", lambda *args, **kwargs: list(records))
    return Data(name="folder", root=Path("somewhere"))


def test_an_id_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = given(monkeypatch, Record("1", Path("a.png"), "cat"), Record("1", Path("b.png"), "dog"))
    with pytest.raises(UserError, match="somewhere: the id '1' occurs twice"):
        read(data)


def test_an_image_with_two_labels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = given(monkeypatch, Record("1", Path("a.png"), "cat"), Record("2", Path("a.png"), "dog"))
    with pytest.raises(UserError, match=r"a\.png is 'cat' as 1 and 'dog' as 2\. Keep the right one"):
        read(data)


def test_one_label_only_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="has only the class cat"):
        read(given(monkeypatch, Record("1", Path("a.png"), "cat")))


def test_labels_that_cannot_be_classes_are_refused_unless_classes_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {"1": "Cat", "2": "cat", "3": "dog"}
    data = given(monkeypatch, *(Record(id, Path(f"{id}.png"), label) for id, label in labels.items()))
    with pytest.raises(UserError, match=r"the labels 'Cat' \(1 images\) and 'cat' \(1 images\) are two spellings of one"):
        read(data)
    assert read(data.model_copy(update={"classes": {"cat": ["cat", "Cat"], "dog": ["dog"]}})).classes == ("cat", "dog")


def test_labels_that_may_be_one_are_noted_unless_classes_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {"1": "a nevus", "2": "a-nevus", "3": "dog"}
    data = given(monkeypatch, *(Record(id, Path(f"{id}.png"), label) for id, label in labels.items()))
    assert any("'a nevus' (1 image) and 'a-nevus' (1 image) differ in blanks" in note for note in read(data).notes)
    named = read(data.model_copy(update={"classes": {"nevus": ["a nevus", "a-nevus"], "dog": ["dog"]}}))
    assert (named.classes, named.notes) == (("nevus", "dog"), ())


@pytest.mark.parametrize(
    ("name", "value"), [("id", "a\nb"), ("label", "a\tb"), ("group", "a\rb"), ("split", "a\x00"), ("label", "x" * 300)]
)
def test_names_of_several_lines_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    values: dict[str, Any] = {"id": "1", "image": Path("a.png"), "label": "cat"} | {name: value}
    with pytest.raises(UserError, match=rf"the {name} 'a.* holds a line break|a label is 300 characters long"):
        read(given(monkeypatch, Record(**values), Record("2", Path("b.png"), "dog")))


@pytest.mark.parametrize("name", ["id", "label", "group", "split", "image"])
def test_names_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    strange: Any = Path("m\udce9l.png") if name == "image" else "m\udce9l"
    values: dict[str, Any] = {"id": "1", "image": Path("a.png"), "label": "cat"} | {name: strange}
    with pytest.raises(UserError, match=r"m\\udce9l.* is not UTF-8\. Rename it"):
        read(given(monkeypatch, Record(**values), Record("2", Path("b.png"), "dog")))


def test_look_goes_on_where_read_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [Record("1", Path("a.png"), "cat"), Record("1", Path("b.png"), "dog"), Record("2", Path("a.png"), "dog")]
    dataset, problems = look(given(monkeypatch, *records))
    assert [(record.id, str(record.image)) for record in dataset.records] == [("1", "a.png"), ("2", "a.png")]
    assert ["occurs twice" in str(problems[0]), "Keep the right one" in str(problems[1])] == [True, True]


def test_no_images_at_all_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="holds no images"):
        read(given(monkeypatch))
