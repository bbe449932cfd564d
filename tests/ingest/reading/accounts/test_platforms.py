from __future__ import annotations

import pytest

from ingest.reading.accounts.platforms import Platform, platforms_for
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.urls import take_apart
from ingest.reading.rules import CHIRPER

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
