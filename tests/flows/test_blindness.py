"""The attack on blindness: everybody tries every route, and nobody reads whose a sample is who may not.

The sample's form is filled in, field by field as its schema has them, with invented marks that stand nowhere else. Then
each attacker calls every route of the gateway and the four services, with every id, code and number of the sample in
every place of the path, and reads whatever comes back: bodies, headers and the words of refusals. A field that is added
to the form, or a route that is added anywhere, is attacked from then on without a line here.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from itertools import product, zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.embedded_postgres import EmbeddedPostgres
from gateway.identity.demo_users import demo_login, demo_organisation_id, seed_demo_users
from gateway.identity.keys import open_key_ring
from gateway.identity.tokens import TokenIssuer
from gateway.web.forms import FORM_COOKIE
from services.sampling.samples.form import SampleForm
from services.sampling.samples.models import Sample
from services.sampling.samples.service import CLOCK_OBJECT, clock_title, facts_of
from services.sampling.sampling_tasks.service import AssignedSampler, assign
from services.sampling.separation.service import take_part
from shared.clocks.service import open_clock
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Conclusion, Duty, ReportClass, SampleConcluded, UnqualifiedItem
from shared.database import create_engine, create_sessions
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.jobs.models import Job, JobState
from shared.times import day_of, now
from tests.architecture.routes import ROLES, WEB, KnownRoute, all_routes
from tests.conftest import copied
from tests.flows.people import DISTRICT, Person
from tests.flows.stage import Stage, set_stage
from tests.services.sampling.apart import (
    reception,
    rejection,
    sent,
    stored_laboratory,
    stored_sampler,
    stored_task,
    taken_sample,
)
from tests.services.sampling.reports.making import LEAD, NO_LIMIT, draft
from tests.waiting import eventually

ELSEWHERE = "440605000000"
STREET_OF_SAMPLE = "330203006000"
"""A street that no example names."""

SHOWN = frozenset(
    {
        *("goods.name", "goods.specification", "goods.quantity_unit"),
        *("goods.storage", "goods.storage_other", "goods.storage_temperature", "goods.storage_humidity"),
    }
)
"""What a laboratory reads of the form. Every other text is marked."""

NOT_ANY_TEXT = frozenset({"number", "region_code", "category_code"})
PUBLIC = re.compile(r"/v1/(regions|calendar|clock-rules|test-items)\b")
"""The same for everybody, whatever samples there are; the codes of regions stand there."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DESK = "/api/sampling/v1/laboratory/samples"


def marked(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str = "") -> Any:
    """A form (by its JSON schema) whose every text is a mark of its own; None where no mark fits."""
    if path in SHOWN or path.rpartition(".")[2] in NOT_ANY_TEXT:
        return None
    if "$ref" in schema:
        return marked(definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
    if "anyOf" in schema:
        return marked(schema["anyOf"][0], definitions, path)
    match schema.get("type"):
        case "object":
            inner = {
                name: marked(part, definitions, f"{path}.{name}".lstrip("."))
                for name, part in schema["properties"].items()
            }
            return {name: value for name, value in inner.items() if value is not None}
        case "array":
            return [marked(schema["items"], definitions, path)]
        case "string" if "enum" in schema:
            return schema["enum"][0]
        case "string" if schema.get("format") == "uuid":
            return str(uuid4())
        case "string" if "pattern" in schema:
            return sha256(path.encode()).hexdigest()
        case "string" if "format" not in schema:
            return f"暗记{sha256(path.encode()).hexdigest()[:10]}"
    return None


def texts(value: Any) -> Iterator[str]:
    """Every text in a form."""
    match value:
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)
        case str():
            yield value


@dataclass(frozen=True)
class Secret:
    """A sample that must stay blind, with all that would give it away and all that fits into a path."""

    blind_code: str
    marks: frozenset[str]
    handles: tuple[str, ...]
    told: frozenset[str]
    """The ids among the handles that events have told to units beside sampling; every other id is to them any id."""


@dataclass(frozen=True)
class Attacker:
    """Somebody who tries, with a bearer token of his own."""

    roles: frozenset[Role]
    http: httpx.AsyncClient


