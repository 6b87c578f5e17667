"""Checks of group names (patients, lesions): one group in two spellings, or a word that stands for many patients."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from sightline.errors import UserError
from sightline.types import Record

WORD = re.compile(r"[^\W\d_]+|\d+")
LARGE, TIMES, SHARE = 10, 3, 0.1  # images of a group, how often it is as large as the next, and its part of all, that make it outsized


def check_groups(records: Sequence[Record], where: str) -> None:
    """Refuses groups that are one number in two spellings, as `3`, `3.0` and `003`.

    Raises:
        UserError: there are such groups.
    """
    counts = Counter(record.group for record in records if record.group is not None)
    if pairs := _pairs(list(counts), _number):
        one, other = pairs[0]
        reason = f"the groups {one!r} ({counts[one]} images) and {other!r} ({counts[other]} images) are one number in two spellings"
        raise UserError(where, reason + _more(pairs), "Write one of them, so that no group falls into two splits.")


def alike_groups(records: Sequence[Record]) -> list[str]:
    """A note on groups that differ in case, blanks, hyphens or leading zeros alone."""
    pairs = _pairs(list(dict.fromkeys(record.group for record in records if record.group is not None)), _words)
    pairs = [(one, other) for one, other in pairs if _number(one) != _number(other)]  # those are refused
    if not pairs:
        return []
    one, other = pairs[0]
    return [f"group: {one!r} and {other!r} are spelt almost alike{_more(pairs)}; they count as two, which may fall into different splits"]


def outsized_group(records: Sequence[Record]) -> list[str]:
    """A remark where one group is several times as large as any other: its name may stand for "not known"."""
    counts = Counter(record.group for record in records if record.group is not None).most_common()
    if len(counts) < 3:
        return []
    (name, largest), (_, next_one) = counts[:2]
    if largest < LARGE or largest <= TIMES * next_one or largest < SHARE * len(records):
        return []
    return [
        f"The group {name!r} holds {largest} of {len(records)} images, and no other more than {next_one}: "
        "if it stands for images whose group is not known, leave the group of these empty."
    ]


def _pairs(groups: Sequence[str], key: Callable[[str], object]) -> list[tuple[str, str]]:
    """Each group that has the key of an earlier one, with that."""
    first: dict[object, str] = {}
    return [(earlier, group) for group in groups if (earlier := first.setdefault(key(group), group)) != group]


def _number(group: str) -> object:
    return float(group) if re.fullmatch(r"[+-]?\d{1,15}(\.0*)?", group, re.ASCII) else group


def _words(group: str) -> object:
    """
    >>> _words("P-001") == _words("p1") == _words("P 1") != _words("P 1-1") != _words("P11")
    True
    """
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", group) if unicodedata.category(sign) != "Cf")
    words = [word.lstrip("0") or "0" for word in WORD.findall(seen.casefold())]
    return tuple(words) or group


def _more(pairs: Sequence[tuple[str, str]]) -> str:
    return f", and so are {len(pairs) - 1} more" if len(pairs) > 1 else ""
