"""What duty officers may do by mail, and the links and addresses by which they do it.

Each link is a mail ready to be sent: to an address whose token lets one person do one thing with
one case, with the command as subject and text. Mail programs that lose the text still send the
token. A reply goes to an address good for any command, by the same person about the same case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from notifier.addresses import is_well_formed
from notifier.authentication import Required
from notifier.compose import Identity
from notifier.rota import Person
from store.model import StaffAction, StaffCommand
from store.tokens import ActionToken, action_token, person_tag

LINKED: Final = (StaffAction.TAKE, StaffAction.SNOOZE, StaffAction.ESCALATE)
"""What an alert has links for; the rest is done by a reply."""
CONFIRM_WITHIN: Final = timedelta(hours=1)
"""How long a command waits for its confirmation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRules:
    """What may be done by mail. ``snooze_for`` holds where a snooze names no time.

    Links and reply addresses are good for ``valid_for``. Mails are believed as the trusted
    servers and ``authentication`` say; with ``confirm`` a mail that nothing is known about does
    what it asks for only once its sender has confirmed it.
    """

    allowed: frozenset[StaffAction] = frozenset(StaffAction) - {StaffAction.CLOSE}
    valid_for: timedelta = timedelta(days=2)
    take_for: timedelta = timedelta(hours=4)
    snooze_for: timedelta = timedelta(hours=1)
    longest_snooze: timedelta = timedelta(hours=8)
    authentication: Required = Required.WHEN_AVAILABLE
    trusted_servers: frozenset[str] = frozenset()
    confirm: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """How one person confirms what a mail in their name asks for.

    ``link`` is None where the command has words that only its writer has: of a note. A reply to
    ``reply_to`` with the same command does it, too.
    """

    reply_to: str
    link: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionLinks:
    """How one person acts on one case by mail: links, and the address that a reply goes to."""

    reply_to: str
    take: str | None = None
    snooze: str | None = None
    escalate: str | None = None
    snooze_for: timedelta = timedelta(hours=1)
    allowed: frozenset[StaffAction] = field(default_factory=frozenset)


class Actions:
    """Makes the links, signed with the installation's key."""

    def __init__(self, identity: Identity, key: bytes, rules: MailRules) -> None:
        self.rules = rules
        self._identity = identity
        self._key = key

    def links(self, reference: str, person: Person | None, now: datetime) -> ActionLinks | None:
        """Make a person's links for a case; None for nobody in particular, or nothing allowed.

        Also where our own address is too long to hold a token: an alert without links is better
        than none.
        """
        if person is None or not self.rules.allowed:
            return None
        reply_to = self._address(reference, person, None, now)
        if not is_well_formed(reply_to):
            return None
        return ActionLinks(
            reply_to=reply_to,
            take=self._link(reference, person, StaffAction.TAKE, now),
            snooze=self._link(reference, person, StaffAction.SNOOZE, now),
            escalate=self._link(reference, person, StaffAction.ESCALATE, now),
            snooze_for=self.rules.snooze_for,
            allowed=self.rules.allowed,
        )

    def confirmation(
        self,
        reference: str,
        person: Person,
        command: StaffCommand,
        action: StaffAction,
        at: datetime,
    ) -> Confirmation | None:
        """Make the link by which a person confirms a command, good for ``CONFIRM_WITHIN``.

        It leads to an address that no alert ever held, so that nobody has it but who reads the
        person's mail. None where our own address is too long to hold a token.
        """

        def address(bound: StaffAction | None) -> str:
            token = ActionToken(
                case=reference,
                person=person_tag(person.key),
                action=bound,
                expires_at=at + CONFIRM_WITHIN,
                confirms=True,
            )
            return self._identity.tagged(action_token(token, self._key))

        reply_to = address(None)
        if not is_well_formed(reply_to):
            return None
        if action is StaffAction.NOTE:
            return Confirmation(reply_to=reply_to, link=None)
        line = _command_line(command, action)
        return Confirmation(
            reply_to=reply_to, link=_mailto(address(action), action, reference, line)
        )

    def _link(
        self, reference: str, person: Person, action: StaffAction, now: datetime
    ) -> str | None:
        if action not in self.rules.allowed:
            return None
        address = self._address(reference, person, action, now)
        return _mailto(address, action, reference, action.value)

    def _address(
        self, reference: str, person: Person, action: StaffAction | None, now: datetime
    ) -> str:
        token = ActionToken(
            case=reference,
            person=person_tag(person.key),
            action=action,
            expires_at=now + self.rules.valid_for,
        )
        return self._identity.tagged(action_token(token, self._key))


def _mailto(address: str, action: StaffAction, reference: str, line: str) -> str:
    # RFC 6068 section 2: spaces as %20, and @ as it is.
    subject = quote(f"{action} {reference}")
    return f"mailto:{quote(address, safe='@+')}?subject={subject}&body={quote(line)}"


def _command_line(command: StaffCommand, action: StaffAction) -> str:
    """Write the first line of a command once more, without any words of its writer."""
    if command.span is not None:
        return f"{action} {int(command.span.total_seconds() // 60)} min"
    return f"{action} {command.disposition}" if command.disposition else action.value
