from __future__ import annotations

import pytest

from ingest.reading.accounts.find import find_accounts
from ingest.reading.links import Link
from ingest.reading.rules import ReadingRules
from store.model import Role, Sighting

RULES = ReadingRules()


def named(
    text: str, subject: str = "", signature: str = "", links: tuple[Link, ...] = ()
) -> tuple[Sighting, ...]:
    found = find_accounts(subject=subject, text=text, signature=signature, links=links, rules=RULES)
    return found.sightings


def pointers(text: str) -> list[tuple[str, str]]:
    return [
        (sighting.account.platform, sighting.account.handle or sighting.account.user_id or "url")
        for sighting in named(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://chirper.example/dark_wolf", ("chirper", "dark_wolf")),
        (
            "https://www.chirper.example/dark_wolf?ref=mail&utm_source=x#top",
            ("chirper", "dark_wolf"),
        ),
        ("chirper.example/dark_wolf.", ("chirper", "dark_wolf")),
        ("(see http://m.chirper.example/dark_wolf/)", ("chirper", "dark_wolf")),
        ("hxxps://chirper[.]example/dark_wolf", ("chirper", "dark_wolf")),
        ("chirper(dot)example/dark_wolf", ("chirper", "dark_wolf")),
        ("chirper [dot] example/dark_wolf", ("chirper", "dark_wolf")),
        ("https://chirper.example/dark_wolf/status/1234567", ("chirper", "dark_wolf")),
        ("https://chirper.example/dark_wolf/media", ("chirper", "dark_wolf")),
        ("https://chirper.example/i/user/998877", ("chirper", "998877")),
        ("看 https://chirper.example/dark_wolf这个账号", ("chirper", "dark_wolf")),
        ("https://x.com/dark_wolf", ("x", "dark_wolf")),
        ("twitter.com/dark_wolf/status/12", ("x", "dark_wolf")),
        ("https://www.instagram.com/dark.wolf/?igsh=abc", ("instagram", "dark.wolf")),
        ("https://www.instagram.com/p/Cabc123/", ("instagram", "url")),
        ("https://www.tiktok.com/@dark.wolf/video/7123", ("tiktok", "dark.wolf")),
        ("https://vm.tiktok.com/ZMabc/", ("tiktok", "url")),
        ("https://www.snapchat.com/add/darkwolf", ("snapchat", "darkwolf")),
        ("https://discord.com/users/123456789012345678", ("discord", "123456789012345678")),
        ("https://discord.gg/abcDEF", ("discord", "url")),
        ("https://t.me/dark_wolf", ("telegram", "dark_wolf")),
        ("https://t.me/+AbCdEf123", ("telegram", "url")),
        ("https://dark-wolf1.t.me", None),
        ("https://www.youtube.com/@DarkWolf", ("youtube", "DarkWolf")),
        (
            "https://youtube.com/channel/UCabcdefghijklmnopqrstuv",
            ("youtube", "UCabcdefghijklmnopqrstuv"),
        ),
        ("https://youtu.be/abc", ("youtube", "url")),
        ("https://www.facebook.com/dark.wolf.5", ("facebook", "dark.wolf.5")),
        ("https://m.facebook.com/profile.php?id=100012345&ref=x", ("facebook", "100012345")),
        ("https://www.reddit.com/user/dark-wolf/", ("reddit", "dark-wolf")),
        ("https://old.reddit.com/u/dark-wolf", ("reddit", "dark-wolf")),
        ("https://www.twitch.tv/dark_wolf", ("twitch", "dark_wolf")),
        ("https://www.roblox.com/users/12345/profile", ("roblox", "12345")),
        ("https://www.roblox.com/de/users/12345/profile", ("roblox", "12345")),
        ("https://bsky.app/profile/wolf.bsky.social", ("bluesky", "wolf.bsky.social")),
        ("https://bsky.app/profile/did:plc:abcdefgh", ("bluesky", "did:plc:abcdefgh")),
        ("https://mastodon.social/@wolf", ("mastodon", "wolf@mastodon.social")),
        ("https://social.example.org/@wolf/1123", ("mastodon", "wolf@social.example.org")),
        ("@wolf@social.example.org", ("mastodon", "wolf@social.example.org")),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fchirper.example%2Fdark_wolf&data=1",
            ("chirper", "dark_wolf"),
        ),
        ("https://netflix.com/dark_wolf", None),
        ("https://notchirper.example/dark_wolf", None),
        ("https://chirper.example.evil.example/dark_wolf", None),
        ("https://chirper.example@evil.example/dark_wolf", None),
        ("https://chirper.example/help", None),
        ("https://help.chirper.example/contact", None),
        ("https://support.x.com/articles", None),
        ("https://chirper.example/support", None),
        ("https://[broken", None),
    ],
)
def test_a_url_points_to_an_account(text: str, expected: tuple[str, str] | None) -> None:
    assert pointers(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please look at @dark_wolf", ("chirper", "dark_wolf")),
        ("it is @dark_wolf.", ("chirper", "dark_wolf")),
        ("it is @dark_wolf.Please help", ("chirper", "dark_wolf")),
        ("\uff20dark_wolf", ("chirper", "dark_wolf")),
        ("@dark\u200b_wolf", ("chirper", "dark_wolf")),
        ("(@dark_wolf)", ("chirper", "dark_wolf")),
        ("日本@dark_wolf", ("chirper", "dark_wolf")),
        ("@dark_wolfさん", ("chirper", "dark_wolf")),
        ("RT @dark_wolf: hello", ("chirper", "dark_wolf")),
        ("@dark_wolf on Instagram", ("instagram", "dark_wolf")),
        ("his Instagram is @dark.wolf", ("instagram", "dark.wolf")),
        ("On TikTok. Here it is @dark_wolf", ("chirper", "dark_wolf")),
        ("write to anna@example.org", None),
        ("write to josé@example.org", None),
        ("write to anna [at] example.org", None),
        ("cp@chirper.example", None),
        ("my mail is name @gmail", None),
        ("@support does not answer", None),
        ("@ nothing @@ @. a@b", None),
        ("user@dark_wolf", None),
        ("@dark_wolf@", None),
    ],
)
def test_a_mention_names_an_account(text: str, expected: tuple[str, str] | None) -> None:
    assert pointers(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Username: wolf", ("chirper", "wolf")),
        ("user name - see below", None),
        ("Username : “wolf”", ("chirper", "wolf")),
        ("The account name is dark_wolf99 and it worries me", ("chirper", "dark_wolf99")),
        ("the user dark_wolf99 writes", ("chirper", "dark_wolf99")),
        ("the account called wolfman writes", ("chirper", "wolfman")),
        ('an account named "wolfman"', ("chirper", "wolfman")),
        ("this account worries me", None),
        ("the user is a stranger", None),
        ("This user has written to her", None),
        ("Account: this one writes to children", None),
        ("I report an account: please help us", None),
        ("Username:\nwolf", ("chirper", "wolf")),
        ("user id: 123456", ("chirper", "123456")),
        ("User ID 123456", ("chirper", "123456")),
        ("Nutzer-ID: 123456", ("chirper", "123456")),
        ("Benutzername: wolf", ("chirper", "wolf")),
        ("das Konto namens wolfmann schreibt", ("chirper", "wolfmann")),
        ("der Nutzer heißt wolfmann", ("chirper", "wolfmann")),
        ("das Konto heißt wolf_mann", ("chirper", "wolf_mann")),
        ("dieses Konto macht mir Sorgen", None),
        ("Nom d'utilisateur : loup", ("chirper", "loup")),
        ("le compte nommé loup75", ("chirper", "loup75")),
        ("ce compte m'inquiète", None),
        ("Nombre de usuario: lobo", ("chirper", "lobo")),
        ("la cuenta llamada lobo75", ("chirper", "lobo75")),
        ("esta cuenta me preocupa", None),
        ("Instagram: dark.wolf", ("instagram", "dark.wolf")),
        ("dark_wolf99 on Instagram", ("instagram", "dark_wolf99")),
        ("people on Instagram know", None),
        ("Snapchat username: wolfie7", ("snapchat", "wolfie7")),
        ("TikTok - user: wolfie7", ("tiktok", "wolfie7")),
        ("Chirper: wolfie7", ("chirper", "wolfie7")),
        ('the username "dark wolf" is his', None),
        ("the username 'wolfman' is his", ("chirper", "wolfman")),
        ("His Instagram name is dark.wolf.1", ("instagram", "dark.wolf.1")),
        ("On Instagram he is dark.wolf", ("instagram", "dark.wolf")),
        ("Auf Instagram heißt er dark.wolf", ("instagram", "dark.wolf")),
        ("Discord id 123456789012345678", ("discord", "123456789012345678")),
        ("Instagram is bad for people", None),
        (
            "Username: a_name_that_is_longer_than_the_rule",
            ("chirper", "a_name_that_is_longer_than_the_rule"),
        ),
    ],
)
def test_a_label_names_an_account(text: str, expected: tuple[str, str] | None) -> None:
    assert pointers(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("@dark_wolf writes to people", {"dark_wolf": Role.REPORTED}),
        (
            "My account is @anna_b, and @dark_wolf worries me",
            {"anna_b": Role.REPORTER, "dark_wolf": Role.REPORTED},
        ),
        (
            "@dark_wolf keeps writing to my daughter @kid_one",
            {"dark_wolf": Role.REPORTED, "kid_one": Role.VICTIM},
        ),
        ("My daughter got messages from @dark_wolf", {"dark_wolf": Role.REPORTED}),
        (
            "My son's account is @kid_one. It is @dark_wolf",
            {"kid_one": Role.VICTIM, "dark_wolf": Role.REPORTED},
        ),
        ("Mein Konto ist @anna_b", {"anna_b": Role.REPORTER}),
        (
            "@dark_wolf schreibt meiner Tochter @kid_one",
            {"dark_wolf": Role.REPORTED, "kid_one": Role.VICTIM},
        ),
        ("mon compte est @anna_b", {"anna_b": Role.REPORTER}),
        ("ma fille (@kid_one)", {"kid_one": Role.VICTIM}),
        ("mi cuenta es @anna_b", {"anna_b": Role.REPORTER}),
        ("mi hija @kid_one", {"kid_one": Role.VICTIM}),
    ],
)
def test_the_words_before_a_handle_give_its_role(text: str, roles: dict[str, Role]) -> None:
    assert {sighting.account.handle: sighting.role for sighting in named(text)} == roles


