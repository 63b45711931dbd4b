"""Addresses as the event hash has them: the form decides, and the finest thing is what counts."""

import pytest

from services.traceability.epcis_events.hash_links import hashed_link

ITEM = "https://id.gs1.org/01/09780345418913/21/765tz"


@pytest.mark.parametrize(
    ("address", "hashed"),
    [
        (ITEM, ITEM),
        ("https://example.com/shop/gtin/09780345418913/ser/765tz?11=211121", ITEM),
        ("http://example.com/01/9780345418913/22/344/10/1223/21/765tz/", ITEM),
        ("https://id.gs1.org/01/6901234000016/22/A", "https://id.gs1.org/01/06901234000016"),
        ("https://example.com/01/40170725/10/1223", "https://id.gs1.org/01/00000040170725/10/1223"),
        ("https://example.com/party/4226350800008", "https://id.gs1.org/417/4226350800008"),
        ("https://example.com/itip/040123451234560102/lot/1", "https://id.gs1.org/8006/040123451234560102/10/1"),
        ("https://id.gs1.org/giai/4000001111", "https://id.gs1.org/8004/4000001111"),
        ("https://id.gs1.org/414/4012345000054/254/%41%2F1", "https://id.gs1.org/414/4012345000054/254/A%2F1"),
    ],
)
def test_an_address_of_the_form_is_spelled_in_one_way(address: str, hashed: str) -> None:
    assert hashed_link(address) == hashed
    assert hashed_link(hashed) == hashed


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/01/97803",
        "https://example.com/01/9780345418913/99/x",
        "https://example.com/01/9780345418913/21/1/10/2",
        "https://example.com/123/4012345ABC987/456/4711",
        "https://example.com/8004/ABC987",
        "https://example.com/orders/01",
    ],
)
def test_any_other_address_stays_as_it_is(address: str) -> None:
    assert hashed_link(address) == address
