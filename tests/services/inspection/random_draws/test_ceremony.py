"""From the freeze to what everybody can recompute: in this order only, and nobody knows anything early."""

import hashlib
import logging
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.random_draws import repository
from services.inspection.random_draws.beacon import QUICKNET
from services.inspection.random_draws.models import RandomDraw
from services.inspection.random_draws.verifier import canonical, sha256, sha256_of_text, verify
from shared.contracts.codes import OFFICIALS, Role, Unit
from shared.times import now
from tests.conftest import ClientOf
from tests.services.inspection.factories import HAISHU, NANHAI
from tests.services.inspection.random_draws.ceremony import NONCES, Ceremony, key, ok, wanted


async def test_a_draw_can_be_recomputed_by_somebody_who_has_nothing_of_ours(ceremony: Ceremony, tmp_path: Path) -> None:
    draw = await ceremony.announced()
    answer = await ceremony.street.get(f"/v1/public-draws/{draw['id']}/bundle")
    file, script = tmp_path / "draw.json", tmp_path / "verifier.py"
    file.write_bytes(answer.content)
    script.write_bytes((await ceremony.street.get("/v1/public-draws/verifier")).content)
    done = subprocess.run(  # noqa: ASYNC221 (nothing else waits)
        [sys.executable, "-I", "-S", script, file], capture_output=True, check=False, env={"PYTHONUTF8": "1"}
    )
    assert done.returncode == 0, done.stdout.decode()
    bundle = answer.json()
    assert canonical(bundle) == answer.content, "the file is the canonical spelling itself"
    assert bundle["reveal"]["entropy"]["nonces"] == list(NONCES)
    visits = await ceremony.visits(draw)
    assert [(one["business_id"], [each["id"] for each in one["inspectors"]]) for one in visits] == [
        (one["subject"], one["inspectors"]) for one in bundle["result"]["assignments"]
    ]
    shown = ok(await ceremony.street.get(f"/v1/public-draws/{draw['id']}/visits"))["items"]
    assert [one["business_name"] for one in shown] == [one["business_name"] for one in visits]
    assert all(len(one["inspectors"]) == 2 for one in shown)


async def test_the_hashes_are_public_before_anything_can_be_known(ceremony: Ceremony) -> None:
    frozen = await ceremony.frozen()
    address = f"/v1/public-draws/{frozen['id']}"
    assert (await ceremony.street.get(address)).status_code == 404
    for number in range(2):
        ok(await ceremony.pledge(frozen, number))
    committed = ok(await ceremony.step(frozen, "commitment", {"entropy": {"mode": "witnesses"}}))
    told = ok(await ceremony.street.get(address))
    assert told["commitment"] == committed["commitment"]
    assert told["commitment_sha256"] == sha256(told["commitment"])
    assert told["commitment"]["entropy"]["nonce_sha256"] == [sha256_of_text(nonce) for nonce in NONCES]
    for part in ("parameters", "subjects", "inspectors"):
        kept = await ceremony.office.get(f"/v1/random-draws/{frozen['id']}/parts/{part}")
        assert hashlib.sha256(kept.content).hexdigest() == told["commitment"][f"{part}_sha256"]
    assert told["bundle"] is None
    for beyond in ("/bundle", "/visits"):
        assert (await ceremony.street.get(address + beyond)).status_code == 404
    for number in range(2):
        ok(await ceremony.open(frozen, number))
    ok(await ceremony.step(frozen, "draw"))
    assert (await ceremony.street.get(address + "/bundle")).status_code == 404, "drawn, not yet announced"
    ok(await ceremony.step(frozen, "announcement"))
    assert verify(await ceremony.bundle(frozen)) == []


