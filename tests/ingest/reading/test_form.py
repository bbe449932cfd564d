from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import ParsedMessage, ReadingRules, read_message
from ingest.reading.form import FilledForm, perhaps_urgent_in, read_form
from ingest.reading.form_words import FIELDS, wordings
from ingest.reading.lexicon import fold
from store.model import MailKind, Role

LANGUAGES = sorted(wordings())
WORRY = "This account worries me, it writes to my daughter every evening."


def a_form(account: str = "", worry: str = "", danger: str = "", language: str = "en") -> str:
    asked = wordings()[language]
    return f"{asked.account}: {account}\n\n{asked.worry}: {worry}\n\n\n{asked.danger}: {danger}\n"


def read(text: str, subject: str = "Report about an account", markup: str = "") -> ParsedMessage:
    mail = EmailMessage()
    mail["From"] = "Anna <anna@mail.example>"
    mail["To"] = "cp@chirper.example"
    mail["Subject"] = subject
    if markup:
        mail.set_content(markup, subtype="html")
    else:
        mail.set_content(text)
    return read_message(bytes(mail), None, ReadingRules())


def filled(text: str) -> FilledForm:
    form = read_form(text, len(text))
    assert form is not None
    return form


def stated(message: ParsedMessage) -> list[str | None]:
    return [each.account.handle for each in message.sightings if each.method == "form"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_in_form_is_read_with_full_certainty(language: str) -> None:
    message = read(a_form("@name_1", language=language))
    (sighting,) = message.sightings
    assert (sighting.account.handle, sighting.role) == ("name_1", Role.REPORTED)
    assert (sighting.method, sighting.confidence) == ("form", 1.0)
    assert (message.language, message.kind) == (language, MailKind.REPORT)
    assert message.text[slice(*sighting.span)] == "@name_1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_alone_makes_nothing_urgent_nor_tells_a_category(language: str) -> None:
    message = read(a_form("@name_1", language=language))
    assert (message.urgency, message.category) == (None, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_yes_makes_it_urgent_and_a_no_does_not(language: str) -> None:
    asked = wordings()[language]
    for answer in asked.yes:
        message = read(a_form("@name_1", danger=answer, language=language))
        assert message.urgency == "imminent_danger", answer
        assert (message.urgency_reason or "").endswith(asked.yes[0])
    for answer in asked.no:
        message = read(a_form("@name_1", danger=f"{answer}.", language=language))
        assert message.urgency is None, answer


@pytest.mark.parametrize(
    "answer",
    [
        "Yes",
        "YES!",
        "\n\nyes",
        "yes, I think so",
        "I think yes",
        "“Yes”",
        "\u00a0 yes\u200b",
        "*yes*",
    ],
)
def test_a_yes_is_known_as_people_write_it(answer: str) -> None:
    assert read(a_form("@name_1", WORRY, answer)).urgency == "imminent_danger"


@pytest.mark.parametrize("answer", ["I do not know", "no, not yes", "yesterday", "?", "not yet"])
def test_another_answer_is_no_yes(answer: str) -> None:
    assert read(a_form("@name_1", WORRY, answer)).urgency is None


def test_a_no_takes_no_urgency_away_that_the_words_tell() -> None:
    words = "He is on his way to her school to meet her."
    assert read(a_form("@name_1", words, "no")).urgency == read(words).urgency
    assert read(words).urgency is not None


def test_of_a_yes_and_the_words_the_more_telling_rule_counts() -> None:
    missing = "My daughter has been missing since last night."
    assert read(a_form("@name_1", missing, "yes")).urgency == "child_missing"
    meeting = "He wants to meet her tomorrow at the station."
    message = read(a_form("@name_1", meeting, "yes"))
    assert (message.urgency, message.category) == ("imminent_danger", "grooming_contact")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("@name_1", ["name_1"]),
        ("name_1", ["name_1"]),
        ("\n@name_1", ["name_1"]),
        ("\n\nname_1", ["name_1"]),
        ("„name_1“.", ["name_1"]),
        ("Emma", ["Emma"]),
        ("@name_1, name_2; name_3", ["name_1", "name_2", "name_3"]),
        ("@name_1\n@name_2", ["name_1", "name_2"]),
        ("@name_1 and @name_2", ["name_1", "name_2"]),
        ("https://chirper.example/name_1", ["name_1"]),
        ("chirper.example/name_1?utm=x", ["name_1"]),
        ("<https://chirper.example/name_1> @name_2", ["name_2", "name_1"]),
        ("@unknown", ["unknown"]),
        ("unknown", []),
        ("I do not know", []),
        ("", []),
        ("@support", []),
        ("two words", []),
        ("much_too_long_for_a_handle", []),
    ],
)
def test_the_accounts_in_their_field_are_certain(answer: str, expected: list[str]) -> None:
    assert sorted(map(str, stated(read(a_form(answer, WORRY))))) == sorted(expected)


