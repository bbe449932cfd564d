"""What can be wrong with a mailbox, each with the sentence a person needs and what to mend.

MailboxError
├── UnreachableError   the network, the server or its certificate; trying again soon can help
│   └── OverlongError  the server sends more than was asked for
├── LoginRefusedError  the server does not let us in; tried again, but rarely: many tries lock out
└── FolderError        a folder is missing or cannot be opened
"""

from __future__ import annotations


class MailboxError(Exception):
    """A mailbox cannot be used at the moment. ``remedy`` says what to look at."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class UnreachableError(MailboxError):
    """The server does not answer, not in time or not as agreed."""


class OverlongError(UnreachableError):
    """The server sends more than was asked for; the connection is cut off over it."""


class LoginRefusedError(MailboxError):
    """The server does not let us in, or what we would log in with is missing."""


class FolderError(MailboxError):
    """A folder is missing or cannot be opened."""
