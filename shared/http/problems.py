"""Errors as RFC 9457 problem documents: named in code, Chinese in words, with the place and how to mend it.

A feature raises a subclass of `Problem` from its service; one handler turns it into `application/problem+json`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shared.contracts.schema import Schema
from shared.http.validation_messages import explain

log = structlog.get_logger(__name__)


class FieldError(Schema):
    """One fault and its place: a JSON pointer into the body, a parameter, or a row and column of a file."""

    pointer: str = Field(description="出错位置：正文用 JSON 指针（/items/3/value），参数用 #query/name")
    message: str = Field(description="错在哪里、怎样改")
    code: str = Field(default="", description="稳定的错误代码")
    row: int | None = Field(default=None, description="文件中的行号（从 1 数起，含表头）")
    column: str | None = Field(default=None, description="文件中的列名")


class ProblemDocument(Schema):
    """The body of every answer that is not a success."""

    type: str = Field(description="错误种类的稳定标识")
    title: str
    status: int
    detail: str | None = None
    instance: str | None = Field(default=None, description="出错的请求路径")
    request_id: str | None = None
    errors: list[FieldError] = Field(default_factory=list)

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/invalid-request",
                    "title": "提交的内容有误",
                    "status": 422,
                    "detail": "有 1 处需要改正",
                    "instance": "/v1/businesses",
                    "request_id": "0199f3a0c1d27c5e8a7b6c5d4e3f2a1b",
                    "errors": [{"pointer": "/uscc", "message": "统一社会信用代码的校验位不对", "code": "uscc_check"}],
                }
            ]
        },
    )


class Problem(Exception):  # noqa: N818 (the word of RFC 9457)
    """Base of all errors that a caller may see. Subclasses name the case: `slug`, `title` and `status`."""

    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "请求未能完成"
    status: ClassVar[int] = 400

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions

    def document(self, *, instance: str | None, request_id: str | None) -> dict[str, Any]:
        document: dict[str, Any] = {"type": f"/problems/{self.slug}", "title": self.title, "status": self.status}
        if self.detail:
            document["detail"] = self.detail
        document |= {"instance": instance, "request_id": request_id}
        document["errors"] = [error.model_dump(exclude_none=True) for error in self.errors]
        return document | self.extensions


class InvalidRequest(Problem):
    slug, title, status = "invalid-request", "提交的内容有误", 422


class NotFound(Problem):
    slug, title, status = "not-found", "没有找到", 404


class Conflict(Problem):
    slug, title, status = "conflict", "与已有记录冲突", 409


class Unauthenticated(Problem):
    slug, title, status = "unauthenticated", "请先登录", 401


class Forbidden(Problem):
    slug, title, status = "forbidden", "没有权限", 403


class PreconditionRequired(Problem):
    slug, title, status = "precondition-required", "修改前须带上记录的版本", 428


class PreconditionFailed(Problem):
    slug, title, status = "precondition-failed", "记录已被他人修改", 412


class PayloadTooLarge(Problem):
    slug, title, status = "payload-too-large", "提交的内容过大", 413


class TooManyRequests(Problem):
    slug, title, status = "too-many-requests", "请求过于频繁，请稍后再试", 429


class Unavailable(Problem):
    slug, title, status = "unavailable", "服务暂不可用，请稍后再试", 503


class InternalError(Problem):
    slug, title, status = "internal-error", "处理时出了意外，已记录，请凭请求编号联系管理员", 500


class UnknownHttpError(Problem):
    slug = "http-error"

    def __init__(self, status: int, title: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(headers=headers)
        self._status, self._title = status, title

    def document(self, *, instance: str | None, request_id: str | None) -> dict[str, Any]:
        base = super().document(instance=instance, request_id=request_id)
        return base | {"status": self._status, "title": self._title}


_HTTP_TITLES = {
    400: "提交的内容读不出来：格式不对、嵌套过深，或部分、数字过长",
    404: "没有这个地址",
    405: "这个地址不接受这种方法",
    406: "不能以所要的格式回答",
    415: "不支持这种内容类型",
}


def respond(request: Request, problem: Problem) -> Response:
    """The answer for a problem, with the request's id so that it can be found in the log."""
    request_id = request.scope.get("request_id")
    document = problem.document(instance=request.url.path, request_id=request_id)
    return ProblemResponse(document, status_code=document["status"], headers=problem.headers)


def invalid_request(errors: Sequence[Mapping[str, Any]], body: Any = None) -> InvalidRequest:
    """A validation error of pydantic or FastAPI, each fault with its place in the `body` that was sent."""
    found = [
        FieldError(pointer=_pointer(error["loc"], body), message=explain(error), code=str(error["type"]))
        for error in errors
    ]
    return InvalidRequest(f"有 {len(found)} 处需要改正", errors=found)


def _pointer(location: Sequence[str | int], body: Any) -> str:
    if not location:
        return ""
    where, *path = location
    if where == "body" and isinstance(body, str):  # no document came of it: the number is a place in its text
        return ""
    if where == "body":
        return "".join(f"/{_escape(part)}" for part in _without_tags(path, body))
    return f"#{where}/" + "/".join(_escape(part) for part in path)


def _without_tags(path: Sequence[str | int], body: Any) -> Iterator[str | int]:
    """The path as the sender wrote it: pydantic names the member of a union on the way, which no document has."""
    here = body
    for position, part in enumerate(path, 1):
        if isinstance(here, dict) and part not in here and position < len(path):
            continue
        yield part
        if isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            here = None


def _escape(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


class ProblemResponse(JSONResponse):
    """A problem document. What the caller sent and UTF-8 cannot carry is shown as a question mark."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _is_about_the_data(error: DBAPIError) -> bool:
    """Whether the driver or PostgreSQL refused a value (SQLSTATE class 22): it came from the caller."""
    return str(getattr(error.orig, "sqlstate", None) or "").startswith("22") or isinstance(
        getattr(error.orig, "__cause__", None), ValueError
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of `app` a problem document, the framework's own included."""

    async def on_problem(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, Problem)
        return respond(request, exc)

    async def on_validation(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, RequestValidationError)
        return respond(request, invalid_request(exc.errors(), exc.body))

    async def on_http(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, HTTPException)
        title = _HTTP_TITLES.get(exc.status_code, str(exc.detail))
        return respond(request, UnknownHttpError(exc.status_code, title, exc.headers))

    async def on_integrity(request: Request, exc: Exception) -> Response:
        # A race that a feature did not name: two writers of one natural key. The caller may look and try again.
        log.warning("integrity_error", error=str(exc))
        return respond(request, Conflict("同一记录正被另一请求写入，请核对后重试"))

    async def on_database(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, DBAPIError)
        if _is_about_the_data(exc):
            return respond(request, InvalidRequest("内容中有不能保存的字符，或超出范围的数值、日期，请检查后再提交"))
        if exc.connection_invalidated or isinstance(exc, InterfaceError):
            log.error("database_unavailable", error=str(exc))
            return respond(request, Unavailable("数据库暂时连不上，请稍后再试", headers={"Retry-After": "5"}))
        log.exception("database_error")
        return respond(request, InternalError())

    async def on_no_connection(request: Request, exc: Exception) -> Response:
        log.error("database_unavailable", error=str(exc))
        return respond(request, Unavailable("数据库暂时连不上，请稍后再试", headers={"Retry-After": "5"}))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(IntegrityError, on_integrity)
    app.add_exception_handler(DBAPIError, on_database)
    app.add_exception_handler(ConnectionError, on_no_connection)
