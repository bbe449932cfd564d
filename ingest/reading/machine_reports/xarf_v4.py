"""XARF 4 (github.com/xarf/xarf-spec, v4.2.0): the core fields, and those of content reports.

``_internal`` is never read: it must not have left its sender's systems.
"""

from __future__ import annotations

from typing import Any, Final

from ingest.reading.machine_reports.categories import category
from ingest.reading.machine_reports.guards import MAX_TEXT, Fields, domain
from ingest.reading.machine_reports.model import MachineReport, Pointer
from ingest.reading.machine_reports.samples import evidence

FORM: Final = "XARF 4"
_REQUIRED: Final = (
    "report_id",
    "timestamp",
    "reporter",
    "sender",
    "source_identifier",
    "category",
    "type",
)
# Types that are about a child in danger, whatever else they say.
_SEVERE: Final = frozenset({"csam", "csem"})


def read(found: dict[str, Any]) -> MachineReport:
    """Read a report."""
    defects: list[str] = []
    report = Fields(found, FORM, defects)
    report.require(*_REQUIRED)
    matter = report.text("type")
    who = report.section("reporter")
    number = report.text("ncmec_report_id")
    return MachineReport(
        form=FORM,
        reporter=domain(who.text("domain")) or domain(who.text("contact")),
        report_id=report.text("report_id"),
        category=category(report.text("exploitation_type"), matter),
        is_severe=(matter or "").lower() in _SEVERE,
        occurred_at=report.moment("timestamp"),
        obligations=report.words("reporting_obligations", 20),
        references=(f"NCMEC {number}",) if number else (),
        pointers=_pointers(report),
        evidence=evidence(
            report.sections("evidence"), type_field="content_type", payload_field="payload"
        ),
        defects=tuple(defects),
    )


def _pointers(report: Fields) -> tuple[Pointer, ...]:
    account = report.section("perpetrator_indicators").text("account_id")
    named = (
        (report.text("url", MAX_TEXT), True),
        (account, False),
        (report.text("source_identifier", MAX_TEXT), False),
    )
    return tuple(Pointer(value=value, is_url=is_url) for value, is_url in named if value)
