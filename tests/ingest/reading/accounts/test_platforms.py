from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.reading.accounts.find import find_accounts
from ingest.reading.accounts.platforms import Platform, platforms_for
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.urls import take_apart
from ingest.reading.rules import CHIRPER, HomePlatform, ReadingRules

PLATFORMS = platforms_for(CHIRPER)
DEMANDED = {
    "x", "instagram", "threads", "tiktok", "snapchat", "discord", "telegram", "whatsapp",
    "signal", "youtube", "facebook", "messenger", "reddit", "twitch", "kick", "roblox",
    "minecraft", "steam", "xbox", "playstation", "bluesky", "mastodon", "pinterest", "tumblr",
    "linkedin", "vk", "ok", "kik", "line", "wattpad", "askfm", "medium", "flickr", "soundcloud",
    "spotify", "github", "gitlab", "deviantart", "patreon", "onlyfans", "linktree", "vimeo",
    "weibo", "douyin", "wechat", "qq", "bilibili", "zalo", "viber", "sharechat", "rumble",
    "bereal", "yubo", "wizz", "vrchat", "fortnite",
}  # fmt: skip


def test_the_platforms_asked_for_are_in_the_table() -> None:
    assert {platform.key for platform in PLATFORMS.others} >= DEMANDED


@pytest.mark.parametrize(
    "platform",
    [each for each in (PLATFORMS.home, *PLATFORMS.others) if each.url],
    ids=lambda platform: platform.key,
)
def test_the_url_built_for_a_handle_leads_back_to_it(platform: Platform) -> None:
    handle = "dark.bsky.social" if platform.key == "bluesky" else "darkwolf77"
    account = platform.account(handle=handle)
    url = take_apart(account.url or "")
    found = account_at(url, PLATFORMS) if url else None
    assert found is not None
    assert found.account == account


@pytest.mark.parametrize("platform", PLATFORMS.others, ids=lambda platform: platform.key)
def test_hosts_of_the_table_are_each_claimed_once(platform: Platform) -> None:
    assert all(PLATFORMS.at_host(host) is platform for host in platform.hosts)


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("chirper", "Dark_Wolf", "dark_wolf"),
        ("facebook", "Dark.Wolf.5", "darkwolf5"),
        ("instagram", "Dark.Wolf", "dark.wolf"),
        ("chirper", "\uff44\uff41\uff52\uff4b", "dark"),
    ],
)
def test_handles_fold_by_the_rule_of_their_platform(key: str, one: str, other: str) -> None:
    platform = PLATFORMS.by_key(key)
    assert platform is not None
    assert platform.folded(one) == platform.folded(other)


@pytest.mark.parametrize("page", ["unsubscribe", "messages/1", "Settings", "login?next=/"])
def test_pages_that_every_platform_has_are_no_accounts_of_ours(page: str) -> None:
    bare = replace(CHIRPER, reserved=())
    assert find_accounts_of(f"see https://chirper.example/{page} please", bare) == []
    assert find_accounts_of("see https://chirper.example/shop please", bare) == ["shop"]


def test_a_page_s_word_is_a_name_where_names_have_a_path_of_their_own() -> None:
    home = replace(CHIRPER, reserved=(), profile_paths=("/u/{handle}",))
    assert find_accounts_of("see https://chirper.example/u/messages please", home) == ["messages"]


def find_accounts_of(text: str, home: HomePlatform) -> list[str | None]:
    rules = ReadingRules(home=home)
    named = find_accounts(subject="", text=text, signature="", links=(), rules=rules)
    return [each.account.handle for each in named.sightings]
