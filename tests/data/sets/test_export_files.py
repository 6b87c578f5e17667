"""JSON and XML files of annotation tools: read whole, or named where they are broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sightline.data.sets import voc
from sightline.data.sets.export_files import load_json, load_xml, mapping, pairs, sequence, size
from sightline.errors import UserError

BOMBS = {
    "entities": b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><annotation>&c;</annotation>',
    "entities in UTF-16": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "b">]><annotation>&b;</annotation>'.encode(
        "utf-16"
    ),
    "a file from elsewhere": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotation>&b;</annotation>',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_entities_are_refused(tmp_path: Path, bomb: str) -> None:
    (tmp_path / "a.xml").write_bytes(BOMBS[bomb])
    for call in (lambda: load_xml(tmp_path / "a.xml"), lambda: voc.read(tmp_path)):
        with pytest.raises(UserError, match=r"a\.xml: defines entities of its own"):
            call()


@pytest.mark.parametrize("encoding", ["utf-9", "gbk"])
def test_an_encoding_that_is_not_known_is_refused(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.xml").write_text(f'<?xml version="1.0" encoding="{encoding}"?><annotation/>', encoding="utf-8")
    for call in (lambda: load_xml(tmp_path / "a.xml"), lambda: voc.read(tmp_path)):
        with pytest.raises(UserError, match=r"a\.xml: is not XML"):
            call()


def test_json_and_xml_are_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "a.json").write_text(json.dumps({"größe": [1, None]}, ensure_ascii=False), encoding)
        assert load_json(tmp_path / "a.json") == {"größe": [1, None]}
        (tmp_path / "a.xml").write_text("<annotation><name>größe</name></annotation>", encoding)
        assert load_xml(tmp_path / "a.xml").findtext("name") == "größe"


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, '{"a": 1} x'])
def test_what_is_neither_is_named_with_its_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "a").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"a: is not JSON .*Export the annotations again"):
        load_json(tmp_path / "a")
    with pytest.raises(UserError, match=r"a: is not XML .*Export the annotations again"):
        load_xml(tmp_path / "a")
    for load in (load_json, load_xml):
        with pytest.raises(UserError, match=r"cannot be opened \(.*Make it readable, or move it away"):
            load(tmp_path)


def test_the_kind_of_a_value_is_checked() -> None:
    assert (mapping({"a": 1}, "x"), sequence([1], "x"), pairs([[1, "2.5"], [3, 4]], "x")) == ({"a": 1}, [1], ((1, 2.5), (3, 4)))
    wrong: list[tuple[Any, Any, str]] = [
        (mapping, [1], r"x: is \[1\] where names with values are expected"),
        (sequence, {"a": 1}, r"x: is \{'a': 1\} where a list is expected"),
        (sequence, "a" * 99, r"x: is 'a{39} where a list is expected"),
        (pairs, [[1, 2], [3]], "x: has a point that is not a pair of x and y"),
        (pairs, [1, 2], "x: is 1 where a list is expected"),
        (pairs, [[1, "left"]], "x: 'left' is not a number"),
    ]
    for check, value, said in wrong:
        with pytest.raises(UserError, match=said):
            check(value, "x")


def test_a_size_that_is_zero_or_no_number_is_none() -> None:
    assert size("7", 10.0) == (7, 10)
    for given in ((0, 10), (7, -1), (None, 10), ("a", 1), (float("inf"), 1), (float("nan"), 1), ([], 1)):
        assert size(*given) is None
