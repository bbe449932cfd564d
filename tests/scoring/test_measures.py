from __future__ import annotations

import pytest

from store.model import Role
from tests.scoring import measures
from tests.scoring.corpus import Expected, Label
from tests.scoring.found import Found, FoundAccount
from tests.scoring.measures import Share, Tally

REPORTED, VICTIM, REPORTER, MENTIONED = Role.REPORTED, Role.VICTIM, Role.REPORTER, Role.MENTIONED


def label(
    account: str, role: Role = REPORTED, *, platform: str = "chirper", by_url: bool = False
) -> Label:
    return Label(platform=platform, account=account, role=role, by_url=by_url)


def account(handle: str | None, role: Role = REPORTED, **fields: object) -> FoundAccount:
    folded = handle.lower() if handle else None
    values = {"platform": "chirper", "handle": handle, "folded": folded, "role": role, **fields}
    return FoundAccount(**values)  # type: ignore[arg-type]


def found(*accounts: FoundAccount, **fields: object) -> Found:
    return Found(**{"kind": "report", "accounts": accounts, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Dark_Wolf", account("dark_wolf"), True),
        ("@dark_wolf", account("dark_wolf"), True),
        ("dark_wolf", account("dark_wolves"), False),
        ("dark_wolf", account("dark_wolf", platform="x"), False),
        ("4711", account("dark_wolf", user_id="4711"), True),
        ("4711", account("dark_wolf", user_id="4712"), False),
        ("+447700900417", account(None, user_id="447700900417"), True),
        ("+44 7700 900417", account("0044 7700-900417"), True),
        ("+447700900417", account("447700900418"), False),
        ("https://www.a.example/x/", account(None, url="http://a.example/x"), True),
        ("https://a.example/x", account(None, url="https://a.example/y"), False),
    ],
)
def test_an_account_is_the_same_by_handle_id_or_url(
    name: str, other: FoundAccount, *, same: bool
) -> None:
    assert measures.is_same(label(name), other) is same


@pytest.mark.parametrize(
    ("labels", "accounts", "tally"),
    [
        ([], [], (0, 0, 0)),
        ([label("a")], [account("a")], (1, 1, 1)),
        ([label("a")], [], (0, 0, 1)),
        ([], [account("a")], (0, 1, 0)),
        ([label("a")], [account("a"), account("b")], (1, 2, 1)),
        # Twice the same account is one account.
        ([label("a")], [account("a"), account("A", folded="a")], (1, 1, 1)),
        # The name and the id of one account are no two faults.
        ([label("a")], [account("a"), account(None, user_id="a")], (1, 1, 1)),
        # A victim given as reported is a wrong one; one given as such is none.
        ([label("a", VICTIM)], [account("a")], (0, 1, 0)),
        ([label("a", VICTIM)], [account("a", VICTIM)], (0, 0, 0)),
        ([label("a")], [account("a", MENTIONED)], (0, 0, 1)),
    ],
)
def test_reported_accounts_are_counted(
    labels: list[Label], accounts: list[FoundAccount], tally: tuple[int, int, int]
) -> None:
    right, count, expected = tally
    counted = measures.reported(Expected(accounts=tuple(labels)), found(*accounts))
    assert counted == Tally(right=right, found=count, expected=expected)


def test_a_mail_without_labelled_accounts_is_not_counted() -> None:
    assert measures.reported(Expected(), found(account("a"))) == Tally()


@pytest.mark.parametrize(
    ("labels", "accounts", "tally"),
    [
        ([label("a", by_url=True)], [account("a", by_url=True)], (1, 1, 1)),
        ([label("a", by_url=True)], [], (0, 0, 1)),
        ([label("a")], [account("a")], (0, 0, 0)),
        # Taken from an address and not labelled at all.
        ([label("a")], [account("a"), account("b", by_url=True)], (0, 1, 0)),
        # Named and linked: right either way.
        ([label("a")], [account("a", by_url=True)], (0, 0, 0)),
    ],
)
def test_accounts_given_by_an_address_are_counted_apart(
    labels: list[Label], accounts: list[FoundAccount], tally: tuple[int, int, int]
) -> None:
    right, count, expected = tally
    counted = measures.reported_by_url(Expected(accounts=tuple(labels)), found(*accounts))
    assert counted == Tally(right=right, found=count, expected=expected)


@pytest.mark.parametrize(
    ("tally", "precision", "recall", "f1"),
    [
        (Tally(), 1.0, 1.0, 1.0),
        (Tally(right=1, found=2, expected=1), 0.5, 1.0, 2 / 3),
        (Tally(right=0, found=1, expected=1), 0.0, 0.0, 0.0),
    ],
)
def test_precision_recall_and_f1(tally: Tally, precision: float, recall: float, f1: float) -> None:
    assert (tally.precision, tally.recall, tally.f1) == pytest.approx((precision, recall, f1))


