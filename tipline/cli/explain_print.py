"""An explained mail for people: laid out for 80 columns, in colours where a terminal has them.

What a mail says stands behind a bar and cannot be taken for what tipline says of it; nothing in it
reaches the terminal as a command. Accounts are marked where they stand, with the number under
which they are listed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from notifier.defang import defang_url
from tipline.cli.explain_accounts import STYLES, print_accounts
from tipline.cli.explain_outcome import print_cases, print_receipt, print_stored, print_urgency
from tipline.cli.explain_page import LARGEST_TEXT, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

# So many of a long list are shown; --json has all.
MOST = 20
_PARTS = (("subject", "subject"), ("text", "text"), ("signature", "signature"))


def print_explained(record: dict[str, Any]) -> None:
    """Print all that is known of how a mail was read."""
    page = Page()
    page.title(record.get("report") or record["file"])
    _mail(page, record)
    _kind(page, record)
    _words(page, record)
    print_accounts(page, record)
    _left_aside(page, record)
    print_urgency(page, record)
    print_receipt(page, record)
    print_cases(page, record)
    if "stored" in record:
        print_stored(page, record)
    page.end()


def _mail(page: Page, record: dict[str, Any]) -> None:
    page.heading("Mail")
    language = record["language"]
    by = record["language_by"]
    page.facts(
        [
            ("from", " ".join(filter(None, (record["sender_name"], _angled(record["from"]))))),
            ("reverse-path", record["reverse_path"] or "<> (null)"),
            ("date", record["date"]),
            ("message-id", record["message_id"]),
            ("language", f"{language} (by {by})" if language and by else language or "not known"),
        ]
    )
    for part in record["attachments"]:
        page.line(
            f"attachment {part['filename'] or 'without a name'}: {part['content_type']}, "
            f"{part['size']} octets",
            f"sha256 {part['sha256']}",
        )
    for defect in record["defects"]:
        page.line(f"defect: {defect}", style="yellow")


def _angled(address: str | None) -> str | None:
    return f"<{address}>" if address else None


def _kind(page: Page, record: dict[str, Any]) -> None:
    page.heading("Kind", record["kind"])
    page.line(record["kind_reason"])
    if record["signs"]:
        page.line(f"signs: {'; '.join(record['signs'])}")


def _words(page: Page, record: dict[str, Any]) -> None:
    page.heading("Words")
    marks = list(_marks(record))
    texts = {name: record[name] for name, _ in _PARTS} | {"from": record["sender_name"]}
    shown = [*_PARTS]
    if any(part == "from" for part, *_ in marks):
        shown.append(("from", "name of the sender"))
    for part, label in shown:
        text = texts[part]
        if text.strip():
            page.label(label)
            page.quoted(text, [mark[1:] for mark in marks if mark[0] == part])
    if not any(texts[part].strip() for part, _ in shown):
        page.line("none")
    if record["links"]:
        page.label("links in the markup lead to")
        page.quoted("\n".join(map(defang_url, record["links"][:MOST])), [])
        _more(page, len(record["links"]))
    if len(record["text"]) > LARGEST_TEXT:
        page.line("There is more; --json has all of it.")


def _marks(record: dict[str, Any]) -> Iterator[tuple[str, tuple[int, int], str, str]]:
    """Give the part, the span, the label and the style of what is marked in the words."""
    for number, account in enumerate(record["accounts"], start=1):
        start, end = account["span"]
        if end > start:
            yield account["part"], (start, end), f"[{number}]", STYLES.get(account["role"], "bold")
    if record["urgent_words"]:
        words = record["urgent_words"]
        yield words["part"], tuple(words["span"]), "[urgent]", "bold reverse red"
    for skipped in record["skipped"]:
        yield skipped["part"], tuple(skipped["span"]), "", "dim underline"


def _left_aside(page: Page, record: dict[str, Any]) -> None:
    if record["skipped"]:
        page.heading("Passed over")
        same = Counter((e["part"], e["reason"], e["piece"]) for e in record["skipped"])
        for (part, reason, piece), count in [*same.items()][:MOST]:
            times = f", {count} times" if count > 1 else ""
            # A piece may be a link: as an account's it is shown so that nothing opens it.
            page.entry(defang_url(piece), f"in the {part}{times}: {reason}")
        _more(page, len(same))
    if record["taken_off"]:
        page.heading("Taken off", f"of {record['lines']} lines")
        for each in record["taken_off"][:MOST]:
            first, last = each["first_line"], each["last_line"]
            where = f"line {first}" if first == last else f"lines {first} to {last}"
            page.entry(each["begins"], f"{where}: {each['what']}")
        _more(page, len(record["taken_off"]))


def _more(page: Page, count: int) -> None:
    if count > MOST:
        page.line(f"and {count - MOST} more; --json has them all")
