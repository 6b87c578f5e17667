"""A map in the form that was asked for: numbers, a drawing, or a DICOM file."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal, cast, get_args

import numpy as np
from starlette.requests import Request

from sightline.explain.overlay import Range
from sightline.explain.window import Window
from sightline.predict.drawing import drawn, laid_over
from sightline.predict.stream import Seen
from sightline.serve.answers import Explained, Map, map_of
from sightline.serve.model import Model
from sightline.serve.refused import Refused, Unreadable
from sightline.serve.secondary_capture import secondary_capture
from sightline.serve.structured_report import structured_report
from sightline.serve.upload import DICOM, Upload, kind_of

Form = Literal["json", "png", "dicom", "sr"]
KINDS: dict[str, Form] = {"application/json": "json", "image/png": "png", "application/dicom": "dicom"}


def form_of(request: Request, wanted: str | None) -> Form:
    """As `?format=` says, or else the first kind of the header Accept that there is.

    Raises:
        Refused: no such form.
    """
    if wanted is not None:
        if wanted not in get_args(Form):
            raise Refused(422, f"The format {wanted!r} is unknown. Known: {', '.join(get_args(Form))}.")
        return cast(Form, wanted)
    accepted = [kind.partition(";")[0].strip().lower() for kind in request.headers.get("accept", "").split(",")]
    return next((KINDS[kind] for kind in accepted if kind in KINDS), "json")


def as_numbers(model: Model, seen: Seen, where: Window, finding: str) -> Explained:
    """The prediction, and the map as numbers."""
    rule = model.rule if isinstance(model.rule, str) else model.rule[finding]
    return Explained(model=model.name, rule=rule, prediction=seen.prediction, map=numbers(model, seen, where, finding))


def numbers(model: Model, seen: Seen, where: Window, finding: str) -> Map:
    """The map as numbers."""
    network = model.networks[finding]
    return map_of(seen, str(network.map), cast(Range, network.range), finding, where)


def as_drawing(model: Model, seen: Seen, finding: str) -> np.ndarray:
    """(H, W, 3) uint8: the map over the picture, class, probability and the bar of colours."""
    found = drawn(seen, model.settings[0], model.networks[finding].range)
    assert found is not None
    return found


def as_layers(model: Model, seen: Seen, finding: str) -> tuple[np.ndarray, np.ndarray]:
    """The picture, and the same with the map over it, (H, W, 3) uint8 each."""
    found = laid_over(seen, model.settings[0], model.networks[finding].range)
    assert found is not None
    return found


def require_dicom(upload: Upload) -> None:
    """Refuses to make a DICOM file of a picture that has no patient and no study.

    Raises:
        Unreadable: it was no DICOM file.
    """
    if kind_of(upload) != DICOM:
        raise Unreadable(422, upload.name, "is no DICOM file, so there is no patient and no study to copy. Ask for png.")


def require_highdicom() -> None:
    """Refuses to make a Structured Report without the package that makes it.

    Raises:
        Refused: it is not installed.
    """
    if find_spec("highdicom") is None:
        raise Refused(501, "A structured report needs highdicom on the server: pip install 'sightline[dicom-seg]'.")


def as_report(model: Model, seen: Seen, finding: str, upload: Upload) -> bytes:
    """Class and probabilities as a Structured Report of the study of the picture.

    Raises:
        Unreadable: the attributes of the picture are damaged, or some that a report has to copy are missing.
    """
    said, network = seen.prediction, model.networks[finding]
    name = f"{model.name}, weights {model.weights[0][:16]}"
    try:
        return structured_report(upload.path, str(said.prediction), said.probabilities, name, network.decision.words(network.classes))
    except Exception as error:  # damaged attributes raise almost anything
        raise Unreadable(422, upload.name, f"has no attributes that a report can copy ({type(error).__name__}). Ask for json.") from None


def as_dicom(model: Model, seen: Seen, finding: str, upload: Upload) -> bytes:
    """The drawing as a DICOM file of the study of the picture.

    Raises:
        Unreadable: the attributes of the picture are damaged.
    """
    said, network = seen.prediction, model.networks[finding]
    rule = network.decision.words(network.classes)
    description = (
        f"Attention map {network.map} of the model {model.name} (weights {model.weights[0][:16]}), drawn over the picture. Predicted: "
        f"{said.prediction}; {rule}. Research use only; not a medical device."
    )
    picture = as_drawing(model, seen, finding)
    try:
        return secondary_capture(upload.path, picture, description)
    except Exception as error:  # damaged attributes raise almost anything
        raise Unreadable(422, upload.name, f"has attributes that cannot be copied ({type(error).__name__}). Ask for png.") from None
