"""XML files of annotation tools: read whole, or named where they are broken."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sightline.errors import UserError


def load(file: Path) -> Element:
    """The root of an XML file.

    Entities of the file's own are refused, since a few lines of them unfold to gigabytes; annotation tools write none.

    Raises:
        UserError: it cannot be opened, is not XML, or defines entities.
    """
    try:
        content = file.read_bytes()
        if b"<!entity" in content.replace(b"\0", b"").lower():  # without the zeros of UTF-16
            raise UserError(file, "defines entities of its own", "Export the annotations again, from a tool that you trust.")
        return ElementTree.fromstring(content)
    except OSError as error:
        raise UserError(file, f"cannot be opened ({error.strerror})", "Make it readable, or move it away.") from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the latter two: an encoding that is not known
        raise UserError(file, f"is not XML ({error})", "Export the annotations again.") from None