@dataclass(frozen=True)
class Scene:
    """A platform with the secret, and the laboratory that holds the sample."""

    stage: Stage
    secret: Secret
    laboratory: Attacker
    password: str

    def stranger(self, *roles: Role, region: str = DISTRICT, organisation_id: UUID | None = None) -> httpx.AsyncClient:
        """The client of somebody of these roles who has nothing to do with the sample, of a house of his own or not."""
        settings = self.stage.gateway_settings
        actor = Actor(
            id=uuid4(),
            name="演示·试探的人",
            kind="user",
            roles=frozenset(roles),
            regions=(region,),
            organisation_id=organisation_id or uuid4(),
            business_id=None,
            scopes=frozenset(),
        )
        token = TokenIssuer(open_key_ring(settings), settings.token_issuer).issue(actor, timedelta(hours=1))
        return self.client(Authorization=f"Bearer {token}")

    def client(self, **headers: str) -> httpx.AsyncClient:
        address = self.stage.platform.address_of(Unit.GATEWAY)
        return httpx.AsyncClient(base_url=address, headers=headers, timeout=60)


async def hide_a_sample(session: AsyncSession, laboratory_id: UUID) -> tuple[Sample, Secret]:
    """A sample taken yesterday at a minute of its own, whose party, producer, mark and number are marks."""
    schema = SampleForm.model_json_schema()
    form = marked(schema, schema["$defs"])
    form["goods"] |= {"name": f"{form['goods']['trade_mark']}草鱼", "quantity": "3.0", "backup_quantity": "1.5"}
    form["goods"] |= {"specification": f"{form['producer']['name']} 散装", "quantity_unit": "kg", "storage": "冷藏"}
    sampler = await stored_sampler(session, name="暗记抽样员甲")
    form["samplers"] = [form["samplers"][0] | {"user_id": str(sampler.id), "name": sampler.name}]
    SampleForm.model_validate(form)  # it is a form as the terminal would send it
    marks = {text for text in texts(form) if re.fullmatch("暗记[0-9a-f]{10}|[0-9a-f-]{36}|[0-9a-f]{64}", text)}
    task = await stored_task(
        session, number="演示-暗记任务-0417", instructions="暗记要求", business_name="暗记被抽样单位"
    )
    await assign(
        session,
        task,
        [
            AssignedSampler(one.id, one.name, one.organisation_id)
            for one in (sampler, await stored_sampler(session, name="暗记抽样员乙"))
        ],
    )
    taken_at = now().replace(minute=17, second=43, microsecond=123456) - timedelta(days=1)
    sample = await taken_sample(
        session,
        number="XBJ99887766554433221",
        task_id=task.id,
        business_id=uuid7(),
        region_code=STREET_OF_SAMPLE,
        bureau_code=DISTRICT,
        task_source=form["basics"]["task_source"],
        food_name=form["goods"]["name"],
        sampled_party_name=form["sampled_party"]["name"],
        producer_name=form["producer"]["name"],
        lot_code=form["goods"]["lot_code"],
        taken_at=taken_at,
        sampled_on=day_of(taken_at),
        form=form,
    )
    house = await stored_laboratory(session, id=laboratory_id)
    await sent(session, sample, house, ("孔雀石绿",))
    people = Actor(sampler.id, sampler.name, "user", frozenset(), (), sampler.organisation_id, None, frozenset())
    await take_part(session, sample.id, Duty.SAMPLER, people)
    clock = await open_clock(
        session,
        code="sample_delivery",
        object_type=CLOCK_OBJECT,
        object_id=sample.id,
        region_code=STREET_OF_SAMPLE,
        triggered_at=taken_at,
        title=clock_title(sample),
    )
    somebodys = Job(
        id=uuid7(),
        kind="import_samples",
        title=f"导入抽样单 {sample.number}",
        payload={},
        state=JobState.SUCCEEDED.value,
        result={"number": sample.number},
        actor_id=sampler.id,
        region_code=STREET_OF_SAMPLE,
    )
    session.add(somebodys)
    await publish(
        session,
        SampleConcluded(
            **facts_of(sample),
            conclusion=Conclusion.UNQUALIFIED,
            report_class=ReportClass.UNQUALIFIED,
            report_number="演示-暗记报告",
            unqualified_items=[UnqualifiedItem(item="孔雀石绿", result="2.35 μg/kg", requirement="不得检出")],
            concluded_at=now(),
        ),
        sample.id,
    )
    ids = [sample.id, task.id, sampler.id, clock.id, somebodys.id, sample.business_id]
    marks |= {str(one) for one in ids} | {STREET_OF_SAMPLE, "17:43.123456", sampler.name}
    marks |= {str(sample.number), task.number, task.instructions, str(task.business_name)}
    attachment = form["attachments"][0]["sha256"]
    handles = (sample.blind_code, str(sample.number), *map(str, ids), attachment, str(laboratory_id), DISTRICT)
    told = frozenset({str(sample.id), str(sample.business_id)})
    return sample, Secret(sample.blind_code, frozenset(marks), handles, told)


