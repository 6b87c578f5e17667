"""Trained runs behind HTTP: predictions and maps of pictures that are sent, and a page for one picture."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.serving:serve")
