"""YAML as settings need it: numbers, words, lists and sections, read as people mean them and refused where they can mean two things.

The scalars are those of YAML 1.2's core schema, without octals: `no`, `on`, `2024-05-01`, `12:30` and `010` are words, `1e-3` is a number.
Keys are words, whatever they look like.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from sightline.errors import UserError

LARGEST = 1_000_000  # bytes of a file of settings
DEEPEST = 30  # levels of sections and lists

_TAG = "tag:yaml.org,2002:"
_STRANGE = yaml.reader.Reader.NON_PRINTABLE
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_SCALARS = {
    "null": (re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    "bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")),
    "int": (re.compile(r"[-+]?(?:0|[1-9][0-9]*)"), list("-+0123456789")),
    "float": (_FLOAT, list("-+.0123456789")),
}


def read(path: Path, kind: str = "file of settings") -> Any:
    """What a YAML file holds. UTF-8, or UTF-16 with a byte order mark.

    Raises:
        UserError: there is no such file, it is not one (a folder, a pipe, a device), cannot be read, is too large, in another encoding, or
            is refused by `parse`.
    """
    if not path.exists():
        raise UserError(path, "no such file", f"Give a {kind}.")
    if not path.is_file():
        raise UserError(path, "is not a regular file", f"Give a {kind}.")
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise UserError(path, f"cannot be read ({error.strerror})", "Change its permissions, or give another file.") from None
    if len(raw) > LARGEST:
        raise UserError(path, f"is larger than {LARGEST:,} bytes", f"Give a {kind}, which is a few kilobytes of YAML.")
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UserError(f"{path}, line {line}", "is not UTF-8 text", "Save the file as UTF-8.") from None
    return parse(text, path)


def parse(text: str, where: str | Path) -> Any:
    """What a piece of YAML says.

    Args:
        where: of the message; the line is added to it.

    Raises:
        UserError: it is no YAML; or it repeats a key, refers to itself (anchors and aliases), names types (tags), is nested too deeply, or
            holds a number that no setting can have.
    """
    if strange := _STRANGE.search(text):
        raise UserError(where, f"holds the character {strange[0]!r}, which is not text", "Save it as plain UTF-8 text.")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return None if node is None else _value(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise UserError(_at(where, mark, text), f"cannot be read as YAML settings: {said}", "Correct it.") from None
    finally:
        loader.dispose()


def dump(tree: Any) -> str:
    """A tree of plain values as YAML that `parse` reads back as it was, and so does any other reader of YAML."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _at(where: str | Path, mark: yaml.Mark | None, text: str) -> str:
    return f"{where}, line {mark.line + 1}" if mark is not None and "\n" in text.strip() else str(where)


class _Resolver(yaml.resolver.BaseResolver):
    """Which words are numbers, and so on."""


for _name, (_pattern, _first) in _SCALARS.items():
    _Resolver.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern.pattern})\Z"), _first)


class _Loader(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer, _Resolver):
    """Up to the tree of nodes, without aliases, not too deep."""

    def __init__(self, text: str) -> None:
        self.depth = 0
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)
        yaml.composer.Composer.__init__(self)
        _Resolver.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "anchors and aliases (& and *) are not used here; write it out", event.start_mark)
        if self.depth > DEEPEST:
            raise yaml.composer.ComposerError(None, None, f"it is nested more than {DEEPEST} levels deep", event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Dumper(yaml.SafeDumper):
    """Quotes what any version of YAML would take for something else than a word; writes everything out."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_implicit_resolver(_TAG + "float", re.compile(rf"(?:{_FLOAT.pattern})\Z"), list("-+.0123456789"))


def _value(node: yaml.Node) -> Any:
    """Plain values of a tree of nodes."""
    kind = node.tag.removeprefix(_TAG)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_value(child) for child in node.value]
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _section(node)
    if isinstance(node, yaml.ScalarNode) and kind in _SCALARS | {"str": None}:
        return _scalar(kind, node)
    raise yaml.constructor.ConstructorError(None, None, f"the tag {node.tag} is not used here; leave it out", node.start_mark)


def _section(node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key is one word, not a list or a section", key.start_mark)
        if key.value in found:
            raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here a second time; keep one", key.start_mark)
        found[key.value] = _value(value)
    return found


def _scalar(kind: str, node: yaml.ScalarNode) -> Any:
    word: str = node.value
    if kind == "str" and "\0" not in word:
        return word
    # a NUL, which no file name can hold; a tag such as !!int before what is none; a number that is too long
    if kind == "str" or not _SCALARS[kind][0].fullmatch(word) or len(word) > 300:
        shown = word if len(word) <= 30 else word[:30] + "..."
        raise yaml.constructor.ConstructorError(None, None, f"{shown!r} is not a value that a setting can have", node.start_mark)
    if kind == "null":
        return None
    if kind == "bool":
        return word.lower() == "true"
    return int(word) if kind == "int" else float(word.lower().replace(".inf", "inf").replace(".nan", "nan"))
