"""Errors of the EPCIS interface: problem documents whose `type` is one of the standard's own (EPCIS 2.0 §12.6)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from fastapi.exceptions import RequestValidationError

from services.traceability.epcis_events.faults import Fault
from shared.http.problems import (
    FieldError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    Problem,
    Unauthenticated,
    invalid_request,
)


class EpcisProblem(Problem):
    """Base of the standard's exceptions: `exception` is the name that stands in the document's type."""

    exception: ClassVar[str] = "ImplementationException"

    def document(self, *, instance: str | None, request_id: str | None) -> dict[str, Any]:
        document = super().document(instance=instance, request_id=request_id)
        return document | {"type": f"epcisException:{self.exception}"}


class ValidationException(EpcisProblem):
    exception, title, status = "ValidationException", "采集的内容有误", 400


class QueryParameterException(EpcisProblem):
    exception, title, status = "QueryParameterException", "查询参数有误", 400


class QueryValidationException(EpcisProblem):
    exception, title, status = "QueryValidationException", "查询的定义有误", 400


class QueryTooLargeException(EpcisProblem):
    exception, title, status = "QueryTooLargeException", "查到的事件超出上限", 413


class QueryTooComplexException(EpcisProblem):
    exception, title, status = "QueryTooComplexException", "查询过于复杂", 413


class NoSuchNameException(EpcisProblem):
    exception, title, status = "NoSuchNameException", "没有这个查询", 404


class NoSuchResourceException(EpcisProblem):
    exception, title, status = "NoSuchResourceException", "没有找到", 404


class ResourceAlreadyExistsException(EpcisProblem):
    exception, title, status = "ResourceAlreadyExistsException", "已经存在", 409


class SubscriptionControlsException(EpcisProblem):
    exception, title, status = "SubscriptionControlsException", "订阅的安排有误", 400


class SecurityException(EpcisProblem):
    exception, title, status = "SecurityException", "没有权限", 403


class NotSignedInException(EpcisProblem):
    exception, title, status = "SecurityException", "请先登录", 401


class NotAcceptableException(EpcisProblem):
    exception, title, status = "NotAcceptableException", "不能以所要的版本或格式回答", 406


class UnsupportedMediaTypeException(EpcisProblem):
    exception, title, status = "UnsupportedMediaTypeException", "不支持这种内容类型", 415


class CaptureLimitExceededException(EpcisProblem):
    exception, title, status = "CaptureLimitExceededException", "一次采集的内容过大", 413


def refused(faults: Sequence[Fault]) -> ValidationException:
    """Faults of a document or event, each at its place."""
    return ValidationException(f"有 {len(faults)} 处需要改正", errors=field_errors(faults))


def field_errors(faults: Sequence[Fault]) -> list[FieldError]:
    return [FieldError(pointer=fault.pointer, message=fault.message, code=fault.code) for fault in faults]


def in_epcis_terms(error: Exception) -> Exception:
    """The house's own problem as the standard names it; others stay what they are."""
    if isinstance(error, EpcisProblem):
        return error
    if isinstance(error, RequestValidationError):
        error = invalid_request(error.errors(), error.body)
    if isinstance(error, InvalidRequest):
        about_query = any(fault.pointer.startswith("#query") for fault in error.errors)
        return _as(QueryParameterException if about_query else ValidationException, error)
    if isinstance(error, Unauthenticated):
        return _as(NotSignedInException, error)
    if isinstance(error, Forbidden):
        return _as(SecurityException, error)
    if isinstance(error, PayloadTooLarge):
        return _as(CaptureLimitExceededException, error)
    if isinstance(error, NotFound):
        return _as(NoSuchResourceException, error)
    return error


def _as(kind: type[EpcisProblem], error: Problem) -> EpcisProblem:
    return kind(error.detail, errors=error.errors, headers=error.headers, **error.extensions)
