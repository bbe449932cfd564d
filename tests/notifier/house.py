"""A small installation for the notifier's tests: a real store, a clock to turn, people on duty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from notifier.compose import Composer, Identity
from notifier.courier import Outcome, Sent
from notifier.deliver import Deliverer
from notifier.directory import Directory
from notifier.escalate import Escalator
from notifier.layer import DAILY
from notifier.manners import Manners
from notifier.plan import Planner
from notifier.policy import EscalationPolicy, Step, Target, TargetKind
from notifier.promises import Promises
from notifier.quotas import Quotas
from notifier.rota import Layer, Person, Rota
from store.evidence import SealedBody
from store.inbox import NewMessage
from store.model import (
    AccountReference,
    Alert,
    Case,
    CaseId,
    Door,
    Envelope,
    Escalation,
    EventKind,
    MailKind,
    MailTraits,
    OutboxId,
    OutboxKind,
    OutboxMessage,
    OutgoingMail,
    Report,
    ReportId,
    Severity,
)
from store.reports import NewReport
from store.states import OutboxState

if TYPE_CHECKING:
    from store.unit_of_work import Store, UnitOfWork

KEY = b"k" * 32
START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ACCOUNT = AccountReference(
    platform="chirper", handle="Name", folded_handle="name", url="https://chirper.example/Name"
)
IDENTITY = Identity(
    address="cp@chirper.example", name="Chirper Child Protection", domain="tip.chirper.example"
)


MESSAGE = OutboxMessage(
    id=OutboxId(1),
    mail=OutgoingMail(
        kind=OutboxKind.ALERT,
        dedupe_key="alert:1:0:0:anna@chirper.example",
        sender="",
        recipient="anna@chirper.example",
        subject="Alert",
        message_id="<alert.1@tip.chirper.example>",
        content=b"Subject: Alert\r\nMessage-ID: <alert.1@tip.chirper.example>\r\n\r\n.one\r\n",
    ),
    state=OutboxState.QUEUED,
    attempts=0,
    created_at=START,
    next_attempt_at=START,
)


def person(key: str, **changes: Any) -> Person:
    return Person(key=key, name=key.title(), address=f"{key}@chirper.example", **changes)


def policy(key: str) -> EscalationPolicy:
    """Anna at once, whoever has the night after 15 minutes, the lead after an hour, then again."""
    targets = (
        (0, Target(kind=TargetKind.PERSON, name="anna")),
        (15, Target(kind=TargetKind.ROTA, name="night")),
        (60, Target(kind=TargetKind.ADDRESS, name="lead@chirper.example")),
    )
    steps = tuple(
        Step(after=timedelta(minutes=after), targets=(target,)) for after, target in targets
    )
    return EscalationPolicy(key=key, steps=steps, repeat=timedelta(minutes=30))


def directory() -> Directory:
    return Directory(
        people={key: person(key) for key in ("anna", "ben", "cleo")},
        rotas={
            "night": Rota(
                key="night",
                time_zone="Europe/Berlin",
                layers=(
                    Layer(
                        members=("ben", "cleo"),
                        turn=DAILY,
                        handover=time(8, 0),
                        time_zone="Europe/Berlin",
                        start=date(2026, 11, 21),
                    ),
                ),
            ),
        },
        policies={severity: policy(severity.label) for severity in Severity},
        fallback="ops@chirper.example",
    )


def with_calendar(rota: str) -> Directory:
    """Give the directory with shifts of a rota from a calendar, once it has been read."""
    everybody = directory()
    rotas = dict(everybody.rotas)
    rotas[rota] = replace(rotas[rota], calendar="duty.ics")
    return replace(everybody, rotas=rotas)


@dataclass
class TurnedClock:
    """Shows the time it was set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class RememberingCourier:
    """Keeps what it was given, and says what it was told to say."""

    outcome: Outcome | Exception = field(default_factory=Sent)
    seen: list[OutboxMessage] = field(default_factory=list)

    def send(self, message: OutboxMessage) -> Outcome:
        self.seen.append(message)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def check(self) -> str | None:
        return None

    def close(self) -> None:
        pass


