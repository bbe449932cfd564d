"""What comes of an explained mail, for people: urgency, receipt, cases, and what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tipline.cli.deliveries import delivery_line
from tipline.cli.explain_accounts import account_name, step_sentence

if TYPE_CHECKING:
    from tipline.cli.explain_page import Page


def print_urgency(page: Page, record: dict[str, Any]) -> None:
    """Tell what cannot wait, and what the report may be about."""
    page.heading("Urgency", record["urgency"] or "none")
    if record["urgency_reason"]:
        page.line(f"by the phrase: {record['urgency_reason']}")
    if record["urgent_words"]:
        page.entry(record["urgent_words"]["piece"], f"in the {record['urgent_words']['part']}")
    page.line(f"severity of the report: {record['severity']}")
    if record["address"]:
        page.line(f"came to: {record['address']}")
    page.heading("Category", record["category"] or "none suggested")
    if record["category_reason"]:
        page.line(f"because of: {record['category_reason']}")


def print_receipt(page: Page, record: dict[str, Any]) -> None:
    """Tell of every rule what it says; the first that objects decides."""
    rules = record["receipt_rules"]
    first = next((rule for rule in rules if rule["objects"]), None)
    page.heading("Receipt", f"no: {first['rule']}" if first else "yes")
    page.checks([(rule["rule"], _says(rule), rule["objects"]) for rule in rules])


def _says(rule: dict[str, Any]) -> str:
    if not rule["objects"]:
        return "passes"
    return f"objects: {rule['detail']}" if rule["detail"] else "objects"


def print_cases(page: Page, record: dict[str, Any]) -> None:
    """Tell what filing the mail now would do."""
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
        about = f"{account_name(step['account'])}: " if step["account"] else ""
        page.line(f"{about}{step_sentence(step)}")


def print_stored(page: Page, record: dict[str, Any]) -> None:
    """Tell what is on record of the mail, and what is read otherwise today."""
    stored = record["stored"]
    page.heading("Stored")
    receipt = stored["acknowledgement"]
    cases = [f"{case['reference']} ({case['state']})" for case in stored["cases"]]
    page.facts(
        [
            ("received", stored["received_at"]),
            ("arrived", stored["arrived_at"]),
            ("filed in", ", ".join(cases)),
            ("because", stored["inbox_reason"]),
            ("kind", stored["kind"]),
            ("severity", stored["severity"]),
            ("receipt", f"{receipt['state']} ({receipt['reason'] or 'undecided'})"),
        ]
    )
    for delivery in stored["deliveries"]:
        page.line(f"delivered {delivery_line(delivery)}")
    differs = record["differs"]
    page.heading("Read otherwise today", "" if differs else "nothing")
    for each in differs:
        page.label(each["what"])
        page.line(f"then:  {_short(each['stored'])}", indent=4)
        page.line(f"today: {_short(each['today'])}", indent=4)


def _short(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "-")
    return text if len(text) <= 300 else f"{text[:300]}..."  # noqa: PLR2004 - four lines
