"""From files to batches: readers, annotations, splits, leaks, samples."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.data_sets:data")
