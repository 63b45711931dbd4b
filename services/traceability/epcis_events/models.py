"""Tables of the EPCIS events: the event whole as it was sent, and beside it what queries and traces look for.

One capture writes all of them in one transaction (`service.store`). Events are never changed or deleted, so the rows
beside them carry no foreign keys: a check a row would cost more than the writing.

Identifiers stand as `identifiers.match_key` gives them (one text for all spellings of a GS1 identifier), words of the
Core Business Vocabulary as full URIs. Texts longer than an index entry may be stand as `facts.index_text` gives them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from shared.ids import uuid7

Ordered = Annotated[str, mapped_column(Text(collation="C"))]
"""Text in the order of its bytes, whatever the database's language: for prefixes of identifiers, and for speed."""

CAPTURER, OFFICE, RECORD = "capturer", "office", "record"
TELLINGS = (CAPTURER, OFFICE, RECORD)
"""How somebody came to tell of an event: he captured it for himself, as an office, or the platform wrote it down as
part of a record of his (a ticket, a production).
"""


class EpcisContext(Base):
    """A JSON-LD `@context` as it was sent; most events of a sender share one. The id is made of its digest."""

    __tablename__ = "epcis_contexts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body: Mapped[str]


class EpcisNamespace(Base):
    """A prefix that some captured context declares, so that a query may name a field `prefix:field`."""

    __tablename__ = "epcis_namespaces"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str] = mapped_column(primary_key=True)


