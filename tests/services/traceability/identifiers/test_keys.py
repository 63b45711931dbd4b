"""URN and Digital Link are two spellings of one thing; the cases are those of the public translators."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.identifiers import (
    NotTranslatable,
    class_key,
    match_key,
    read_identifier,
    to_digital_link,
    to_urn,
)
from services.traceability.identifiers.check_digits import CHARACTERS_82
from services.traceability.identifiers.epc_urns import SCHEMES

ID = "https://id.gs1.org"

BOTH_WAYS = {
    "urn:epc:id:sgtin:4012345.011111.98%22": "/01/04012345111118/21/98%22",
    "urn:epc:id:sgtin:415056789012.0.987654": "/01/04150567890128/21/987654",
    "urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()": "/01/80614141123458/21/6789%2F%26%25%22!%3F()",
    "urn:epc:id:sgtin:9521000.002011.SER-1": "/01/09521000020115/21/SER-1",
    "urn:epc:id:sgtin:387583784374.7.9302932": "/01/73875837843740/21/9302932",
    "urn:epc:id:sscc:4012345.3111111111": "/00/340123451111111111",
    "urn:epc:id:sscc:234567.18901234567": "/00/123456789012345675",
    "urn:epc:id:sgln:4012345.00005.122": "/414/4012345000054/254/122",
    "urn:epc:id:sgln:4012345.00005.0": "/414/4012345000054",
    "urn:epc:id:sgln:437473647364..0": "/414/4374736473640",
    "urn:epc:id:pgln:4000001.00000": "/417/4000001000005",
    "urn:epc:id:pgln:999999999999.": "/417/9999999999994",
    "urn:epc:id:grai:4012345.00022.334455": "/8003/04012345000221334455",
    "urn:epc:id:giai:4012345.ABC345": "/8004/4012345ABC345",
    "urn:epc:id:gsrn:4012345.0000006765": "/8018/401234500000067657",
    "urn:epc:id:gsrnp:4012345.0000000007": "/8017/401234500000000074",
    "urn:epc:id:gdti:4012345.00009.PO-4711": "/253/4012345000092PO-4711",
    "urn:epc:id:cpi:0614141.11111111111111-A%23%2F.12345": "/8010/061414111111111111111-A%23%2F/8011/12345",
    "urn:epc:id:cpi:3813667.83201294-5A.489332": "/8010/381366783201294-5A/8011/489332",
    "urn:epc:id:sgcn:0614141.55555.775533": "/255/0614141555550775533",
    "urn:epc:id:ginc:0614141.xyz47%2F11": "/401/0614141xyz47%2F11",
    "urn:epc:id:gsin:4012345.222333444": "/402/40123452223334442",
    "urn:epc:id:itip:4012345.011111.01.02.987": "/8006/040123451111180102/21/987",
    "urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB": "/01/01234567987651/235/51qIgY)%3C%26Jp3*j7'SDB",
    "urn:epc:class:lgtin:4012345.012345.Lot987": "/01/04012345123456/10/Lot987",
    "urn:epc:class:lgtin:4023333.002000.2019-10-07": "/01/04023333020008/10/2019-10-07",
    "urn:epc:idpat:sgtin:8853849.838493.*": "/01/88853849384934",
    "urn:epc:idpat:grai:4843847.38473.*": "/8003/04843847384737",
    "urn:epc:idpat:gdti:4012345.00009.*": "/253/4012345000092",
    "urn:epc:idpat:sgcn:0614141.55555.*": "/255/0614141555550",
    "urn:epc:idpat:itip:483478.7347834.92.93.*": "/8006/748347834783449293",
    "urn:epc:idpat:cpi:164759476414..*": "/8010/164759476414",
}

NO_URNS = [
    "urn:epc:id:sgtin:4012345.011111.999999999999999999999",  # serial too long
    "urn:epc:id:sgtin:234567.1890123",  # no serial
    "urn:epc:id:sgtin:234567.189012.1234",  # too few digits
    "urn:epc:id:sgtin:234567.18901234.00",  # too many
    "urn:epc:id:sgtin:23A567.189012.1234",
    "urn:epc:id:sgtin:23567.18012345.1234",  # prefix of five digits
    "urn:epc:id:sgtin:2356789012345..1234",  # of thirteen
    "urn:epc:id:sscc:401234.3111111111",
    "urn:epc:id:sgln:4012345.00005.",
    "urn:epc::sgln:1234567890.11.1111",
    "urn:epc:id:grai:4012345.0002.334455",
    "urn:epc:id:giai:4012345.ABC345§",
    "urn:epc:id:giai:4012345.",
    "urn:epc:id:gsrn:4012345.6",
    "urn:epc:id:gsrnp:4012345.00000000078",
    "urn:epc:id:gdti:ABC.00009.PO-4711",
    "urn:epc:id:cpi:0614141.123%24.12345",
    "urn:epc:id:cpi:0614141.abc.12345",
    "urn:epc:id:cpi:0614141.12345.abf",
    "urn:epc:id:sgcn:0614141.55555.7755339999999",
    "urn:epc:id:sgcn:0614141.55555.12ab",
    "urn:epc:ginc:0614141.xyz47%2F11",
    "(402)40123452223334442",
    "urn:epc:id:itip:4012345.011111.1.2.987",
    "urn:epc:id:itip:4012345.011111.03.02.987",
    "urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB><",
    "urn:epc:id:pgln:4000001.00000.0",
    "urn:epc:class:lgtin:4012345.012345.Lot987/",
    "urn:epc:id:lgtin:4012345.012345.Lot987",
    "urn:epc:class:sgtin:4012345.012345.1",
    "urn:epc:idpat:sgtin:234567.A189012.*",
    "urn:epc:idpat:gtin:8588588.858545.*",
    "urn:epc:idpat:itip:943549030943.3.04.93.124",
    "urn:epc:idpat:sscc:4012345.*",
    "urn:epc:id:gid:95100000.12345.400",
    "urn:epcglobal:cbv:bizstep:shipping",
    "",
]


@pytest.mark.parametrize("urn", BOTH_WAYS)
def test_a_urn_and_its_digital_link_translate_into_each_other(urn: str) -> None:
    link = ID + BOTH_WAYS[urn]
    prefix = urn.split(":", 4)[4].partition(".")[0]
    assert to_digital_link(urn) == link
    assert to_urn(link, len(prefix)) == urn
    assert to_urn(urn) == urn
    assert match_key(urn) == match_key(link) == link


@pytest.mark.parametrize("text", NO_URNS)
def test_what_is_no_epc_urn_is_not_translated_and_is_its_own_key(text: str) -> None:
    with pytest.raises(NotTranslatable):
        to_digital_link(text)
    assert match_key(text) == text
    assert read_identifier(text) is None


def test_the_host_does_not_matter() -> None:
    assert match_key("https://lidl.de/food/frozen/01/12356789080128/21/1234") == f"{ID}/01/12356789080128/21/1234"
    assert to_urn("https://lidl.de/food/frozen/01/12356789080128/21/1234", 6) == "urn:epc:id:sgtin:235678.1908012.1234"


def test_lot_and_variant_beside_a_serial_do_not_change_the_thing() -> None:
    full = f"{ID}/01/09521000020115/22/2A/10/LOT-A/21/SER-1"
    assert match_key(full) == f"{ID}/01/09521000020115/21/SER-1"
    assert to_urn(full, 7) == "urn:epc:id:sgtin:9521000.002011.SER-1"
    assert to_digital_link(full) == full
    assert match_key(f"{ID}/01/09521000020115/22/2A/10/LOT-A") == f"{ID}/01/09521000020115/10/LOT-A"


def test_a_variant_alone_is_more_than_its_product_and_has_no_urn() -> None:
    variant = f"{ID}/01/09521000020115/22/2A"
    assert match_key(variant) == variant
    assert class_key(variant) == f"{ID}/01/09521000020115"
    with pytest.raises(NotTranslatable):
        to_urn(variant, 7)


def test_a_place_with_extension_0_is_the_place() -> None:
    assert match_key("https://a/414/4012345000054/254/0") == match_key("urn:epc:id:sgln:4012345.00005.0")


def test_without_a_length_the_published_prefixes_decide() -> None:
    assert to_urn(f"{ID}/01/06901234567892/21/1") == "urn:epc:id:sgtin:6901234.056789.1"  # 690: seven digits
    assert to_urn(f"{ID}/01/06921234567890/21/1") == "urn:epc:id:sgtin:69212345.06789.1"  # 692: eight
    with pytest.raises(NotTranslatable, match="几位"):
        to_urn(f"{ID}/01/02000000000008/21/1")  # within a shop; belongs to no company


@pytest.mark.parametrize("length", [0, 5, 13, -7])
def test_a_prefix_has_six_to_twelve_digits(length: int) -> None:
    with pytest.raises(NotTranslatable):
        to_urn(f"{ID}/01/12356789080128/21/1234", length)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("/01/04012345111118/21/98", "/01/04012345111118"),
        ("/01/04012345111118/10/L1", "/01/04012345111118"),
        ("/01/04012345111118/235/X", "/01/04012345111118"),
        ("/01/04012345111118", None),
        ("/8003/04012345000221334455", "/8003/04012345000221"),
        ("/253/4012345000092PO-4711", "/253/4012345000092"),
        ("/8006/040123451111180102/21/987", "/8006/040123451111180102"),
        ("/8010/0614141A/8011/1", "/8010/0614141A"),
        ("/414/4012345000054/254/122", "/414/4012345000054"),
        ("/00/340123451111111111", None),
    ],
)
def test_the_kind_of_a_thing(key: str, kind: str | None) -> None:
    assert class_key(ID + key) == (ID + kind if kind else None)
    assert class_key("urn:uuid:1") is None


_PLAIN = string.ascii_letters + string.digits + "!'()*+,-.:;=_"
_LONGEST_SERIAL = {"21": 20, "235": 28, "10": 20, "254": 20}


@st.composite
def urns(draw: st.DrawFn) -> str:
    """A URN of any scheme, with a prefix of any length and any characters its serial may hold."""
    scheme = SCHEMES[draw(st.sampled_from(sorted(SCHEMES)))]

    def digits(count: int) -> str:
        return draw(st.text(string.digits, min_size=count, max_size=count))

    prefix = digits(draw(st.integers(6, 12)))
    if scheme.digits:
        reference = digits(scheme.digits - len(prefix))
    else:
        letters = string.ascii_uppercase if scheme.name == "cpi" else CHARACTERS_82
        reference = quote(draw(st.text(letters, min_size=1, max_size=30 - len(prefix))), safe=_PLAIN)
    fields = [prefix, reference, *(["01", "02"] if scheme.pieces else [])]
    if scheme.serial == "8011":
        fields.append(str(draw(st.integers(0, 10**12 - 1))))
    elif scheme.name == "sgcn":
        fields.append(digits(draw(st.integers(1, 12))))
    elif scheme.serial is not None:
        longest = _LONGEST_SERIAL.get(scheme.serial, 16)
        fields.append(quote(draw(st.text(CHARACTERS_82, min_size=1, max_size=longest)), safe=_PLAIN))
    return f"urn:epc:{'class' if scheme.name == 'lgtin' else 'id'}:{scheme.name}:{'.'.join(fields)}"


@given(urns())
def test_every_urn_comes_back_from_its_digital_link(urn: str) -> None:
    link = to_digital_link(urn)
    prefix = urn.split(":", 4)[4].partition(".")[0]
    assert to_urn(link, len(prefix)) == urn
    assert match_key(link.replace(ID, "http://example.cn:8080/any/stem")) == match_key(urn)
    assert match_key(match_key(urn)) == match_key(urn)


@given(
    st.text(max_size=60),
    st.sampled_from(["", "urn:epc:id:", "urn:epc:idpat:sgtin:", "https://a/01/", "urn:epc:id:sgln:"]),
)
def test_no_text_breaks_a_key(text: str, start: str) -> None:
    key = match_key(start + text)
    assert match_key(key) == key
    class_key(key)
