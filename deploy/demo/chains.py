"""Four invented chains of a jurisdiction, from their origin to the counter, and what was called back of them.

Pork, cooked food, fruit and imported cold goods, as the people of the field enter them: with gaps, a device that ran
warm, a recall that is over, one under way and a rehearsal. Everything is 虚构. Safe to repeat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from deploy.demo.gateway_client import Caller, demo_uuid
from deploy.demo.invented import Market, demo_uscc
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.times import SHANGHAI, day_of, now

API = "/api/traceability/v1"
QUARANTINE, MEAT, COMMITMENT = "动物检疫合格证明", "肉品品质检验合格证", "承诺达标合格证"
FIRST_NUMBER = 900_000
"""Of the invented USCC of the chains' own businesses; those of the markets' sellers are below."""

FIRST_PARTY = 1
"""The number of the business that is entered first."""

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Party:
    """A business of a chain."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Book:
    """Who writes for all of them here, where, and since when days are counted."""

    office: Caller
    market: Market
    today: date

    def at(self, days: int, hour: int, minute: int = 0) -> str:
        return datetime.combine(self.today - timedelta(days=days), time(hour, minute), SHANGHAI).isoformat()

    def own_id(self, *parts: object) -> UUID:
        return demo_uuid("chains", self.market.code, *parts)

    def party(self, number: int, name: str, kind: str, *, coded: bool = False) -> Party:
        """A business on file and activated; with a shop code where it has one on the door."""
        one = Party(self.own_id("business", number), f"演示{name}（虚构）")
        region = self.market.region_code
        body = {
            "uscc": demo_uscc(region, FIRST_NUMBER + number),
            "name": one.name,
            "kind": kind,
            "region_code": region,
            "address": "演示路 8 号（虚构）",
            "licences": [],
        }
        self.office.put_new(f"/api/inspection/v1/businesses/{one.id}", body)
        self.activate(one, kind, self.code(one, "shop", one.name) if coded else None)
        return one

    def activate(self, one: Party, kind: str, place_code: str | None = None) -> None:
        body = {
            "name": one.name,
            "kind": kind,
            "region_code": self.market.region_code,
            "address": "演示路 8 号（虚构）",
            "contact": "0574-00000000（虚构）",
            "place_code": place_code,
        }
        self.office.put(f"{API}/subjects/{one.id}", body)

    def code(self, owner: Party, kind: str, name: str) -> str:
        """One code of the platform's own, in use; what it is called in events."""
        body = {
            "kind": kind,
            "scheme": "own",
            "name": name,
            "business_id": str(owner.id),
            "region_code": self.market.region_code,
            "activate": True,
        }
        batch = self.office.create(f"{API}/code-batches", body, self.market.code, kind, name)
        [code] = self.office.pages(f"{API}/codes", batch_id=batch["id"])
        return str(code["key"])

    def product(self, owner: Party, name: str, chain: str, category: str = "food") -> None:
        body = {"business_id": str(owner.id), "name": name, "category": category, "chain_code": chain}
        self.office.put(f"{API}/products/{self.own_id('product', name)}", body)

    def sale(self, word: str, seller: Party, buyer: Party | None, lines: Sequence[Line], at: str, **more: Any) -> str:
        """A ticket; `word` makes its id."""
        own_id = self.own_id("ticket", word)
        body: Line = {"kind": "sale" if buyer else "retail", "business_id": str(seller.id), "sold_at": at}
        body |= {"channel": "scan", "lines": list(lines)} | ({"buyer_business_id": str(buyer.id)} if buyer else {})
        self.office.put(f"{API}/tickets/{own_id}", body | more)
        return str(own_id)

    def handed(self, word: str, seller: Party, buyer: Party, lines: Sequence[Line], at: tuple[int, int]) -> None:
        """A sale that the buyer has scanned an hour later."""
        days, hour = at
        ticket = self.sale(word, seller, buyer, lines, self.at(days, hour))
        body = {
            "business_id": str(buyer.id),
            "received_at": self.at(days, hour + 1),
            "documents_checked": True,
            "goods_in_order": True,
        }
        self.office.put(f"{API}/tickets/{ticket}/receipt", body)

    def bought(self, word: str, buyer: Party, lines: Sequence[Line], at: str) -> None:
        """From a supplier outside the chain."""
        supplier = {"name": "演示供货者（虚构）", "address": "演示大道 1 号", "contact": "0574-00000000（虚构）"}
        body = {"kind": "purchase", "business_id": str(buyer.id), "sold_at": at, "seller": supplier}
        self.office.put(f"{API}/tickets/{self.own_id('ticket', word)}", body | {"lines": list(lines)})

    def made(
        self, word: str, maker: Party, inputs: Sequence[Line], outputs: Sequence[Line], at: str, **more: Any
    ) -> str:
        body = {"business_id": str(maker.id), "done_at": at, "inputs": list(inputs), "outputs": list(outputs)} | more
        return str(self.office.put(f"{API}/productions/{self.own_id('production', word)}", body)["id"])

    def certified(self, word: str, issuer: Party, line: Line, at: str, **more: Any) -> Line:
        """A commitment certificate, as a ticket names it."""
        body = {"business_id": str(issuer.id), "role": "producer", "origin": "演示村（虚构）", "basis": ["own_test"]}
        path = f"{API}/certificates/{self.own_id('certificate', word)}"
        issued = self.office.put(path, line | body | {"issued_at": at} | more)
        return {"kind": COMMITMENT, "number": issued["number"], "id": issued["id"]}