class EpcisEvent(Base):
    """One event. `body` is its JSON as sent (order of members and digits of numbers included), without a context of
    its own where the document's, in `context_id`, holds for it.

    Who declares an event an error sends it again under its id, with the declaration: so an id has one row of the event
    and one of each who declares it an error. Which declarations count is said in `standing`.
    `event_id` is the sender's, else `hash_id`; `hash_id` is the event hash of the Core Business Vocabulary (`ni:///…`).
    `business_id` and `organisation_id` are the capturer's. `recorded_in` is the id of the writing transaction: events
    below `pg_snapshot_xmin(pg_current_snapshot())` are complete, so whoever delivers in that order loses none.
    """

    __tablename__ = "epcis_events"
    __table_args__ = (
        Index("uq_epcis_events_event_id", "event_id", unique=True, postgresql_where=text("error_declared_at IS NULL")),
        Index(
            "uq_epcis_events_event_id_declared",
            *("event_id", "business_id", "organisation_id", "region_code"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("error_declared_at IS NOT NULL"),
        ),
        Index(None, "event_time", "id"),
        Index(None, "record_time", "id"),
        Index(None, "recorded_in", "id"),
        Index(None, "event_type", "event_time"),
        Index(None, "biz_step", "event_time"),
        Index(None, "disposition", "event_time"),
        Index(None, "biz_location", "event_time", postgresql_include=["id"]),
        Index(None, "read_point", "event_time", postgresql_include=["id"]),
        Index(None, "transformation_id", postgresql_where=text("transformation_id IS NOT NULL")),
        Index(None, "error_declared_at", postgresql_where=text("error_declared_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[Ordered]
    hash_id: Mapped[str]
    event_type: Mapped[str]
    event_time: Mapped[datetime]
    event_time_zone: Mapped[str]
    record_time: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_in: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))
    action: Mapped[str | None]
    biz_step: Mapped[Ordered | None]
    disposition: Mapped[Ordered | None]
    read_point: Mapped[Ordered | None]
    biz_location: Mapped[Ordered | None]
    transformation_id: Mapped[Ordered | None]
    error_declared_at: Mapped[datetime | None]
    error_reason: Mapped[str | None]
    capture_id: Mapped[UUID | None]
    business_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    region_code: Mapped[str | None]
    context_id: Mapped[UUID]
    body: Mapped[str]


class EpcisEventThing(Base):
    """An identifier in one of the event's lists. `role` is epc, parent, child, input, output, epc_class, child_class,
    input_class or output_class; `class_key` the key's lot or GTIN where it has one.
    """

    __tablename__ = "epcis_event_things"
    __table_args__ = (
        Index(None, "key", "event_time", postgresql_include=["event_pk", "role"]),
        Index(None, "class_key", "event_time", postgresql_where=text("class_key IS NOT NULL")),
    )

    event_pk: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str]
    key: Mapped[Ordered]
    class_key: Mapped[Ordered | None]
    quantity: Mapped[Decimal | None]
    uom: Mapped[str | None]
    event_time: Mapped[datetime]
    record_time: Mapped[datetime] = mapped_column(server_default=func.now())


class EpcisEventFact(Base):
    """A value that a query may ask for: `family` says where it stands, `name` which it is, one of the values what.

    The families and names are listed in `facts.py`. `part` numbers the sensor report or the nested element, so that
    two conditions can be held against one and the same.
    """

    __tablename__ = "epcis_event_facts"
    __table_args__ = (
        Index(None, "family", "name", "value_text", "event_pk"),
        Index(None, "family", "name", "value_number", "event_pk", postgresql_where=text("value_number IS NOT NULL")),
        Index(None, "family", "name", "value_time", "event_pk", postgresql_where=text("value_time IS NOT NULL")),
    )

    event_pk: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    family: Mapped[Ordered]
    name: Mapped[Ordered]
    value_text: Mapped[Ordered | None]
    value_number: Mapped[Decimal | None]
    value_time: Mapped[datetime | None]
    uom: Mapped[str | None]
    part: Mapped[int | None]


class EpcisEventParty(Base):
    """Who has to do with the event: its capturer (business, organisation and region known), and the places and
    parties it names (`gln_key`: the GLN's 13 digits, else the identifier's key). Who captures the same event later is
    another capturer of it. The `part` of a capturer is one of the `TELLINGS`.

    The primary key's index includes business, organisation, GLN and region (which only its migration can say): whether
    an event concerns somebody is asked for thousands of events of a place, and answered without its table.
    """

    __tablename__ = "epcis_event_parties"
    __table_args__ = (
        Index(None, "business_id", "event_time", "event_pk", postgresql_where=text("business_id IS NOT NULL")),
        Index(None, "gln_key", "event_time", "event_pk", postgresql_where=text("gln_key IS NOT NULL")),
        Index(None, "region_code", "event_time", "event_pk", postgresql_where=text("region_code IS NOT NULL")),
    )

    event_pk: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str]
    business_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    gln_key: Mapped[Ordered | None]
    region_code: Mapped[str | None]
    event_time: Mapped[datetime]


class TraceEdge(Base):
    """A step of a trace: `source_key` went into `target_key`.

    A transformation is a node of its own (its transformation id, else `event:` and the event's row id), so that n
    inputs and m outputs are n + m edges (`transformed`), not n × m. A child goes into its parent (`aggregated`,
    `disaggregated`, `associated`, `dissociated`).

    Traces read nothing but indexes: the primary key's includes `event_time` and `kind` (which only its migration can
    say), and each edge is in one of the two from its target. So what lay in a thing is not looked for among all that
    it was made of.
    """

    __tablename__ = "trace_edges"
    __table_args__ = (
        Index(
            "ix_trace_edges_made",
            "target_key",
            postgresql_include=["source_key", "event_pk", "event_time", "kind"],
            postgresql_where=text("kind = 'transformed'"),
        ),
        Index(
            "ix_trace_edges_packed",
            "target_key",
            postgresql_include=["source_key", "event_pk", "event_time", "kind"],
            postgresql_where=text("kind <> 'transformed'"),
        ),
    )

    source_key: Mapped[Ordered] = mapped_column(primary_key=True)
    target_key: Mapped[Ordered] = mapped_column(primary_key=True)
    event_pk: Mapped[UUID] = mapped_column(primary_key=True)
    event_time: Mapped[datetime]
    kind: Mapped[str]
