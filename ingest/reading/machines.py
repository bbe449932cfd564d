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

from ingest.reading.lexicon import Lexicon, fold
from ingest.reading.phrases import merged
from ingest.reading.words import is_forward_subject, is_reply_subject

# Characters at the head of a text in which a machine says what it is, and at its end.
HEAD: Final = 2_500
TAIL: Final = 1_000
MAX_SUBJECT: Final = 300
# Characters that the marks of answers and forwards take, with some to spare.
_LONGEST_MARK: Final = 15

# Nobody writes by these names; by the others, people at times do.
_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|mail[-_. ]?daemon|mdaemon|mail[-_. ]delivery[-_. ](?:sub)?system"
    r"|mail[-_. ]delivery[-_. ](?:service|agent)|delivery[-_. ]?status"
    r"|microsoftexchange[0-9a-f]{16}"
    r"|bounce[-_. ]?handler|mail[-_. ]?transport",
    re.IGNORECASE,
)
_PERHAPS_DAEMON = re.compile(
    r"post[-_. ]?master|system[-_. ]administrator|mail[-_. ]?(?:administrator|system|admin)"
    r"|jetmail|^\W{0,3}ndr\b|mail[-_. ]?(?:server|router|gateway|scanner)|microsoft outlook"
    r"|virus|antispam|internet mail",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"cron[-_. ]?daemon|anacron|logwatch|logcheck|nagios|icinga|zabbix|smartd|fail2ban",
    re.IGNORECASE,
)
# Addresses that nobody reads.
_UNATTENDED = re.compile(
    r"(?:no|do[-_.]?not|never|nao|não|ne[-_.]?pas|keine?)[-_.]?(?:reply|respond|answer|responda"
    r"|repondre|antwort)|auto[-_.]?(?:reply|respond|response|confirm|antwort|mail(?:er)?)@"
    r"|vacation@|notifications?@",
    re.IGNORECASE,
)
# What a report of a failure has and a complaint about one hardly: an address, a reply code.
_DETAIL = re.compile(
    r"[\w.+=-]{1,64}@[\w-]{1,63}\.|\b[45]\d\d[ -]#?\(?[45]\.\d{1,3}\.|\b[45]\.\d\.\d"
)
_QUOTED = re.compile(r"^[ \t]{0,3}>[^\n]*", re.MULTILINE)
_SPACES = re.compile(r"\s+")
# Some put a word of their own first ("Failed: ...", "[list] ..."), people "Re:".
_PREFIX = re.compile(r"\W{0,3}(?:\[[^\]\n]{1,60}\]|[\w. -]{1,20}[\]:>])\s{0,3}")
_OPENING = " [(<{*#【《「<-=!"
_CLOSING = " ])>}*】》」.!"
_AUTO_PREFIX = re.compile(r"\W{0,3}auto(?:matic|reply)?\s?:")

