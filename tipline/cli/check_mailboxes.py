# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline check`` says of mailboxes: what the daemon found last, and what is so now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tipline.cli.finding import Finding, doubtful, unseen, well, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ingest.imap.looking import MailboxSeen
    from outside.oauth import BearerSource
    from store.unit_of_work import UnitOfWork
    from tipline.settings import Settings


def states(settings: Settings, work: UnitOfWork, now: datetime) -> Iterator[Finding]:
    """Tell what the daemon wrote down of mailboxes that it cannot use as it should."""
    from tipline.cli.output import age

    for name in settings.mailboxes:
        state = work.mailboxes.state(name)
        if state is not None and state.failing_since is not None:
            since = age(state.failing_since, now)
            message = f"mails could not be fetched for {since}: {state.fault}"
            yield wrong(f"mailbox {name}", message, state.remedy or "tipline mailbox status")
        elif state is not None and state.trouble:
            remedy = state.remedy or "tipline mailbox status"
            yield doubtful(f"mailbox {name}", state.trouble, remedy)


def mailboxes(settings: Settings, bearers: Callable[[str], BearerSource]) -> Iterator[Finding]:
    """Log in to each mailbox and look at its folders; nothing is changed there."""
    from tipline.cli.mailbox import look_at

    for seen in look_at(settings, bearers):
        if _is_password_unseen(settings, seen):
            yield unseen(f"login to {seen.name}", "its password is")
        else:
            yield _finding(seen)


def _is_password_unseen(settings: Settings, seen: MailboxSeen) -> bool:
    from tipline.settings.mailboxes import password_key
    from tipline.settings.places import is_credential_unseen

    path = settings.mailboxes[seen.name].password_file
    return password_key(seen.name) in seen.fault and is_credential_unseen(path)


def _finding(seen: MailboxSeen) -> Finding:
    name = f"login to {seen.name}"
    if seen.fault:
        return wrong(name, seen.fault, seen.remedy)
    for folder in seen.folders:
        if folder.fault:
            return wrong(name, f"folder {folder.name} {folder.fault}", folder.remedy)
    mails = sum(len(folder.uids) for folder in seen.folders)
    return well(name, f"{len(seen.folders)} folders with {mails} mails in all")