def test_roles_are_confused_as_they_are() -> None:
    labels = (label("a"), label("b", VICTIM), label("c", REPORTER), label("d", VICTIM))
    accounts = found(account("a", MENTIONED), account("b"), account("d", VICTIM), account("e"))
    confusion = measures.role_confusion([(Expected(accounts=labels), accounts)])
    assert +confusion == {
        ("reported", "mentioned"): 1,
        ("victim", "reported"): 1,
        ("victim", "victim"): 1,
        ("reporter", "missing"): 1,
        ("unexpected", "reported"): 1,
    }
    assert measures.wronged(confusion) == Share(part=1, whole=3)
    assert measures.right_roles(confusion) == Share(part=1, whole=3)


def test_of_several_roles_reported_weighs_most() -> None:
    labels = Expected(accounts=(label("a", VICTIM),))
    pair = (labels, found(account("a", VICTIM), account("a", REPORTED)))
    assert measures.role_confusion([pair])["victim", "reported"] == 1


def test_receipts_are_told_for_people_and_for_machines() -> None:
    pairs = [
        (Expected(answer=True), found(answer=True)),
        (Expected(answer=True), found(answer=False)),
        (Expected(answer=False), found(answer=True)),
        (Expected(), found(answer=True)),
    ]
    assert measures.answered(pairs, expected=True) == Share(part=1, whole=2)
    assert measures.answered(pairs, expected=False) == Share(part=1, whole=1)


def test_receipts_for_reports_are_told_apart_from_those_for_answers() -> None:
    pairs = [
        (Expected(kind="report", answer=True), found(answer=True)),
        (Expected(kind="reply", answer=True), found(answer=False)),
    ]
    figures = measures.figures(pairs)
    assert figures.people_answered == Share(part=1, whole=2)
    assert figures.reports_answered == Share(part=1, whole=1)


@pytest.mark.parametrize(
    ("expected", "urgency", "tally"),
    [
        (True, "self_harm", (1, 1, 1)),
        (True, None, (0, 0, 1)),
        (False, "self_harm", (0, 1, 0)),
        (False, None, (0, 0, 0)),
        (None, "self_harm", (0, 0, 0)),
    ],
)
def test_urgency_is_counted(
    *, expected: bool | None, urgency: str | None, tally: tuple[int, int, int]
) -> None:
    right, count, wanted = tally
    counted = measures.urgent(Expected(urgent=expected), found(urgency=urgency))
    assert counted == Tally(right=right, found=count, expected=wanted)


@pytest.mark.parametrize(
    ("wanted", "given", "low", "high"),
    [
        ("one two", "one\n\n two ", 1.0, 1.0),
        ("", "", 1.0, 1.0),
        ("", "something", 0.0, 0.0),
        ("one two three", "", 0.0, 0.0),
        ("abcdefghij", "abcdefghix", 0.89, 0.91),
        ("アカウント", "アカウント", 1.0, 1.0),
    ],
)
def test_words_are_compared_without_their_spaces(
    wanted: str, given: str, low: float, high: float
) -> None:
    alike = measures.similarity(Expected(words=wanted), found(words=given))
    assert alike is not None
    assert low <= alike <= high


def test_the_fields_above_a_forward_may_be_among_the_words_or_not() -> None:
    head = ("Begin forwarded message:", "From: Ben <ben@example.net>", "Date: today")
    expected = Expected(words="look\n\ntext", head_lines=head)
    with_head = "look\n\nBegin forwarded message:\n> *From:* Ben\n> Date: today\n\ntext"
    assert measures.similarity(expected, found(words=with_head)) == 1.0
    assert measures.similarity(expected, found(words="look\n\ntext")) == 1.0


def test_words_that_nobody_asked_for_have_no_likeness() -> None:
    assert measures.similarity(Expected(), found(words="x")) is None


def test_figures_put_all_measures_together() -> None:
    expected = Expected(
        kind="report", language="en", words="x", accounts=(label("a"),), answer=True, urgent=False
    )
    read = found(account("a"), language="de", words="x", answer=True, failures=("reading failed",))
    figures = measures.figures([(expected, read)])
    assert figures.mails == 1
    assert figures.reported.f1 == 1.0
    assert (figures.kinds.value, figures.languages.value) == (1.0, 0.0)
    assert (figures.words_alike.value, figures.words_mean) == (1.0, 1.0)
    assert figures.failed == 1


def test_figures_of_nothing_find_no_fault() -> None:
    figures = measures.figures([])
    assert (figures.mails, figures.reported.f1, figures.words_mean) == (0, 1.0, 1.0)
