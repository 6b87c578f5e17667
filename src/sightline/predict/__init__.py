"""What trained runs say of pictures that nobody has labelled: files, folders, tables, any number of them."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.predictions:predict")
