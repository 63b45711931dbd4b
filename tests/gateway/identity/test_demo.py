"""Demo accounts and tokens, and the first administrator of a real installation."""

from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from gateway.identity.demo_token import demo_token, main
from gateway.identity.demo_users import COLLEAGUES, OnlyInDemoError, demo_id, demo_name, seed_demo_users
from gateway.identity.first_administrator import (
    AdministratorExistsError,
    UnknownRegionError,
    make_first_administrator,
)
from gateway.identity.keys import open_key_ring
from gateway.identity.sign_in.jobs import forget_expired
from gateway.identity.sign_in.repository import forget_expired as forget
from gateway.identity.tokens import RingVerifier
from gateway.identity.users.schemas import UserCreate
from gateway.settings import Settings
from shared import times
from shared.contracts.codes import Role
from tests.gateway.identity.conftest import HAISHU, Gateway


async def test_the_demo_has_a_user_for_every_role_whose_password_only_this_installation_knows(
    gateway: Gateway, tmp_path: Path
) -> None:
    settings = gateway.settings.model_copy(update={"demo": True, "data_dir": tmp_path / "one"})
    async with gateway.app.state.sessions() as session, session.begin():
        logins = await seed_demo_users(session, settings, ["330203", "440605"])
        assert len(logins) == 2 * (len(Role) - 1 + len(COLLEAGUES))
        assert await seed_demo_users(session, settings, ["330203", "440605"]) == logins
    by_login = {login.login: login for login in logins}
    inspector = by_login["inspector-330203"]
    answer = await gateway.sign_in(inspector.login, inspector.password)
    assert answer.status_code == 200, answer.text
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["regions"]) == (str(demo_id(Role.INSPECTOR, HAISHU)), [HAISHU])

    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "two"})
    async with gateway.app.state.sessions() as session, session.begin():
        (other, *_) = await seed_demo_users(session, elsewhere, ["330203"])
    assert other.password != inspector.password
    assert (tmp_path / "one" / "demo-password.txt").stat().st_mode & 0o777 == 0o600


async def test_demo_accounts_and_tokens_do_not_exist_outside_the_demo(gateway: Gateway) -> None:
    async with gateway.app.state.sessions() as session:
        with pytest.raises(OnlyInDemoError):
            await seed_demo_users(session, gateway.settings, ["330203"])
    with pytest.raises(OnlyInDemoError):
        demo_token(gateway.settings, Role.INSPECTOR, "330203")


@pytest.mark.parametrize(
    ("role", "second"), [*((role, False) for role in Role), *((role, True) for role in COLLEAGUES)]
)
async def test_a_demo_token_speaks_for_the_demo_user_for_twelve_hours(
    tmp_path: Path, role: Role, *, second: bool
) -> None:
    settings = Settings(database_url="", demo=True, data_dir=tmp_path)
    token = demo_token(settings, role, "330203", second=second)
    actor = await RingVerifier(open_key_ring(settings), "shian").verify(token)
    expected = demo_id(role, HAISHU, second=second), frozenset({role}), (HAISHU,)
    assert (actor.id, actor.roles, actor.regions) == expected
    assert actor.name == demo_name(role, "海曙区", second=second)
    assert actor.kind == ("client" if role is Role.EXTERNAL_SYSTEM else "user")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 12 * 3600


def test_the_command_prints_a_token_or_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIAN_DATA_DIR", str(tmp_path))
    assert main(["--role", "inspector", "--region", "330203"]) == 1
    assert "SHIAN_DEMO=1" in capsys.readouterr().err
    monkeypatch.setenv("SHIAN_DEMO", "1")
    assert main(["--role", "inspector", "--region", "330203"]) == 0
    assert len(capsys.readouterr().out.split(".")) == 3
    assert main(["--role", "inspector", "--region", "33"]) == 1
    assert "区划代码" in capsys.readouterr().err
    assert main(["--role", "inspector", "--region", "999999"]) == 0
    assert "没有区划 999999000000" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--role", "foo", "--region", "330203"])
    assert "没有角色 foo，请从这些里选：leader（领导）" in capsys.readouterr().err


async def test_a_first_administrator_of_nowhere_is_refused(gateway: Gateway) -> None:
    nowhere = UserCreate(login="wang.fang", display_name="演示·王", roles=[Role.ADMINISTRATOR], regions=["999999"])
    async with gateway.app.state.sessions() as session, session.begin():
        with pytest.raises(UnknownRegionError, match="没有区划 999999000000"):
            await make_first_administrator(session, gateway.settings, nowhere)


async def test_the_first_administrator_is_made_once(gateway: Gateway) -> None:
    wanted = UserCreate(login="wang.fang", display_name="演示·王", roles=[Role.ADMINISTRATOR], regions=["330203"])
    async with gateway.app.state.sessions() as session, session.begin():
        password = await make_first_administrator(session, gateway.settings, wanted)
    assert (await gateway.sign_in("wang.fang", password)).json()["type"] == "/problems/password-change-required"
    async with gateway.app.state.sessions() as session, session.begin():
        with pytest.raises(AdministratorExistsError):
            await make_first_administrator(session, gateway.settings, wanted)


async def test_the_nightly_job_forgets_what_expired_and_nothing_else(gateway: Gateway) -> None:
    await gateway.add_user()
    await gateway.sign_in()
    await gateway.sign_in()
    await gateway.sign_in("nobody.here", "wrong")
    one = "(SELECT min(id::text)::uuid FROM sign_ins)"
    await gateway.execute(f"UPDATE sign_ins SET expires_at = now() - interval '2 days' WHERE id = {one}")
    async with gateway.app.state.sessions() as session, session.begin():
        assert await forget(session, times.now(), timedelta(days=1)) == 1
    left = await gateway.execute("SELECT (SELECT count(*) FROM sign_ins), (SELECT count(*) FROM refresh_tokens)")
    assert tuple(left[0]) == (1, 1)
    assert forget_expired.cron
