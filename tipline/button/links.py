"""The link of the reporting button: a mail with the form in it, begun by one click (RFC 6068).

The form's words are those that reading knows it by (``ingest/reading/form_words.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from ingest.reading.form_words import FIELDS
from ingest.reading.phrases import table
from notifier.addresses import is_well_formed

LONGEST_LINK: Final = 2_000
"""Characters of a link that every program takes: Windows hands on 2,083, Outlook less."""
PLACEHOLDER: Final = re.compile(
    r"\{\{ ?[a-zA-Z_][\w.]*(?: ?\| ?\w+)? ?\}\}|\{[a-zA-Z_]\w*\}", re.ASCII
)
"""What a site's own templating fills in: ``{account}``, ``{{ account|urlencode }}``."""
# RFC 6068 section 5: line breaks in a body are %0D%0A.
_LINE_BREAK: Final = "\r\n"
_LONGEST_ACCOUNT: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a link is made for.

    ``account`` is put into the form as it stands, or has placeholders for the site to fill.
    """

    address: str
    account: str = ""

    def __post_init__(self) -> None:
        if not is_well_formed(self.address) or not self.address.isprintable():
            raise ValueError("the address is not a mail address; write it like cp@example.org")
        if not self.account.isprintable():
            raise ValueError("the account has to be one line of text")
        if len(self.account) > _LONGEST_ACCOUNT:
            raise ValueError(f"the account is longer than {_LONGEST_ACCOUNT} characters")

    @property
    def is_template(self) -> bool:
        """Whether a site has to fill something in."""
        return bool(PLACEHOLDER.search(self.account))


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link in one language, and the mail it begins."""

    language: str
    subject: str
    body: str
    url: str


def languages() -> tuple[str, ...]:
    """List the languages there is a form in."""
    return tuple(sorted(table("form")))


def words(language: str) -> dict[str, Any]:
    """Give the form's words in a language."""
    found: dict[str, Any] = table("form")[language]
    return found


def link(language: str, wanted: Wanted) -> Link:
    """Make a link. ValueError when it is longer than mail programs take."""
    said = words(language)
    body = _body(said, wanted.account)
    address = quote(_in_ascii(wanted.address), safe="@")
    url = f"mailto:{address}?subject={_encoded(said['subject'])}&body={_encoded(body)}"
    if len(url) > LONGEST_LINK:
        raise ValueError(
            f"the link would have {len(url)} characters in the language {language}; some mail "
            f"programs cut it at {LONGEST_LINK}: make the account or the address shorter"
        )
    return Link(language=language, subject=said["subject"], body=body, url=url)


def _body(said: dict[str, Any], account: str) -> str:
    """Write the form: each question on a line of its own, and room for its answer."""
    colon = said.get("colon", ":")
    account_asked, worry, danger = (f"{said[field]}{colon} " for field in FIELDS)
    lines = (f"{account_asked}{account}", "", worry, "", "", danger, "")
    return _LINE_BREAK.join(lines)


def _encoded(text: str) -> str:
    """Percent-encode a text, but for the placeholders in it."""
    pieces = []
    done = 0
    for found in PLACEHOLDER.finditer(text):
        pieces += [quote(text[done : found.start()], safe=""), found[0]]
        done = found.end()
    return "".join((*pieces, quote(text[done:], safe="")))


def _in_ascii(address: str) -> str:
    """Write the domain in letters that every mail program takes (RFC 5890)."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f'"{domain}" is no domain: {error}') from error
    return f"{local}@{domain}"