async def test_nobody_learns_secret_nonce_or_seed_early(
    ceremony: Ceremony, client_of: ClientOf, session: AsyncSession, caplog: pytest.LogCaptureFixture
) -> None:
    """Every role, every address that shows anything of a draw, the log, and what is kept of answers and events."""
    caplog.set_level(logging.DEBUG)
    draw = await ceremony.committed()
    for number in range(2):
        ok(await ceremony.open(draw, number))
    secret = await repository.secret_of(session, UUID(draw["id"]))
    readers = [await client_of(Unit.INSPECTION, role, regions=[HAISHU]) for role in Role]
    seen = []
    for reader in [*readers, *ceremony.witnesses, ceremony.street]:
        for address in (
            "/v1/random-draws",
            "/v1/public-draws",
            *(
                f"/v1/{kind}/{draw['id']}{part}"
                for kind in ("random-draws", "public-draws")
                for part in ("", "/visits", "/bundle")
            ),
            *(
                f"/v1/random-draws/{draw['id']}/parts/{part}"
                for part in ("parameters", "subjects", "inspectors", "result", "secret")
            ),
            "/v1/drawn-visits/mine",
        ):
            seen.append((await reader.get(address)).text)
    for table in ("outbox_events", "idempotency_records", "random_draws", "random_draw_entries", "random_draw_parts"):
        found = await session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} AS t"))
        seen += [row[0] for row in found]
    told = "\n".join(seen) + caplog.text
    for hidden in (secret, *NONCES):
        assert hidden not in told
    assert (await ceremony.now(draw))["seed"] is None
    drawn = ok(await ceremony.step(draw, "draw"))
    assert drawn["reveal"]["secret"] == secret
    assert secret not in caplog.text


async def test_a_witness_cannot_change_his_nonce_nor_speak_for_another(ceremony: Ceremony) -> None:
    draw = await ceremony.frozen()
    path = f"/v1/random-draws/{draw['id']}"
    ok(await ceremony.pledge(draw, 0))
    assert (await ceremony.pledge(draw, 0, "另一个（演示）")).status_code == 409, "pledged once"
    assert (await ceremony.pledge(draw, 1, NONCES[0])).status_code == 422, "somebody else's hash"
    own = {"nonce_sha256": "0" * 64}
    assert (await ceremony.office.post(f"{path}/pledges", json=own)).status_code == 409, "who froze is no witness"
    too_few = await ceremony.step(draw, "commitment", {"entropy": {"mode": "witnesses"}})
    assert too_few.status_code == 409
    ok(await ceremony.pledge(draw, 1))
    assert (await ceremony.open(draw, 0)).status_code == 409, "no nonce before the commitment"
    ok(await ceremony.step(draw, "commitment", {"entropy": {"mode": "witnesses"}}))
    assert (await ceremony.pledge(draw, 0, "另一个（演示）")).status_code == 409, "nothing is pledged any more"
    for wrong in ("另一个（演示）", NONCES[0] + " ", NONCES[1]):
        refused = await ceremony.open(draw, 0, wrong)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/nonce"
    stranger = await ceremony.client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    assert (await stranger.post(f"{path}/nonces", json={"nonce": NONCES[0]})).status_code == 409
    ok(await ceremony.open(draw, 0))
    assert (await ceremony.open(draw, 0)).status_code == 409, "handed in once"
    assert (await ceremony.step(draw, "draw")).status_code == 409, "one is missing"
    ok(await ceremony.open(draw, 1))
    ok(await ceremony.step(draw, "draw"))
    assert (await ceremony.step(draw, "draw")).status_code == 409, "drawn once"


async def test_what_was_frozen_and_pledged_cannot_be_changed_in_the_database_either(
    ceremony: Ceremony, session: AsyncSession
) -> None:
    await ceremony.drawn()
    for table in ("parts", "secrets", "pledges", "nonces", "entries", "changes"):
        for statement in (f"DELETE FROM random_draw_{table}", f"UPDATE random_draw_{table} SET draw_id = draw_id"):
            with pytest.raises(DBAPIError, match="only appended"):
                async with session.begin_nested():
                    await session.execute(text(statement))


@pytest.mark.parametrize("role", sorted(OFFICIALS))
async def test_another_district_sees_and_does_nothing(ceremony: Ceremony, role: Role) -> None:
    draw = await ceremony.committed()
    elsewhere = await ceremony.client_of(Unit.INSPECTION, role, regions=[NANHAI])
    path = f"/v1/random-draws/{draw['id']}"
    assert ok(await elsewhere.get("/v1/random-draws"))["items"] == []
    for address in (path, f"{path}/visits"):
        assert (await elsewhere.get(address)).status_code == 404
    pledge = await elsewhere.post(f"{path}/pledges", json={"nonce_sha256": "0" * 64})
    assert pledge.status_code == 404
    assert (await elsewhere.post(f"{path}/nonces", json={"nonce": NONCES[0]})).status_code == 404
    if role is Role.FOOD_SAFETY_OFFICE:
        tag = {"If-Match": '"1"'}
        assert (await elsewhere.get(f"{path}/parts/subjects")).status_code == 404
        for step, body in (
            ("commitment", {"entropy": {"mode": "witnesses"}}),
            ("outside-randomness", {"number": "123"}),
            ("draw", None),
            ("announcement", None),
        ):
            assert (await elsewhere.post(f"{path}/{step}", json=body, headers=tag)).status_code == 404
        redraw = wanted(region_code=NANHAI, replaces_id=draw["id"], reason="演示：想让它作废")
        assert (await elsewhere.post("/v1/random-draws", json=redraw, headers=key())).status_code == 404
        assert (await elsewhere.post("/v1/random-draws", json=wanted(), headers=key())).status_code == 403


