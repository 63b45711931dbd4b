"""Digital Links as the world writes them, and what is refused. The cases are those on which GS1's own syntax engine and
its standard decide; the URIs are theirs, the expectations in our terms.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.identifiers import BadDigitalLink, build_digital_link, parse_digital_link
from services.traceability.identifiers.application_identifiers import QUALIFIERS, BadValue, check_value
from services.traceability.identifiers.check_digits import CHARACTERS_82, check_digit, check_pair

GTIN = "12312312312333"

ACCEPTED = {
    "http://a/00/006141411234567890": "/00/006141411234567890",
    "HTTP://a/00/006141411234567890": "/00/006141411234567890",
    "https://a/00/006141411234567890": "/00/006141411234567890",
    "HTTPS://a/00/006141411234567890": "/00/006141411234567890",
    f"https://xn--fsq.xn--0zwm56d/01/{GTIN}": f"/01/{GTIN}",
    f"https://a./01/{GTIN}": f"/01/{GTIN}",
    f"https://a:65535/01/{GTIN}": f"/01/{GTIN}",
    f"https://192.0.2.1/01/{GTIN}": f"/01/{GTIN}",
    f"https://3232235777/01/{GTIN}": f"/01/{GTIN}",
    f"https://[2001:db8::1]/01/{GTIN}": f"/01/{GTIN}",
    "https://a/stem/00/006141411234567890": "/00/006141411234567890",
    "https://a/more/stem/00/006141411234567890": "/00/006141411234567890",
    "https://a/00/faux/00/006141411234567890": "/00/006141411234567890",
    f"https://a/01/{GTIN}/22/TEST/10/ABC/21/XYZ": f"/01/{GTIN}/22/TEST/10/ABC/21/XYZ",
    f"https://a/01/{GTIN}/235/TEST": f"/01/{GTIN}/235/TEST",
    "https://a/253/1231231231232": "/253/1231231231232",
    "https://a/253/1231231231232TEST5678901234567": "/253/1231231231232TEST5678901234567",
    "https://a/8018/123456789012345675/8019/123": "/8018/123456789012345675/8019/123",
    "https://a/stem/00/006141411234567890?": "/00/006141411234567890",
    "https://a/stem/00/006141411234567890?99=ABC": "/00/006141411234567890?99=ABC",
    "https://a/stem/401/12345678?99=ABC": "/401/12345678?99=ABC",
    f"https://a/01/{GTIN}?&&&99=ABC&&&&&&98=XYZ&&&": f"/01/{GTIN}?99=ABC&98=XYZ",
    f"https://a/01/{GTIN}?singleton&99=ABC&unknown=666&98=XYZ": f"/01/{GTIN}?99=ABC&98=XYZ",
    f"https://a/01/{GTIN}/22/ABC%2d123?98=XYZ%2f987": f"/01/{GTIN}/22/ABC-123?98=XYZ/987",
    f"https://a/01/{GTIN}/22/ABC+123": f"/01/{GTIN}/22/ABC+123",
    f"https://a/01/{GTIN}/10/abc#fragment": f"/01/{GTIN}/10/abc",
    "https://a/stem/00/006141411234567890?99=ABC#fragment": "/00/006141411234567890?99=ABC",
    "https://id.gs1.org/01/09520123456788/22/2A": "/01/09520123456788/22/2A",
    "https://id.gs1.org/01/09520123456788/10/ABC1/21/12345?17=180426": (
        "/01/09520123456788/10/ABC1/21/12345?17=180426"
    ),
    "https://example.com/01/09520123456788?3103=000195&3922=0299&17=201225": (
        "/01/09520123456788?3103=000195&3922=0299&17=201225"
    ),
    "https://id.gs1.org/00/952012345678912345?02=09520123456788&37=25&10=ABC123": (
        "/00/952012345678912345?02=09520123456788&37=25&10=ABC123"
    ),
    "https://id.gs1.org/414/9520123456788/254/32a%2Fb": "/414/9520123456788/254/32a/b",
    "https://example.com/8004/9520614141234567?01=9520123456788": "/8004/9520614141234567?01=09520123456788",
    "https://id.gs1.org/01/09520123456788/235/XYZ?10=ABC123": "/01/09520123456788/235/XYZ?10=ABC123",
}

REFUSED = {
    "": "#host",
    "ftp://": "#host",
    "http:///": "#host",
    "http://a": "#host",
    "http://a/": "#path",
    "http://a/b/": "#path",
    "HtTp://a/b/00/006141411234567890": "#host",
    "https://00/006141411234567890": "#path",
    f"https://[fe80::1%25lo]/01/{GTIN}": "#host",
    "https://$a/00/006141411234567890": "#host",
    f"https://a/gtin/{GTIN}": "#path/1",
    f"https://a/gtin/{GTIN}/ser/ABC123": "#path/1",
    "https://a/01/2112345678900": "#path/2",
    "https://a/01/416000336108": "#path/2",
    "https://a/01/02345673": "#path/2",
    "https://a/253/1231231231232TEST56789012345678": "#path/2",
    "https://a/stem/00/006141411234567890/": "#path",
    f"https://a/01/{GTIN}?99=": "#query/99",
    f"https://a/01/{GTIN}?99=ABC&999=faux": "#query/999",
    f"https://a/01/{GTIN}?98=XYZ+987": "#query/98",
    "https://example.com/01/09520123456788?10=ABC123": "#query/10",
    "https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&01=09520123456788": "#query/01",
    "https://id.gs1.org/01/09520123456788/10/ABC123?99=XYZ789&10=ABC123": "#query/10",
    "https://id.gs1.org/01/09520123456788?99=XYZ789&99=XYZ789": "#query/99",
    "https://example.com/01/09520123456788/89/ABC123?99=XYZ": "#path/3",
    "https://example.com/01/09520123456788?89=ABC123": "#query/89",
    # what the table of AIs alone lets pass
    "https://id.gs1.org/01/09520123456789": "#path/2",  # check digit
    "https://id.gs1.org/01/09520123456788/21/1/10/2": "#path/1",  # order
    "https://id.gs1.org/01/09520123456788/10/1/10/2": "#path/1",  # repeated
    "https://id.gs1.org/01/09520123456788/235/1/21/2": "#path/1",  # exclusive rows
    "https://id.gs1.org/01/09520123456788/17/250101": "#path/1",  # an attribute is no qualifier
    "https://id.gs1.org/01/09520123456788/21/a%2": "#uri",
    "https://id.gs1.org/01/09520123456788/21/a b": "#uri",
    "https://id.gs1.org/01/09520123456788/21/%E7%95%AA": "#path/4",
    "https://id.gs1.org/01/09520123456788/21/%00": "#path/4",
    "https://id.gs1.org/01/09520123456788/21/": "#path/4",
    "https://id.gs1.org/01/09520123456788/21/123456789012345678901": "#path/4",
    "https://id.gs1.org/01/09520123456788?17=251301": "#query/17",
    "https://id.gs1.org/01/09520123456788?17=250230": "#query/17",
    "https://id.gs1.org/01/09520123456788?17": "#query/17",
    "https://id.gs1.org/8006/095201234567880302": "#path/2",
    "https://id.gs1.org/8010/0614141abc": "#path/2",
    "https://id.gs1.org/8010/0614141ABC/8011/012": "#path/4",
    "https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2L": "#path/2",
    "https://id.gs1.org/8004/ABC1234567": "#path/2",
}


def _shown(uri: str) -> str:
    link = parse_digital_link(uri)
    path = "".join(f"/{ai}/{value}" for ai, value in link.elements)
    return path + ("?" + "&".join(f"{ai}={value}" for ai, value in link.attributes) if link.attributes else "")


@pytest.mark.parametrize("uri", ACCEPTED)
def test_a_valid_uri_is_taken_apart(uri: str) -> None:
    assert _shown(uri) == ACCEPTED[uri]


@pytest.mark.parametrize("uri", REFUSED)
def test_an_invalid_uri_is_refused_with_the_place_of_its_fault(uri: str) -> None:
    with pytest.raises(BadDigitalLink) as refused:
        parse_digital_link(uri)
    assert refused.value.place == REFUSED[uri]


def test_host_and_stem_do_not_change_what_is_named() -> None:
    link = parse_digital_link(
        "https://brand.example.com/some/extra/01/09520123456788/10/ABC?17=300101&linkType=gs1:pip"
    )
    assert link.canonical == "https://id.gs1.org/01/09520123456788/10/ABC"
    assert link.origin == "https://brand.example.com/some/extra"
    assert link.parameters == (("linkType", "gs1:pip"),)


def test_levels_lead_from_the_serial_up_to_the_product() -> None:
    link = parse_digital_link("https://a/01/09520123456788/10/A%2FB/21/7")
    assert link.levels() == (
        "/01/09520123456788/10/A%2FB/21/7",
        "/01/09520123456788/10/A%2FB",
        "/01/09520123456788",
    )


serials = st.text(alphabet=CHARACTERS_82, min_size=1, max_size=20)
gtins = st.text(alphabet="0123456789", min_size=13, max_size=13).map(lambda digits: digits + check_digit(digits))


@given(gtins, st.none() | serials, st.none() | serials)
def test_what_is_built_is_read_back_whatever_characters_it_holds(
    gtin: str, lot: str | None, serial: str | None
) -> None:
    elements = [("01", gtin), *(pair for pair in (("10", lot), ("21", serial)) if pair[1] is not None)]
    uri = build_digital_link(elements, attributes=[("240", serial or "x")], origin="https://example.cn/q")  # type: ignore[arg-type]
    link = parse_digital_link(uri)
    assert list(link.elements) == elements
    assert link.attributes == (("240", serial or "x"),)


@given(gtins, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(gtin: str, position: int, change: int) -> None:
    digit = str((int(gtin[position]) + change) % 10)
    with pytest.raises(BadDigitalLink, match="校验位"):
        parse_digital_link(f"https://a/01/{gtin[:position]}{digit}{gtin[position + 1 :]}")


@given(st.text(max_size=60))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    for uri in (
        text,
        f"https://a/{text}",
        f"https://a/01/09520123456788/{text}",
        f"https://a/01/09520123456788?{text}",
    ):
        try:
            assert parse_digital_link(uri).elements
        except BadDigitalLink as refused:
            assert str(refused)
            assert refused.place.startswith("#")


def test_every_key_and_qualifier_is_an_ai_that_exists() -> None:
    for key, rows in QUALIFIERS.items():
        for ai in {key, *(ai for row in rows for ai in row)}:
            with pytest.raises(BadValue, match="没有值"):
                check_value(ai, "")


def test_the_model_number_of_the_specification_has_the_right_check_characters() -> None:
    assert check_pair("1987654Ad4X4bL5ttr2310c") == "2K"
    check_value("8013", "1987654Ad4X4bL5ttr2310c2K")


@pytest.mark.parametrize(
    ("ai", "good", "bad"),
    [
        ("17", "260200", "260230"),
        ("17", "240229", "250229"),
        ("4324", "2601009999", "2601002400"),
        ("4326", "260131", "260100"),
        ("7003", "2601312359", "2601312360"),
        ("7007", "260101260131", "260131260101"),
        ("7011", "260131", "260132"),
        ("8008", "26013123", "26013124"),
        ("8003", "00614141123452ABC", "00614141123453ABC"),
        ("410", "9520123456788", "9520123456789"),
        ("8026", "095201234567880102", "095201234567880002"),
    ],
)
def test_values_are_held_against_the_calendar_and_their_check_digit(ai: str, good: str, bad: str) -> None:
    check_value(ai, good)
    with pytest.raises(BadValue):
        check_value(ai, bad)


def test_a_compressed_link_is_refused_as_such() -> None:
    with pytest.raises(BadDigitalLink, match="压缩"):
        parse_digital_link("https://id.gs1.org/ARHKVAdpQg4kSbg")
    with pytest.raises(BadDigitalLink) as fault:
        parse_digital_link("https://example.com/about")
    assert "压缩" not in str(fault.value)
