"""Whether a mail carries an X-ARF report. It is recognised here, not yet read.

X-ARF comes in three shapes: v0.1 and v0.2 by a header field ``X-ARF``/``X-XARF``; v3 and v4 as a
JSON part; v4 also by ``Feedback-Type: xarf`` in a ``message/feedback-report``. JSON is only
parsed when it is small and not deep: a deep one would exhaust the stack.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

MAX_JSON_OCTETS: Final = 1_000_000
MAX_JSON_DEPTH: Final = 30


def is_xarf_json(octets: bytes) -> bool:
    """Tell whether a JSON part is an X-ARF report, version 3 (ReporterInfo) or 4."""
    report = _load(octets)
    if not isinstance(report, dict):
        return False
    return "xarf_version" in report or {"Version", "ReporterInfo"} <= report.keys()


def feedback_type(parts: Iterable[bytes]) -> str | None:
    """Tell the Feedback-Type of a feedback report (RFC 5965 section 3.1), in lower case."""
    for octets in parts:
        for line in octets[:20_000].splitlines():
            name, colon, value = line.partition(b":")
            if colon and name.strip().lower() == b"feedback-type":
                return value.strip().lower().decode("ascii", "replace")[:40]
    return None


def _load(octets: bytes) -> object:
    head = octets[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"{") or len(octets) > MAX_JSON_OCTETS or _is_deep(octets):
        return None
    try:
        return json.loads(octets.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _is_deep(octets: bytes) -> bool:
    """Count open brackets without parsing; those in strings count too, which only errs safely."""
    depth = 0
    for octet in octets:
        if octet in b"[{":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                return True
        elif octet in b"]}":
            depth -= 1
    return False
