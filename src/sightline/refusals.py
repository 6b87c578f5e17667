"""What pydantic refuses, said to somebody who does not know Python's types."""

from __future__ import annotations

import reprlib
from typing import Any

from pydantic import ValidationError

_WANTED = {  # kind of a type error -> what is wanted
    "model_type": "a section of settings is wanted",
    "dict_type": "a section of settings is wanted",
    "list_type": "a list is wanted",
    "tuple_type": "a list is wanted",
    "string_type": "a word is wanted",
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "finite_number": "a finite number is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    "path_type": "a path is wanted",
}


def in_words(error: ValidationError) -> tuple[str, str, str]:
    """The first thing that is wrong: its dotted key, the reason, a remedy."""
    first: Any = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"] if not _is_branch(part))
    # our own checks look at whole sections and often name a remedy
    said = _WANTED.get(first["type"], first["msg"].removeprefix("Value error, "))
    reason, _, remedy = said.partition(". ")
    return key, reason, remedy or _given(first)


def _is_branch(part: int | str) -> bool:
    """Whether it names one of several types that a setting may have, and not a setting."""
    return isinstance(part, str) and (part in ("float", "int", "str") or ("[" in part and part != "[key]"))


def _given(first: Any) -> str:
    value = first.get("input")
    if isinstance(value, dict):
        return "Change it there."
    if first["type"] == "string_type" and isinstance(value, int | float):
        return f"Given: {value!r}, which is no word; put it in quotes."
    return f"Given: {reprlib.repr(value)}."