def goods(name: str, lot: str, quantity: str, unit: str = "公斤", **more: Any) -> Line:
    return {"product_name": name, "lot": lot, "quantity": quantity, "unit": unit} | more


def load(settings: Settings, code: str, market: Market) -> None:
    """Make everything; once the rehearsal that comes last is there, all is the visitor's."""
    with Caller(settings, Role.FOOD_SAFETY_OFFICE, code) as office:
        if any(recall["rehearsal"] for recall in office.pages(f"{API}/recalls", region=code)):
            return
        book = Book(office, market, _begun(office, market))
        pork_lot = _pork(book)
        old_batch = _cooked_food(book)
        fruit_lot = _fruit(book)
        _cold_chain(book)
        _recall_that_is_over(book, code, old_batch)
        _recall_under_way(book, code, pork_lot)
        _rehearsal(book, code, fruit_lot)


def _begun(office: Caller, market: Market) -> date:
    """The day from which all days are counted back: a load that was interrupted is ended as of the day it began, or
    its tickets would say something else under the same ids.
    """
    farm = Book(office, market, day_of(now())).own_id("business", FIRST_PARTY)
    known = [
        one["activated_at"]
        for one in office.pages(f"{API}/subjects", region=market.region_code, activated=True)
        if one["id"] == str(farm)
    ]
    return day_of(datetime.fromisoformat(known[0])) if known else day_of(now())


def _pork(book: Book) -> str:
    """Farm, slaughterhouse, wholesale, two stalls of the market; the key of the lot of carcasses."""
    farm = book.party(FIRST_PARTY, "生猪养殖场", "farm")
    slaughterhouse = book.party(2, "定点屠宰厂", "slaughterhouse", coded=True)
    wholesaler = book.party(3, "猪肉批发部", "sales", coded=True)
    stalls = [Party(demo_uuid("seller", book.market.code, stall.number), stall.seller) for stall in book.market.stalls]
    first, second = stalls[2], stalls[6]  # two that sell meat
    for stall in (first, second):
        book.activate(stall, "sales")
    pigs, carcass = (
        book.code(farm, "lot", "演示生猪 20 头（虚构）"),
        book.code(slaughterhouse, "lot", "演示白条肉（虚构）"),
    )
    book.product(slaughterhouse, "白条肉", "pork", "meat")
    alive = goods("生猪", pigs, "20", "头", certificates=[{"kind": QUARANTINE, "number": "DEMO-JY-0001"}])
    paper = book.certified("pigs", farm, goods("生猪", pigs, "20", "头"), book.at(6, 5))
    driven = alive | {"category": "agricultural", "certificates": [*alive["certificates"], paper]}
    book.handed("pigs", farm, slaughterhouse, [driven], (6, 6))
    papers = [{"kind": QUARANTINE, "number": "DEMO-JY-0002"}, {"kind": MEAT, "number": "DEMO-RP-0001"}]
    hung = goods("白条肉", carcass, "1580", certificates=papers)
    book.made("slaughter", slaughterhouse, [alive], [hung], book.at(6, 23), kind="slaughter")

    def meat(quantity: str) -> list[Line]:
        return [goods("白条肉", carcass, quantity, category="meat", certificates=papers)]

    book.handed("wholesale", slaughterhouse, wholesaler, meat("640"), (5, 2))
    book.handed("first stall", wholesaler, first, meat("180"), (5, 4))
    book.handed("second stall", wholesaler, second, meat("150"), (5, 4))
    for number in range(3):
        sold = meat(("42.5", "38", "25.6")[number])
        book.sale(f"counter {number}", first, None, sold, book.at(5 - number, 9), channel="hand")
    return carcass


