from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every setting the test suite itself was started with."""
    for name in list(os.environ):
        if name.startswith("TIPLINE_") or name == "CREDENTIALS_DIRECTORY":
            monkeypatch.delenv(name)
