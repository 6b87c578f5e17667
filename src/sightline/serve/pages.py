"""The pages of a server: one picture by drag and drop, and how to ask. All they load comes from the server itself."""

from __future__ import annotations

import base64
import io
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from PIL import Image

from sightline.report.templating import rendered
from sightline.serve.answers import USE
from sightline.serve.limits import Limits
from sightline.serve.model import Model
from sightline.serve.upload import KINDS

FILES = {  # what pages load -> package, file, kind
    "/style.css": ("sightline.explain", "style.css", "text/css"),
    "/page.css": ("sightline.serve", "page.css", "text/css"),
    "/page.js": ("sightline.serve", "page.js", "text/javascript"),
}


@cache
def content(path: str) -> tuple[bytes, str]:
    """What lies at a path of `FILES`, and its kind."""
    package, name, kind = FILES[path]
    return (files(package) / "templates" / name).read_bytes(), f"{kind}; charset=utf-8"


def start_page(model: Model, limits: Limits, token: bool) -> str:
    """The page for one picture.

    Args:
        token: whether requests need one; the page then asks for it.
    """
    taken = ",".join(sorted({*KINDS.values(), ".jpeg", ".tiff", ".webp", ".dcm", ".dicom", "image/*"}))
    shown = {"name": model.name, "findings": model.findings, "has_map": model.has_map, "use": USE, "token": token}
    return rendered("start.html.j2", shown | {"accept": taken, "limits": limits}, room="sightline.serve")


def docs_page(schema: dict[str, Any], limits: Limits, address: str, token: bool) -> str:
    """How to ask, from the description of the interface (OpenAPI).

    Args:
        address: of the server, for the examples.
    """
    calls = [
        {"method": method.upper(), "path": path, "about": call.get("description") or call.get("summary", ""), "call": call}
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    ]
    shown = {"calls": calls, "limits": limits, "address": address, "token": token, "use": USE, "version": schema["info"]["version"]}
    return rendered("docs.html.j2", shown, room="sightline.serve")


def as_png(picture: np.ndarray) -> bytes:
    """(H, W, 3) uint8 -> a file; compressed as quickly as can be, which makes photographs no larger."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def as_uri(picture: np.ndarray) -> str:
    """(H, W, 3) uint8 -> an address that holds the picture itself, for the page."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=92)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
