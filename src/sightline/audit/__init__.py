"""What a classifier relies on: its images changed, and what becomes of its answers."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.judge:audit")
