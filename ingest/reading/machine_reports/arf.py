"""ARF (RFC 5965): the fields of a ``message/feedback-report`` part."""

from __future__ import annotations

from typing import Final

from ingest.reading import fields
from ingest.reading.machine_reports.categories import category
from ingest.reading.machine_reports.guards import MAX_DEFECTS, MAX_TEXT, domain, moment
from ingest.reading.machine_reports.model import MachineReport, Pointer

FORM: Final = "ARF"
MAX_OCTETS: Final = 100_000
MAX_FIELDS: Final = 200
# RFC 5965 section 3.1: each exactly once.
_REQUIRED: Final = ("feedback-type", "user-agent", "version")


def read_fields(octets: bytes) -> dict[str, list[str]]:
    """Read the fields, names in small letters, folded lines joined (RFC 5322 section 2.2.3)."""
    found: dict[str, list[str]] = {}
    values: list[str] = []
    text = octets[:MAX_OCTETS].decode("utf-8", "replace").lstrip("\r\n")
    for line in text.splitlines()[: 10 * MAX_FIELDS]:
        if line[:1] in {" ", "\t"}:
            if values:
                values[-1] = f"{values[-1]} {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        if not colon or " " in name.strip() or len(found) >= MAX_FIELDS:
            continue
        values = found.setdefault(name.strip().lower()[:100], [])
        values.append(value.strip())
    return found


def feedback_type(found: dict[str, list[str]]) -> str:
    """Tell the type of a report (RFC 5965 section 7.3), "" if it states none."""
    return fields.keyword(_first(found, "feedback-type"))[:40]


def read(found: dict[str, list[str]]) -> MachineReport:
    """Read a report."""
    reporting = _first(found, "reporting-mta").rpartition(";")[2]
    uris = found.get("reported-uri", [])[: MAX_DEFECTS * 5]
    return MachineReport(
        form=FORM,
        reporter=domain(reporting),
        category=category(feedback_type(found)),
        occurred_at=moment(_first(found, "arrival-date") or _first(found, "received-date")),
        pointers=tuple(Pointer(value=_plain(uri), is_url=True) for uri in uris if _plain(uri)),
        defects=tuple(_defects(found)),
    )


def _defects(found: dict[str, list[str]]) -> list[str]:
    missing = [f"{FORM}: {name} is missing" for name in _REQUIRED if name not in found]
    many = (name for name in _REQUIRED if len(found.get(name, [])) > 1)
    return missing + [f"{FORM}: {name} is there more than once" for name in many]


def _plain(uri: str) -> str:
    return fields.unfold(uri, MAX_TEXT).strip("<>\"' ")


def _first(found: dict[str, list[str]], name: str) -> str:
    return next(iter(found.get(name, [])), "")
