from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from ingest.reading.accounts.platforms import platforms_for
from ingest.reading.accounts.pointers import account_at
from ingest.reading.accounts.urls import MAX_WRAPS, find_urls, take_apart
from ingest.reading.rules import CHIRPER

PLATFORMS = platforms_for(CHIRPER)
URL = "https://chirper.example/dark_wolf"
QUOTED = quote(URL, safe="")
RUN = urlsafe_b64encode(b"_").decode().rstrip("=")
RUNS = urlsafe_b64encode(b"_wolf").decode().rstrip("=")


@pytest.mark.parametrize(
    "wrapped",
    [
        f"https://eur01.safelinks.protection.outlook.com/?url={QUOTED}&data=05%7C02%7C&reserved=0",
        f"https://nam12.safelinks.protection.outlook.com/ap/t-59584e83/?url={QUOTED}&data=05",
        f"https://gcc02.safelinks.protection.outlook.com/?url={QUOTED}&amp;data=04%7C01",
        f"https://usg01.safelinks.protection.office365.us/?url={QUOTED}&data=05",
        f"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/a.html?url={QUOTED}",
        f"https://urldefense.proofpoint.com/v1/url?u={QUOTED}&k=abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__chirper.example_dark-5Fwolf&d=DwM&c=x",
        f"https://urldefense.com/v3/__{URL}__;!!abc!def-ghi$",
        f"https://urldefense.us/v3/__{URL}__;!!abc!def$",
        f"https://urldefense.com/v3/__https://chirper.example/dark*wolf__;{RUN}!!abc!def$",
        f"https://urldefense.com/v3/__https://chirper.example/dark**D__;{RUNS}!!abc!def$",
        "https://urldefense.com/v3/__https:/chirper.example/dark_wolf__;!!abc!def$",
        f"https://www.google.com/url?q={URL}&sa=D&source=editors",
        f"https://www.google.de/url?sa=t&url={QUOTED}&usg=x",
        f"https://google.co.uk/url?url={QUOTED}",
        "https://www.google.com/amp/s/chirper.example/dark_wolf",
        f"https://linkprotect.cudasvc.com/url?a={QUOTED}&c=E,1,x&typo=1",
        f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0",
        f"https://l.instagram.com/?u={QUOTED}&e=AT0",
        f"https://www.youtube.com/redirect?event=channel_description&q={QUOTED}",
        f"https://out.reddit.com/t3_abc?url={QUOTED}&token=x",
        f"https://steamcommunity.com/linkfilter/?u={QUOTED}",
        f"https://vk.com/away.php?to={QUOTED}&utf=1",
        f"https://www.linkedin.com/redir/redirect?url={QUOTED}&urlhash=x",
        f"https://slack-redir.net/link?url={QUOTED}",
        f"https://us-west-2.protection.sophos.com/?d=chirper.example&u={b64encode(URL.encode()).decode()}&i=x",
        f"https://secure-web.cisco.com/1AbCd-efg/{QUOTED}",
        f"https://clicktime.symantec.com/3AbCd?u={QUOTED}",
        f"https://clicktime.symantec.com/15t/{URL}",
        f"https://protect2.fireeye.com/v1/url?k=abc&q=1&e=x&u={QUOTED}",
        f"https://url.avanan.click/v2/___{URL}___.YXAzOm",
        f"https://url.avanan.click/v2/r01/___{URL}___.YXAzOm",
        f"https://href.li/?{URL}",
        f"https://web.archive.org/web/20260101000000/{URL}",
        f"https://t.umblr.com/redirect?z={QUOTED}&t=x",
        f"https://ca-1234.ctp.trendmicro.com/wis/clicktime/v1/query?url={QUOTED}&umid=x",
    ],
)
def test_the_account_within_a_wrapper_is_read(wrapped: str) -> None:
    (url,) = find_urls(f"Please look at {wrapped}", PLATFORMS)
    found = account_at(url, PLATFORMS)
    assert found is not None
    assert (found.account.platform, found.account.handle) == ("chirper", "dark_wolf")


def wrapped_times(count: int) -> str:
    url = URL
    for _ in range(count):
        url = f"https://eur01.safelinks.protection.outlook.com/?url={quote(url, safe='')}&data=1"
    return url


@pytest.mark.parametrize("count", range(1, MAX_WRAPS + 1))
def test_wrappers_within_wrappers_are_opened(count: int) -> None:
    found = take_apart(wrapped_times(count))
    assert found is not None
    assert found.url == URL


def test_no_more_wrappers_than_the_limit_are_opened() -> None:
    found = take_apart(wrapped_times(MAX_WRAPS + 1))
    assert found is not None
    assert found.host.endswith("outlook.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://protect-eu.mimecast.com/s/AbCdEf?domain=chirper.example",
        "https://t.co/AbCdEf",
        "https://bit.ly/AbCdEf",
        "https://eur01.safelinks.protection.outlook.com/?url=javascript:alert(1)",
        "https://eur01.safelinks.protection.outlook.com/?data=05",
        "https://urldefense.com/v3/__",
        "https://urldefense.com/v3/__https://chirper.example/dark*wolf",
        "https://protection.sophos.com/?d=chirper.example&u=%00%00",
        "https://secure-web.cisco.com/1AbCd",
        "https://www.google.com/search?q=https://chirper.example/dark_wolf",
        "https://www.youtube.com/results?q=https%3A%2F%2Fchirper.example%2Fdark_wolf",
        "https://evil-safelinks.example/?url=https%3A%2F%2Fchirper.example%2Fdark_wolf",
    ],
)
def test_what_cannot_be_read_stays_as_it_is(url: str) -> None:
    found = take_apart(url)
    assert found is not None
    assert found.url == url
    assert account_at(found, PLATFORMS) is None
