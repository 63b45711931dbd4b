"""Made-up users for trying the platform out: one for every role in every jurisdiction, two where it takes two. Only in
the demo.

All share one random password, made once per installation and kept in the data folder, so no installation has another's.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.organisations import repository as organisations
from gateway.identity.organisations.models import Organisation, OrganisationKind
from gateway.identity.passwords import desk, temporary_password
from gateway.identity.users import repository
from gateway.identity.users.models import User
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.contracts.regions import normalise_region_code
from shared.regions import repository as regions

PERSONS = tuple(role for role in Role if role is not Role.EXTERNAL_SYSTEM)

COLLEAGUES = (Role.SAMPLER, Role.LABORATORY, Role.INSPECTOR, Role.GRID_OFFICER)
"""Roles of which there are two: a sample is taken by two people, a business inspected by two, a report reviewed by
another than its writer, a cell handed over to another.
"""

_ORGANISATION_OF = {
    Role.FOOD_SAFETY_OFFICE: OrganisationKind.FOOD_SAFETY_OFFICE,
    Role.GRID_OFFICER: OrganisationKind.STREET,
    Role.LABORATORY: OrganisationKind.LABORATORY,
    Role.MARKET_OPERATOR: OrganisationKind.MARKET_OPERATOR,
    Role.BUSINESS: OrganisationKind.BUSINESS,
    Role.REVIEWER: OrganisationKind.OTHER,
}


class OnlyInDemoError(RuntimeError):
    """Demo accounts and tokens are asked for outside the demo."""

    def __init__(self) -> None:
        super().__init__("演示账号与演示令牌只在演示模式下可用（SHIAN_DEMO=1）；正式运行请用管理员账号建立用户。")


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What a person needs to sign in and look around."""

    role: Role
    region_code: str
    login: str
    password: str


async def seed_demo_users(session: AsyncSession, settings: Settings, region_codes: Sequence[str]) -> list[DemoLogin]:
    """Make the users that are missing and return all demo logins. Safe to repeat; raises `OnlyInDemoError`."""
    if not settings.demo:
        raise OnlyInDemoError
    password, is_new = _password_of_this_installation(settings.data_dir)
    hashed = await desk.hash(password)  # one for all: they share the password, and sixty hashes would delay the start
    logins = []
    for code in map(normalise_region_code, region_codes):
        region = await regions.get_region(session, code)
        place = region.name if region else code
        for role, second in [*((role, False) for role in PERSONS), *((role, True) for role in COLLEAGUES)]:
            login = demo_login(role, code, second=second)
            user = await repository.find_by_login(session, login)
            if user is None:
                organisation = await _organisation(session, role, code, place)
                user = _demo_user(role, code, place, organisation, second=second)
                session.add(user)
            if is_new or user.password_hash is None:
                user.set_password(hashed)
            logins.append(DemoLogin(role, code, login, password))
    await session.flush()
    return logins


def demo_login(role: Role, region_code: str, *, second: bool = False) -> str:
    """`inspector-330203`: the role and the significant digits of the region; a second person has `-2` behind it."""
    return f"{role.value.replace('_', '-')}-{region_code.removesuffix('000000')}" + ("-2" if second else "")


def demo_id(role: Role, region_code: str, *, second: bool = False) -> UUID:
    """The made-up user's id, the same in every installation, so that examples can name it."""
    return uuid5(NAMESPACE_URL, f"https://shian.invalid/demo/{role.value}/{region_code}" + ("/2" if second else ""))


def demo_organisation_id(role: Role, region_code: str) -> UUID | None:
    """The id of the made-up organisation that the made-up user works for; a system works for none."""
    if role is Role.EXTERNAL_SYSTEM:
        return None
    kind = _kind_of_organisation(role)
    return uuid5(NAMESPACE_URL, f"https://shian.invalid/demo/organisation/{kind.value}/{region_code}")


def _kind_of_organisation(role: Role) -> OrganisationKind:
    return _ORGANISATION_OF.get(role, OrganisationKind.BUREAU)


def demo_business_id(region_code: str) -> UUID:
    """The id of the made-up business for which the demo's business user acts."""
    return uuid5(NAMESPACE_URL, f"https://shian.invalid/demo/business-record/{region_code}")


def demo_market_operator_id(region_code: str) -> UUID:
    """The id of the made-up company that runs the demo's markets."""
    return uuid5(NAMESPACE_URL, f"https://shian.invalid/demo/market-operator/{region_code}")


def demo_business_of(role: Role, region_code: str) -> UUID | None:
    """The business for which a made-up user acts; None for officials."""
    if role is Role.MARKET_OPERATOR:
        return demo_market_operator_id(region_code)
    return demo_business_id(region_code) if role is Role.BUSINESS else None


def demo_name(role: Role, place: str, *, second: bool = False) -> str:
    return f"演示·{role.label}{'乙' if second else ''}（{place}）"


def _demo_user(role: Role, code: str, place: str, organisation: Organisation, *, second: bool) -> User:
    return User(
        id=demo_id(role, code, second=second),
        login=demo_login(role, code, second=second),
        display_name=demo_name(role, place, second=second),
        roles=[role],
        regions=[code],
        organisation_id=organisation.id,
        business_id=demo_business_of(role, code),
    )


async def _organisation(session: AsyncSession, role: Role, code: str, place: str) -> Organisation:
    kind = _kind_of_organisation(role)
    name = f"{place}{kind.label}（演示，虚构）"
    organisation = await organisations.find_by_name(session, code, name)
    if organisation is None:
        organisation = Organisation(id=demo_organisation_id(role, code), kind=kind, name=name, region_code=code)
        session.add(organisation)
        await session.flush()
    return organisation


def _password_of_this_installation(folder: Path) -> tuple[str, bool]:
    """The password, and whether it was made just now."""
    path = folder / "demo-password.txt"
    if path.exists():
        return path.read_text().strip(), False
    folder.mkdir(parents=True, exist_ok=True)
    password = temporary_password()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password + "\n")
    return password, True
