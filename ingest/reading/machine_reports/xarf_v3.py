"""XARF 3 (github.com/abusix/xarf, schemas/3): deprecated, and still sent.

A reader of its own, as the library for XARF 4 does not know the types that such an address gets
(ChildAbuse, Harassment).
"""

from __future__ import annotations

from typing import Any, Final

from ingest.reading.machine_reports.categories import category
from ingest.reading.machine_reports.guards import MAX_TEXT, Fields, domain
from ingest.reading.machine_reports.model import MachineReport, Pointer
from ingest.reading.machine_reports.samples import evidence
from store.model import EvidencePart

FORM: Final = "XARF 3"
_SEVERE: Final = frozenset({"childabuse", "childsexualabusematerial"})


def read(found: dict[str, Any]) -> MachineReport:
    """Read a report."""
    defects: list[str] = []
    top = Fields(found, FORM, defects)
    top.require("Disclosure", "ReporterInfo", "Report")
    who, report = top.section("ReporterInfo"), top.section("Report")
    report.require("ReportType", "Date")
    matter = report.text("ReportType")
    severity = (report.text("ReporterSeverity") or "").lower()
    return MachineReport(
        form=FORM,
        reporter=_reporter(who),
        report_id=report.text("ReporterCaseID") or report.text("ReportID"),
        category=category(report.text("ReportSubType"), matter),
        is_severe=severity == "high" or (matter or "").lower() in _SEVERE,
        may_be_passed_on=top.flag("Disclosure"),
        occurred_at=report.moment("Date"),
        pointers=_pointers(report),
        evidence=_evidence(report),
        defects=tuple(defects),
    )


def _reporter(who: Fields) -> str | None:
    names = ("ReporterOrgDomain", "ReporterOrgEmail", "ReporterContactEmail")
    return next((found for name in names if (found := domain(who.text(name)))), None)


def _pointers(report: Fields) -> tuple[Pointer, ...]:
    account = report.section("Account")
    named = (
        (report.text("SourceUrl", MAX_TEXT), True),
        (report.section("Source").text("URL", MAX_TEXT), True),
        (account.text("AccountIdentifier"), False),
        (account.text("AccountUrl", MAX_TEXT), True),
        (report.text("Harasser"), False),
        (report.text("HarassmentLocation", MAX_TEXT), True),
    )
    return tuple(Pointer(value=value, is_url=is_url) for value, is_url in named if value)


def _evidence(report: Fields) -> tuple[EvidencePart, ...]:
    found = [
        evidence(
            report.sections(name),
            type_field="ContentType",
            payload_field="Payload",
            encoded_field="Base64Encoded",
        )
        for name in ("Samples", "Attachment")
    ]
    return (*found[0], *found[1])
