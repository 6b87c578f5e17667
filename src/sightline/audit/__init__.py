"""Tests of what a classifier relies on: images are changed, and the answers are compared."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.auditing:audit")
