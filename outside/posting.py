"""One POST of a form to a token endpoint, as a short-lived program of its own.

``outside.bounded`` runs it and ends it when its time is over. The form holds secrets: nothing of it
is told, no redirection is followed, the peer's certificate is verified, and of the answer only so
much is read as a token may be long.
"""

from __future__ import annotations

import json
import ssl
import sys
import urllib.error
import urllib.request
from typing import IO, Any, Final

TIMEOUT_SECONDS: Final = 15.0
# An access token of Microsoft has some 2,000 octets, one with many claims some more.
MAX_ANSWER_OCTETS: Final = 256 * 1024


def main() -> None:
    """Answer the request on standard input."""
    sys.stdout.write(json.dumps(post(json.loads(sys.stdin.readline()))) + "\n")


def post(request: dict[str, Any]) -> dict[str, Any]:
    """Send a form; tell the HTTP status and the answer, or what went wrong."""
    try:
        opener = _opener(request.get("ca_file"))
        asked = urllib.request.Request(  # noqa: S310 - whoever calls has looked at the scheme
            request["url"],
            data=request["body"].encode("ascii"),
            headers={"User-Agent": "tipline", "Accept": "application/json"} | request["headers"],
        )
        with opener.open(asked, timeout=TIMEOUT_SECONDS) as answer:
            return _told(answer.status, answer.headers, answer)
    except urllib.error.HTTPError as error:
        with error:
            return _told(error.code, error.headers, error)
    except urllib.error.URLError as error:
        return {"trouble": _reason(error.reason)}
    except Exception as error:  # noqa: BLE001 - http.client has many; none may show the form
        return {"trouble": _reason(error)}


def _opener(ca_file: str | None) -> urllib.request.OpenerDirector:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    proxies = urllib.request.getproxies()
    return urllib.request.build_opener(
        # Without encryption we speak to this machine only, and not by way of others.
        urllib.request.ProxyHandler({key: proxies[key] for key in ("https",) if key in proxies}),
        urllib.request.HTTPSHandler(context=context),
        _NoRedirect(),
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a form with secrets is for the endpoint that was named."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Refuse to go elsewhere."""


def _told(status: int, headers: Any, body: IO[bytes]) -> dict[str, Any]:  # noqa: ANN401 - http.client's own
    content = body.read(MAX_ANSWER_OCTETS + 1)
    if len(content) > MAX_ANSWER_OCTETS:
        return {"trouble": f"its answer is longer than {MAX_ANSWER_OCTETS} octets"}
    return {
        "status": status,
        "retry_after": headers.get("Retry-After"),
        "body": content.decode("utf-8", "replace"),
    }


def _reason(error: object) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case TimeoutError():
            return f"no answer within {TIMEOUT_SECONDS:g} seconds"
        case OSError(strerror=str() as text) if text:
            return f"out of reach: {text}"
        case _:
            return f"out of reach ({type(error).__name__})"


if __name__ == "__main__":
    main()
