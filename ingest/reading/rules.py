"""What reading has to know of the installation: the home platform and our own addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SPAM_FIELDS: Final = (
    "x-spam-flag",
    "x-spam-status",
    "x-spam",
    "x-spam-action",
    "x-rspamd-action",
    "x-ms-exchange-organization-scl",
)
"""The header fields by which filters mark spam, that reading knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HomePlatform:
    """The platform whose reporting address this is.

    ``handle`` is a regular expression for a whole handle. Paths are patterns such as
    ``/{handle}/status/{digits}`` or ``/i/user/{user_id}``, matched on the whole path of a URL at
    one of ``hosts`` or a subdomain of it. ``profile_url`` builds the URL of a profile.
    ``reserved`` are first path segments that are never handles.
    """

    key: str
    name: str
    hosts: tuple[str, ...]
    handle: str
    profile_url: str
    profile_paths: tuple[str, ...]
    post_paths: tuple[str, ...] = ()
    id_paths: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()
    own_handles: tuple[str, ...] = ()
    case_sensitive: bool = False


CHIRPER = HomePlatform(
    key="chirper",
    name="Chirper",
    hosts=("chirper.example",),
    handle=r"[A-Za-z0-9_]{1,15}",
    profile_url="https://chirper.example/{handle}",
    profile_paths=("/{handle}",),
    post_paths=("/{handle}/status/{digits}",),
    id_paths=("/i/user/{user_id}",),
    reserved=(
        "i",
        "about",
        "explore",
        "hashtag",
        "help",
        "home",
        "login",
        "privacy",
        "rules",
        "search",
        "settings",
        "share",
        "signup",
        "support",
        "terms",
    ),
    own_handles=("chirper", "support"),
)
"""The fictional platform of the try-out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingRules:
    """What the reader knows of us. Picklable: it travels to the reading processes.

    ``reporting_addresses`` are ours, without plus-part; ``own_domains`` are the domains of our
    Message-IDs and addresses; ``staff_addresses`` belong to configured people; ``spam_fields``
    are the header fields, in lower case, by which our own mail server marks spam;
    ``authentication_servers`` name, in lower case, the servers whose Authentication-Results count;
    ``unnamed_from`` are the mailboxes (``mailbox:NAME``) and networks from where such fields count
    that name no server.
    """

    home: HomePlatform = CHIRPER
    reporting_addresses: tuple[str, ...] = ("cp@chirper.example",)
    own_domains: tuple[str, ...] = ("chirper.example",)
    staff_addresses: tuple[str, ...] = ("duty@chirper.example",)
    spam_fields: tuple[str, ...] = ("x-spam-flag",)
    authentication_servers: tuple[str, ...] = ()
    unnamed_from: tuple[str, ...] = ()
