"""Answers as documents: an `EPCISQueryDocument` of events, a collection of values, and the headers of a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.contexts import STANDARD_CONTEXT, is_standard
from services.traceability.epcis_events.formats import answered, parse_event, write_json, written_time
from services.traceability.epcis_events.headers import EpcFormat
from services.traceability.epcis_events.keys import key_of
from services.traceability.epcis_events.redaction import MARK, MARK_NAMESPACE, redacted
from services.traceability.epcis_queries import repository
from services.traceability.epcis_queries.pages import LIFETIME
from services.traceability.epcis_queries.repository import Found
from services.traceability.epcis_queries.statements import Seen
from shared.http.auth import Actor
from shared.times import now

SIMPLE_EVENT_QUERY = "SimpleEventQuery"


class HasNext(Protocol):
    """A page that may have another one behind it."""

    @property
    def next_token(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Listed:
    next_token: str | None


async def shown_events(
    session: AsyncSession, actor: Actor, found: Sequence[Found], wanted: EpcFormat
) -> list[dict[str, Any]]:
    """The events as this caller may see them, without a context of their own; write them with `write_json`."""
    linked = [one.event.id for one in found if one.seen is Seen.LINKED]
    shown = await repository.shown_keys(session, actor, linked)
    events = []
    for one in found:
        event = parse_event(one.event.body)
        if one.seen is Seen.LINKED:
            event = redacted(event, shown[one.event.id], key_of)
        events.append(answered(event, one.event.event_id, one.event.record_time, wanted))
    return events


async def query_document(
    session: AsyncSession,
    actor: Actor,
    found: Sequence[Found],
    wanted: EpcFormat,
    *,
    query_name: str = SIMPLE_EVENT_QUERY,
    subscription_id: str | None = None,
    document_id: str | None = None,
) -> str:
    """The `EPCISQueryDocument` of these events, as JSON text."""
    events = await shown_events(session, actor, found, wanted)
    contexts = await repository.contexts_by_id(session, {one.event.context_id for one in found})
    whole, own = common_context([contexts[one.event.context_id] for one in found])
    if any(MARK in event for event in events):
        whole = [*whole, MARK_NAMESPACE]
    listed = [event if part is None else {"@context": part, **event} for event, part in zip(events, own, strict=True)]
    results: dict[str, Any] = {"queryName": query_name}
    if subscription_id is not None:
        results["subscriptionID"] = subscription_id
    document: dict[str, Any] = {"@context": whole}
    if document_id is not None:
        document["id"] = document_id
    return write_json(
        document
        | {
            "type": "EPCISQueryDocument",
            "schemaVersion": "2.0",
            "creationDate": written_time(now()),
            "epcisBody": {"queryResults": results | {"resultsBody": {"eventList": listed}}},
        }
    )


def common_context(contexts: Sequence[list[Any]]) -> tuple[list[Any], list[list[Any] | None]]:
    """One context for a document of events that came with these, and for each event its own where that does not do.

    Prefixes that mean one thing everywhere go to the document. An event whose prefixes mean something else there, or
    that leans on a context of somebody else's, keeps the one it came with.
    """
    prefixes: dict[str, Any] = {}
    own: list[list[Any] | None] = []
    for context in contexts:
        declared = _plain_prefixes(context)
        if declared is None or any(prefixes.get(prefix, uri) != uri for prefix, uri in declared.items()):
            own.append(context)
        else:
            prefixes |= declared
            own.append(None)
    return [STANDARD_CONTEXT, *([prefixes] if prefixes else [])], own


def _plain_prefixes(context: list[Any]) -> dict[str, Any] | None:
    """The prefixes of a context that declares nothing else; None where it does."""
    found: dict[str, Any] = {}
    for part in context:
        if isinstance(part, dict) and all(isinstance(uri, str) for uri in part.values()):
            found |= part
        elif not (isinstance(part, str) and is_standard(part)):
            return None
    return found


def response_of(
    request: Request,
    page: HasNext | None,
    content: str | BaseModel | Mapping[str, Any] | Sequence[Any],
    status_code: int = 200,
) -> Response:
    """The answer with the headers of paging: `Link: <…>; rel="next"` while there is more, and until when it holds."""
    text = content if isinstance(content, str) else json.dumps(_plain(content), ensure_ascii=False, default=_written)
    response = Response(text, status_code=status_code, media_type="application/json")
    if page is not None and page.next_token is not None:
        add_next(request, response, page.next_token)
    return response


def collection(items: Sequence[str], request: Request | None = None, next_token: str | None = None) -> Response:
    """A list of values as the standard's `Collection`."""
    text = write_json({"@context": STANDARD_CONTEXT, "type": "Collection", "member": list(items)})
    response = Response(text, media_type="application/json")
    if request is not None and next_token is not None:
        add_next(request, response, next_token)
    return response


def add_next(request: Request, response: Response, token: str) -> None:
    """The address of the next page, relative to this one: what stands before it is known only to the way here."""
    query = request.url.remove_query_params("nextPageToken").include_query_params(nextPageToken=token).query
    response.headers["Link"] = f'<?{query}>; rel="next"'
    response.headers["GS1-Next-Page-Token-Expires"] = written_time(now() + LIFETIME)


def _plain(content: Any) -> Any:
    if isinstance(content, BaseModel):
        return content.model_dump(mode="json", by_alias=True, exclude_none=True)
    return [_plain(item) for item in content] if isinstance(content, list) else content


def _written(value: Any) -> str:
    return written_time(value) if isinstance(value, datetime) else str(value)
