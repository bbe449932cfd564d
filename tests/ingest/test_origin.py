from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.origin import Networks, Origin, Told, read_attributes

BY = Origin(peer="127.0.0.1:5000", helo="mta.example")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ADDR=192.0.2.7 PORT=4711", Told(address="192.0.2.7", port=4711)),
        ("addr=IPV6:2001:db8::7", Told(address="2001:db8::7")),
        ("ADDR=[UNAVAILABLE] HELO=a.example", Told(helo="a.example")),
        ("HELO=a+2Eb+20c NAME=x.example PROTO=ESMTP", Told(helo="a.b c")),
        ("NAME=[TEMPUNAVAIL]", Told()),
    ],
)
def test_attributes_are_read_as_postfix_writes_them(text: str, told: Told) -> None:
    assert read_attributes(text) == told


@pytest.mark.parametrize(
    "text",
    ["", "ADDR", "ADDR=somewhere", "PORT=70000", "PORT=-1", "PORT=²", "HELO=a+0D+0Ab", "HELO=a+0d"],
)
def test_what_is_no_attribute_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_attributes(text)


@given(st.text())
def test_any_text_is_told_or_refused(text: str) -> None:
    try:
        told = read_attributes(text)
    except ValueError:
        return
    assert (told.helo or "").isprintable()


def test_what_is_told_later_goes_over_what_was_told_before() -> None:
    before = Told(address="192.0.2.7", port=4711, helo="a.example")

    assert Told(helo="b.example").over(before).of(BY) == Origin(
        peer="192.0.2.7:4711", helo="b.example"
    )
    # The port of one address says nothing of another.
    assert Told(address="192.0.2.8").over(before).of(BY).peer == "192.0.2.8:0"
    assert Told().of(BY) == BY


BELIEVED = Networks(["10.0.0.0/8", "fe80::1", "local"])


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "fe80::1%eth0", "local"])
def test_configured_addresses_are_believed(peer: str) -> None:
    assert peer in BELIEVED


@pytest.mark.parametrize("peer", ["11.1.2.3", "fe80::2", "", "10.1.2.3.example"])
def test_other_addresses_are_not_believed(peer: str) -> None:
    assert peer not in BELIEVED


def test_nobody_is_believed_unless_configured() -> None:
    assert "local" not in Networks()
    assert "local" not in Networks(["127.0.0.1"])
