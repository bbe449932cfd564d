"""Long texts made of one thing, in which a bad expression would lose itself."""

from __future__ import annotations

import pytest

from ingest.reading.accounts.clean import clean
from ingest.reading.accounts.mentions import find_mentions
from ingest.reading.accounts.nearby import platform_nearby
from ingest.reading.accounts.phones import find_phones
from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.urls import find_urls
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)
# So long that an expression whose steps grow with the square would outlast the suite's limit.
LENGTH = 150_000


def look(text: str) -> int:
    """Look for all pointers, and say how many there are."""
    cleaned = clean(text, PLATFORMS).text
    found = [account_at(url, PLATFORMS) for url in find_urls(cleaned, PLATFORMS)]
    mentions = list(find_mentions(cleaned))
    near = [platform_nearby(cleaned, *mention.span, PLATFORMS) for mention in mentions]
    return len(found) + len(near) + len(list(find_phones(cleaned, PLATFORMS, "DE")))


@pytest.mark.parametrize(
    "piece",
    [
        "@a ", "@", "@a.", "@a@", "a.", "a.b/", "/", "://", "http", "http://", "http://](",
        "h t t p ", "[", "[.]", "(dot)", " [.] ", "x . com / ", " . ", "\\_", "\u200b",
        " \u200b ", "   ", "\u3000", "https://x.com/a_b\n", "<https://x.com/\n",
        "https://x.com/_\n", "Instagram @a, ", "@a, ", "@a on ", "Instagram ", "signal: ",
        "WhatsApp +4915123456789 ", "+", "1 ", "WhatsApp 1 2 3 4 5 6 7 ", "@name\u3042",
        "\u0430@a", "\u0000", "%25", "https://x.com/?u=", "__", "***", "-", "\u540d@", "\uff0e",
        "\uff1a\uff0f\uff0f", "a_\u3042", "1\u3042", "WhatsApp\u306f1", "WhatsApp +1\n",
    ],
)  # fmt: skip
def test_a_long_text_of_it_is_read_to_its_end(piece: str) -> None:
    text = piece * (LENGTH // len(piece))
    assert look(text) <= len(text)
