"""Maps on pictures, panels and figures."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.show:explain")
