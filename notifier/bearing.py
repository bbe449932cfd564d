"""Logging in to the relay with an access token (RFC 4954): AUTH OAUTHBEARER or XOAUTH2."""

from __future__ import annotations

import smtplib
from base64 import b64encode
from typing import Final

from outside.oauth import Bearer, Exchange, Mechanism, choose

# RFC 4954 section 4: a longer first answer waits until the server has asked for it.
LINE_OCTETS: Final = 512


def log_in(
    client: smtplib.SMTP, username: str, bearer: Bearer, wanted: Mechanism | None = None
) -> None:
    """Log in as a mailbox by a token, on a connection that was greeted and encrypted.

    Raises LoginError when the server takes no tokens, and what smtplib raises: its
    SMTPAuthenticationError when the server says no.
    """
    offered = str(client.esmtp_features.get("auth", "")).split()
    exchange = Exchange(choose(offered, wanted), username, bearer)
    command = f"AUTH {exchange.mechanism} {b64encode(exchange.first().encode()).decode()}\r\n"
    is_short = len(command) <= LINE_OCTETS
    try:
        client.auth(exchange.mechanism, exchange.answer, initial_response_ok=is_short)
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        told = exchange.hidden(text)
        raise smtplib.SMTPAuthenticationError(error.smtp_code, told) from None
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:
        raise smtplib.SMTPException(exchange.hidden(str(error))) from None