def test_an_account_of_another_platform_is_certain_by_its_address() -> None:
    (sighting,) = read(a_form("https://www.instagram.com/name_1/", WORRY)).sightings
    assert (sighting.account.platform, sighting.confidence) == ("instagram", 1.0)


def test_an_account_in_the_free_words_is_read_as_always() -> None:
    message = read(a_form("@name_1", "He writes to my son @kid_22 every evening."))
    (other,) = [each for each in message.sightings if each.method != "form"]
    (alone,) = read("@name_1 writes to my son @kid_22 every evening.").sightings[1:]
    assert (other.account, other.role, other.confidence) == (
        alone.account,
        alone.role,
        alone.confidence,
    )


def test_the_writers_own_name_in_the_field_is_reported_all_the_same() -> None:
    """Somebody else may use it now."""
    message = read(f"{a_form('@name_1', 'It was taken over.')}\n-- \nAnna\n@name_1")
    (sighting,) = message.sightings
    assert (sighting.role, sighting.confidence) == (Role.REPORTED, 1.0)


ONE_LINE = " ".join(a_form("@name_1", WORRY, "yes").split())
REORDERED = f"{wordings()['en'].danger}: yes\n{wordings()['en'].account}: @name_1\n"


@pytest.mark.parametrize(
    "text",
    [
        a_form("@name_1", WORRY, "yes").replace(" ", "\u00a0"),
        a_form("@name_1", WORRY, "yes").replace(":", " :"),
        a_form("@name_1", WORRY, "yes").replace(":", "："),
        a_form("@name_1", WORRY, "yes").replace("\n\n", "\n"),
        a_form("@name_1", WORRY, "yes").replace("\n", "\n\n\n"),
        a_form("@name_1", WORRY, "yes").replace("(yes / no)", "(yes/no)"),
        a_form("@name_1", WORRY, "yes").replace("(yes / no): yes", "(yes)"),
        a_form("@name_1", WORRY, "yes").replace("? (yes / no): yes", "?\n\nYes"),
        a_form("@name_1", WORRY, "yes").upper().replace("NAME", "name"),
        a_form("@name_1", WORRY, "yes").replace("Account:", "*Account:*"),
        a_form("@name_1", WORRY, "yes").replace("Account:", "- Account:"),
        a_form("@name_1", WORRY, "yes").replace("now? (yes", "now?\n(yes"),
        f"\u200f{a_form('@name_1', WORRY, 'yes')}",
        f"Hello,\n\n{a_form('@name_1', WORRY, 'yes')}\nSent from my iPhone",
        f"{a_form('@name_1', WORRY, 'yes')}\n-- \nAnna Miller\nanna@mail.example",
        f"{a_form('@name_1', '', 'yes')}",
        REORDERED,
        f"{REORDERED}\nSent from my iPhone",
        ONE_LINE,
        a_form("@name_1", WORRY, "yes").replace("\n\n\n", " "),
        f"{a_form('@name_1')} yes".replace("\n\n\n", " ").replace("\n", " ", 1),
        f"{a_form('@name_1', WORRY, 'yes')}\nOn Mon, 2 Nov 2026, Ben wrote:\n> {a_form('@ben')}",
    ],
)
def test_a_form_survives_what_mail_programs_do_to_it(text: str) -> None:
    message = read(text)
    assert stated(message) == ["name_1"]
    assert message.urgency == "imminent_danger"


@pytest.mark.parametrize(
    "markup",
    [
        "<div>{}</div>",
        "<p class=MsoNormal>{}<o:p></o:p></p>",
        "<span style='color:red'><b>{}</b></span><br>",
    ],
)
def test_a_form_is_known_in_html_alone(markup: str) -> None:
    lines = a_form("@name_1", WORRY, "yes").split("\n")
    message = read("", markup="".join(markup.format(line or "<br>") for line in lines))
    assert (stated(message), message.urgency) == (["name_1"], "imminent_danger")


