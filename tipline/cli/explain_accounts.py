"""The accounts of an explained mail for people: role, how sure, and what each means for cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifier.defang import defang_url

if TYPE_CHECKING:
    from tipline.cli.explain_page import Page

# What a confidence is called, from which figure on.
CERTAINTY = (
    (0.9, "very sure"),
    (0.8, "sure"),
    (0.6, "fairly sure"),
    (0.5, "not quite sure"),
    (0.0, "a guess"),
)
STYLES = {
    "reported": "bold red",
    "victim": "bold magenta",
    "reporter": "bold green",
    "mentioned": "bold cyan",
}
# Less likely roles are not listed.
SEEN = 0.02
_PLACES = {"link": "markup, as a link", "from": "sender's name", "report": "attached report"}


def print_accounts(page: Page, record: dict[str, Any]) -> None:
    """List the accounts under the numbers by which they are marked in the words."""
    page.heading("Accounts", "" if record["accounts"] else "none")
    steps = _steps_by_account(record)
    for number, account in enumerate(record["accounts"], start=1):
        figure = account["confidence"]
        sure = next(word for least, word in CERTAINTY if figure >= least)
        page.item(
            f"[{number}]",
            f"{account_name(account)}: {account['role']}",
            STYLES.get(account["role"], "bold"),
        )
        how = account["method"].replace("_", " ")
        page.line(f"{how}, in the {_place(account)}; {sure} ({figure:.2f})", indent=6)
        for line in _weighed(account):
            page.line(line, indent=6, style="dim")
        if account["url"]:
            page.line(defang_url(account["url"]), indent=6, style="dim")
        page.line(_touches(account, steps.get(_key(account))), indent=6)


def _weighed(account: dict[str, Any]) -> list[str]:
    """Say how likely each role is, where that was weighed at all."""
    reasons = [
        f"by these {what}: {'; '.join(account[what])}"
        for what in ("words", "clues")
        if account[what]
    ]
    if not reasons:
        return []
    likely = [f"{role} {share:.0%}" for role, share in account["likely"].items() if share >= SEEN]
    return [f"whose: {', '.join(likely)}", *reasons]


def _place(account: dict[str, Any]) -> str:
    part = str(account["part"])
    return _PLACES.get(part, part)


def account_name(account: dict[str, Any]) -> str:
    """Name an account without a link that could be clicked."""
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
    return step_sentence(step) if step else "sure enough for a case"


def step_sentence(step: dict[str, Any]) -> str:
    """Say what would happen to a case, and why."""
    what = {
        "open": "would open a case",
        "join": f"would join {step['case']}",
        "reopen": f"would open {step['case']} again",
    }
    return f"{what.get(step['decision'], step['decision'])}: {step['reason']}"
