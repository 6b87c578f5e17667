"""What holds of every result: its JSON is read back as the same, and a field that is not as it has to be is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from sightline.results import Result, Score

SCORE = Score(value=0.8, low=0.7, high=0.9, method="bca", n=40)
UNKNOWN = Score(value=None, low=None, high=None)


def kept(result: Result) -> dict[str, Any]:
    """The plain values of a result, of which the file makes the same result."""
    text = json.dumps(result.to_json())
    again = type(result).model_validate_json(text)
    assert again == result
    assert json.dumps(again.to_json()) == text
    return dict(json.loads(text))


def refuses(result: Result, **wrong: Any) -> None:
    """Its file with one of these values in place of the right one is refused, and the message names the field."""
    plain = result.to_json()
    for name, value in wrong.items():
        with pytest.raises(ValidationError, match=rf"^1 validation error for {type(result).__name__}\n{name}\b"):
            type(result).model_validate(plain | {name: value})


def lacks(result: Result, *names: str) -> None:
    """Without one of these fields its file is refused, and the message names the field."""
    for name in names:
        plain = result.to_json()
        del plain[name]
        with pytest.raises(ValidationError, match=rf"\n{name}\n  Field required"):
            type(result).model_validate(plain)
