"""``@name`` in a text, by the rule of twitter-text.

The sign is ``@`` (a full-width one was made so by cleaning), not preceded by a word character or
one of ``!#$%&*@``, except by ``RT``, or where names follow each other (``@one/@two``).
``name@host`` is an e-mail address, ``@name@host`` an account of the fediverse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from ingest.reading.accounts.scripts import (
    ascii_beginning,
    is_latin_letter,
    is_mixed_script,
    needs_no_space,
)
from ingest.reading.phrases import table

# As long as any platform's handle.
MAX_HANDLE: Final = 64
# Mentions looked at in one text.
MAX_MENTIONS: Final = 5_000
# Characters before a sign that are looked at.
MAX_BEFORE: Final = 80

# The figures after # are an old Discord handle's.
_MENTION = re.compile(
    rf"@(?P<name>[\w.\-]{{1,{MAX_HANDLE}}}(?:#[0-9]{{4}}(?![\w#]))?)",
)
_RETWEET = re.compile(r"(?<![A-Za-z0-9_])RT\Z", re.IGNORECASE)
_FORBIDDEN_BEFORE: Final = frozenset("!#$%&*/.+-=~?")
_HOST = re.compile(r"@((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?![\w@])", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+){1,63}")
_NUMBERED = re.compile(r"[(\[]?(?:[0-9]{1,2}[.\-]|\w{1,30}=)")
# Times, prices and sizes: @5pm, @10h30, @19uhr, @3x
_FIGURES = re.compile(
    r"[0-9]{1,4}(?:[.:][0-9]{1,2})?(?:am|pm|a\.m|p\.m|h|h[0-9]{2}|uhr|x|k|hz|ghz|mhz|fps|p|km|kg|usd|eur|euro)?"
    r"|[0-9]{1,2}[.][0-9]{2}",
    re.IGNORECASE,
)
# Words after the sign that are no handles: places, mail providers, words of programs.
_NOT_HANDLES: Final = frozenset(
    {
        *("gmail", "gmail.com", "hotmail", "hotmail.com", "outlook", "outlook.com", "yahoo"),
        *("yahoo.com", "icloud", "icloud.com", "gmx", "gmx.de", "gmx.net", "web.de", "aol.com"),
        *("mail.ru", "yandex.ru", "qq.com", "naver.com", "proton.me", "t-online.de", "live.com"),
        *("home", "work", "school", "office", "uni", "zuhause", "arbeit", "casa", "work."),
        *("everyone", "here", "all", "channel", "me", "gmail.com."),
        *("media", "import", "font-face", "charset", "page", "keyframes", "supports", "layer"),
        *("namespace", "container", "property", "-webkit-keyframes", "-ms-viewport", "viewport"),
        *("override", "param", "params", "return", "returns", "deprecated", "staticmethod"),
        *("classmethod", "dataclass", "cache", "autowired", "test", "nullable", "see", "throws"),
        *("suppresswarnings", "inject", "component", "entity", "bean", "todo", "license"),
    }
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name after the sign, whole as written; ``host`` is set for ``@name@host``."""

    name: str
    host: str | None
    span: tuple[int, int]


def find_mentions(text: str) -> Iterator[Mention]:
    """Give the mentions of a text in its order."""
    left = MAX_MENTIONS
    for found in _MENTION.finditer(text):
        left -= 1
        if left < 0:
            return
        name = _before_other_script(found["name"]).rstrip(".-")
        start = found.start()
        emphasised = _is_emphasised(text, start, name)
        name = name.removesuffix("_") if emphasised else name
        end = start + 1 + len(name)
        host = _HOST.match(text, end)
        if not name or not (emphasised or _may_begin(text, start, name)):
            continue
        if host:
            yield Mention(name, host[1].lower(), (start, host.end()))
        elif not _is_something_else(name) and not text.startswith(("@", "://"), end):
            yield Mention(name, None, (start, end))


def _before_other_script(name: str) -> str:
    """Cut off what a script without spaces adds to a name that begins in ASCII."""
    if name.isascii() or not name[0].isascii():
        return name
    return name[: next((at for at, char in enumerate(name) if needs_no_space(char)), len(name))]


def _is_emphasised(text: str, start: int, name: str) -> bool:
    """Tell whether a mail program put a mention between underscores for italics."""
    before = text[max(0, start - 2) : start]
    return name.endswith("_") and before.endswith("_") and not before[:-1].strip()


def _may_begin(text: str, start: int, name: str) -> bool:
    """Tell whether what stands before the sign lets a mention begin."""
    before = text[start - 1 : start]
    if not before or before.isspace():
        return True
    if before.isascii() and (before.isalnum() or before in "_@"):
        return bool(_RETWEET.search(text, max(0, start - 3), start))
    if before in _FORBIDDEN_BEFORE:
        return _may_follow_sign(text, start, name)
    if before in "\"'”’)]" and looks_like_domain(name):  # noqa: RUF001 - closing quotes
        # The local part of an address may stand in quotes (RFC 5322 section 3.4.1).
        return text[max(0, start - MAX_BEFORE) : start - 1].strip()[-1:] in {"", "\n"}
    ends_address = before.isalnum() and not needs_no_space(before) and looks_like_domain(name)
    return not (is_latin_letter(before) or ends_address)


def _may_follow_sign(text: str, start: int, name: str) -> bool:
    """Tell whether a sign before a mention is a list's, emphasis, or stands between mentions."""
    line = text[max(0, start - MAX_BEFORE) : start].rpartition("\n")[2]
    written = line.rpartition(" ")[2]
    if written in {".", "-", "*", "**", "+", "~", "=", "/"} or written.rstrip("-*+.") in {
        "(",
        "[",
        "",
    }:
        bold = written in {"*", "**"}
        return not bold or line.strip("* ") == "" or text[start + 1 + len(name) :][:1] == "*"
    spoken = written.rstrip("!=~")[-1:]
    if _NUMBERED.fullmatch(written) or (spoken and needs_no_space(spoken)):
        return True
    return written.startswith(("@", "(@")) and written[-1] in "/&+-.=" and "://" not in written


def _is_something_else(name: str) -> bool:
    return name.lower() in _NOT_HANDLES or bool(_FIGURES.fullmatch(name))


def looks_like_domain(name: str) -> bool:
    """Tell whether a dot and small letters end a name: a host, unless its platform allows dots.

    A capital after the dot is the next sentence of somebody who leaves spaces out.
    """
    return bool(_DOMAIN.fullmatch(name)) and name.rpartition(".")[2][0].islower()


@cache
def _top_level() -> frozenset[str]:
    return frozenset(table("hosts")["top_level"])


def ends_as_host(name: str) -> bool:
    """Tell whether a dotted name ends as hosts do; people's names end in any word."""
    return "_" not in name and name.rpartition(".")[2].lower() in _top_level()


def fitting(name: str, fits: re.Pattern[str]) -> str | None:
    """Give the longest beginning of a name, cut at foreign letters or dots, that fits.

    A name in which letters of another script imitate Latin ones does not fit and stays whole.
    """
    if fits.fullmatch(name):
        return name
    plain = ascii_beginning(name)
    if not plain.isascii() or is_mixed_script(plain):
        return None
    for candidate in (
        plain.rstrip(".-"),
        plain.partition("#")[0],
        plain.partition(".")[0],
        plain.partition("-")[0],
    ):
        if fits.fullmatch(candidate):
            return candidate
    return None
