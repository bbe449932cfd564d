"""The SASL mechanisms that carry an access token: OAUTHBEARER (RFC 7628) and XOAUTH2.

XOAUTH2 is described by Google ("OAuth 2.0 Mechanism") and by Microsoft; it is all that Microsoft
offers. In both the client speaks first, and a server that says no gives its reason in a challenge
that has to be answered before it ends the exchange.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from outside.oauth.bearer import Bearer
from outside.oauth.errors import LoginError

_MAX_WORD: Final = 40


class Mechanism(StrEnum):
    """How a token is told to a mail server."""

    OAUTHBEARER = "OAUTHBEARER"
    XOAUTH2 = "XOAUTH2"


def choose(offered: Collection[str], wanted: Mechanism | None = None) -> Mechanism:
    """Choose a mechanism: the wanted one, else the standard one if the server offers it.

    ``offered`` are the names as the server tells them, in any case. Raises LoginError.
    """
    known = {name.upper() for name in offered}
    for mechanism in (wanted,) if wanted else Mechanism:
        if mechanism in known:
            return mechanism
    names = " and ".join((wanted,) if wanted else Mechanism)
    raise LoginError(
        f"the server offers no {names} here",
        "see that it is the right server, and security tls or starttls",
        for_good=True,
    )


class Exchange:
    """One exchange: the first answer tells who we are, each later one lets the server say no.

    ``user`` is the mailbox, also where the token was given to somebody or something else (a shared
    mailbox). ``reason`` is what the server said when it refused, in a few safe words.
    """

    def __init__(self, mechanism: Mechanism, user: str, bearer: Bearer) -> None:
        if "\x01" in user or not user.isprintable():
            raise LoginError("the user name has characters that none may have", for_good=True)
        self.mechanism = mechanism
        self.reason = ""
        self._user = user
        self._bearer = bearer
        self._spoken = False

    def answer(self, challenge: bytes | None = None) -> str:
        """Answer the server; it has to be asked with nothing, or an empty challenge, first."""
        if self._spoken:
            self.reason = _status(challenge or b"")
            # RFC 7628 section 3.2.3; XOAUTH2 has an empty line in its place.
            return "\x01" if self.mechanism is Mechanism.OAUTHBEARER else ""
        self._spoken = True
        return self.first()

    def first(self) -> str:
        """Give the first answer, without giving it."""
        token = self._bearer.token
        if self.mechanism is Mechanism.XOAUTH2:
            return f"user={self._user}\x01auth=Bearer {token}\x01\x01"
        # RFC 5801 section 4: a saslname.
        name = self._user.replace("=", "=3D").replace(",", "=2C")
        return f"n,a={name},\x01auth=Bearer {token}\x01\x01"

    def hidden(self, words: str) -> str:
        """Take out of a server's words what it was told: some repeat it. Add its reason."""
        said = b64encode(self.first().encode()).decode()
        for secret in (said, self._bearer.token):
            words = words.replace(secret, "***")
        return f"{words} ({self.reason})" if self.reason else words


def _status(challenge: bytes) -> str:
    """Read the status of a refusal; nothing else of it, as some servers repeat the token."""
    try:
        status = json.loads(challenge)["status"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    word = str(status)
    return word if len(word) <= _MAX_WORD and word.replace("_", "").isalnum() else ""
