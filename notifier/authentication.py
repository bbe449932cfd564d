"""Is a mail really from where its From says? What a trusted mail server found out about it.

A mail server writes its findings into Authentication-Results fields (RFC 8601). Anybody can write
such a field, so only those count that name a configured server, one that removes fields with its
name from what strangers send (section 5). Reading keeps only the fields that stand together at the
uppermost trusted hop; here each method is believed where it is named first, and its pass counts
only where no field further down names the method without one.

A mail is authenticated when From's domain answers for it: by DMARC, or by a DKIM signature or SPF
whose domain is aligned with From's (RFC 9989, formerly RFC 7489 section 3.1; relaxed, that is of
the same organisation). Findings without a statement, such as ``none``, leave it unknown.

Pure, and total: any text at all gets a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from notifier.addresses import folded_domain, related_domains

# RFC 8601 section 2.2. A value may be a quoted string, or hold one before an @.
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_SERVER: Final = re.compile(rf'\s*(?:({_QUOTED})|([^\s"=]+))(?:\s+[0-9]+)?\s*')
_PAIR: Final = re.compile(
    r"\s*([A-Za-z0-9_-]+)(?:\s*([./])\s*([A-Za-z0-9_-]+))?"
    rf'\s*=\s*((?:{_QUOTED}|[^\s"])+)(?=\s|$)',
)
# rspamd gives the reason of a failure as a comment that is one quoted string.
_REASON: Final = r'\("[^"()\\]*"\)'
_TOKEN: Final = re.compile(rf'(?s){_QUOTED}|{_REASON}|[();]|[^()";]+|.')
_COMMENT_TOKEN: Final = re.compile(r"(?s)\\.|[()]|[^()\\]+|.")
# What tells nothing about the mail: nobody signed or published, or nobody could find out
# (RFC 8601 section 2.7; RFC 7208 section 8.2 has neutral treated like none).
_SAYS_NOTHING: Final = frozenset({"none", "neutral", "temperror"})
_METHODS: Final = ("dmarc", "dkim", "spf")


@unique
class Required(StrEnum):
    """When a mail has to be authenticated."""

    ALWAYS = "always"
    """What nothing is known about will not do."""

    WHEN_AVAILABLE = "when-available"
    """What a trusted server found unauthenticated will not do."""

    NEVER = "never"
    """It makes no difference."""


@unique
class Verdict(StrEnum):
    """What is known about who sent a mail."""

    AUTHENTICATED = "authenticated"
    """From's domain answers for it."""

    UNAUTHENTICATED = "unauthenticated"
    """A trusted server looked, and From's domain does not answer for it."""

    UNKNOWN = "unknown"
    """No trusted server said anything that would decide it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Authentication:
    """The verdict, and the finding it rests on."""

    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One result of one method. ``properties`` are as in ``header.d``, in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def domain(self, *names: str) -> str:
        """Give the domain in the first of these properties there is."""
        values = dict(reversed(self.properties))
        value = next((values[name] for name in names if name in values), "")
        return folded_domain(value.rpartition("@")[2])


def judge(
    fields: Sequence[str], from_addresses: Sequence[str], servers: Collection[str]
) -> Authentication:
    """Judge a mail by the values of its Authentication-Results fields, uppermost first.

    ``servers`` are the names (authserv-ids) of the trusted servers; fields of others are passed
    over. A mail with several From domains is never authenticated: it is not clear which of them
    would answer for it.
    """
    trusted = {server.lower() for server in servers}
    believed = [field for field in fields if server_of(field) in trusted]
    if not all(map(_is_whole, believed)):
        return _unauthenticated("what the trusted server tells cannot be read")
    read = [findings(field) for field in believed]
    told = [each for method in _METHODS for each in _first_named(read, method)]
    telling = [each for each in told if each.result not in _SAYS_NOTHING]
    if not telling:
        return Authentication(verdict=Verdict.UNKNOWN, detail="no trusted server tells")
    domains = {folded_domain(address.partition("@")[2]) for address in from_addresses}
    if len(domains) != 1 or "" in domains:
        return _unauthenticated("From names no domain or several")
    return _judge_findings(telling, read, *domains)


def server_of(field: str) -> str | None:
    """Tell which server wrote a field, in lower case; None where none is named."""
    opening, *_ = _parts(field)
    found = _SERVER.fullmatch(opening)
    if found is None:
        return None
    return (_unquoted(found[1]) or found[2] or "").lower() or None


def findings(field: str) -> tuple[Finding, ...]:
    """Read the results of one field; what is not of the form RFC 8601 gives is left out."""
    _, *parts = _parts(field)
    return tuple(found for found in map(_finding, parts) if found)


def _judge_findings(
    telling: Sequence[Finding], read: Sequence[Sequence[Finding]], domain: str
) -> Authentication:
    dmarc = [each for each in telling if each.method == "dmarc"]
    for each in dmarc:
        # Two that differ are no pass: one of them may be a sender's words in the other's comment.
        if each.result not in {"pass", "bestguesspass"}:
            return _unauthenticated(f"dmarc={each.result}")
        if each.domain("header.from") not in {"", domain}:
            return _unauthenticated("dmarc is about another From")
    passed = (each for each in telling if _is_aligned_pass(each, domain))
    aligned = next((each for each in passed if _is_agreed(each.method, read, domain)), None)
    if aligned:
        return Authentication(verdict=Verdict.AUTHENTICATED, detail=f"{aligned.method}=pass")
    summary = ", ".join(dict.fromkeys(f"{each.method}={each.result}" for each in telling))
    return _unauthenticated(f"{summary[:80]}, none of it aligned with From")


def _is_agreed(method: str, read: Sequence[Sequence[Finding]], domain: str) -> bool:
    """Tell whether every field that names a method has an aligned pass of it.

    OpenDMARC writes a field of its own for SPF, with the HELO as the sender said it, which may
    look like a result of DKIM. OpenDKIM's field below has the true one.
    """
    named = ([each for each in field if each.method == method] for field in read)
    return all(any(_is_aligned_pass(each, domain) for each in field) for field in named if field)


def _is_aligned_pass(finding: Finding, domain: str) -> bool:
    if finding.result != "pass":
        return False
    match finding.method:
        case "dmarc":
            return True
        case "dkim":
            return related_domains(finding.domain("header.d", "header.i"), domain)
        case _:
            return related_domains(finding.domain("smtp.mailfrom"), domain)


def _unauthenticated(detail: str) -> Authentication:
    return Authentication(verdict=Verdict.UNAUTHENTICATED, detail=detail)


def _first_named(read: Sequence[Sequence[Finding]], method: str) -> list[Finding]:
    """Take the results of a method from the uppermost field that names it."""
    named = ([each for each in field if each.method == method] for field in read)
    return next((results for results in named if results), [])


def _finding(part: str) -> Finding | None:
    pairs = list(_pairs(part))
    if not pairs:
        return None
    (method, result), *properties = pairs
    # A method may have a version, as in dkim/1.
    name = method.partition("/")[0]
    return Finding(method=name, result=result.lower(), properties=tuple(properties))


def _pairs(part: str) -> Iterator[tuple[str, str]]:
    """Read ``name=value`` one after another; nothing at all when anything else is in between."""
    end, found = 0, []
    while match := _PAIR.match(part, end):
        name, sign, more, value = match.groups(default="")
        found.append((f"{name}{sign}{more}".lower(), _unquoted(value)))
        end = match.end()
    return iter(found if not part[end:].strip() else [])


def _unquoted(value: str | None) -> str:
    return re.sub(r'\\(.)|"', r"\1", value or "")


def _is_whole(field: str) -> bool:
    """Tell whether a field is free of what only a sender's words would bring into it.

    Servers write into their findings what a sender said, such as the reverse-path, and some do not
    mind its parentheses and quotes: what follows these would be hidden by them, or results that
    the sender made up would stand among the server's. Of that speaks a comment or quoted string
    that does not end, a parenthesis that closes nothing, a quote among other words of a comment
    (rspamd writes the reverse-path there) and a backslash outside of both (OpenDMARC writes what
    stands behind the first @ of it, as it is).
    """
    return _divided(field)[1]


def _parts(field: str) -> list[str]:
    """Split at semicolons, and put a space for each comment; not so within a quoted string."""
    return _divided(field)[0]


def _divided(field: str) -> tuple[list[str], bool]:
    parts, depth, end, whole = [""], 0, 0, True
    while match := (_COMMENT_TOKEN if depth else _TOKEN).match(field, end):
        end, piece = match.end(), match[0]
        whole = whole and not _is_from_a_sender(piece, depth)
        if piece == "(":
            depth += 1
        elif piece.startswith("("):
            parts[-1] += " "
        elif piece == ")" and depth:
            depth -= 1
            parts[-1] += " "
        elif piece == ";" and not depth:
            parts.append("")
        elif piece == '"' and not depth:
            # It is never closed. Looking for the end again and again would take long.
            return parts, False
        elif not depth:
            parts[-1] += piece
    return parts, whole and depth == 0


def _is_from_a_sender(piece: str, depth: int) -> bool:
    """Tell whether a piece has what no server means to write there; ``depth`` is of comments."""
    if depth:
        return '"' in piece
    return piece == ")" or ("\\" in piece and not piece.startswith('"'))
