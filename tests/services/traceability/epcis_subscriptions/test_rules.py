"""Schedules and addresses of subscriptions."""

import asyncio
import ipaddress
import socket
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.epcis_subscriptions.rules import FIELDS, BadSchedule, pause_after, read_schedule
from shared.destinations import (
    BadDestination,
    check_destination,
    is_open,
    resolve_destination,
)
from shared.times import SHANGHAI


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("fields", "after", "due"),
    [
        ({"hour": "1", "minute": "5"}, shanghai(2026, 7, 24, 1, 5), shanghai(2026, 7, 25, 1, 5)),
        ({"hour": "1", "minute": "5"}, shanghai(2026, 7, 24, 1, 4, 59), shanghai(2026, 7, 24, 1, 5)),
        ({"second": "0/30"}, shanghai(2026, 7, 24, 9, 0, 1), shanghai(2026, 7, 24, 9, 0, 30)),
        ({"minute": "[0-10],30"}, shanghai(2026, 7, 24, 9, 11), shanghai(2026, 7, 24, 9, 30)),
        ({"dayOfWeek": "1"}, shanghai(2026, 7, 24), shanghai(2026, 7, 27)),
        ({"dayOfMonth": "31"}, shanghai(2026, 8, 31, 0, 0, 0), shanghai(2026, 10, 31)),
        ({"month": "2", "dayOfMonth": "29"}, shanghai(2026, 1, 1), shanghai(2028, 2, 29)),
        ({"hour": "*/12"}, shanghai(2026, 7, 24, 0, 0), shanghai(2026, 7, 24, 12)),
    ],
)
def test_a_schedule_is_due_at_the_next_matching_time(fields: dict[str, str], after: datetime, due: datetime) -> None:
    assert read_schedule(fields).next_after(after) == due


@pytest.mark.parametrize(
    "fields",
    [{}, {"hour": "24"}, {"minute": "x"}, {"minute": "[5-1]"}, {"second": ""}, {"dayOfWeek": "0"}, {"hour": "1;2"}],
)
def test_a_schedule_that_says_nothing_sensible_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(BadSchedule):
        read_schedule(fields)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(BadSchedule, match="永远不会到来"):
        read_schedule({"month": "2", "dayOfMonth": "30"}).next_after(shanghai(2026, 1, 1))


FIELD = st.sampled_from(["second", "minute", "hour", "dayOfMonth", "dayOfWeek"])


@given(
    st.dictionaries(FIELD, st.integers(1, 6), min_size=1, max_size=3),
    st.integers(0, 31_000_000),
)
def test_the_next_time_matches_and_is_later(given_fields: dict[str, int], seconds: int) -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    due = read_schedule({name: str(value) for name, value in given_fields.items()}).next_after(instant)
    local = due.astimezone(SHANGHAI)
    told = {"second": local.second, "minute": local.minute, "hour": local.hour, "dayOfMonth": local.day}
    told["dayOfWeek"] = local.isoweekday()
    assert due > instant
    assert all(told[name] == value for name, value in given_fields.items())
    assert set(given_fields) <= set(FIELDS)


def test_pauses_grow_to_an_hour_and_no_further() -> None:
    pauses = [pause_after(failures) for failures in range(1, 50)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=10), timedelta(hours=1))


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
