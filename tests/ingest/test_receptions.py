from __future__ import annotations

import pytest

from ingest.receptions import Receptions
from store.model import Severity

OURS = Receptions(
    addresses=("cp@chirper.example", "abuse@chirper.example", "safety@chirper.example"),
    least={"safety@chirper.example": Severity.HIGH, "abuse@chirper.example": Severity.NORMAL},
)


@pytest.mark.parametrize(
    ("recipients", "address"),
    [
        (["cp@chirper.example"], "cp@chirper.example"),
        (["CP@Chirper.Example"], "cp@chirper.example"),
        (["safety+web@chirper.example"], "safety@chirper.example"),
        (["cp@chirper.example", "safety@chirper.example"], "safety@chirper.example"),
        (["abuse@chirper.example", "cp@chirper.example"], "abuse@chirper.example"),
        (["anna@mail.example"], None),
        (["", "@", "cp", "cp@"], None),
        ([], None),
    ],
)
def test_of_several_addresses_the_most_severe_decides(
    recipients: list[str], address: str | None
) -> None:
    assert OURS.address_of(recipients) == address


def test_of_addresses_that_are_as_severe_the_first_decides() -> None:
    alike = Receptions(addresses=("b@x.example", "a@x.example"))
    assert alike.address_of(["a@x.example", "b@x.example"]) == "b@x.example"


def test_what_has_no_least_severity_may_be_low() -> None:
    assert OURS.least_at("cp@chirper.example") is Severity.LOW
    assert OURS.least_at(None) is Severity.LOW
    assert OURS.least_at("safety@chirper.example") is Severity.HIGH
