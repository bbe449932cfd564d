"""Logins by OAuth 2: access tokens for mail servers, got, kept sealed, and renewed in time.

``Tokens`` gives them, for the ``Grant`` each login has; ``Exchange`` tells one to a server.
"""

from __future__ import annotations

from outside.oauth.bearer import Bearer, BearerSource
from outside.oauth.errors import LoginError
from outside.oauth.sasl import Exchange, Mechanism, choose

__all__ = ["Bearer", "BearerSource", "Exchange", "LoginError", "Mechanism", "choose"]