def _cooked_food(book: Book) -> str:
    """A workshop that buys raw duck outside, two batches of cooked duck, two shops; the key of the old batch."""
    workshop = book.party(11, "卤味小作坊", "workshop", coded=True)
    shops = [book.party(12, "熟食店甲", "sales", coded=True), book.party(13, "熟食店乙", "sales", coded=True)]
    book.product(workshop, "酱鸭", "cooked_food")
    lots = []
    for batch, days in (("一", 30), ("二", 3)):
        raw, cooked = (
            book.code(workshop, "lot", f"演示白条鸭 批{batch}"),
            book.code(workshop, "lot", f"演示酱鸭 批{batch}"),
        )
        book.bought(f"ducks {batch}", workshop, [goods("白条鸭", raw, "100", category="meat")], book.at(days, 6))
        release = {
            "passed": True,
            "examined_at": book.at(days, 15),
            "items": "感官、净含量、菌落总数",
            "certificate_number": f"DEMO-CC-{days}",
        }
        duck = goods("酱鸭", cooked, "70", shelf_life_days=5, produced_on=book.at(days, 14)[:10])
        book.made(
            f"cook {batch}",
            workshop,
            [goods("白条鸭", raw, "95")],
            [duck],
            book.at(days, 14),
            process="cooked_meat",
            release=release,
        )
        for number, shop in enumerate(shops):
            sold = [goods("酱鸭", cooked, ("30", "25")[number], specification="散装", shelf_life_days=5)]
            book.handed(f"duck {batch} {number}", workshop, shop, sold, (days, 17))
        book.sale(f"duck {batch}", shops[0], None, [goods("酱鸭", cooked, "12.4")], book.at(days - 1, 10))
        lots.append(cooked)
    return lots[0]


def _fruit(book: Book) -> str:
    """An orchard's grapes are repacked by a dealer, who certifies anew; one shop has not entered what it got."""
    orchard = book.party(21, "葡萄合作社", "farm")
    dealer = book.party(22, "水果批发行", "sales", coded=True)
    shops = [book.party(23, "水果店甲", "sales"), book.party(24, "水果店乙", "sales")]
    book.product(orchard, "葡萄", "fruit", "agricultural")
    picked, packed = book.code(orchard, "lot", "演示葡萄（虚构）"), book.code(dealer, "lot", "演示葡萄 分装（虚构）")
    paper = book.certified("grapes", orchard, goods("葡萄", picked, "400"), book.at(6, 5))
    grapes = goods("葡萄", picked, "400", category="agricultural", certificates=[paper], origin="演示村（虚构）")
    book.handed("grapes", orchard, dealer, [grapes], (6, 6))
    loss = {"quantity": "10", "unit": "公斤", "reason": "剔除烂果"}
    into = goods("葡萄", picked, "400", certificates=[paper])
    repacked = book.made(
        "repack", dealer, [into], [goods("葡萄", packed, "390")], book.at(6, 8), kind="repack", losses=[loss]
    )
    source = {"id": paper["id"], "number": paper["number"], "producer_name": orchard.name}
    again = book.certified(
        "repacked",
        dealer,
        goods("葡萄", packed, "390"),
        book.at(6, 9),
        role="purchaser",
        sources=[source],
        production_id=repacked,
    )
    boxed = goods("葡萄", packed, "120", category="agricultural", certificates=[again], origin="演示村（虚构）")
    book.handed("grapes to one", dealer, shops[0], [boxed], (6, 10))
    book.sale("grapes to another", dealer, shops[1], [boxed | {"quantity": "80"}], book.at(6, 11))
    return packed


