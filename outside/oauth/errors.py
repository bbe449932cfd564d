"""Why a login has no access token, in words that hold no secret."""

from __future__ import annotations

from datetime import timedelta


class LoginError(Exception):
    """No access token can be had. The text says why and, where a person can mend it, how.

    ``for_good`` is False where waiting helps: the endpoint is out of reach, busy, or broken.
    ``code`` is the error of RFC 6749 section 5.2 or RFC 8628 section 3.5, if the endpoint gave one.
    """

    def __init__(
        self,
        reason: str,
        remedy: str = "",
        *,
        for_good: bool,
        code: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{reason}; {remedy}" if remedy else reason)
        self.reason = reason
        self.remedy = remedy
        self.for_good = for_good
        self.code = code
        self.retry_after = retry_after
