from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from imapclient.response_parser import parse_fetch_response

from ingest.imap.structure import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = b'("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "7BIT" 120 4)'
PICTURE = b'("IMAGE" "JPEG" ("NAME" "secret words.jpg") NIL NIL "BASE64" 81000000)'
NESTED = b'((%b("TEXT" "HTML" NIL NIL NIL "7BIT" 300 9) "ALTERNATIVE")%b "MIXED")' % (TEXT, PICTURE)


class Server:
    """Answers one question with what stands in ``structure``."""

    def __init__(self, structure: bytes) -> None:
        self._structure = structure

    @contextmanager
    def call(self, what: str) -> Iterator[Server]:
        del what
        yield self

    def fetch(self, uids: list[int], items: list[str]) -> Any:  # noqa: ANN401 - as the library
        assert items == ["BODYSTRUCTURE"]
        line = b"1 (UID %d BODYSTRUCTURE %b)" % (uids[0], self._structure)
        return parse_fetch_response([line])


@pytest.mark.parametrize(
    ("structure", "said"),
    [
        (TEXT, "its parts: text/plain of 120 octets"),
        (
            NESTED,
            (
                "its parts: text/plain of 120 octets, text/html of 300 octets, "
                "image/jpeg of 81000000 octets"
            ),
        ),
        (b'("TE XT<b>" "PL\\"AIN" NIL NIL NIL "7BIT" 1 1)', "its parts: textb/plain of 1 octets"),
        (b"NIL", "the server does not tell its parts"),
        (b"()", "the server does not tell its parts"),
        (b'("TEXT")', "the server does not tell its parts"),
        (b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" "many" 1)', "the server does not tell its parts"),
    ],
)
def test_parts_are_told_by_type_and_size_and_never_by_name(structure: bytes, said: str) -> None:
    assert describe(Server(structure), 5) == said  # type: ignore[arg-type]  # what is used of it


def test_of_very_many_parts_the_first_are_told() -> None:
    said = describe(Server(b"(%b %b)" % (TEXT * 80, b'"MIXED"')), 5)  # type: ignore[arg-type]  # the same

    assert said.count("text/plain") == 50
    assert said.endswith(" and 30 more")
