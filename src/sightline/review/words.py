"""What reviewers say, in a few words."""

from __future__ import annotations

from sightline.review.judgement import Judgement
from sightline.review.store import Brief

WORDS = {"right": "map right", "wrong": "map wrong", "unsure": "map unsure"}
_FLAGS = {"label_doubted": "label doubted", "unusable": "image unusable"}


def told(one: Brief) -> list[str]:
    """What a reviewer said, in a few words each."""
    said = [WORDS[one.map]] if one.map else []
    said += [word for word, true in (("label doubted", one.label_doubted), ("unusable", one.unusable), ("outlined", one.outlined)) if true]
    return said or ["comment"]


def taken_back(after: Judgement, before: Judgement) -> str:
    """What is lost when a judgement becomes again what it was before, the beginning of a sentence.

    >>> taken_back(Judgement(map="wrong"), Judgement())
    "Judgement 'map wrong'"
    >>> taken_back(Judgement(), Judgement(map="wrong"))
    "The removal of 'map wrong'"

    Args:
        after: the last word.
        before: the word before it, which counts again.
    """
    said = []
    if after.map != before.map:
        said.append(f"judgement '{WORDS[after.map]}'" if after.map else f"the removal of '{WORDS[before.map or 'unsure']}'")
    for name, word in _FLAGS.items():
        if getattr(after, name) != getattr(before, name):
            said.append(f"judgement '{word}'" if getattr(after, name) else f"the removal of '{word}'")
    for name, word in (("comment", "comment"), ("shapes", "outline")):
        now, earlier = getattr(after, name), getattr(before, name)
        if now != earlier:
            what = "the change of the" if now and earlier else "the" if now else "the removal of the"
            said.append(f"{what} {word}")
    found = " and ".join(said) or "the last save"
    return found[:1].upper() + found[1:]
