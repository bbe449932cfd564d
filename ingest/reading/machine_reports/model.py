"""What a machine-readable report says, whatever its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.model import EvidencePart


@dataclass(frozen=True, kw_only=True, slots=True)
class Pointer:
    """A value by which a report names what it is about; a URL or an identifier."""

    value: str
    is_url: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineReport:
    """One report, its fields checked. Picklable: it travels with what was read of its mail.

    ``form`` names the standard; ``reporter`` is the domain of whoever reports and ``report_id``
    the number they gave it; ``may_be_passed_on`` is what they allow, None if they do not say;
    ``obligations`` are bodies that were or have to be told, ``references`` numbers of theirs.
    ``evidence`` lists what the report carries inside, by size and digest.
    """

    form: str
    reporter: str | None = None
    report_id: str | None = None
    category: str | None = None
    is_severe: bool = False
    may_be_passed_on: bool | None = None
    occurred_at: datetime | None = None
    obligations: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    evidence: tuple[EvidencePart, ...] = ()
    defects: tuple[str, ...] = ()

    @property
    def external_id(self) -> str | None:
        """The reporter's own number, made unique by their domain."""
        if not (self.reporter and self.report_id):
            return None
        return f"{self.reporter}:{self.report_id}"

    def remarks(self) -> dict[str, str]:
        """Give what a case's history should say about the report, without its words."""
        passed_on = {None: "", True: "yes", False: "no"}[self.may_be_passed_on]
        said = {
            "form": self.form,
            "external_id": self.external_id or "",
            "may_be_passed_on": passed_on,
            "obligations": ", ".join(self.obligations),
            "references": ", ".join(self.references),
            "occurred_at": self.occurred_at.isoformat() if self.occurred_at else "",
        }
        return {name: value for name, value in said.items() if value}
