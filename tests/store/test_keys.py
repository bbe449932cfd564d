from __future__ import annotations

import stat
from pathlib import Path

import pytest

from store.errors import SealError
from store.keys import (
    create_identity,
    load_identity,
    load_or_create_token_key,
    parse_recipient,
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_sealing_key_is_for_its_owner_only(tmp_path: Path) -> None:
    create_identity(tmp_path / "keys" / "seal.key")
    assert mode_of(tmp_path / "keys" / "seal.key") == 0o600
    assert mode_of(tmp_path / "keys") == 0o700


def test_a_sealing_key_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    made = create_identity(tmp_path / "seal.key")
    assert str(load_identity(tmp_path / "seal.key")) == str(made)


def test_a_sealing_key_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    create_identity(tmp_path / "seal.key")
    (tmp_path / "seal.key").chmod(0o604)
    with pytest.raises(SealError, match="chmod 600"):
        load_identity(tmp_path / "seal.key")


@pytest.mark.parametrize(
    "content",
    [b"", b"# only a comment\n", b"AGE-SECRET-KEY-1BROKEN\n", b"\xff\xfe\x00", b"one\ntwo\n"],
)
def test_a_broken_sealing_key_is_refused_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "seal.key").write_bytes(content)
    (tmp_path / "seal.key").chmod(0o600)
    with pytest.raises(SealError, match=r"AGE-SECRET-KEY-1|backup"):
        load_identity(tmp_path / "seal.key")


def test_the_refusal_of_a_key_does_not_repeat_the_key(tmp_path: Path) -> None:
    (tmp_path / "seal.key").write_text("AGE-SECRET-KEY-1CANARY\n")
    (tmp_path / "seal.key").chmod(0o600)
    with pytest.raises(SealError) as refused:
        load_identity(tmp_path / "seal.key")
    assert "CANARY" not in str(refused.value)


def test_a_missing_sealing_key_is_an_error_and_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(SealError, match="cannot be read"):
        load_identity(tmp_path / "seal.key")
    assert not (tmp_path / "seal.key").exists()


def test_the_token_key_is_made_once_and_then_read(tmp_path: Path) -> None:
    first = load_or_create_token_key(tmp_path / "token.key")
    assert load_or_create_token_key(tmp_path / "token.key") == first
    assert mode_of(tmp_path / "token.key") == 0o600


def test_a_token_key_that_is_too_short_is_refused_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "token.key").write_bytes(b"short")
    (tmp_path / "token.key").chmod(0o600)
    with pytest.raises(SealError, match="too short"):
        load_or_create_token_key(tmp_path / "token.key")
    assert (tmp_path / "token.key").read_bytes() == b"short"


def test_what_is_no_public_key_is_refused() -> None:
    with pytest.raises(SealError, match="is not an age public key"):
        parse_recipient("age1nonsense")
