"""Which of several links answers: by type, language, media type and context, the nearest level first."""

import pytest

from services.traceability.resolver.link_types import DEFAULT, DEFAULT_MULTI, VOCABULARY, link_type
from services.traceability.resolver.rules import Link, Wish, choose, weighted, with_query

PIP = VOCABULARY + "pip"
REGISTER = VOCABULARY + "registerProduct"


def link(
    href: str, *hreflang: str, of: str = PIP, media_type: str | None = None, context: tuple[str, ...] = ()
) -> Link:
    return Link("/01/09506000134376", of, href, href, media_type, hreflang, context)


def chosen(links: list[Link], **wish: object) -> list[str]:
    return [found.href for found in choose([links], Wish(**wish))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "expected"),
    [  # the cases of GS1's own resolver
        ("en-GB,en;q=0.9,en-US;q=0.8,en-IE;q=0.7", "en-GB"),
        ("en,en-US;q=0.8,en-IE;q=0.7", "en-GB"),
        ("en-US,en;q=0.9,en-GB;q=0.8,en-IE;q=0.7", "en-US"),
        ("en-IE;q=0.9,en;q=0.8,en-GB;q=0.7,en-US;q=0.6", "en-IE"),
        ("fr-BE,fr-FR;q=0.8,fr;q=0.7", "any"),
        ("de;q=0, en-US", "en-US"),
    ],
)
def test_the_most_wanted_language_answers(header: str, expected: str) -> None:
    links = [
        link("en-US", "en-US", of=REGISTER),
        link("en-GB", "en-GB", "en", of=REGISTER),
        link("en-IE", "en-IE", of=REGISTER),
        link("any", of=REGISTER),
    ]
    assert chosen(links, link_type=REGISTER, languages=tuple(weighted(header))) == [expected]


def test_a_wider_language_answers_where_the_very_one_is_missing() -> None:
    assert chosen([link("zh", "zh"), link("en", "en")], link_type=PIP, languages=("zh-cn",)) == ["zh"]
    assert chosen([link("zh", "zh-CN"), link("en", "en")], link_type=PIP, languages=("zh",)) == ["zh"]


def test_where_nothing_tells_them_apart_the_reader_chooses() -> None:
    links = [link("en", "en"), link("fr", "fr")]
    assert chosen(links, link_type=PIP) == ["en", "fr"]
    assert chosen(links, link_type=PIP, languages=("de",)) == ["en", "fr"]


def test_the_media_type_decides_among_links_of_one_language() -> None:
    links = [
        link("page", media_type="text/html"),
        link("data", media_type="application/json"),
        link("paper", media_type="application/pdf"),
    ]
    assert chosen(links, link_type=PIP, media_types=weighted("application/json")) == ["data"]
    assert chosen(links, link_type=PIP, media_types=weighted("text/html,application/xml;q=0.9,*/*;q=0.8")) == ["page"]
    assert chosen(links, link_type=PIP, media_types=weighted("application/*")) == ["data", "paper"]
    assert chosen(links, link_type=PIP, media_types=weighted("image/png")) == ["page", "data", "paper"]


def test_a_link_for_an_occasion_answers_on_that_occasion_only() -> None:
    links = [link("shop"), link("hospital", context=("hospital",))]
    assert chosen(links, link_type=PIP) == ["shop"]
    assert chosen(links, link_type=PIP, context="hospital") == ["hospital"]
    assert chosen(links, link_type=PIP, context="school") == ["shop"]


def test_without_a_type_the_default_answers_unless_the_request_speaks_for_another() -> None:
    links = [link("default", of=DEFAULT), link("zh", "zh", of=DEFAULT_MULTI), link("en", "en", of=DEFAULT_MULTI)]
    assert chosen(links) == ["default"]
    assert chosen(links, languages=("en-us",)) == ["en"]
    assert chosen(links, languages=("fr",)) == ["default"]


def test_what_a_nearer_level_has_is_taken_from_there() -> None:
    serial, product = [link("certificate", of=VOCABULARY + "certificationInfo")], [link("pip"), link("d", of=DEFAULT)]
    assert [found.href for found in choose([serial, product], Wish(link_type=PIP))] == ["pip"]
    assert [found.href for found in choose([serial, product], Wish())] == ["d"]
    assert choose([serial, product], Wish(link_type=VOCABULARY + "recallStatus")) == ()


@pytest.mark.parametrize("spelled", ["gs1:pip", "pip", "https://ref.gs1.org/voc/pip", "https://gs1.org/voc/pip"])
def test_a_type_is_known_however_it_is_spelled(spelled: str) -> None:
    assert link_type(spelled) == PIP


@pytest.mark.parametrize("unknown", ["", "gs1:", "schema:url", "https://evil.example/voc/pip", "PIP", "gs1:a b"])
def test_an_unknown_type_is_not_guessed(unknown: str) -> None:
    assert link_type(unknown) is None


@pytest.mark.parametrize(
    ("href", "query", "expected"),
    [
        ("https://a/b", "", "https://a/b"),
        ("https://a/b", "x=1", "https://a/b?x=1"),
        ("https://a/b?y=2", "x=1&17=260101", "https://a/b?y=2&x=1&17=260101"),
        ("https://a/b?y=2#part", "x=1", "https://a/b?y=2&x=1#part"),
    ],
)
def test_the_query_is_passed_on(href: str, query: str, expected: str) -> None:
    assert with_query(href, query) == expected


def test_weights_that_make_no_sense_do_no_harm() -> None:
    assert weighted("a;q=x, b;q=-1, c;q=7, ;q=1, e;q=0.5;v=1") == {"a": 1.0, "c": 1.0, "e": 0.5}
