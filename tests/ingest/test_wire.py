from __future__ import annotations

import pytest

from ingest.wire import peer_address, peer_name


@pytest.mark.parametrize(
    ("peername", "address", "name"),
    [
        (("192.0.2.1", 25), "192.0.2.1", "192.0.2.1:25"),
        # What a socket for both kinds says of a peer that speaks IPv4.
        (("::ffff:192.0.2.1", 25, 0, 0), "192.0.2.1", "192.0.2.1:25"),
        (("2001:db8::1", 25, 0, 0), "2001:db8::1", "2001:db8::1:25"),
        (("::ffff:c000:201", 25, 0, 0), "::ffff:c000:201", "::ffff:c000:201:25"),
        ("", "local", "local"),
        (None, "local", "local"),
    ],
)
def test_a_peer_is_told_as_it_is_written(peername: object, address: str, name: str) -> None:
    assert (peer_address(peername), peer_name(peername)) == (address, name)
