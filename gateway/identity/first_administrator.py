"""`./shian first-administrator --login wang.fang --name 王芳 --region 330203` makes the first administrator.

Works once: while there is no administrator yet. Prints a temporary password, which the person exchanges for an own one.
`--missing` only asks: the exit status is 0 while there is none.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, note
from gateway.identity.passwords import desk, temporary_password
from gateway.identity.users import repository
from gateway.identity.users.models import User
from gateway.identity.users.schemas import UserCreate
from gateway.identity.users.service import subject_of
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.database import create_engine, create_sessions
from shared.regions import repository as regions
from shared.settings import read_settings

Answer = TypeVar("Answer")


class UnknownRegionError(RuntimeError):
    """The region does not exist in this installation, so nobody in it could see anything."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"没有区划 {code}。区划代码写 6、9 或 12 位，如 330203；别的城市请先装入，见 docs/guide/regions.md。"
        )


class AdministratorExistsError(RuntimeError):
    """There is one already, who makes the others."""

    def __init__(self) -> None:
        super().__init__("已经有系统管理员，请由其建立其他管理员；忘记口令的，由另一位管理员重置。")


async def make_first_administrator(session: AsyncSession, settings: Settings, wanted: UserCreate) -> str:
    """Make the account and return its temporary password. Raises `AdministratorExistsError`,
    `UnknownRegionError`.
    """
    if await repository.any_administrator(session):
        raise AdministratorExistsError
    for code in wanted.regions:
        if await regions.get_region(session, code) is None:
            raise UnknownRegionError(code)
    user = User(**wanted.model_dump())
    password = temporary_password()
    user.set_password(await desk.hash(password), temporary_for=timedelta(hours=settings.temporary_password_hours))
    session.add(user)
    await session.flush()
    note(session, AuditAction.USER_CREATED, Origin("命令行"), subject_of(user), roles=wanted.roles)
    return password


async def _run(work: Callable[[AsyncSession, Settings], Awaitable[Answer]]) -> Answer:
    """Do the work in one transaction of the gateway's database."""
    settings = read_settings(Settings)
    engine = create_engine(settings)
    try:
        async with create_sessions(engine)() as session, session.begin():
            return await work(session, settings)
    finally:
        await engine.dispose()


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the administrator; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="./shian first-administrator", description="建立第一位系统管理员")
    only_asked = "--missing" in arguments
    parser.add_argument("--missing", action="store_true", help="只查还没有系统管理员（退出码 0）还是已有（1）")
    parser.add_argument("--login", required=not only_asked, metavar="登录名", help="3 至 40 个小写字母、数字、点、横线")
    parser.add_argument("--name", required=not only_asked, metavar="姓名", help="显示的姓名")
    parser.add_argument("--region", required=not only_asked, metavar="区划代码", help="管辖区域，如 330203")
    options = parser.parse_args(arguments)
    try:
        if only_asked:
            return int(asyncio.run(_run(lambda session, _: repository.any_administrator(session))))
        wanted = UserCreate(
            login=options.login, display_name=options.name, roles=[Role.ADMINISTRATOR], regions=[options.region]
        )
        password = asyncio.run(_run(lambda session, settings: make_first_administrator(session, settings, wanted)))
    except ValidationError as error:
        for problem in error.errors():
            field = UserCreate.model_fields[str(problem["loc"][0])]
            print(f"{problem['input']!r} 不能用；{field.description}", file=sys.stderr)  # noqa: T201
        return 1
    except (AdministratorExistsError, UnknownRegionError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"连不上数据库（{error}）。请先启动平台。", file=sys.stderr)  # noqa: T201
        return 1
    print(f"已建立系统管理员 {options.login}，临时口令：{password}（登录后须改为自己的口令）")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
