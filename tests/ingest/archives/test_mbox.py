from __future__ import annotations

import hashlib
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archives.mbox import CHUNK_OCTETS, Mbox

LIMIT = 10_000_000
TAKEOUT = b"From 1727312@xxx Sat Mar 05 12:34:56 +0000 2022\n"
ONE = b"Subject: one\nFrom: a@mail.example\n\nFirst.\n"
TWO = b"Subject: two\nFrom: b@mail.example\n\nSecond.\n"


class Trickle:
    """Gives few octets at a time."""

    def __init__(self, octets: bytes, size: int) -> None:
        self._stream = io.BytesIO(octets)
        self._size = size

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, self._size))


def mails(octets: bytes, limit: int = LIMIT) -> list[bytes]:
    return [mail.raw for mail in Mbox(io.BytesIO(octets), limit)]


@pytest.mark.parametrize(
    "separator",
    [
        TAKEOUT,
        b"From maria@mail.example Sat Mar  5 12:34:56 2022\n",
        b"From - Sat Mar 05 12:34:56 2022\n",
        b"From MAILER-DAEMON Fri Jan 02 2022 12:34:56\n",
        b"From maria@mail.example Sat Mar 5 12:34:56 CET 2022\n",
        b"From maria at mail.example Sat Mar  5 12:34:56 2022\n",
        b"From ???@??? Sat Mar 05 12:34:56 2022\n",
        b"From maria@mail.example Sat, 05 Mar 2022 12:34:56 +0100\n",
        b"From maria@mail.example 2022-03-05T12:34:56Z\n",
        b"From maria@mail.example\n",
        b"From -\n",
    ],
)
def test_mails_are_parted_at_separators_as_programs_write_them(separator: bytes) -> None:
    assert mails(separator + ONE + b"\n" + separator + TWO + b"\n") == [ONE, TWO]


@pytest.mark.parametrize(
    "line",
    [
        b"From here on I am afraid.",
        b"From Monday on, at 12:30, in 2022.",
        b"From: maria@mail.example",
        b"From maria@mail.example I heard of it.",
        b"Fromage",
    ],
)
def test_a_line_of_the_text_that_begins_like_one_is_no_separator(line: bytes) -> None:
    text = ONE + b"\n" + line + b"\nAnd more.\n"
    assert mails(TAKEOUT + text + b"\n" + TAKEOUT + TWO) == [text, TWO]


def test_a_separator_without_the_empty_line_before_it_parts_mails_when_fields_follow() -> None:
    assert mails(TAKEOUT + ONE + TAKEOUT + TWO) == [ONE, TWO]
    quoted = ONE + b"He wrote:\n" + TAKEOUT + b"and nothing else\n"
    assert mails(TAKEOUT + quoted) == [quoted]


def test_windows_line_ends_are_kept() -> None:
    one, two = (mail.replace(b"\n", b"\r\n") for mail in (ONE, TWO))
    separator = TAKEOUT.replace(b"\n", b"\r\n")
    assert mails(separator + one + b"\r\n" + separator + two) == [one, two]


def test_one_mark_is_taken_off_escaped_lines_of_the_text_and_none_of_the_header() -> None:
    escaped = b">From old separator\nSubject: x\n\n>From here\n>>From there\n> From me\n"
    expected = b">From old separator\nSubject: x\n\nFrom here\n>From there\n> From me\n"
    assert mails(TAKEOUT + escaped) == [expected]


def test_a_length_that_the_writer_claims_hides_no_mail() -> None:
    length = len(ONE + b"\n" + TAKEOUT + TWO)
    liar = b"Content-Length: %d\n" % length + ONE
    assert mails(TAKEOUT + liar + b"\n" + TAKEOUT + TWO) == [liar, TWO]


def test_empty_mails_and_empty_boxes() -> None:
    assert mails(b"") == []
    assert mails(b"\n\n") == []
    assert mails(TAKEOUT) == [b""]
    assert mails(b"\n" + TAKEOUT + b"\n" + TAKEOUT + ONE) == [b"\n", ONE]