def _cold_chain(book: Book) -> None:
    """Frozen beef from abroad, coded at the first station; on the way a device told of an hour that was too warm."""
    station, shop = book.party(31, "冷库（首站）", "sales", coded=True), book.party(32, "冷冻食品店", "sales")
    lot, own_id = book.code(station, "lot", "演示冷冻牛腱（虚构）"), book.own_id("consignment")
    book.product(station, "冷冻牛腱", "imported_cold_chain")
    body = {
        "business_id": str(station.id),
        "storage_class": "frozen",
        "country": "演示国（虚构）",
        "declaration_number": "DEMO-BG-0001",
        "certificates": [{"kind": "进口检验检疫证明", "number": "DEMO-JK-0001"}],
        "entered_at": book.at(4, 8),
        "lots": [goods("冷冻牛腱", lot, "500")],
    }
    path = f"{API}/cold-consignments/{own_id}"
    book.office.put(path, body)
    degrees = ["-19.5", "-19.2", "-18.8", "-12.4", "-11.9", "-16.5", "-18.9", "-19.3"]
    told = [{"at": book.at(4, 9 + number), "value": value} for number, value in enumerate(degrees)]
    book.office.put(f"{path}/readings", {"business_id": str(station.id), "device": "DEMO-TEMP-1", "readings": told})
    book.handed("beef", station, shop, [goods("冷冻牛腱", lot, "60", category="meat")], (3, 9))


def _recall(book: Book, code: str, lot: str, name: str, reason: str, **more: Any) -> Any:
    body = {"code": lot, "product_name": name, "reason": reason, "region_code": code}
    return book.office.create(f"{API}/recalls", body | more, book.market.code, lot)


def _step(book: Book, recall: Any, name: str, **body: Any) -> Any:
    now_read = book.office.get(f"{API}/recalls/{recall['id']}")
    return book.office.step(f"{API}/recalls/{recall['id']}/{name}", body, now_read["version"])


def _answer(book: Book, notice: Any, *, destroy: bool) -> None:
    """The holder has sent back, or destroyed, all that he still had by the records."""
    path, lines = f"{API}/recall-notices/{notice['id']}", []
    for line in notice["lines"]:
        left = line["left"] if line["left"] and not line["left"].startswith("-") else "0"
        amounts = {"returned": "0" if destroy else left, "destroyed": left if destroy else "0"}
        lines.append({"key": line["key"], "unit": line["unit"], "stock": "0", **amounts})
    evidence = [{"name": "销毁记录（演示）", "sha256": "ab" * 32}] if destroy else []
    book.office.step(f"{path}/reports", {"lines": lines, "evidence": evidence}, notice["version"])


def _recall_that_is_over(book: Book, code: str, lot: str) -> None:
    recall = _recall(book, code, lot, "演示酱鸭（虚构）", "监督抽检不合格：防腐剂超标（演示）", level="2")
    if recall["state"] == "open":
        recall = _step(book, recall, "notices")
        for number, notice in enumerate(recall["notices"]):
            _answer(book, notice, destroy=number == 0)
        _step(book, recall, "closure", reason="已全部退回或销毁（演示）")


def _recall_under_way(book: Book, code: str, lot: str) -> None:
    recall = _recall(book, code, lot, "演示白条肉（虚构）", "快检疑似阳性，实验室确认（演示）", level="1")
    if recall["state"] == "open":
        recall = _step(book, recall, "notices")
        _answer(book, recall["notices"][0], destroy=False)


def _rehearsal(book: Book, code: str, lot: str) -> None:
    recall = _recall(book, code, lot, "演示葡萄（虚构）", "召回演练（演示）", rehearsal=True)
    _step(book, recall, "closure", reason="演练结束：一家没有登记收货（演示）")
