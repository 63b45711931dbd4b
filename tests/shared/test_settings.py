"""Settings that do not do are named with the variable to set and what it means."""

import pytest

from services.sampling.settings import Settings
from shared.contracts.codes import Unit
from shared.settings import read_settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("DATABASE_URL", "DATABASE_POOL_SIZE"):
        monkeypatch.delenv(f"SHIAN_{name}", raising=False)
        monkeypatch.delenv(f"SHIAN_{Unit.SAMPLING.upper()}_{name}", raising=False)
    return monkeypatch


def test_a_missing_database_is_named_with_its_variable(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="没有设置 SHIAN_SAMPLING_DATABASE_URL（或各单元公用的 SHIAN_DATABASE_URL）"):
        read_settings(Settings)
    environment.setenv("SHIAN_DATABASE_URL", "postgresql://db/shian")
    assert read_settings(Settings).database_url == "postgresql://db/shian"


def test_a_value_that_will_not_do_is_named_with_what_it_means(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SHIAN_DATABASE_URL", "postgresql://db/shian")
    environment.setenv("SHIAN_DATABASE_POOL_SIZE", "many")
    with pytest.raises(SystemExit, match=r"SHIAN_SAMPLING_DATABASE_POOL_SIZE.*'many' 不能用：连接池常驻连接数"):
        read_settings(Settings)
