"""The audit that lies in a run folder, for pages about the run."""

from __future__ import annotations

from sightline.engine.elsewhere import Elsewhere
from sightline.engine.read_files import read_json
from sightline.engine.run import Run
from sightline.results.audit import AuditReport


def read_audit(run: Run) -> AuditReport | None:
    """What `sightline audit RUN` found, on the images that the page is about; None where it was not carried out.

    Raises:
        UserError: the file is damaged.
    """
    there = (run.found.data.name, run.found.data.root) if isinstance(run, Elsewhere) else ()
    path = run.audit_folder(*there) / "audit.json"
    return read_json(path, AuditReport, "Remove it, and audit the run again.") if path.exists() else None
