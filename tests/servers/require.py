"""Real servers for tests: passed over where they are not installed, unless they are asked for.

``TIPLINE_TEST_REQUIRE`` names the servers, with commas between, whose absence is a failure.
"""

from __future__ import annotations

import os
import shutil

import pytest

_PLACES = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"
# The suite takes away its own variables from each test; this is what it was started with.
_REQUIRED = frozenset(os.environ.get("TIPLINE_TEST_REQUIRE", "").split(","))


def program(name: str) -> str:
    """Find a server's program; passes the test over, or fails it, where there is none."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_PLACES}")
    if found:
        return found
    if name in _REQUIRED:
        pytest.fail(f"{name} is required (TIPLINE_TEST_REQUIRE) and not installed")
    pytest.skip(f"{name} is not installed")
