"""Public keys, and the files that hold what must not be shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from tipline.settings.values.lists import parse_list
from tipline.settings.values.quoting import shown

_AGE_RECIPIENT: Final = re.compile(r"age1[02-9ac-hj-np-z]{58}")


def check_recipient(key: str) -> str:
    """Refuse anything but a public age key, its check characters included."""
    # Imported only now: a configuration without further keys need not wait for it.
    from store.errors import SealError  # noqa: PLC0415
    from store.keys import parse_recipient  # noqa: PLC0415

    if not _AGE_RECIPIENT.fullmatch(key):
        raise ValueError('is not a public age key; it begins with "age1" and has 62 characters')
    try:
        parse_recipient(key)
    except SealError as error:
        raise ValueError(
            f"{shown(key)} is not a public age key; compare it letter by letter"
        ) from error
    return key


def check_no_url(path: Path) -> Path:
    """Refuse a URL where the file is meant that holds it: it would be shown."""
    # The path of a URL that was written here has one slash less.
    if ":/" in str(path):
        raise ValueError("must be the path of a file; the URL itself stands in that file")
    return path


Recipient = Annotated[str, AfterValidator(check_recipient)]
Recipients = Annotated[tuple[Recipient, ...], BeforeValidator(parse_list)]
UrlFile = Annotated[Path, AfterValidator(check_no_url)]
