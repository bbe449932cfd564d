"""An explained mail for people: laid out for 80 columns, in colours where a terminal has them.

What a mail says stands behind a bar and cannot be taken for what tipline says of it; nothing in it
reaches the terminal as a command. Accounts are marked where they stand, with the number under
which they are listed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from notifier.defang import defang_url
from tipline.cli.explain_page import LARGEST_TEXT, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a confidence is called, from which figure on.
CERTAINTY = (
    (0.9, "very sure"),
    (0.8, "sure"),
    (0.6, "fairly sure"),
    (0.5, "not quite sure"),
    (0.0, "a guess"),
)
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
    _accounts(page, record)
    _left_aside(page, record)
    _urgency(page, record)
    _receipt(page, record)
    _cases(page, record)
    if "stored" in record:
        _stored(page, record)
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
            yield account["part"], (start, end), f"[{number}]", _STYLES.get(account["role"], "bold")
    if record["urgent_words"]:
        words = record["urgent_words"]
        yield words["part"], tuple(words["span"]), "[urgent]", "bold reverse red"
    for skipped in record["skipped"]:
        yield skipped["part"], tuple(skipped["span"]), "", "dim underline"


_PLACES = {"link": "markup, as a link", "from": "sender's name", "report": "attached report"}
_STYLES = {
    "reported": "bold red",
    "victim": "bold magenta",
    "reporter": "bold green",
    "mentioned": "bold cyan",
}


def _accounts(page: Page, record: dict[str, Any]) -> None:
    page.heading("Accounts", "" if record["accounts"] else "none")
    steps = _steps_by_account(record)
    for number, account in enumerate(record["accounts"], start=1):
        figure = account["confidence"]
        sure = next(word for least, word in CERTAINTY if figure >= least)
        page.item(
            f"[{number}]",
            f"{_account(account)}: {account['role']}",
            _STYLES.get(account["role"], "bold"),
        )
        how = account["method"].replace("_", " ")
        page.line(f"{how}, in the {_place(account)}; {sure} ({figure:.2f})", indent=6)
        if account["url"]:
            page.line(defang_url(account["url"]), indent=6, style="dim")
        page.line(_touches(account, steps.get(_key(account))), indent=6)


def _place(account: dict[str, Any]) -> str:
    part = str(account["part"])
    return _PLACES.get(part, part)


def _account(account: dict[str, Any]) -> str:
    name = f"@{account['handle']}" if account["handle"] else ""
    number = f"id {account['user_id']}" if account["user_id"] else ""
    named = " ".join(filter(None, (name, number))) or "an account by its address"
    return f"{named} on {account['platform']}"


def _key(account: dict[str, Any]) -> tuple[str | None, ...]:
    return tuple(account[name] for name in ("platform", "handle", "user_id", "url"))


def _steps_by_account(record: dict[str, Any]) -> dict[tuple[str | None, ...], dict[str, Any]]:
    match = record["match"]
    steps = match["steps"] if match else []
    return {_key(step["account"]): step for step in steps if step["account"]}


def _touches(account: dict[str, Any], step: dict[str, Any] | None) -> str:
    """Say what the account means for cases."""
    if account["role"] != "reported":
        return "touches no case: it is not the reported one"
    if not account["sure_enough"]:
        return "touches no case: too unsure, a person has to look"
    if account.get("case"):
        return f"its case is {account['case']} ({account['case_state']})"
    return _step(step) if step else "sure enough for a case"


def _step(step: dict[str, Any]) -> str:
    what = {
        "open": "would open a case",
        "join": f"would join {step['case']}",
        "reopen": f"would open {step['case']} again",
    }
    return f"{what.get(step['decision'], step['decision'])}: {step['reason']}"


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


def _urgency(page: Page, record: dict[str, Any]) -> None:
    page.heading("Urgency", record["urgency"] or "none")
    if record["urgency_reason"]:
        page.line(f"by the phrase: {record['urgency_reason']}")
    if record["urgent_words"]:
        page.entry(record["urgent_words"]["piece"], f"in the {record['urgent_words']['part']}")
    page.line(f"severity of the report: {record['severity']}")
    page.heading("Category", record["category"] or "none suggested")
    if record["category_reason"]:
        page.line(f"because of: {record['category_reason']}")


def _receipt(page: Page, record: dict[str, Any]) -> None:
    rules = record["receipt_rules"]
    first = next((rule for rule in rules if rule["objects"]), None)
    page.heading("Receipt", f"no: {first['rule']}" if first else "yes")
    page.checks([(rule["rule"], _says(rule), rule["objects"]) for rule in rules])


def _says(rule: dict[str, Any]) -> str:
    if not rule["objects"]:
        return "passes"
    return f"objects: {rule['detail']}" if rule["detail"] else "objects"


def _cases(page: Page, record: dict[str, Any]) -> None:
    if "stored" in record:
        return
    match = record["match"]
    if match is None:
        page.heading("Cases", "not told")
        page.line(record["match_unknown"])
        return
    page.heading("Cases")
    if match["known"]:
        page.line("The same mail was accepted before; from the same sender it is only noted.")
    if match["state"] == "recorded":
        page.line(f"would only be recorded: {match['reason']}")
    for step in match["steps"]:
        about = f"{_account(step['account'])}: " if step["account"] else ""
        page.line(f"{about}{_step(step)}")


def _stored(page: Page, record: dict[str, Any]) -> None:
    stored = record["stored"]
    page.heading("Stored")
    receipt = stored["acknowledgement"]
    cases = [f"{case['reference']} ({case['state']})" for case in stored["cases"]]
    page.facts(
        [
            ("received", stored["received_at"]),
            ("filed in", ", ".join(cases)),
            ("because", stored["inbox_reason"]),
            ("kind", stored["kind"]),
            ("severity", stored["severity"]),
            ("receipt", f"{receipt['state']} ({receipt['reason'] or 'undecided'})"),
        ]
    )
    differs = record["differs"]
    page.heading("Read otherwise today", "" if differs else "nothing")
    for each in differs:
        page.label(each["what"])
        page.line(f"then:  {_short(each['stored'])}", indent=4)
        page.line(f"today: {_short(each['today'])}", indent=4)


def _short(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "-")
    return text if len(text) <= 300 else f"{text[:300]}..."  # noqa: PLR2004 - four lines
