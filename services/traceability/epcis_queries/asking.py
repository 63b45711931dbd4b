"""From what a caller sent to a query: URL parameters, JSON bodies, prefixes, page tokens."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import QueryParams

from services.traceability.epcis_events.problems import (
    EpcisProblem,
    QueryParameterException,
    QueryTooComplexException,
    QueryValidationException,
)
from services.traceability.epcis_queries import repository
from services.traceability.epcis_queries.conditions import EventQuery
from services.traceability.epcis_queries.pages import (
    DEFAULT_PER_PAGE,
    MAX_TOKEN,
    MOST_PER_PAGE,
    BadToken,
    Page,
    read_token,
    token_digest,
)
from services.traceability.epcis_queries.rules import read_query
from services.traceability.epcis_queries.values import BadParameter, Given, TooManyValues
from shared.http.problems import FieldError
from shared.times import now

PAGING = ("perPage", "nextPageToken")
MAX_QUERY_STRING = 8_000


class URITooLongException(EpcisProblem):
    exception, title, status = "URITooLongException", "网址过长", 414


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it was sent. `subject` stands for it in page tokens."""

    parameters: tuple[Given, ...]
    namespaces: Mapping[str, str]
    given: Mapping[str, Any] = field(default_factory=dict)
    """The query as it stood in a body, without its context."""

    @property
    def subject(self) -> str:
        return repr(sorted((given.name, given.values) for given in self.parameters))

    def definition(self) -> dict[str, Any]:
        return {given.name: list(given.values) for given in self.parameters}


def asked_in_url(query: QueryParams, header: str | None, *, fixed: Mapping[str, str] | None = None) -> Asked:
    """The parameters of a URL but those of paging. `fixed` are given by the path and may not be given again.

    Lists are separated by `|` (EPCIS 2.0 §12.8); a list may also be given as several parameters of one name.
    """
    if len(str(query)) > MAX_QUERY_STRING:
        raise URITooLongException(f"查询部分超过 {MAX_QUERY_STRING} 个字符；长的查询请用 POST /queries 起名保存后查询")
    given: dict[str, list[str]] = {}
    for name, value in query.multi_items():
        if name in PAGING:
            continue
        if name in (fixed or {}):
            raise bad_parameter(BadParameter(name, "已由路径给出，请去掉"))
        given.setdefault(name, []).extend(value.split("|"))
    parameters = [Given(name, tuple(values)) for name, values in given.items()]
    parameters += [Given(name, (value,)) for name, value in (fixed or {}).items()]
    return Asked(tuple(parameters), declared_namespaces(header))


def asked_in_body(query: Any, header: str | None) -> Asked:
    """The parameters of a query in JSON. Raises `QueryValidationException`."""
    if not isinstance(query, dict):
        raise QueryValidationException("query 应为 JSON 对象：参数名 → 值")
    namespaces = dict(declared_namespaces(header)) | dict(_prefixes(query.get("@context")))
    given = {name: value for name, value in query.items() if name != "@context"}
    return Asked(tuple(Given(name, tuple(_texts(name, value))) for name, value in given.items()), namespaces, given)


def asked_in_store(definition: Mapping[str, list[str]], namespaces: Mapping[str, str]) -> Asked:
    """A query that was kept with `Asked.definition`."""
    return Asked(tuple(Given(name, tuple(values)) for name, values in definition.items()), namespaces)


async def understood(session: AsyncSession, asked: Asked) -> EventQuery:
    """The typed query. Prefixes that the caller did not explain mean what captured contexts say they do.

    Raises `QueryParameterException` naming the parameter, `QueryTooComplexException`.
    """
    text = " ".join([given.name for given in asked.parameters] + [v for g in asked.parameters for v in g.values])
    text = text[:100_000].replace("\0", " ")  # which `read_query` is to refuse by name, not the database
    known = await repository.namespaces_named(session, text)
    namespaces: dict[str, Iterable[str]] = {**known, **{prefix: [uri] for prefix, uri in asked.namespaces.items()}}
    try:
        return read_query(asked.parameters, namespaces)
    except BadParameter as fault:
        raise bad_parameter(fault) from None


async def page_asked(session: AsyncSession, query: QueryParams, subject: str, kinds: tuple[type, ...]) -> Page:
    """Which page is wanted. Raises `QueryParameterException` for a bad size, and for a token that will not do."""
    size = DEFAULT_PER_PAGE
    try:
        if "perPage" in query:
            size = min(Given("perPage", (query["perPage"],)).count(), MOST_PER_PAGE)
        if "nextPageToken" not in query:
            return Page(size)
        token = query["nextPageToken"]
        if not token or len(token) > MAX_TOKEN:
            raise BadToken("不是本平台给出的令牌，请用上一页答复 Link 头中的地址")
        after, left = read_token(token, subject, kinds, now())
    except BadToken as fault:
        raise bad_parameter(BadParameter("nextPageToken", str(fault))) from None
    except BadParameter as fault:
        raise bad_parameter(fault) from None
    if await repository.is_spent(session, token_digest(token)):
        raise bad_parameter(BadParameter("nextPageToken", "令牌已交还，请从第一页重新查询"))
    return Page(size, after, left)


def only_paging(query: QueryParams) -> None:
    """Refuse any parameter but those of paging, where the query is fixed."""
    for name in query:
        if name not in PAGING:
            raise bad_parameter(BadParameter(name, "这里只接受 perPage 和 nextPageToken"))


def bad_parameter(fault: BadParameter) -> EpcisProblem:
    kind = QueryTooComplexException if isinstance(fault, TooManyValues) else QueryParameterException
    error = FieldError(pointer=f"#query/{fault.name}", message=fault.message, code="query_parameter")
    return kind(str(fault), errors=[error])


def declared_namespaces(header: str | None) -> dict[str, str]:
    """The prefixes of a `GS1-Extensions` header: `example=https://ns.example.com/epcis/, other=…`."""
    pairs = (part.partition("=") for part in (header or "").split(","))
    return {prefix.strip(): uri.strip() for prefix, equals, uri in pairs if equals and prefix.strip() and uri.strip()}


def _prefixes(context: Any) -> Iterator[tuple[str, str]]:
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, dict):
            yield from ((str(prefix), uri) for prefix, uri in part.items() if isinstance(uri, str))


def _texts(name: str, value: Any) -> list[str]:
    if isinstance(value, list):
        return [_text(name, item) for item in value]
    return [""] if value is None else [_text(name, value)]


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float | Decimal):
        return str(value)
    raise bad_parameter(BadParameter(name, "值应为文字、数字、true 或 false，或由它们组成的列表"))
