"""What the words of a mail and its sender's name say about a machine having written it.

Many mail systems send no field that says so (RFC 3464 and RFC 3834 came late and are not followed
everywhere): then the wording is the evidence, by language in ``phrases/machines.toml``. Only
whether it is there comes out, never the words; ``kind`` asks for more than one sign at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ingest.reading.phrases import merged
from ingest.reading.words import is_forward_subject, is_reply_subject

# Characters at the head of a text in which a bounce says what it is.
HEAD: Final = 2_500

# Nobody writes by these names; by the others, people at times do.
_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|mail[-_. ]?daemon|mdaemon|mail[-_. ]delivery[-_. ](?:sub)?system",
    re.IGNORECASE,
)
_PERHAPS_DAEMON = re.compile(
    r"postmaster|system[-_. ]administrator|mail[-_. ]?(?:administrator|system|admin)|jetmail",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})  # noqa: RUF001 - they are the point


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineSigns:
    """Signs of a machine in the words of a mail."""

    daemon: bool = False
    perhaps_daemon: bool = False
    bounce_subject: bool = False
    bounce_text: bool = False
    auto_subject: bool = False
    away_subject: bool = False


def machine_signs(sender: str, subject: str, text: str) -> MachineSigns:
    """Look for the signs; ``sender`` is the whole value of From."""
    title = _flat(subject[:300])
    name = _naming(sender[:1000])
    return MachineSigns(
        daemon=bool(_DAEMON.search(name)),
        perhaps_daemon=bool(_PERHAPS_DAEMON.search(name)),
        bounce_subject=_has_bounce_subject(title),
        bounce_text=bool(_anywhere("bounce_text").search(_flat(text[:HEAD]))),
        auto_subject=title.startswith(merged("machines", "auto_subject")),
        away_subject=title.startswith(merged("machines", "away_subject")),
    )


def _naming(sender: str) -> str:
    """Leave the domain out: a person may write from one with such a name."""
    return re.sub(r"@[^\s>]{0,255}", "", sender)


def _has_bounce_subject(title: str) -> bool:
    if title.startswith(merged("machines", "bounce_subject")):
        return True
    # Some put a word of their own first ("Failed: ...", "[list] ..."), people "Re:".
    if is_reply_subject(title) or is_forward_subject(title):
        return False
    rest = re.sub(r"^\W{0,3}[\w. -]{1,20}[\]:>]\s{0,3}", "", title)
    return rest != title and rest.startswith(merged("machines", "bounce_subject"))


def _flat(text: str) -> str:
    return _SPACES.sub(" ", text.casefold().translate(_APOSTROPHES)).strip()


@cache
def _anywhere(key: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, merged("machines", key))))
