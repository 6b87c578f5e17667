"""The audit that lies in a run folder, for pages about the run; and addresses from one page to another."""

from __future__ import annotations

from os.path import relpath, sep
from pathlib import Path
from urllib.parse import quote

from sightline.engine.elsewhere import Elsewhere
from sightline.engine.read_files import read_json
from sightline.engine.run import Run
from sightline.results.audit import AuditReport


def read_audit(run: Run) -> AuditReport | None:
    """What `sightline audit RUN` found, on the images that the page is about; None where it was not carried out.

    Raises:
        UserError: the file is damaged.
    """
    path = _folder(run) / "audit.json"
    return read_json(path, AuditReport, "Remove it, and audit the run again.") if path.exists() else None


def audit_from(run: Run, out: Path) -> str:
    """The address of the audit's page, for a page in another folder; empty where there is none."""
    return address(_folder(run) / "audit.html", out)


def address(page: Path, out: Path) -> str:
    """The address of a page for another one in the folder `out`; empty where the page is not there."""
    return quote(relpath(page, out).replace(sep, "/")) if page.is_file() else ""


def _folder(run: Run) -> Path:
    there = (run.found.data.name, run.found.data.root) if isinstance(run, Elsewhere) else ()
    return run.audit_folder(*there)
