"""The numbers of rows, a type for each table, so that none is taken for another."""

from __future__ import annotations

from typing import NewType

InboundId = NewType("InboundId", int)
ReportId = NewType("ReportId", int)
AccountId = NewType("AccountId", int)
CaseId = NewType("CaseId", int)
EventId = NewType("EventId", int)
OutboxId = NewType("OutboxId", int)
EscalationId = NewType("EscalationId", int)
OverrideId = NewType("OverrideId", int)
AlertId = NewType("AlertId", int)
ImportId = NewType("ImportId", int)
