"""X-ARF 0.1 and 0.2: a YAML text in the second part of a mail whose header says ``X-XARF``.

The URL of a schema in it is never asked for.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ingest.reading.machine_reports.categories import category
from ingest.reading.machine_reports.guards import MAX_TEXT, Fields, domain
from ingest.reading.machine_reports.model import MachineReport, Pointer

FORM: Final = "X-ARF 0.2"
# What a report has at the beginnings of its lines.
MARKS: Final = re.compile(
    rb"^\s{0,9}['\"]?(?:Reported-From|Report-ID|Report-Type|Schema-URL)['\"]?\s{0,9}:",
    re.IGNORECASE | re.MULTILINE,
)


def read(found: dict[str, Any]) -> MachineReport:
    """Read a report; the names of its fields may be in any case."""
    defects: list[str] = []
    report = Fields({name.lower(): value for name, value in found.items()}, FORM, defects)
    report.require("reported-from", "report-id", "category", "report-type", "date", "source")
    source = report.text("source", MAX_TEXT)
    is_url = (report.text("source-type") or "").lower() in {"uri", "url"}
    named = ((source, is_url), (report.text("url", MAX_TEXT), True))
    return MachineReport(
        form=FORM,
        reporter=domain(report.text("reported-from")),
        report_id=report.text("report-id"),
        category=category(report.text("report-type"), report.text("category")),
        occurred_at=report.moment("date"),
        pointers=tuple(Pointer(value=value, is_url=url) for value, url in named if value),
        defects=tuple(defects),
    )
