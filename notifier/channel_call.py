"""One call of a channel's gateway, as a short-lived program of its own; the only user of Apprise.

Apprise runs what may take its time, keep threads or write to standard output: some services send
with programs and protocols of their own, and its time limits are those of single reads. Here it has
a process that ``notifier.channels`` ends when its time is over, and nothing of it is left.

A request comes as one line of JSON on standard input, and one line of JSON answers. What a gateway
or Apprise says in words goes nowhere: it may repeat the token that the URL carries.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from typing import Any, Final

import apprise

READ_SECONDS: Final = 14.0
_STATUS: Final = re.compile(r"error=(\d{3})\b")
_UNREACHED: Final = "onnection error"


def main() -> None:
    """Answer the request on standard input."""
    request = json.loads(sys.stdin.readline())
    answering = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What anything below prints must not be taken for the answer.
    os.dup2(2, 1)
    logging.disable(logging.NOTSET)
    answer = look(request["url"]) if "body" not in request else send(**request)
    print(json.dumps(answer), file=answering, flush=True)
    # Threads that a service left behind must not keep the process.
    os._exit(0)


def look(url: str) -> dict[str, Any]:
    """Tell which service a URL is for, and whether it can be used, without calling anybody."""
    plugin = _plugin(url)
    if plugin is None:
        return {"usable": False}
    return {"usable": True, "service": _name(plugin), "targets": _targets(plugin)}


def send(url: str, title: str, body: str) -> dict[str, Any]:
    """Send one message; tell whether the service took it, and which HTTP status it gave if not."""
    plugin = _plugin(url)
    if plugin is None:
        return {"usable": False}
    calls = apprise.Apprise(asset=plugin.asset)
    calls.add(plugin)
    result = calls.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
    said = " ".join(entry.message for entry in result.logs())
    statuses = _STATUS.findall(said)
    return {
        "usable": True,
        "service": _name(plugin),
        "taken": bool(result),
        "status": int(statuses[-1]) if statuses else None,
        "reached": _UNREACHED not in said,
    }


def _plugin(url: str) -> Any:  # noqa: ANN401 - one of some hundred classes
    plugin = apprise.Apprise.instantiate(url, asset=_asset())
    if plugin is None:
        return None
    # We try again ourselves, under the same message's tries.
    plugin.retry = 0
    if "rto=" not in url:
        # Apprise's own four seconds are short: a gateway that was slow gets the message again.
        plugin.socket_read_timeout = READ_SECONDS
    if "overflow=" not in url:
        # The first line says it all; several texts for one alert would only cost.
        plugin.overflow_mode = apprise.OverflowMode.TRUNCATE
    return plugin


def _asset() -> apprise.AppriseAsset:
    return apprise.AppriseAsset(
        app_id="tipline",
        app_desc="tipline",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        # A redirected POST becomes a GET that says 200 and tells nobody.
        http_redirects=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        allow_templates=False,
        result_log_disk_size=0,
    )


def _name(plugin: Any) -> str:  # noqa: ANN401 - one of some hundred classes
    return str(plugin.service_name)


def _targets(plugin: Any) -> int:  # noqa: ANN401 - one of some hundred classes
    return len(plugin)


if __name__ == "__main__":
    main()
