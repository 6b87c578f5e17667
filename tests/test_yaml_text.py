"""YAML that people write: read as they mean it, refused in one line where it can mean two things, and quickly."""

from __future__ import annotations

import os
import time

import pytest
import yaml

from sightline.errors import UserError
from sightline.yaml_text import LARGEST, dump, parse, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01 10:00:00", "2024-05-01 10:00:00"),
        ("12:30:00", "12:30:00"),
        ("010", "010"),
        ("0o7", "0o7"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1,5", "1,5"),
        ("1e-3", 0.001),
        ("-1E5", -1e5),
        ("1.", 1.0),
        (".5", 0.5),
        ("+3", 3),
        ("-0", 0),
        ("nan", "nan"),
        (".inf", float("inf")),
        ("1e999", float("inf")),
        ("'3'", "3"),
        ("!!str 3", "3"),
        ("{0: a, 1.0: b, true: c, no: d}", {"0": "a", "1.0": "b", "true": "c", "no": "d"}),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("\ufeffa: 1", {"a": 1}),
        ("a: 1\r\nb: [1, 2]\r\n", {"a": 1, "b": [1, 2]}),
    ],
)
def test_words_and_numbers_are_what_they_look_like(text: str, value: object) -> None:
    found = parse(text, "here")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "while parsing a flow sequence"),
        ("a: 1\na: 2", "here, line 2: .*'a' stands here a second time"),
        ("a:\n  b: 1\n  'b': 2", "here, line 3: .*'b' stands here a second time"),
        ("0: 1\n'0': 2", "'0' stands here a second time"),
        ("a: &x 1", "anchors and aliases"),
        ("a: &x [1]\nb: *x", "here, line 1: .*anchors and aliases"),
        ("? [a]\n: 1", "a key is one word"),
        ("? {a: 1}\n: 1", "a key is one word"),
        ("a: !!python/object/apply:os.system [echo]", "the tag .*python/object/apply:os.system is not used here"),
        ("a: !mine 3", "the tag !mine is not used here"),
        ("a: !!set {b}", "the tag .*set is not used here"),
        ("a: !!binary aGk=", "the tag .*binary is not used here"),
        ("a: !!timestamp 2024-05-01", "the tag .*timestamp is not used here"),
        ("a: !!int many", "'many' is not a value that a setting can have"),
        ("a: !!float 0x", "'0x' is not a value that a setting can have"),
        ('a: "b\\0c"', "not a value that a setting can have"),
        ("a: " + "9" * 5000, "not a value that a setting can have"),
        ("a: " + "[" * 5000, "nested more than 30 levels deep"),
        ("a: " + "{b: " * 5000, "nested more than 30 levels deep"),
        ("\n".join(" " * n + "- -" for n in range(40)), "."),
        ("a: 1\n\t- d", "line 2"),
        ("a: 1\x00", "is not text"),
        ("a: \x07", "is not text"),
        ("--- a\n--- b", "single document"),
        ("%", "."),
        ("a: b: c", "mapping values are not allowed"),
        ("*", "."),
        ("a: @b", "."),
        ("a: `b`", "."),
        ("a: 'b", "."),
    ],
)
def test_what_is_not_settings_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as refused:
        parse(text, "here")
    assert "\n" not in str(refused.value)


def test_references_that_grow_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    start = time.perf_counter()
    with pytest.raises(UserError, match="line 1"):
        parse("\n".join(lines), "here")
    assert time.perf_counter() - start < 1


WORDS = [
    "no",
    "1e5",
    "1E-3",
    ".5",
    "08",
    "010",
    "1_000",
    "null",
    "~",
    "",
    "2024-05-01",
    "12:30",
    "yes",
    "a: b",
    "- a",
    "#",
    "'",
    '"',
    "é",
    " a",
]


def test_every_word_and_number_survives_being_written_and_read() -> None:
    tree = {
        "words": [*WORDS, "a\nb", "*a", "&a", "!a", "%", "0x1F", "+.5", "-1e3", "<<"],
        "numbers": [0, -3, 1e-8, 1e22, 0.1, 10**20, True, None],
    }
    tree |= {word or "empty": {word or "empty": word} for word in WORDS}
    assert parse(dump(tree), "here") == tree


def test_what_is_written_has_no_references() -> None:
    shared = [1, 2]
    assert parse(dump({"a": shared, "b": shared}), "here") == {"a": [1, 2], "b": [1, 2]}
    assert "&" not in dump({"a": shared, "b": shared})


def test_files_of_former_versions_are_read_as_before() -> None:
    tree = {"a": {"b": [0.001, 1e-05, 3, "x", "no", None, True], "c": "2024-05-01"}, "d": []}
    assert parse(yaml.safe_dump(tree), "here") == tree


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title: Melanomerkennung für alle\n".encode("latin-1"), r"mine\.yaml, line 1: is not UTF-8 text"),
        (b"a: 1\nb: \xff\n", r"line 2: is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not UTF-8 text"),
        (b"\xff\xfea", "is not UTF-8 text"),
        (b"PK\x03\x04", "is not text"),
        (b"a: 1\n" * (LARGEST // 5 + 1), "is larger than"),
    ],
)
def test_files_that_are_no_text_are_named(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_files_with_a_byte_order_mark_are_read(tmp_path, encoding: str) -> None:
    path = tmp_path / "mine.yaml"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path.write_bytes((mark + "title: für alle\n").encode(encoding))
    assert read(path) == {"title": "für alle"}


def test_what_is_no_file_is_named_and_never_waited_for(tmp_path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read(tmp_path / "missing.yaml")
    with pytest.raises(UserError, match="is not a regular file"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(UserError, match="is not a regular file"):
        read(tmp_path / "pipe.yaml")