class House:
    """The notifier over one store."""

    def __init__(self, store: Store, everybody: Directory | None = None) -> None:
        self.store = store
        self.clock = TurnedClock()
        self.directory = everybody or directory()
        self.composer = Composer(IDENTITY)
        self.courier = RememberingCourier()
        self.planner = self.new_planner(Quotas(per_sender=3, per_domain=8, in_all=12))
        self.escalator = Escalator(
            store=store, directory=self.directory, composer=self.composer, clock=self.clock
        )
        self.deliverer = Deliverer(
            store=store,
            courier=self.courier,
            owner="here",
            clock=self.clock,
            chance=lambda: 0.5,
        )

    def new_planner(self, quotas: Quotas) -> Planner:
        """Make what plans, as at the start of the program."""
        return Planner(
            store=self.store,
            directory=self.directory,
            composer=self.composer,
            reply_key=KEY,
            clock=self.clock,
            manners=Manners(
                own_addresses=IDENTITY.addresses,
                own_domains=frozenset({IDENTITY.domain}),
                trusted_servers=frozenset({"mx.chirper.example"}),
            ),
            promises=Promises(),
            quotas=quotas,
        )

    def report(  # noqa: PLR0913 - each is a fact of the report
        self,
        *,
        traits: MailTraits | None = None,
        kind: MailKind = MailKind.REPORT,
        severity: Severity = Severity.HIGH,
        account: AccountReference | None = ACCOUNT,
        category: str | None = None,
        opening: dict[str, str] | None = None,
        address: str | None = None,
    ) -> tuple[Report, Case]:
        """File a report that opens or joins the account's case, as reading does.

        ``opening`` is what the history says of the opening.
        """
        traits = traits or MailTraits(
            reverse_path="maria@mail.example",
            from_addresses=("maria@mail.example",),
            message_id="<1@mail.example>",
        )
        with self.store.transaction() as work:
            facts = {"kind": kind, "severity": severity, "category": category, "address": address}
            report_id = self._file(work, traits, **facts)
            case_id = self._open_or_join(work, account, severity, opening)
            work.cases.add_report(case_id, report_id)
            if work.cases.raise_severity(case_id, severity):
                self._happened(work, case_id, EventKind.SEVERITY_RAISED)
            report, case = work.reports.get(report_id), work.cases.get(case_id)
            work.commit()
        return report, case

    def _file(self, work: UnitOfWork, traits: MailTraits, **facts: Any) -> ReportId:
        envelope = Envelope(
            reverse_path=traits.reverse_path,
            recipients=(IDENTITY.address,),
            door=Door.SMTP,
            received_at=self.clock(),
        )
        (inbound_id,) = work.inbox.add(
            [NewMessage(envelope=envelope, digest="0" * 64, size=1, body=SealedBody(inline=b"x"))]
        )
        new = NewReport(
            inbound_id=inbound_id,
            reporter=traits.reverse_path or None,
            received_at=self.clock(),
            language="en",
            urgency=None,
            message_id=traits.message_id,
            traits=traits,
            defects=(),
            words=b"sealed",
            accounts=1,
            **facts,
        )
        return work.reports.add(new)

    def _open_or_join(
        self,
        work: UnitOfWork,
        account: AccountReference | None,
        severity: Severity,
        opening: dict[str, str] | None,
    ) -> CaseId:
        account_id = work.accounts.add_or_complete(account, self.clock()) if account else None
        present = work.cases.of_account(account_id) if account_id else None
        if present:
            self._happened(work, present.id, EventKind.JOINED, plan=False)
            return present.id
        case_id = work.cases.open(account_id, severity, self.clock())
        self._happened(work, case_id, EventKind.OPENED, details=opening)
        return case_id

    def _happened(
        self,
        work: UnitOfWork,
        case_id: CaseId,
        kind: EventKind,
        *,
        plan: bool = True,
        details: dict[str, str] | None = None,
    ) -> None:
        at = self.clock()
        work.history.append(case_id, kind, actor="ingest", at=at, plan=plan, details=details)

    def opened(self, **changes: Any) -> Case:
        """Open a case and let it alert for the first time."""
        _, case = self.report(**changes)
        self.planner.step()
        self.escalator.step()
        return self.case(case)

    def tick(self, **span: float) -> list[str]:
        """Send what waits, turn the clock, do what is due, and tell whom the new alerts are for."""
        while self.deliverer.step():
            pass
        before = {message.id for message in self.outbox()}
        self.clock.turn(**span)
        self.escalator.step()
        return [m.mail.recipient for m in self.outbox(OutboxKind.ALERT) if m.id not in before]

    def settle(self) -> None:
        """Send what waits and do what follows from it, until there is nothing left to do."""
        while self.deliverer.step() + self.escalator.step():
            pass

    def alerts(self, case: Case) -> list[Alert]:
        with self.store.snapshot() as work:
            return work.alerts.of_case(case.id)

    def case(self, case: Case) -> Case:
        with self.store.snapshot() as work:
            return work.cases.get(case.id)

    def escalation(self, case: Case) -> Escalation | None:
        with self.store.snapshot() as work:
            return work.escalations.active(case.id)

    def events(self, case: Case) -> list[EventKind]:
        with self.store.snapshot() as work:
            return [event.kind for event in work.history.of_case(case.id)]

    def outbox(self, kind: OutboxKind | None = None) -> list[OutboxMessage]:
        """List outgoing messages, oldest first."""
        with self.store.snapshot() as work:
            messages = work.outbox.listing()
        return [m for m in reversed(messages) if kind in {None, m.mail.kind}]

    def reread(self, report: Report) -> Report:
        with self.store.snapshot() as work:
            return work.reports.get(report.id)