FORM = a_form("@name_1", "I saw this.", "yes")
QUOTED = "\n".join(f"> {line}" for line in FORM.split("\n"))
FORWARD = f"---------- Forwarded message ---------\nFrom: Ben <ben@mail.example>\n\n{FORM}"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (f"Please look at this.\n\n{FORWARD}", "Fwd: Report about an account"),
        (FORWARD, "Fwd: Report about an account"),
        (FORM, "Fwd: Report about an account"),
        (f"Is this right?\n\nOn Mon, 2 Nov 2026, Ben wrote:\n{QUOTED}", "Re: Report"),
        (f"On Mon, 2 Nov 2026, Ben wrote:\n{QUOTED}", "Re: Report about an account"),
        (QUOTED, "Report about an account"),
        (f"Look at what I got:\n\n{QUOTED}", "Report about an account"),
    ],
)
def test_a_form_that_is_quoted_or_passed_on_is_not_the_writers(text: str, subject: str) -> None:
    message = read(text, subject)
    assert stated(message) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["forwarded", "quoted"])
def test_of_a_form_that_is_passed_on_the_answer_counts_and_the_question_does_not(
    language: str, way: str
) -> None:
    def passed_on(danger: str) -> ParsedMessage:
        form = a_form("@name_1", danger=danger, language=language)
        if way == "quoted":
            form = form.replace("\n", "\n> ")
            return read(f"> {form}", "A mail")
        return read(FORWARD.replace(FORM, form), "Fwd: A mail")

    yes, no = wordings()[language].yes[0], wordings()[language].no[0]
    assert [passed_on(each).urgency for each in ("", no)] == [None, None]
    assert passed_on(yes).urgency == "imminent_danger"
    assert stated(passed_on(yes)) == []


def test_a_form_in_an_attached_mail_is_not_the_writers() -> None:
    mail, inner = EmailMessage(), EmailMessage()
    inner["From"], inner["Subject"] = "ben@mail.example", "Report about an account"
    inner.set_content(FORM)
    mail["From"], mail["Subject"] = "anna@mail.example", "See the attached mail"
    mail.set_content("I was sent this.")
    mail.add_attachment(inner)
    assert stated(read_message(bytes(mail), None, ReadingRules())) == []


def test_an_account_in_a_form_that_is_passed_on_is_read_as_always() -> None:
    message = read(f"Please look at this.\n\n{FORWARD}", "Fwd: Report about an account")
    assert [each.account.handle for each in message.sightings] == ["name_1"]


@pytest.mark.parametrize(
    "text",
    ["", "Account: @name_1", "Account: @name_1\nName: Ben", "What worries you: this", WORRY],
)
def test_one_question_makes_no_form(text: str) -> None:
    assert read_form(text, len(text)) is None


def test_the_writers_language_goes_before_that_of_the_form() -> None:
    worry = "Dieses Konto schreibt meiner Tochter jeden Abend und sie weiß nicht, wer das ist."
    assert read(a_form("@name_1", worry, "yes")).language == "de"
    assert read(a_form("@name_1", "Angst", "yes", language="de")).language == "de"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_text_stays_and_the_answers_keep_their_places(language: str) -> None:
    text = a_form("@name_1", "free words", wordings()[language].yes[0], language)
    form = filled(text)
    assert len(form.text) == len(text)
    assert form.account is not None
    assert text[slice(*form.account)] == "@name_1"
    assert form.danger is not None
    assert fold(text[slice(*form.danger)]) == fold(wordings()[language].yes[0])
    assert form.words == "free words"


def test_no_two_languages_ask_alike_but_for_the_account() -> None:
    for field in FIELDS[1:]:
        asked = [fold(each.question(field)) for each in wordings().values()]
        assert len(set(asked)) == len(asked)


def test_no_question_is_so_long_that_mail_programs_wrap_it() -> None:
    for each in wordings().values():
        assert all(len(each.question(field)) <= 60 for field in FIELDS)


@pytest.mark.parametrize(
    "hostile", ["Account " * 2_000, "\n \u00a0*" * 5_000, "worries you\n*" * 1_500, " \n" * 9_000]
)
def test_no_text_takes_long(hostile: str) -> None:
    """The test's own time limit ends what grows faster than the text."""
    for _ in range(100):
        read_form(f"Account danger{hostile}worries", 20_000)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=50), st.integers(0, 600))
def test_whatever_is_filled_in_is_read(account: str, worry: str, danger: str, own: int) -> None:
    text = a_form(account, worry, danger)
    form = read_form(text, own)
    if form:
        assert len(form.text) == len(text)
        for span in (form.account, form.danger):
            assert span is None or 0 <= span[0] <= span[1] <= (own if form.is_own else len(text))
        assert form.is_own or form.account is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_first_sight_the_question_alone_is_not_urgent(language: str) -> None:
    yes = wordings()[language].yes[0]
    assert perhaps_urgent_in(a_form("@name_1", language=language)) is None
    assert perhaps_urgent_in(a_form("@name_1", danger=yes, language=language)) is not None
