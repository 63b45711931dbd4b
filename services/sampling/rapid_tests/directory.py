"""Who and where: the sites, stalls, sellers and devices that the rows of an upload name. Read once, then remembered."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.devices import repository as devices
from services.sampling.rapid_tests import repository
from services.sampling.rapid_tests.batches import Batch
from services.sampling.test_items.rules import plain_name
from services.sampling.test_sites import repository as test_sites
from services.sampling.test_sites.models import Site
from services.sampling.test_sites.rules import Seller
from shared.contracts.business_numbers import check_uscc
from shared.http.auth import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """A site as an upload needs it."""

    id: UUID
    code: str
    name: str
    region_code: str
    active: bool

    @classmethod
    def of(cls, site: Site) -> "Place":
        return cls(site.id, site.code, site.name, site.region_code, site.active)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A registered device as an upload needs it: where it stands, and whether it signs what it sends."""

    id: UUID
    site_id: UUID
    signs: bool


@dataclass(frozen=True, slots=True)
class _Period:
    seller: Seller
    valid_from: date
    valid_to: date | None


class Directory:
    """Looks up what rows name. `prepare` reads from the database what a batch will ask for; the rest is memory."""

    def __init__(self, places: Collection[Place], default: Place | None) -> None:
        self.default = default
        self._by_code = {place.code: place for place in places}
        self._by_name: dict[str, list[Place]] = {}
        for place in places:
            self._by_name.setdefault(plain_name(place.name), []).append(place)
        self._stalls: dict[UUID, dict[str, list[_Period]]] = {}
        self._businesses: dict[str, tuple[UUID, str] | None] = {}
        self._devices: dict[tuple[str, str], Instrument | None] = {}

    @classmethod
    async def open(cls, session: AsyncSession, actor: Actor, default_site: UUID | None) -> "Directory":
        """The directory of the sites `actor` may act for. `default_site` is meant where a row names none."""
        places = [Place.of(site) for site in await repository.sites_of(session, actor)]
        return cls(places, next((place for place in places if place.id == default_site), None))

    def place(self, printed: str | None) -> Place:
        """The site a row names. Raises ValueError in Chinese: none named, unknown, ambiguous, out of use."""
        if not printed:
            place = self.default
            if place is None:
                raise ValueError("没有写明检测点；请在上传时选定检测点，或在表中加「检测点」一列")
        elif (by_code := self._by_code.get(printed)) is not None:
            place = by_code
        else:
            named = self._by_name.get(plain_name(printed), [])
            if not named:
                raise ValueError("没有这个检测点，或不在您可办理的范围内；请填编号或登记的名称")
            if len(named) > 1:
                raise ValueError(f"有 {len(named)} 个检测点叫这个名称，请改填编号")
            place = named[0]
        if not place.active:
            raise ValueError(f"检测点「{place.name}」已停用")
        return place

    async def prepare(self, session: AsyncSession, batch: Batch) -> None:
        """Read the stalls, businesses and devices that a batch names and none has named before."""
        await self._prepare_stalls(session, filter(None, map(self._place_id, set(batch.column("site")))))
        await self._prepare_businesses(session, filter(None, map(uscc_of, set(batch.column("seller_licence")))))
        numbers = set(zip(batch.column("device_maker"), batch.column("device_serial"), strict=True))
        await self._prepare_devices(session, (number for number in numbers if all(number)))

    def _place_id(self, printed: str | None) -> UUID | None:
        try:
            return self.place(printed).id
        except ValueError:
            return None

    async def _prepare_stalls(self, session: AsyncSession, sites: Iterable[UUID]) -> None:
        new = set(sites) - self._stalls.keys()
        if not new:
            return
        self._stalls |= {site: {} for site in new}
        for stall in await test_sites.all_stalls(session, new):
            periods = self._stalls[stall.site_id].setdefault(stall.number, [])
            periods.append(_Period(stall.seller, stall.valid_from, stall.valid_to))

    async def _prepare_businesses(self, session: AsyncSession, codes: Iterable[str]) -> None:
        new = set(codes) - self._businesses.keys()
        if new:
            found = await test_sites.businesses_by_uscc(session, new)
            self._businesses |= {code: (found[code].id, found[code].name) if code in found else None for code in new}

    async def _prepare_devices(self, session: AsyncSession, numbers: Iterable[tuple[str, str]]) -> None:
        new = set(numbers) - self._devices.keys()
        if new:
            found = await devices.devices_by_number(session, new)
            signing = await devices.signing_devices(session, {device.id for device in found.values()})
            self._devices |= dict.fromkeys(new) | {
                number: Instrument(device.id, device.site_id, device.id in signing) for number, device in found.items()
            }

    def seller_at(self, site: UUID, stall: str, day: date) -> Seller | None:
        """Who sold at a stall on a day, as registered."""
        for period in self._stalls.get(site, {}).get(stall, ()):
            if period.valid_from <= day and (period.valid_to is None or day < period.valid_to):
                return period.seller
        return None

    def business(self, uscc: str) -> tuple[UUID, str] | None:
        """Id and name of the business with this code, if it is registered."""
        return self._businesses.get(uscc)

    def device(self, maker: str, serial: str) -> Instrument | None:
        """The registered device of this maker and number."""
        return self._devices.get((maker, serial))


@lru_cache(maxsize=10_000)
def uscc_of(licence: str | None) -> str | None:
    """The unified social credit code that a licence number is, if it is one."""
    try:
        return check_uscc(licence) if licence else None
    except ValueError:
        return None
