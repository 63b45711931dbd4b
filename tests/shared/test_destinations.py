"""Calls on somebody else's word reach the open internet and nothing else, at the address that was checked."""

import asyncio
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.destinations import BadDestination, check_destination, is_open, resolve_destination


@pytest.mark.parametrize(
    "dest",
    [
        *(
            "http://client.example.com/x",
            "https://localhost/x",
            "https://127.0.0.1/x",
            "https://10.1.2.3/",
            "https://[::1]/",
        ),
        *(
            "https://192.168.1.1:8443/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.0.0.192/opc/v2/",
            "https://2130706433/",
            "https://127.1/",
        ),
        *("https://0x7f000001/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[fd00::1]/"),
        *(
            "https://user:pw@client.example.com/",
            "https://intranet/",
            "https://db.internal/",
            "ftp://client.example.com/",
        ),
        *(
            "https:///x",
            "nonsense",
            "https://client.example.com:0/",
            "https://client.example.com/a b",
            "https://0.0.0.0/",
        ),
    ],
)
def test_addresses_that_only_this_server_can_reach_are_refused(dest: str) -> None:
    with pytest.raises(BadDestination):
        check_destination(dest, private_allowed=False)


def test_an_open_address_is_taken_and_a_test_setting_allows_a_local_one() -> None:
    check_destination("https://client.example.com:8443/epcis?x=1", private_allowed=False)
    check_destination("http://127.0.0.1:9000/", private_allowed=True)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_open_in_any_wrapping(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
    ]
    assert {is_open(one) for one in wrapped} == {is_open(address)}


async def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def one_outside_one_inside(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, 0, 0, "", ("93.184.216.34", 443)), (socket.AF_INET, 0, 0, "", ("10.0.0.7", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", one_outside_one_inside)
    with pytest.raises(BadDestination, match="内网"):
        await resolve_destination("https://client.example.com/x", private_allowed=False)


async def test_the_connection_goes_to_the_checked_address_under_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def outside(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, 0, 0, "", ("93.184.216.34", 8443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", outside)
    where = await resolve_destination("https://client.example.com:8443/in?x=1", private_allowed=False)
    assert where.url == "https://93.184.216.34:8443/in?x=1"
    assert (where.host_header, where.server_name) == ("client.example.com:8443", "client.example.com")
