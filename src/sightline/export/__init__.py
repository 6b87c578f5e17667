"""A trained run as files for other programs: an ONNX graph, a PyTorch program, a Hugging Face folder."""

from sightline.rooms import callable_as

callable_as(__name__, "sightline.face.exporting:export")