async def test_a_draw_that_is_drawn_again_stays_to_be_seen_with_the_reason(ceremony: Ceremony) -> None:
    first = await ceremony.announced()
    assert (
        await ceremony.office.post("/v1/random-draws", json=wanted(replaces_id=first["id"]), headers=key())
    ).status_code == 422, "a reason is wanted"
    second = await ceremony.announced(replaces_id=first["id"], reason="演示：漏列一个街道")
    before, after = [ok(await ceremony.street.get(f"/v1/public-draws/{one['id']}")) for one in (first, second)]
    assert (before["state"], before["replaced_by_id"]) == ("cancelled", second["id"])
    assert (after["replaces_id"], after["reason"]) == (first["id"], "演示：漏列一个街道")
    assert verify(await ceremony.bundle(first)) == [], "the first one can still be recomputed"
    assert {one["state"] for one in await ceremony.visits(first)} == {"cancelled"}
    listed = ok(await ceremony.street.get("/v1/public-draws"))["items"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    twice = wanted(replaces_id=first["id"], reason="演示：再来一次")
    assert (await ceremony.office.post("/v1/random-draws", json=twice, headers=key())).status_code == 409


async def test_a_result_that_is_certain_must_be_seen_before_it_can_be_replaced(ceremony: Ceremony) -> None:
    """Whoever could read the secret would reckon the result in private and try again until it suited him."""
    draw = await ceremony.committed()
    for number in range(2):
        ok(await ceremony.open(draw, number))
    again = wanted(replaces_id=draw["id"], reason="演示：不想抽了")
    assert (await ceremony.office.post("/v1/random-draws", json=again, headers=key())).status_code == 409
    drawn = ok(await ceremony.step(draw, "draw"))
    ok(await ceremony.office.post("/v1/random-draws", json=again, headers=key()))
    assert verify(await ceremony.bundle(drawn)) == [], "drawn and thrown away: for everybody to see"


async def test_a_number_that_may_be_known_already_is_no_randomness(ceremony: Ceremony, session: AsyncSession) -> None:
    draw = await ceremony.frozen()
    entropy = {"mode": "public_number", "source": "演示摇号（虚构）", "not_before": now().isoformat()}
    refused = await ceremony.step(draw, "commitment", {"entropy": entropy})
    assert refused.json()["errors"][0]["pointer"].startswith("/entropy")
    never = await ceremony.step(draw, "commitment", {"entropy": entropy | {"not_before": "9999-12-31T23:59:59Z"}})
    assert never.status_code == 422, "nobody can wait for it"
    entropy["not_before"] = (now() + timedelta(hours=1)).isoformat()
    ok(await ceremony.step(draw, "commitment", {"entropy": entropy}))
    assert (await ceremony.step(draw, "outside-randomness", {"number": "58213"})).status_code == 409, "too early"
    await _an_hour_later(session, draw)
    assert (await ceremony.step(draw, "outside-randomness", {"signature": "ab" * 48})).status_code == 422
    ok(await ceremony.step(draw, "outside-randomness", {"number": "58213"}))
    assert (await ceremony.step(draw, "outside-randomness", {"number": "58214"})).status_code == 409, "told once"
    drawn = ok(await ceremony.step(draw, "draw"))
    assert drawn["reveal"]["entropy"] == {"number": "58213"}


async def test_a_beacons_round_is_the_one_that_was_promised(ceremony: Ceremony, session: AsyncSession) -> None:
    draw = await ceremony.frozen()
    moment = (now() + timedelta(hours=1)).isoformat()
    entropy = {"mode": "beacon", "name": "演示信标（虚构）", "round": 7, "not_before": moment}
    ok(await ceremony.step(draw, "commitment", {"entropy": entropy}))
    await _an_hour_later(session, draw)
    ok(await ceremony.step(draw, "outside-randomness", {"signature": "ab" * 48}))
    ok(await ceremony.step(draw, "draw"))
    ok(await ceremony.step(draw, "announcement"))
    bundle = await ceremony.bundle(draw)
    assert bundle["reveal"]["entropy"]["round"] == 7
    assert len(verify(bundle)) == 1, "whoever verifies is told to compare the signature"


async def _an_hour_later(session: AsyncSession, draw: dict[str, Any]) -> None:
    """The promised moment has come: as if the commitment had been published an hour earlier."""
    row = await session.get(RandomDraw, UUID(draw["id"]))
    assert row is not None
    assert row.commitment is not None
    earlier = row.commitment["entropy"] | {"not_before": "2026-01-01T00:00:00+08:00"}
    row.commitment = row.commitment | {"entropy": earlier}
    row.commitment_sha256 = sha256(row.commitment)
    await session.flush()


async def test_steps_are_taken_in_order_and_from_the_version_that_was_seen(ceremony: Ceremony) -> None:
    draw = await ceremony.frozen()
    for step in ("draw", "announcement"):
        assert (await ceremony.step(draw, step)).status_code == 409
    stale = await ceremony.step(draw, "commitment", {"entropy": {"mode": "witnesses"}}, **{"If-Match": '"99"'})
    assert stale.status_code == 412
    inspector = await ceremony.inspector(ceremony.accounts[0])
    assert (await inspector.post("/v1/random-draws", json=wanted(), headers=key())).status_code == 403


async def test_the_history_tells_every_step_and_who_took_it(ceremony: Ceremony) -> None:
    draw = await ceremony.announced()
    kinds = [entry["kind"] for entry in draw["entries"]]
    assert kinds == ["frozen", "pledged", "pledged", "committed", "opened", "opened", "drawn", "announced"]
    assert draw["commitment_sha256"] in draw["entries"][3]["note"]


async def test_an_unknown_draw_is_unknown(ceremony: Ceremony) -> None:
    for client, kind in ((ceremony.office, "random-draws"), (ceremony.street, "public-draws")):
        assert (await client.get(f"/v1/{kind}/{uuid4()}")).status_code == 404


SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
"""Of round 1000 of drand quicknet."""


async def test_a_round_that_is_out_already_is_no_chance(ceremony: Ceremony) -> None:
    draw = await ceremony.frozen()
    beacon = {"mode": "beacon", "not_before": (now() + timedelta(hours=1)).isoformat()}
    for change, pointer in (
        ({"name": QUICKNET, "round": 1000}, "/entropy/round"),
        ({"name": "Drand Quicknet", "round": 10**9}, "/entropy/name"),
        ({"name": "ｄrand quicknet", "round": 1}, "/entropy/name"),
    ):
        refused = await ceremony.step(draw, "commitment", {"entropy": beacon | change})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    ok(await ceremony.step(draw, "commitment", {"entropy": beacon | {"name": QUICKNET, "round": 10**9}}))


async def test_a_signature_that_the_beacon_did_not_make_is_not_taken(ceremony: Ceremony, session: AsyncSession) -> None:
    draw = await ceremony.frozen()
    beacon = {"mode": "beacon", "name": QUICKNET, "round": 10**9}
    moment = (now() + timedelta(hours=1)).isoformat()
    ok(await ceremony.step(draw, "commitment", {"entropy": beacon | {"not_before": moment}}))
    await _an_hour_later(session, draw)
    forged = await ceremony.step(draw, "outside-randomness", {"signature": SIGNATURE})
    assert (forged.status_code, forged.json()["errors"][0]["pointer"]) == (422, "/signature")
    row = await session.get(RandomDraw, UUID(draw["id"]))
    assert row is not None
    assert row.commitment is not None
    row.commitment = row.commitment | {"entropy": row.commitment["entropy"] | {"round": 1000}}
    row.commitment_sha256 = sha256(row.commitment)
    await session.flush()
    ok(await ceremony.step(draw, "outside-randomness", {"signature": SIGNATURE}))
    ok(await ceremony.step(draw, "draw"))
