"""Figures by their names, and what stands on them."""

from __future__ import annotations

from sightline import catalog


def kind(name):
    return catalog.find("figure", name)


def captions(figure):
    return [text.get_text() for text in figure.texts]
