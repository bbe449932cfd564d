"""How cases end, and how long a decision can be looked at again."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from store.model import Disposition
from store.terms import REOPEN_MONTHS
from tipline.settings.values.lists import parse_list
from tipline.settings.values.quoting import shown

# Months in which a decision can be looked at again.
LONGEST_REOPENING: Final = 120


def parse_disposition(value: object) -> Disposition:
    """Read how a case may end."""
    try:
        return Disposition(str(value))
    except ValueError as error:
        known = ", ".join(Disposition)
        raise ValueError(f"{shown(value)} is no disposition; they are {known}") from error


def check_reopening_months(months: int) -> int:
    """Refuse a time that is shorter than the law of the European Union allows."""
    if not REOPEN_MONTHS <= months <= LONGEST_REOPENING:
        raise ValueError(
            f"{months} is not between {REOPEN_MONTHS} and {LONGEST_REOPENING}: a reporter may have "
            f"a decision looked at again for at least {REOPEN_MONTHS} months (EU Digital Services "
            "Act, Article 20)"
        )
    return months


Months = Annotated[int, AfterValidator(check_reopening_months)]
DispositionName = Annotated[Disposition, BeforeValidator(parse_disposition)]
Dispositions = Annotated[tuple[DispositionName, ...], BeforeValidator(parse_list)]
