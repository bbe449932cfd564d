"""Read the machine-readable report of a mail, whatever its form.

``read_machine_report`` is total: one that is damaged leaves its mail a plain one, with a defect
that says what was wrong; what can be had of one with faulty fields is had. Nothing in a report is
ever fetched, and what it carries inside is decoded for size and digest only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ingest.reading.accounts.find import Named
from ingest.reading.accounts.merging import MAX_ACCOUNTS, Seen
from ingest.reading.accounts.weighing import REPORTED
from ingest.reading.machine_reports import arf, xarf_v2, xarf_v3, xarf_v4
from ingest.reading.machine_reports.guards import (
    MAX_JSON_OCTETS,
    RefusedError,
    load_json,
    load_yaml,
)
from ingest.reading.machine_reports.model import MachineReport
from ingest.reading.machine_reports.named import sightings, urls
from ingest.reading.mime import Mail
from ingest.reading.rules import HomePlatform
from store.model import EvidencePart

_MARKS_OF_XARF: Final = (b'"xarf_version"', b'"ReporterInfo"')
MAX_PARTS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundReport:
    """A report, if there is one, and why one that seems to be there could not be read.

    ``feedback_type`` is that of a ``message/feedback-report`` part; "" if it states none.
    """

    report: MachineReport | None = None
    feedback_type: str | None = None
    defects: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[EvidencePart, ...]:
        """What the report carries inside."""
        return self.report.evidence if self.report else ()

    @property
    def xarf(self) -> str | None:
        """The form of a report in one of the shapes of X-ARF."""
        form = self.report.form if self.report else arf.FORM
        return None if form == arf.FORM else form


def read_machine_report(mail: Mail) -> FoundReport:
    """Read the report that a mail carries."""
    feedback = [arf.read_fields(octets) for octets in mail.sealed("message/feedback-report")]
    kind = arf.feedback_type(feedback[0]) if feedback else None
    found = _from_json(mail)
    if found.report is None and (mail.value("x-xarf") or mail.value("x-arf")):
        found = _from_yaml(mail)
    if found.report is None and feedback and kind != "xarf":
        found = replace(found, report=arf.read(feedback[0]))
    defects = found.report.defects if found.report else ()
    return replace(found, feedback_type=kind, defects=(*found.defects, *defects))


def _from_json(mail: Mail) -> FoundReport:
    defects: list[str] = []
    for octets in _candidates(mail):
        try:
            report = _of_json(octets)
        except RefusedError as refusal:
            defects.append(f"a part that seems to be an XARF report could not be read: {refusal}")
            continue
        if report:
            return FoundReport(report=report)
    return FoundReport(defects=tuple(dict.fromkeys(defects)))


def _candidates(mail: Mail) -> list[bytes]:
    """Give the parts that seem to be XARF: by what they hold, whatever they are called."""
    parts = [
        *mail.json_parts(MAX_JSON_OCTETS),
        *mail.sealed("text/plain", "application/octet-stream"),
    ]
    found = (octets for octets in parts if _is_object(octets))
    return [each for each in found if any(mark in each for mark in _MARKS_OF_XARF)][:MAX_PARTS]


def _is_object(octets: bytes) -> bool:
    return octets[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _of_json(octets: bytes) -> MachineReport | None:
    found = load_json(octets)
    version = str(found.get("xarf_version", found.get("Version", "")))[:20]
    if "xarf_version" in found and version.split(".")[0] == "4":
        return xarf_v4.read(found)
    if "ReporterInfo" in found and version.split(".")[0] == "3":
        return xarf_v3.read(found)
    if "xarf_version" in found or "ReporterInfo" in found:
        raise RefusedError("its version is not known")
    return None


def _from_yaml(mail: Mail) -> FoundReport:
    for octets in mail.sealed("text/plain", "text/yaml", "application/yaml", "text/x-yaml"):
        if not xarf_v2.MARKS.search(octets[:20_000]):
            continue
        try:
            return FoundReport(report=xarf_v2.read(load_yaml(octets)))
        except RefusedError as refusal:
            defect = f"the X-ARF report could not be read: {refusal}"
            return FoundReport(defects=(defect,))
    return FoundReport(defects=("the X-ARF header field is there, but no report",))


def with_report(named: Named, found: FoundReport, home: HomePlatform) -> Named:
    """Put what a report names before what the words beside it name: it says so in so many fields.

    In the words, the same account is often there again.
    """
    if found.report is None:
        return named
    stated = sightings(found.report, home)
    keys = {each.account.key for each in stated}
    others = (each for each in named.seen if each.sighting.account.key not in keys)
    return Named(
        seen=(*(Seen(each, REPORTED) for each in stated), *others)[:MAX_ACCOUNTS],
        urls=tuple(dict.fromkeys((*urls(found.report), *named.urls))),
    )
