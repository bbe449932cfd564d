"""One call of the heartbeat URL, as a short-lived program of its own (``outside.bounded``).

Nothing of the answer is read but its status, and nothing of the URL is told: it is a secret of the
monitoring service.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from typing import Any, Final
from urllib.parse import urlsplit

TIMEOUT_SECONDS: Final = 5.0
_SCHEMES: Final = frozenset({"http", "https"})


def main() -> None:
    """Answer the request on standard input."""
    request = json.loads(sys.stdin.readline())
    sys.stdout.write(json.dumps(beat(request["url"])) + "\n")


def beat(url: str) -> dict[str, Any]:
    """Ask for a URL; tell the HTTP status, or what went wrong without the URL."""
    try:
        if urlsplit(url).scheme not in _SCHEMES:
            return {"status": None, "trouble": "it is no http or https URL"}
        request = urllib.request.Request(url, headers={"User-Agent": "tipline"})  # noqa: S310 - the scheme was looked at
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - the same
            return {"status": answer.status, "trouble": None}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "trouble": f"HTTP status {error.code}"}
    except urllib.error.URLError as error:
        return {"status": None, "trouble": f"out of reach ({type(error.reason).__name__})"}
    except (OSError, ValueError) as error:
        return {"status": None, "trouble": type(error).__name__}


if __name__ == "__main__":
    main()
