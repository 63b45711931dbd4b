"""A questionnaire on a phone: no account, no script, no cookie; nothing typed is lost, sent twice it is one."""

import re

from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.services.scoring.evaluations.running import key
from tests.services.scoring.surveys.making import CONTENT

SCORING = "/api/scoring/v1"
OPENED = re.compile(r'name="answer_id" value="([^"]+)"')
ADDRESS = re.compile(r'<a href="https?://[^/"]+(/surveys/[^"]+)">')
CLOSING = re.compile(r'action="(/satisfaction-surveys/[^"]+/links/[^"]+/closing)"')
FILLED = {
    "answer-overall": "fairly",
    "answer-known": "yes",
    "stratum": "urban",
    "age": "４２",
    "months_resident": "120",
    "website": "",
}


async def test_whoever_has_the_address_answers_once_without_an_account(market: Market) -> None:
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        body = {"title": "满意度调查（演示）", "region_code": DISTRICT, "plan": CONTENT | {"seconds_at_least": 0}}
        survey = ok(await office.post(f"{SCORING}/surveys", json=body, headers=key()))
        path = f"{SCORING}/surveys/{survey['id']}"
        link = {"most_answers": 2, "closes_at": "2096-12-31T18:00:00+08:00"}
        token = ok(await office.post(f"{path}/links", json=link, headers=key()))["token"]
        async with market.browser() as anybody:
            page = await anybody.get(f"/surveys/{token}")
            assert page.status_code == 200
            assert not anybody.cookies
            assert "<script" not in page.text
            assert len(page.content) < 15_000
            opened = {"answer_id": OPENED.findall(page.text)[0]}
            wrong = await anybody.post(f"/surveys/{token}", data=opened | FILLED | {"age": "四十"})
            assert wrong.status_code == 422
            assert "您的年龄：" in wrong.text
            assert 'value="fairly" checked' in wrong.text, "nothing typed is lost"
            assert OPENED.findall(wrong.text) == list(opened.values())
            machine = await anybody.post(f"/surveys/{token}", data=opened | FILLED | {"website": "x"})
            assert machine.status_code == 422
            for _ in range(2):
                sent = await anybody.post(f"/surveys/{token}", data=opened | FILLED)
                assert sent.status_code == 303, sent.text
            assert "谢谢您" in (await anybody.get(sent.headers["location"])).text
            guessed = await anybody.get("/surveys/guessed")
            assert (guessed.status_code, "已经结束" in guessed.text) == (404, True)
            other = OPENED.findall((await anybody.get(f"/surveys/{token}")).text)[0]
            assert (await anybody.post(f"/surveys/{token}", data={"answer_id": other} | FILLED)).status_code == 303
            third = OPENED.findall((await anybody.get(f"/surveys/{token}")).text)[0]
            full = await anybody.post(f"/surveys/{token}", data={"answer_id": third} | FILLED)
            assert (full.status_code, "收满" in full.text) == (409, True)
        assert ok(await office.get(f"{path}/result"))["counted"] == 2


async def test_the_office_sees_quotas_and_margin_and_makes_and_closes_an_address(market: Market) -> None:
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        body = {
            "title": "满意度调查一页（演示）",
            "region_code": DISTRICT,
            "plan": CONTENT | {"refuse_all_alike": False},
        }
        survey = ok(await office.post(f"{SCORING}/surveys", json=body, headers=key()))
        path = f"{SCORING}/surveys/{survey['id']}/answers"
        said = {"mode": "telephone", "age": 42, "months_resident": 120, "seconds": 180}
        for stratum, overall in (("urban", "very"), ("urban", "little"), ("rural", "very")):
            answer = said | {"stratum": stratum, "answers": {"overall": overall, "known": "yes"}}
            ok(await office.put(f"{path}/{key()['Idempotency-Key']}", json=answer))
    page = f"/satisfaction-surveys/{survey['id']}"
    wanted = {"stratum": "urban", "most_answers": "２０", "closes_at": "2096-12-31T18:00"}
    async with market.signed_in(Role.LEADER) as leader:
        seen = (await leader.get(page)).text
        assert "65%" in seen, "0.7 × 1/2 + 0.3"
        assert "±" in seen
        assert "还差 5 份" in seen
        assert "未定" in seen, "three answers of ten decide nothing"
        assert "做一个问卷地址" not in seen
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert "满意度调查一页（演示）" in (await office.get("/satisfaction-surveys")).text
        await office.get(page)
        wrong = await post(office, f"{page}/links", wanted | {"closes_at": "2006-12-31T18:00"})
        assert (wrong.status_code, "已经过去" in wrong.text) == (422, True)
        made = await post(office, f"{page}/links", wanted)
        address = ADDRESS.findall(made.text)[0]
        async with market.browser() as anybody:
            assert (await anybody.get(address)).status_code == 200
            closing = CLOSING.findall(made.text)[0]
            assert (await post(office, closing, {})).status_code == 303
            assert (await anybody.get(address)).status_code == 404
        ended = await post(office, f"{page}/closing", {"version": "1"})
        assert ended.status_code == 303
        assert "已结束" in (await office.get(ended.headers["location"])).text
