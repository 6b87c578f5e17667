"""Reports: self-contained HTML pages for people who decide."""

from typing import TYPE_CHECKING

from sightline.rooms import callable_as, lazy

if TYPE_CHECKING:
    from sightline.report.page import report as report
    from sightline.report.page import write_report as write_report

__getattr__, __dir__ = lazy(__name__, {name: f"sightline.report.page:{name}" for name in ("report", "write_report")})
callable_as(__name__, "sightline.face.comparing:report")
