"""The review app: a person looks at the cases of a run, says whether its maps are right, and corrects outlines."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.reviewing:review")
