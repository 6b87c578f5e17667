"""Many trainings, one answer: arms, seeds and settings, trained side by side and judged together."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.study:study")
