"""Settings of a study, and what is compared in it, as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def value_words(value: Any) -> str:
    """A value of a setting, as people write it.

    >>> value_words({"artefact": "ruler", "strength": 0.9}), value_words([]), value_words([{"name": "energy"}, 3])
    ('artefact ruler, strength 0.9', 'none', 'name energy; 3')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {value_words(one)}" for key, one in value.items()) or "none"
    if isinstance(value, list | tuple):
        return "; ".join(map(value_words, value)) or "none"
    return "none" if value is None else str(value)


def setting_words(setting: Mapping[str, Any]) -> str:
    """A setting of a plan's grid.

    >>> setting_words({"data.decoy": {"artefact": "ruler"}, "train.epochs": 3})
    'data.decoy = artefact ruler, train.epochs = 3'
    """
    return ", ".join(f"{key} = {value_words(value)}" for key, value in setting.items())


def where(score: str, split: str, setting: Mapping[str, Any]) -> str:
    """What is compared.

    >>> where("auc", "flipped", {"train.epochs": 3})
    'auc on flipped, train.epochs = 3'
    """
    return ", ".join(part for part in (f"{score} on {split}", setting_words(setting)) if part)
