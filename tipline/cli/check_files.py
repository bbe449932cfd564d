# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""What ``tipline check`` looks at outside the database: folder, keys, certificate, way out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tipline.cli.finding import AS_THE_SERVICE, Finding, unseen, well, wrong

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from pathlib import Path

    from outside.oauth import BearerSource
    from tipline.settings import Settings
    from tipline.settings.places import Places

_ANOTHER_USER: Final = "run this as the user who runs tipline, or give the folder to that user"


def folder(state: Path) -> Finding:
    """Look whether we may work in the folder for everything, or make it."""
    if _is_missing(state):
        parents = [parent for parent in state.absolute().parents if os.path.exists(parent)]  # noqa: PTH110 - Path.exists raises where one may not look
        parent = parents[0]
        message = f"{state} is not there yet"
        if os.access(parent, os.W_OK | os.X_OK):
            return well("folder", message)
        remedy = f"make it, owned by the user who runs tipline; {parent} is not ours"
        return wrong("folder", message, remedy)
    if os.path.isfile(state):  # noqa: PTH113 - the same
        return wrong("folder", f"{state} is not a folder", "name another one in state_dir")
    if not os.access(state, os.R_OK | os.W_OK | os.X_OK):
        return wrong("folder", f"{state} cannot be read and written by this user", _ANOTHER_USER)
    return well("folder", str(state))


def sealing_key(where: Places, sealed_for: str | None) -> Finding:
    """Look whether the key is there and is the one the database was sealed for.

    ``sealed_for`` is None where nothing was sealed yet, and empty where nobody can tell.
    """
    from store.errors import StoreError
    from store.keys import load_identity

    path = where.sealing_key
    if _is_missing(path):
        if sealed_for is None:
            return well("key", "made at first start")
        remedy = "restore it from your backup: without it nothing sealed can be opened"
        if _may_be_credential(where):
            # A lost key must not pass for a hidden one: it is wrong until somebody has looked.
            remedy = f"if it is a credential of the service, {AS_THE_SERVICE}; else {remedy}"
        return wrong("key", f"{path} is missing", remedy)
    try:
        public = str(load_identity(path).to_public())
    except StoreError as error:
        remedy = "see that only the user who runs tipline can read it, or restore it"
        return wrong("key", str(error), remedy)
    if sealed_for and sealed_for != public:
        message = f"{path} is not the key this database was sealed for ({sealed_for})"
        return wrong("key", message, "restore that key from your backup")
    return well("key", str(path))


def _may_be_credential(where: Places) -> bool:
    from tipline.settings.places import DEFAULT_SEALING_KEY, is_credential_unseen

    is_default = where.sealing_key == where.state / DEFAULT_SEALING_KEY
    return is_credential_unseen(None if is_default else where.sealing_key)


def token_key(where: Places) -> Finding:
    """Look whether the key that signs reply addresses can be used."""
    from store.errors import StoreError
    from store.keys import load_or_create_token_key

    if _is_missing(where.token_key):
        # Looking must not make it; the first start does.
        return well("token key", "made at first start")
    try:
        load_or_create_token_key(where.token_key)
    except StoreError as error:
        remedy = "restore it from your backup: without it replies no longer find their report"
        return wrong("token key", str(error), remedy)
    return well("token key", str(where.token_key))


def certificate(path: Path, key: Path, warn_before: timedelta) -> Finding:
    """Look whether STARTTLS can be offered, and for how long."""
    from store.model import utc_now
    from tipline.settings import ConfigurationError
    from tipline.tls import expires_at, server_context

    try:
        server_context(path, key)
    except ConfigurationError as error:
        remedy = "renew it, readable for the user who runs tipline, and restart tipline"
        return wrong("certificate", str(error), remedy)
    at = expires_at(path)
    if at is None:
        return well("certificate", str(path))
    message = f"{path} is good until {at:%Y-%m-%d %H:%M} UTC"
    if at - utc_now() > warn_before:
        return well("certificate", message)
    return wrong("certificate", message, "renew it, and restart tipline")


def channels(settings: Settings) -> list[Finding]:
    """Look at the URLs of the channels, without calling anybody; none gives nothing."""
    from notifier.channels import ChannelCourier
    from tipline.settings.channels import channels as configured
    from tipline.settings.places import is_credential_unseen

    known = configured(settings)
    hidden = [one.name for one in known.values() if is_credential_unseen(one.url_file)]
    seen = {key: one for key, one in known.items() if one.name not in hidden}
    found = [unseen("channels", f"the URLs of {', '.join(hidden)} are")] if hidden else []
    trouble = ChannelCourier(seen).check()
    if trouble:
        remedy = "mend the file, readable for the user who runs tipline; tipline channel test NAME"
        return [*found, wrong("channels", trouble, remedy)]
    return [*found, *([well("channels", f"{len(seen)} can be used")] if seen else [])]


def templates(settings: Settings) -> Finding:
    """Try the installation's own templates with invented values."""
    from notifier.compose import Composer
    from notifier.samples import template_faults
    from tipline.settings.mail import identity

    faults = template_faults(Composer(identity(settings)))
    if faults:
        remedy = "mend them; until then the templates that come with tipline are used"
        return wrong("templates", "; ".join(faults), remedy)
    named = [entry.templates for entry in settings.addresses.defaults.values()]
    folders = [str(folder) for folder in (settings.outgoing.templates, *named) if folder]
    return well("templates", ", ".join(folders))


def way_out(settings: Settings, bearers: Callable[[str], BearerSource]) -> Finding:
    """Try what carries our mails; ``bearers`` gives the tokens of a login by its name."""
    from tipline.settings import ConfigurationError
    from tipline.settings.mail import courier
    from tipline.settings.places import is_credential_unseen, places

    name = "relay" if settings.relay else "outgoing"
    try:
        carrier = courier(settings, bearers)
    except ConfigurationError as error:
        relay = settings.relay
        if relay and not relay.oauth and is_credential_unseen(relay.password_file):
            return unseen(name, "its password is")
        remedy = "put the password there, readable for the user who runs tipline"
        return wrong(name, str(error), remedy)
    if settings.relay is None:
        # Looking must not make the folder; the first mail does.
        return well(name, f"the Maildir {places(settings).outgoing}")
    trouble = carrier.check()
    carrier.close()
    if trouble:
        remedy = "compare [relay] with what its operator gave you; reports are kept meanwhile"
        return wrong(name, trouble, remedy)
    return well(name, f"{settings.relay.host}:{settings.relay.port} answers")


def _is_missing(path: Path) -> bool:
    """Tell whether there is nothing; what may not be looked at is not missing."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