def test_a_handle_in_the_signature_is_the_reporters() -> None:
    found = named("@dark_wolf worries me", signature="Anna\n@anna_b")
    assert [(each.account.handle, each.role) for each in found] == [
        ("dark_wolf", Role.REPORTED),
        ("anna_b", Role.REPORTER),
    ]


def test_sightings_of_one_account_are_merged_keeping_the_surest() -> None:
    (only,) = named("@Dark_Wolf, that is https://chirper.example/dark_wolf", subject="@dark_wolf")
    assert (only.method, only.confidence) == ("profile_url", 0.95)


WOLF = "https://chirper.example/dark_wolf"


def test_a_link_counts_where_its_words_stand() -> None:
    (only,) = named("please look at this account", links=(Link(WOLF, "this account"),))
    assert (only.part, only.account.url, only.role) == ("text", WOLF, Role.REPORTED)
    assert "please look at this account"[slice(*only.span)] == "this account"


def test_the_words_around_a_link_tell_the_role() -> None:
    found = named("@dark_wolf writes to my daughter (here)", links=(Link(f"{WOLF}_2", "here"),))
    assert [each.role for each in found] == [Role.REPORTED, Role.VICTIM]


def test_a_link_whose_words_are_not_the_writers_is_none() -> None:
    assert named("@bad_one worries me", links=(Link(WOLF, "in a quoted mail"),)) == named(
        "@bad_one worries me"
    )


def test_a_link_in_the_signature_is_the_reporters() -> None:
    found = named("@bad_one worries me", signature="Anna, my page", links=(Link(WOLF, "my page"),))
    assert [each.role for each in found] == [Role.REPORTED, Role.REPORTER]


@pytest.mark.parametrize("text", ["", None])
def test_a_link_without_words_counts_only_where_nothing_else_does(text: str | None) -> None:
    assert [each.account.handle for each in named("look", links=(Link(WOLF, text),))] == [
        "dark_wolf"
    ]
    assert len(named("look at @bad_one", links=(Link(WOLF, text),))) == 1


def test_the_span_counts_in_the_text_as_it_came() -> None:
    text = "see hxxps://chirper[.]example/dark_wolf, please"
    (only,) = named(text)
    assert text[slice(*only.span)] == "hxxps://chirper[.]example/dark_wolf"


def test_many_accounts_are_capped() -> None:
    assert len(named(" ".join(f"@name_{count}" for count in range(300)))) == 50


def test_a_domain_after_the_sign_is_no_account_of_ours() -> None:
    assert pointers("write to @anna.example or @heron7.Thank you") == [("chirper", "heron7")]
    assert pointers("@anna.heron on Instagram") == [("instagram", "anna.heron")]
