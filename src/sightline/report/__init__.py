"""Reports: self-contained HTML pages for people who decide."""

from sightline.report.page import report, write_report

__all__ = ["report", "write_report"]
