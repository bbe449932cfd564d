from __future__ import annotations

import pytest

from ingest.reading.leaving import MANY_LINKS, has_many_links, offers_leaving
from ingest.reading.links import Link

PAGE = "https://shop.example/account?u=77"


@pytest.mark.parametrize(
    "text",
    [
        f"To unsubscribe, go to {PAGE}\n{'offers ' * 900}\nYour shop",
        "offers\nIf you no longer wish to receive them, write to leave@shop.example",
        f"Angebote\nNewsletter abbestellen: {PAGE}",
    ],
)
def test_a_newsletter_says_how_and_where_one_leaves(text: str) -> None:
    assert offers_leaving("Our offers", text, ())
    assert not offers_leaving("Fwd: Our offers", text, ())
    assert not offers_leaving("Our offers", text, (), is_answer=True)


def test_whoever_only_speaks_of_leaving_writes_no_newsletter() -> None:
    assert not offers_leaving("help", "I want to unsubscribe my daughter, there is no opt-out", ())
    far = f"no opt-out\n{'and so on ' * 60}\n{PAGE}"
    assert not offers_leaving("help", far, ())


@pytest.mark.parametrize(
    ("link", "leaves"),
    [
        (Link("https://shop.example/unsubscribe?u=77", "here"), True),
        (Link("https://click.shop.example/77", "Unsubscribe"), True),
        (Link("https://shop.example/newsletter/abmelden", None), True),
        (Link("https://chirper.example/dark_wolf", "this account"), False),
    ],
)
def test_a_link_for_leaving_is_one_of_a_newsletter(link: Link, *, leaves: bool) -> None:
    assert offers_leaving("Our offers", "hello", [link]) is leaves


RULER = "_" * 47
FOOTER = f"{RULER}\nParents mailing list\nhttps://lists.example/mailman/listinfo/parents\n"


@pytest.mark.parametrize("subject", ["our school", "Re: our school", "Re: [Parents] our school"])
def test_below_what_members_write_stands_the_footer_of_their_list(subject: str) -> None:
    assert offers_leaving(subject, f"I think so too.\n{FOOTER}", ())


def test_a_footer_of_a_list_that_somebody_quotes_or_passes_on_is_none() -> None:
    quoted = "".join(f"> {line}\n" for line in FOOTER.splitlines())
    assert not offers_leaving("Re: our school", f"I think so too.\n{quoted}", ())
    assert not offers_leaving("Fwd: our school", f"Look at this.\n{FOOTER}", ())
    assert not offers_leaving("our school", f"I think so.\n{RULER}\nAnna Berg, teacher\n", ())


def test_a_newsletter_leads_to_many_pages() -> None:
    pages = [f"https://shop.example/{number}" for number in range(MANY_LINKS)]
    links = [Link(page, "here") for page in pages]
    assert has_many_links("", links)
    assert has_many_links("\n".join(pages), ())
    assert has_many_links(pages[0], links[1:])
    assert not has_many_links(pages[1], links[1:])
    assert not has_many_links("", [*links[1:], *links[1:], Link("mailto:a@shop.example", "me")])
