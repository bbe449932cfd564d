"""How long a decision can be looked at again."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from typing import Final

REOPEN_MONTHS: Final = 6
"""The least time in which a decision can be looked at again (EU DSA Article 20(1))."""


def months_later(moment: datetime, months: int) -> datetime:
    """Count calendar months: from the 31st, to the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
