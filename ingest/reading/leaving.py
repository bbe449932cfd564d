"""Whether a mail says how one gets no more of its like: a newsletter's, whatever its fields say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from ingest.reading.bounds import ends
from ingest.reading.endings import has_list_footer
from ingest.reading.lexicon import Lexicon
from ingest.reading.links import Link
from ingest.reading.machines import MAX_SUBJECT, flat, is_marked, without_quoted
from ingest.reading.phrases import merged
from ingest.reading.words import is_forward_subject

# Characters of a text that are looked through for how to leave a list, and of a link's target.
MAX_WHOLE: Final = 20_000
MAX_TARGET: Final = 2_000
# Characters between the words for leaving and where one does it.
NEAR: Final = 200
# Different pages from which on a mail that says how one leaves is a newsletter, whatever it names.
MANY_LINKS: Final = 12

# Where a link leads by which one leaves a list, in the words of the programs' authors.
_LEAVING = re.compile(
    r"unsubscri|opt[-_]?out|abmeld|abbestell|d[eé]sinscri|d[eé]sabonn|disiscri|cancellami|uitschrij"
    r"|afmeld|descadastr|darse[-_]?de[-_]?baja|desuscri|wypisz|abonelikten|otpis",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"')\]]{1,200}", re.IGNORECASE)
_WHERE = re.compile(r"https?://|www\.|mailto:|[\w.+=-]{1,64}@[\w-]{1,63}\.")


def offers_leaving(
    subject: str, whole: str, links: Iterable[Link], *, is_answer: bool = False
) -> bool:
    """Tell whether a mail says how one gets no more of its like, and where: a page or an address.

    ``whole`` is its text with footers. People answer such mails and pass them on, with their ends;
    below what they answer to a list stands the list's own.
    """
    if not is_forward_subject(subject) and has_list_footer(whole):
        return True
    if is_answer or is_marked(flat(subject[:MAX_SUBJECT])):
        return False
    if any(_LEAVING.search(f"{link.target[:MAX_TARGET]} {link.text or ''}") for link in links):
        return True
    text = flat(without_quoted(ends(whole, MAX_WHOLE)))
    found = _words().find(text)
    return any(_WHERE.search(text, max(0, each.start - NEAR), each.end + NEAR) for each in found)


def has_many_links(whole: str, links: Iterable[Link]) -> bool:
    """Tell whether a mail leads to more pages than people name who tell of something."""
    targets = {link.target[:MAX_TARGET] for link in links if _URL.match(link.target)}
    targets.update(_URL.findall(ends(whole, MAX_WHOLE)))
    return len(targets) >= MANY_LINKS


@cache
def _words() -> Lexicon:
    return Lexicon({"bulk_text": merged("machines", "bulk_text")})