_SUBJECTS: Final = (
    "bounce_subject",
    "auto_subject",
    "away_subject",
    "ticket_subject",
    "receipt_subject",
    "answer_subject",
)
_TEXTS: Final = (
    "bounce_text",
    "auto_text",
    "away_text",
    "ticket_text",
    "challenge_text",
    "receipt_text",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineSigns:
    """Signs of a machine in the words of a mail.

    Those in the subject count at its beginning; ``bounce_inside`` and ``auto_inside`` are the same
    words somewhere in it. ``auto_end`` are those at the end of a subject without the mark of an
    answer: behind the mark stand the words of the mail that somebody answers.
    """

    daemon: bool = False
    perhaps_daemon: bool = False
    program: bool = False
    unattended: bool = False
    bounce_subject: bool = False
    bounce_inside: bool = False
    bounce_text: bool = False
    bounce_detail: bool = False
    auto_subject: bool = False
    auto_inside: bool = False
    auto_end: bool = False
    auto_text: bool = False
    away_subject: bool = False
    away_text: bool = False
    ticket_subject: bool = False
    ticket_text: bool = False
    challenge_text: bool = False
    receipt_subject: bool = False
    receipt_text: bool = False
    answer_subject: bool = False
    bulk_text: bool = False


def machine_signs(sender: str, subject: str, text: str) -> MachineSigns:
    """Look for the signs; ``sender`` is the whole value of From."""
    sender = sender[:1000]
    name = _naming(sender)
    title = flat(subject[:MAX_SUBJECT])
    tags = _of_subject(title) | _of_text(text)
    if is_marked(title):
        # People pass newsletters on, with their ends.
        tags.discard("bulk_text")
    return MachineSigns(
        daemon=bool(_DAEMON.search(name)) or sender.strip() == "<>",
        perhaps_daemon=bool(_PERHAPS_DAEMON.search(name)),
        program=bool(_PROGRAM.search(name)),
        unattended=bool(_UNATTENDED.search(sender)),
        bounce_detail=bool(_DETAIL.search(text[:HEAD])),
        **dict.fromkeys(tags, True),
    )


def _naming(sender: str) -> str:
    """Leave the domain out: a person may write from one with such a name."""
    return re.sub(r"@[^\s>]{0,255}", "", sender)


def _of_subject(title: str) -> set[str]:
    """Name the signs of a subject.

    A person who answers or passes on a machine's mail keeps its subject behind a mark.
    """
    if is_marked(title):
        return _inside(title, is_marked=True)
    starts = _beginnings(title)
    found = _lexicon(_SUBJECTS).find(title)
    tags = {each.tag for each in found if each.start in starts}
    absent = {"auto_subject", "away_subject"} & {each.tag for each in found}
    if absent and _AUTO_PREFIX.match(title):
        tags.add("auto_subject")
    return tags | _inside(title)


def is_marked(title: str) -> bool:
    """Tell whether a subject begins with the mark of an answer or a forward."""
    return is_reply_subject(title) or is_forward_subject(title)


def _inside(title: str, *, is_marked: bool = False) -> set[str]:
    """Look for words of machines within a subject; in one with a mark, behind a colon of its own.

    Mail programs of the other side add them so: "RE: hello : non remis".
    """
    found = _lexicon(_SUBJECTS).find(title)
    end = len(title.rstrip(_CLOSING))
    if any(each.tag == "auto_subject" and each.end == end for each in found):
        tags = {"auto_inside"} if is_marked else {"auto_inside", "auto_end"}
    else:
        tags = set()
    failed = [each.start for each in found if each.tag == "bounce_subject"]
    if is_marked:
        failed = [at for at in failed if at > _LONGEST_MARK and title[:at].endswith(": ")]
    return tags | {"bounce_inside" for _ in failed}


def _beginnings(title: str) -> set[int]:
    """Tell where a subject may begin: at its start, or behind a word that a program puts first."""
    starts = {0, len(title) - len(title.lstrip(_OPENING))}
    if prefix := _PREFIX.match(title):
        rest = title[prefix.end() :]
        starts.add(len(title) - len(rest.lstrip(_OPENING)))
    return starts


def _of_text(text: str) -> set[str]:
    head = flat(text[:HEAD])
    tags = {each.tag for each in _lexicon(_TEXTS).find(head)}
    tail = flat(without_quoted(text[-TAIL:] if len(text) > HEAD else text))
    return tags | {each.tag for each in _lexicon(("bulk_text",)).find(tail)}


def without_quoted(text: str) -> str:
    """Leave out the lines that a text marks as another's."""
    return _QUOTED.sub("", text)


def flat(text: str) -> str:
    """Give a text as phrases are looked for in it: small letters, one space between words."""
    return _SPACES.sub(" ", fold(text)).strip()


@cache
def _lexicon(keys: tuple[str, ...]) -> Lexicon:
    return Lexicon({key: merged("machines", key) for key in keys})
