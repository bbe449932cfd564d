"""The facts by which it is decided what a mail is. They hold no words of the mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ingest.reading.fields import keyword
from ingest.reading.header_marks import LIST_FIELDS, LOOP_FIELDS, RESPONDER_FIELDS
from ingest.reading.machines import MachineSigns
from ingest.reading.traits import LIST_OWNER, MAILING_LIST
from store.model import MailTraits

_AUTO_REPLY_WORDS: Final = frozenset({"auto_reply", "auto-reply", "autoreply"})
_BULK: Final = frozenset({"list", "bulk", "junk"})


@dataclass(frozen=True, kw_only=True, slots=True)
class KindFacts:
    """What the decision looks at; no words of the mail.

    ``speaks_of_child`` tells that it names one, beside what a mail system gives back;
    ``holds_another`` that words of an earlier mail may stand in it, ``offers_leaving`` that
    it says how one gets no more of its like, ``is_aggregate`` that a mail server reports what it
    saw of a domain's mail. ``has_delivery_status`` and ``has_disposition`` tell of such parts,
    ``has_status_text`` of the former as text; ``is_complaint`` of a feedback report older than
    RFC 5965, ``has_damaged_report`` of one that could not be read; ``is_own_group`` of list fields
    that our own address has got, where it is a group; ``spam_fields`` are those that our own server
    sets.
    """

    traits: MailTraits
    answers_us: bool = False
    answers_alert: bool = False
    from_staff: bool = False
    has_subject: bool = True
    has_text: bool = True
    has_attachments: bool = False
    names_home_account: bool = False
    reports_home_account: bool = False
    urgent: bool = False
    speaks_of_child: bool = False
    signs: MachineSigns = field(default_factory=MachineSigns)
    holds_another: bool = False
    offers_leaving: bool = False
    has_many_links: bool = False
    is_aggregate: bool = False
    has_delivery_status: bool = False
    has_status_text: bool = False
    has_disposition: bool = False
    answers_invitation: bool = False
    feedback_type: str | None = None
    is_complaint: bool = False
    xarf: str | None = None
    has_damaged_report: bool = False
    is_own_group: bool = False
    spam_fields: tuple[str, ...] = ("x-spam-flag",)

    def values(self, *names: str) -> list[str]:
        """Give what was kept of header fields."""
        return [value for name, value in self.traits.headers if name in names]

    def has(self, *names: str) -> bool:
        """Tell whether one of some header fields is there."""
        return any(name in names for name, _ in self.traits.headers)

    @property
    def has_null_path(self) -> bool:
        """Whether it came with the null reverse-path, as only machines send (RFC 5321 4.5.5)."""
        return self.traits.reverse_path == ""

    @property
    def is_bulk(self) -> bool:
        """Whether Precedence says that it went to many, and not our own group's does."""
        return not self.is_own_group and any(
            keyword(value) in _BULK for value in self.values("precedence")
        )

    @property
    def is_by_list_owner(self) -> bool:
        """Whether Sender is the owner of a list."""
        return LIST_OWNER in self.values("sender")

    @property
    def came_by_list(self) -> str | None:
        """By which field a mailing list sent it, as a sentence."""
        if self.is_own_group:
            return None
        if self.has(*LIST_FIELDS) or MAILING_LIST in self.values("delivered-to"):
            return "a mailing list sent it (RFC 2919, RFC 2369)"
        if any(keyword(value) == "list" for value in self.values("precedence")):
            return "its Precedence field says that a list sent it"
        if self.is_bulk and self.is_by_list_owner:
            return "a list's owner address sent it as bulk mail"
        return None

    @property
    def says_automatic(self) -> bool:
        """Whether Auto-Submitted says so: any keyword but ``no`` (RFC 3834 section 5.2)."""
        return any(keyword(value) not in {"no", ""} for value in self.values("auto-submitted"))

    @property
    def says_replied(self) -> bool:
        """Whether Auto-Submitted calls it an answer."""
        return any(keyword(value) == "auto-replied" for value in self.values("auto-submitted"))

    @property
    def knows_itself_again(self) -> bool:
        """Whether a program put its own address there, to know its mail again."""
        # The reverse path alone may be that of who passes a mail on.
        own = {address.lower() for address in self.traits.from_addresses}
        return any(own & {*value.lower().split()} for value in self.values(*LOOP_FIELDS))

    @property
    def is_by_responder(self) -> bool:
        """Whether one of the older fields of responders is there, in any program's spelling."""
        marks = self.values(*RESPONDER_FIELDS)
        precedences = self.values("precedence", "x-precedence")
        return (
            any(keyword(value) not in {"no", "false", ""} for value in marks)
            or any(keyword(value) in _AUTO_REPLY_WORDS for value in precedences)
            or any("autoresponder" in value.lower() for value in self.values("delivered-to"))
            or any(keyword(value) == "true" for value in self.values("x-fc-machinegenerated"))
        )

    @property
    def may_matter(self) -> bool:
        """Whether wording alone is too little to take it from the people who read."""
        return self.names_home_account or self.urgent
