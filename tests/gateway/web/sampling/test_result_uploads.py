"""A dry run of results is taken in from its page: the file is there already."""

from typing import Any

from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import OWN_PAGE, Market, finished, post
from tests.gateway.web.sampled import receive, take_sample
from tests.services.sampling.result_imports.making import table


async def test_a_dry_run_is_taken_in_without_choosing_the_file_again(market: Market) -> None:
    sample = await take_sample(market)
    await receive(market, sample)
    row: dict[str, Any] = {"检验项目": "铅（以Pb计）", "结果单位": "mg/kg", "标准限值": "≤0.3", "结果判定": "合格项"}
    row |= {
        "盲样编码": sample.blind_code,
        "报告书编号": "演示-C",
        "报告日期": day_of(now()).isoformat(),
        "检验结果": "0.12",
    }
    async with market.signed_in(Role.LABORATORY) as laboratory:
        await laboratory.get("/result-uploads/new")
        tried = await laboratory.post(
            "/result-uploads/new",
            data={"form_token": laboratory.cookies["shian_form"], "dry_run": "true", "report_date": ""},
            files={"file": ("演示结果.csv", table([row]))},
            headers=OWN_PAGE,
        )
        trial = tried.headers["location"]
        page = (await finished(laboratory, trial)).text
        assert f'action="{trial}/acceptance"' in page
        assert "导入 1 份" in page
        taken = await post(laboratory, f"{trial}/acceptance", {})
        assert taken.status_code == 303, taken.text
        assert taken.headers["location"] != trial
        page = (await finished(laboratory, taken.headers["location"])).text
        assert "导入结果" in page
        assert "/acceptance" not in page, "what was taken in is not offered again"
        again = await post(laboratory, f"{trial}/acceptance", {})
        assert again.headers["location"] == taken.headers["location"], "pressed twice it is one import"
        refused = await post(laboratory, f"{taken.headers['location']}/acceptance", {})
        assert refused.status_code == 422
        assert '<a href="#acceptance">' in refused.text
        assert "已报送" in (await laboratory.get(sample.desk)).text
