"""Any octets, and mails of the corpus with something cut, doubled or put in, keep the promises."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.promises import broken
from ingest.reading import ReadingRules, read_message

SEEDS = [
    path.read_bytes()[:8_000]
    for path in sorted((Path(__file__).parents[1] / "corpus").glob("*.eml"))
]
FRAGMENTS = st.sampled_from(
    [
        b"\r\n\r\n",
        b"\r\n--b\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"charset=utf-16",
        b"=?utf-8?b?",
        b"filename*0*=''%",
        b"<blockquote>",
        b"<table><tr><td>",
        b"\x1b$B",
        b"\xff\xfe",
        b"\0",
        b"> ",
        b"@",
        b"user name: ",
        b"https://chirper.example/",
        b"=\r\n",
    ]
)
UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    mail = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(mail)))
        end = min(len(mail), start + draw(st.integers(0, 200)))
        match draw(st.integers(0, 3)):
            case 0:
                del mail[start:end]
            case 1:
                mail[start:start] = mail[start:end] * draw(st.integers(1, 5))
            case 2:
                mail[start:start] = draw(FRAGMENTS)
            case _:
                mail[start:end] = draw(st.binary(max_size=20))
    return bytes(mail)


@UNHURRIED
@given(st.binary(max_size=2_000))
def test_any_octets_keep_the_promises(octets: bytes) -> None:
    assert broken(read_message(octets, None, ReadingRules())) is None


@UNHURRIED
@given(damaged())
def test_a_damaged_mail_keeps_the_promises(raw: bytes) -> None:
    assert broken(read_message(raw, None, ReadingRules())) is None
