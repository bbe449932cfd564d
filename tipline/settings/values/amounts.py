"""Sizes in octets, written like 35 MB, and counts."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from tipline.settings.values.quoting import shown

# What one of each unit counts, in octets. Mail limits are given in powers of ten.
OCTETS_PER_UNIT: Final = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?) ?([KMG]?B)", re.IGNORECASE)


def parse_size(value: object) -> int:
    """Read "35 MB", "512 KB" or a bare number of octets."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    found = _SIZE.fullmatch(f"{text} B" if text.isdecimal() else text)
    if not found:
        raise ValueError(f'{shown(value)} is not a size; write it like "35 MB"')
    try:
        return int(float(found[1]) * OCTETS_PER_UNIT[found[2].upper()])
    except OverflowError as error:
        raise ValueError(f"{shown(value)} is too large a size") from error


def show_size(octets: int) -> str:
    """Write a size the way it is configured: 35 MB."""
    for unit, count in reversed(OCTETS_PER_UNIT.items()):
        if octets and octets % count == 0:
            return f"{octets // count} {unit}"
    return f"{octets} B"


def check_at_least(least: int, octets: int) -> int:
    """Refuse a size below ``least``."""
    if octets < least:
        raise ValueError(f"must be at least {show_size(least)}")
    return octets


Size = Annotated[int, BeforeValidator(parse_size)]
# A mail of less than 64 KB is no mail with a picture; a reader of less than 200 MB ends early.
MailSize = Annotated[Size, AfterValidator(partial(check_at_least, 64_000))]
MemorySize = Annotated[Size, AfterValidator(partial(check_at_least, 200_000_000))]
Count = Annotated[int, Field(ge=1)]