def test_a_mail_above_the_limit_is_told_with_its_size_and_only_begun() -> None:
    large = b"Subject: large\n\n" + b"0123456789abcdef\n" * 200_000
    found = list(Mbox(io.BytesIO(TAKEOUT + large + b"\n" + TAKEOUT + TWO), 100_000))
    assert [(len(mail.raw), mail.size) for mail in found] == [
        (100_000, len(large) + 1),
        (len(TWO), len(TWO)),
    ]
    assert large.startswith(found[0].raw)


def test_an_endless_mail_takes_no_endless_memory() -> None:
    class Endless:
        left = 200_000_000

        def read(self, size: int, /) -> bytes:
            self.left -= size
            return b"x" * size if self.left > 0 else b""

    tracemalloc.start()
    try:
        (mail,) = Mbox(Endless(), 2_000_000)
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
    assert mail.size > 190_000_000


def test_a_mail_full_of_lines_like_separators_takes_no_endless_memory() -> None:
    line = b"From me".ljust(255) + b"\n"
    count = 20_000

    class Endless:
        left = count

        def read(self, size: int, /) -> bytes:
            lines = min(size // len(line), self.left)
            self.left -= lines
            return line * lines

    tracemalloc.start()
    try:
        (mail,) = Mbox(Endless(), 10_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert mail.size == (count - 1) * len(line)
    assert peak < 8 * CHUNK_OCTETS


def test_each_mail_tells_where_it_ends_and_the_digest_up_to_there() -> None:
    octets = TAKEOUT + ONE + b"\n" + TAKEOUT + TWO + b"\n"
    box = Mbox(io.BytesIO(octets), LIMIT)
    ends = [(mail.end, mail.digest) for mail in box]
    middle = len(TAKEOUT + ONE) + 1
    assert ends == [
        (end, hashlib.sha256(octets[:end]).hexdigest()) for end in (middle, len(octets))
    ]
    assert box.mails == 2


def test_reading_can_go_on_where_a_mail_ended() -> None:
    octets = b"".join(TAKEOUT + b"Subject: %d\n\ntext\n\n" % number for number in range(5))
    whole = list(Mbox(io.BytesIO(octets), LIMIT))
    stop = whole[2]
    rest = io.BytesIO(octets[stop.end :])
    digest = hashlib.sha256(octets[: stop.end])
    box = Mbox(rest, LIMIT, begin=stop.end, mails=3, digest=digest)
    assert box.begins()
    assert list(box) == whole[3:]


def test_what_goes_on_in_the_middle_of_a_mail_does_not_begin_a_box() -> None:
    assert not Mbox(io.BytesIO(b"rest of a mail\n" + TAKEOUT), LIMIT).begins()
    assert Mbox(io.BytesIO(b"\n"), LIMIT).begins()


TEXTS = st.lists(
    st.sampled_from([b"", b"From here", b">From x", b"text", b"F", b"From ", b"\xff\0", b"a: b"]),
    max_size=8,
).map(b"\n".join)


@given(texts=st.lists(TEXTS, min_size=1, max_size=6), size=st.integers(1, 40))
def test_what_was_escaped_comes_out_as_it_went_in(texts: list[bytes], size: int) -> None:
    originals = [b"Subject: x\n\n" + text + b"\n" for text in texts]
    boxed = b"".join(TAKEOUT + _escaped(original) + b"\n" for original in originals)
    found = [mail.raw for mail in Mbox(Trickle(boxed, size), LIMIT)]
    assert found == originals


def _escaped(mail: bytes) -> bytes:
    head, _, text = mail.partition(b"\n\n")
    lines = [
        b">" + line if line.lstrip(b">").startswith(b"From ") else line
        for line in text.split(b"\n")
    ]
    return head + b"\n\n" + b"\n".join(lines)


@given(octets=st.binary(max_size=300), size=st.integers(1, 400))
def test_any_octets_end_in_mails_and_none_is_lost(octets: bytes, size: int) -> None:
    box = b"From " + octets
    found = list(Mbox(Trickle(box, size), LIMIT))
    assert found[-1].end == len(box)
    assert found == list(Mbox(io.BytesIO(box), LIMIT))


def test_a_separator_at_the_edge_of_what_is_read_at_once_is_seen() -> None:
    for less in range(12):
        filling = b"x" * (CHUNK_OCTETS - len(TAKEOUT) - len(ONE) - less)
        one = ONE + filling + b"\n"
        assert mails(TAKEOUT + one + b"\n" + TAKEOUT + TWO) == [one, TWO]
