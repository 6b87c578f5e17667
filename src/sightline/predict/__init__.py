"""Predictions of trained runs for any number of pictures without labels: files, folders, tables."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.predictions:predict")
