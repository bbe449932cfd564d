from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tipline.command import Run, Show


@pytest.fixture
def show(run: Run) -> Show:
    return lambda *arguments: json.loads(run(*arguments, "--json").out)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own" / "en"
    folder.mkdir(parents=True)
    monkeypatch.setenv("TIPLINE_OUTGOING__TEMPLATES", str(folder.parent))
    return folder


def test_the_list_names_languages_and_own_files(show: Show, own: Path) -> None:
    path = own / "receipt.txt.j2"
    path.write_text("Subject: x {{ reference }}\n\nHello.\n")
    listed = {each["name"]: each for each in show("template", "list")}
    assert len(listed["receipt"]["languages"]) == 18
    assert listed["receipt"]["html"] is True
    assert listed["receipt"]["own"] == [str(path)]
    assert (listed["alert"]["html"], listed["alert"]["own"]) == (True, [])
    assert listed["brief"]["html"] is False


def test_a_preview_is_what_would_be_sent(run: Run, show: Show) -> None:
    shown = run("template", "preview", "receipt", "--language", "de-AT")
    assert shown.status == 0
    assert shown.out.startswith("Subject: Ihre Meldung ist angekommen (R-00000-00000)\n\nDanke")
    letter = show("template", "preview", "receipt", "--language", "de")
    assert letter["text"] in shown.out
    html = run("template", "preview", "receipt", "--language", "ar", "--html").out
    assert html.startswith("<!doctype html>")
    assert 'dir="rtl"' in html


def test_a_preview_shows_the_operators_own_template(run: Run, own: Path) -> None:
    (own / "receipt.txt.j2").write_text("Subject: Ours\n\n{{ reference }}\n")
    (own / "receipt.html.j2").write_text("<p>{{ reference }}</p>\n")
    assert run("template", "preview", "receipt").out.startswith("Subject: Ours\n\nR-0")
    assert run("template", "preview", "receipt", "--html").out.strip() == "<p>R-00000-00000</p>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("letter",), 'there is no letter "letter"; there are alarm, alert,'),
        (
            ("alarm", "--language", "ja"),
            "alarm is there in de, en, es, fr, it, nl, pl, pt; choose one of them",
        ),
        (("brief", "--html"), "brief is sent as text only; leave out --html"),
    ],
)
def test_what_cannot_be_shown_is_said(run: Run, arguments: tuple[str, ...], message: str) -> None:
    shown = run("template", "preview", *arguments)
    assert shown.status == 1
    assert message in shown.err


@pytest.mark.parametrize("name", ["receipt.txt.j2", "receipt.html.j2", "alert.txt.j2"])
def test_a_faulty_template_is_told_and_not_replaced(run: Run, own: Path, name: str) -> None:
    (own / name).write_text("Subject: x {{ reference }}\n\n{{ refrence }}\n")
    shown = run("template", "preview", name.partition(".")[0])
    assert shown.status == 1
    assert f"{own / name}: line 3: nobody fills {{{{ refrence }}}}; there are" in shown.err


def test_a_faulty_template_stops_the_start_and_check_finds_it(
    run: Run, show: Show, own: Path
) -> None:
    (own / "receipt.txt.j2").write_text("Subject: x\n\nHello\n")
    fault = f"{own / 'receipt.txt.j2'}: {{{{ reference }}}} is missing"
    assert fault in run("serve").err
    (finding,) = [each for each in show("check", "--no-relay") if each["name"] == "templates"]
    assert not finding["ok"]
    assert fault in finding["message"]


@pytest.fixture
def safety(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "safety" / "en"
    folder.mkdir(parents=True)
    defaults = {"safety": {"addresses": ["cp@chirper.example"], "templates": str(folder.parent)}}
    for name, value in defaults["safety"].items():
        text = value if isinstance(value, str) else ",".join(value)
        monkeypatch.setenv(f"TIPLINE_ADDRESSES__DEFAULTS__SAFETY__{name.upper()}", text)
    return folder


def test_the_letters_of_an_address_are_shown_apart(
    run: Run, show: Show, own: Path, safety: Path
) -> None:
    (own / "receipt.txt.j2").write_text("Subject: Ours\n\n{{ reference }}\n")
    (own / "decision.txt.j2").write_text("Subject: x\n\n{{ reference }}")
    (safety / "receipt.txt.j2").write_text("Subject: Safety\n\n{{ reference }}\n")
    for_safety = ("template", "preview", "receipt", "--for", "safety")
    assert run(*for_safety).out.startswith("Subject: Safety\n\nR-0")
    assert run("template", "preview", "receipt").out.startswith("Subject: Ours\n\nR-0")
    listed = {each["name"]: each["own"] for each in show("template", "list", "--for", "safety")}
    assert listed == {
        "receipt": [str(safety / "receipt.txt.j2")],
        "collective": [],
        "decision": [str(own / "decision.txt.j2")],
        "question": [],
    }


def test_defaults_that_nobody_defined_are_told(run: Run) -> None:
    assert 'are called "safety"; there are none' in run("template", "list", "--for", "safety").err


def test_a_faulty_letter_of_an_address_is_told_before_the_start(run: Run, safety: Path) -> None:
    (safety / "receipt.txt.j2").write_text("Subject: x\n\n{{ refrence }}\n")
    assert (
        "nobody fills {{ refrence }}"
        in run("template", "preview", "receipt", "--for", "safety").err
    )
    found = {each["name"]: each for each in json.loads(run("check", "--json").out)}
    assert "receipt.txt.j2: line 3" in found["templates"]["message"]
    assert "receipt.txt.j2: line 3" in run("serve").err