@pytest_asyncio.fixture(scope="module")
async def scene(
    postgres: EmbeddedPostgres, template: str, signing_keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        database_url = await stack.enter_async_context(copied(postgres, template))
        folder = tmp_path_factory.mktemp("blindness")
        stage = await stack.enter_async_context(set_stage(database_url, signing_keys, folder))
        laboratory_id = demo_organisation_id(Role.LABORATORY, DISTRICT)
        assert laboratory_id is not None
        passwords = []
        for unit in (Unit.SAMPLING, Unit.GATEWAY):
            engine = create_engine(stage.platform.settings[unit])
            async with create_sessions(engine)() as session, session.begin():
                if unit is Unit.GATEWAY:
                    passwords = await seed_demo_users(session, stage.gateway_settings, [DISTRICT])
                else:
                    _, secret = await hide_a_sample(session, laboratory_id)
            await engine.dispose()
        await eventually(stage.ledger.all_delivered)
        http = stage.people[Role.LABORATORY].http
        yield Scene(stage, secret, Attacker(frozenset({Role.LABORATORY}), http), passwords[0].password)


def addresses(route: KnownRoute, secret: Secret) -> Iterator[str]:
    """The route's path with every handle that fits in every place: ids where an id is asked for, else all others.

    A page's slug is a word of the site, so one handle stands for all that it is not.
    """
    places = re.split(r"\{([^}]+)\}", route.path)
    ids = frozenset(secret.handles) if route.unit in (Unit.SAMPLING, Unit.GATEWAY) else secret.told
    wanted = [list(_fitting(name.partition(":")[0], secret, ids)) for name in places[1::2]]
    for values in product(*wanted):
        yield "".join(part for pair in zip_longest(places[::2], values, fillvalue="") for part in pair)


def _fitting(place: str, secret: Secret, ids: Collection[str]) -> Iterator[str]:
    if place == "slug":
        yield secret.blind_code
    elif place.endswith("_id"):
        yield from (handle for handle in secret.handles if handle.count("-") == 4 and handle in ids)
    else:
        yield from (handle for handle in secret.handles if handle.count("-") != 4)


async def told(
    scene: Scene, attacker: Attacker, marks: frozenset[str], *methods: str, units: Collection[Unit] = tuple(Unit)
) -> dict[str, set[str]]:
    """What gave the sample away: for each route the marks in its answers that the attacker had not sent himself.

    Routes that are closed to his roles are left out; that they are closed whatever is asked is tested with the access
    matrix.
    """
    found: dict[str, set[str]] = {}
    at_once = asyncio.Semaphore(8)

    async def attempt(route: KnownRoute, path: str) -> None:
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
        address = scene.stage.platform.address_of(route.unit) + path
        body: dict[str, Any] | None = None if route.method == "GET" else {}
        async with at_once:
            answer = await attacker.http.request(route.method, address, json=body, headers=headers)
        seen = answer.text + str(answer.headers)
        if leaked := {mark for mark in marks if mark in seen and mark not in path}:
            found.setdefault(str(route), set()).update(leaked)

    async with asyncio.TaskGroup() as group:
        for route in all_routes():
            if route.unit not in units or route.method not in methods or not route.path.startswith(("/v1/", "/api/")):
                continue
            if route.path.endswith("/stream") or PUBLIC.search(route.path):
                continue
            if route.guard == ROLES and not attacker.roles & route.roles:
                continue
            for path in addresses(route, scene.secret):
                group.create_task(attempt(route, path))
    return found


async def test_the_marks_are_really_there(scene: Scene) -> None:
    """Otherwise the attack would find nothing because there is nothing: an officer of the district reads them."""
    officer = Attacker(frozenset({Role.INSPECTOR}), scene.stage.people[Role.INSPECTOR].http)
    seen = set().union(*(await told(scene, officer, scene.secret.marks, "GET", units=[Unit.SAMPLING])).values())
    assert len(seen) > 60, sorted(scene.secret.marks - seen)


async def test_a_laboratory_learns_nothing_through_any_route(scene: Scene) -> None:
    assert await told(scene, scene.laboratory, scene.secret.marks, *METHODS) == {}


async def test_nor_through_any_page(scene: Scene) -> None:
    async with scene.client(accept="text/html") as browser:
        await browser.get("/login")
        form = {"login": demo_login(Role.LABORATORY, DISTRICT), "password": scene.password, "next": "/"}
        signed_in = await browser.post(
            "/login",
            data={"form_token": browser.cookies[FORM_COOKIE]} | form,
            headers={"sec-fetch-site": "same-origin"},
        )
        assert signed_in.status_code == 303, signed_in.text
        pages = [route for route in all_routes() if route.guard == WEB and route.method == "GET"]
        tried = [address for route in pages for address in addresses(route, scene.secret)]
        assert len(tried) > 500
        for some in (tried[first : first + 8] for first in range(0, len(tried), 8)):
            for page, address in zip(await asyncio.gather(*map(browser.get, some)), some, strict=True):
                assert page.status_code < 500, address
                leaked = {mark for mark in scene.secret.marks if mark in page.text and mark not in address}
                assert leaked == set(), address


@pytest.mark.parametrize(
    ("roles", "region"),
    [
        ([Role.LABORATORY], DISTRICT),
        ([Role.SAMPLER], DISTRICT),
        ([Role.MARKET_OPERATOR, Role.BUSINESS], DISTRICT),
        ([role for role in Role if role is not Role.ADMINISTRATOR], ELSEWHERE),
    ],
)
async def test_who_has_nothing_to_do_with_it_learns_nothing(scene: Scene, roles: list[Role], region: str) -> None:
    """Another laboratory, another sampler, parties that were not sampled, officers of another district: not even the
    blind code.
    """
    async with scene.stranger(*roles, region=region) as http:
        attacker = Attacker(frozenset(roles), http)
        assert await told(scene, attacker, scene.secret.marks | {scene.secret.blind_code}, "GET") == {}


async def test_another_laboratory_cannot_tell_a_code_that_exists_from_one_that_does_not(scene: Scene) -> None:
    async with scene.stranger(Role.LABORATORY) as http:
        for method, step, body in (
            ("GET", "", None),
            ("POST", "/reception", reception()),
            ("POST", "/rejection", rejection()),
        ):
            answers = []
            for code in (scene.secret.blind_code, "2" * 12):
                headers = {"Idempotency-Key": str(uuid4())}
                answer = await http.request(method, f"{DESK}/{code}{step}", json=body, headers=headers)
                problem = answer.json()
                answers.append((answer.status_code, problem["type"], problem["title"], problem["detail"]))
            assert answers[0] == answers[1]
            assert answers[0][0] == 404


async def test_a_sample_that_was_received_stays_blind_to_its_laboratory(scene: Scene) -> None:
    """Last but one: it is received, and everything that the reception has written down is attacked again."""
    secret, http = scene.secret, scene.laboratory.http
    blind = (await http.get(f"{DESK}/{secret.blind_code}")).json()
    assert (blind["food_name"], blind["specification"]) == ("□草鱼", "□ 散装")
    headers = {"Idempotency-Key": str(uuid4())}
    seal = mark_of_the_seal()
    received = await http.post(
        f"{DESK}/{secret.blind_code}/reception", json=reception(seal_number=seal), headers=headers
    )
    assert received.status_code == 200, received.text
    assert await told(scene, scene.laboratory, scene.secret.marks - {seal}, "GET") == {}


async def test_nor_does_its_report_nor_all_that_follows_from_it_say_whose_it_is(scene: Scene) -> None:
    """Last of all: reported by its laboratory, accepted, disposed of on both sides, contested, with everybody's words
    naming the parties; then the laboratory, another one and another sampler try every route again.
    """
    secret = scene.secret
    case_ids = await reported_and_disposed(scene)
    seal = mark_of_the_seal()
    marks = (secret.marks | {PROOF, CALLER} | set(case_ids)) - {seal}
    told_too = secret.told | set(case_ids)
    known = replace(scene, secret=replace(secret, handles=(*secret.handles, *case_ids), told=told_too))
    assert await told(known, known.laboratory, marks, "GET") == {}
    new = replace(scene, secret=replace(secret, handles=(secret.blind_code, *case_ids)))
    for role in (Role.LABORATORY, Role.SAMPLER):
        async with scene.stranger(role) as http:
            found = await told(new, Attacker(frozenset({role}), http), marks, "GET", units=[Unit.SAMPLING])
            assert found == {}, role


PROOF, CALLER = "暗记送达回证七", "暗记举报人八"
"""What the officers write into the disposal."""


async def reported_and_disposed(scene: Scene) -> list[str]:
    """The way of the sample from the laboratory's data to a disposal under way; the ids that came into being."""
    code, tester = scene.secret.blind_code, Person(scene.laboratory.http)
    house = demo_organisation_id(Role.LABORATORY, DISTRICT)
    path = f"/api/sampling/v1/laboratory/reports/{code}"
    report = await tester.put(path, draft(LEAD, NO_LIMIT, stated_conclusion="unqualified"))
    report = await tester.step(f"{path}/conclusion", report["version"])
    async with scene.stranger(Role.LABORATORY, organisation_id=house) as http:
        signatory = Person(http)
        for step in ("review", "issue"):
            report = await signatory.step(f"{path}/{step}", report["version"])
    handler = scene.stage.people[Role.CASE_HANDLER]
    party = next(mark for mark in sorted(scene.secret.marks) if mark.startswith("暗记"))
    decision = {"conclusion": "unqualified", "reason": f"已核对原始记录（演示），{CALLER}"}
    accepted = await handler.step(
        f"/api/sampling/v1/reports/{report['id']}/acceptance", report["version"], decision=decision, note=party
    )
    ids: list[str] = []
    for case in await handler.all("/api/sampling/v1/disposal-cases", sample_id=accepted["sample_id"]):
        own = f"/api/sampling/v1/disposal-cases/{case['id']}"
        [notice, *_] = (await handler.get(own))["notices"]
        service = {"method": "in_person", "evidence": [PROOF], "note": party}
        steps: list[tuple[str, dict[str, Any]]] = [
            ("start", {"note": party}),
            (f"result-notices/{notice['id']}/service", service),
            ("stop-sales", {"quantity": "3", "unit": "kg", "note": party}),
            ("recall", {"note": f"{party} 全部召回"}),
            ("causes", {"note": party}),
            ("case-request", {"note": CALLER}),
        ]
        for name, body in steps:
            attempt = await handler.attempt("POST", f"{own}/{name}", body, (await handler.get(own))["version"])
            assert attempt.is_success or case["handling"] == "elsewhere", attempt.text
        await handler.post(f"{own}/objections", {"kind": "authenticity", "note": f"{CALLER}：非本户销售（演示）"})
        ids += [str(case["id"]), str(notice["id"])]
    assert len(ids) > 1, "the report opened its cases"
    await eventually(scene.stage.ledger.all_delivered)
    return ids


def mark_of_the_seal() -> str:
    """What stands on the seal, which the laboratory holds in its hands."""
    schema = SampleForm.model_json_schema()
    seal: str = marked(schema, schema["$defs"])["sealing"]["test_seals"][0]
    return seal
