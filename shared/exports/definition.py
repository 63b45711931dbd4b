"""How a unit says which of its lists can be exported: the list's own route, and the columns of the file.

The route decides who may read what, which filters there are and what is masked, so a file never says more than the
list does.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from fastapi.params import Depends
from pydantic import BaseModel, create_model

from shared.contracts.codes import Role
from shared.contracts.schema import Schema
from shared.http.auth import Allow
from shared.http.pagination import Page

MOST_ROWS = 2_000_000
"""As many rows as one file may have; who needs more narrows the list and exports in parts."""


@dataclass(frozen=True)
class Export:
    """One kind of record that can be exported.

    `listing` is the function of the list's route. `columns` are the fields of its items that the file has, in order,
    with their headings; `seller.name` is a field of a field. What speaks of a person is left out of them.
    """

    kind: str
    """The last part of the list's address below `/v1`."""
    name: str
    listing: Callable[..., Awaitable[Page[Any]]]
    columns: Mapping[str, str]

    @cached_property
    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.listing, eval_str=True).parameters

    @cached_property
    def actor_parameter(self) -> str:
        """The name under which the route takes its caller."""
        return next(name for name, parameter in self._parameters.items() if _allow_of(parameter) is not None)

    @cached_property
    def readers(self) -> frozenset[Role]:
        """Who may call the route."""
        allow = _allow_of(self._parameters[self.actor_parameter])
        assert allow is not None
        return allow.roles

    @cached_property
    def filters(self) -> type[Schema]:
        """The route's query parameters except those of paging, checked as the route checks them."""
        own = {"session", "page", self.actor_parameter}
        fields: dict[str, Any] = {
            name: (parameter.annotation, parameter.default)
            for name, parameter in self._parameters.items()
            if name not in own
        }
        return create_model(f"{self.kind}_filters", __base__=Schema, **fields)

    @cached_property
    def item(self) -> type[BaseModel]:
        """What the route lists."""
        page = inspect.signature(self.listing, eval_str=True).return_annotation
        found: type[BaseModel] = page.model_fields["items"].annotation.__args__[0]
        return found


class FilterKind(StrEnum):
    """How a filter is filled in."""

    CHOICE = "choice"
    YES = "yes"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter as a form shows it."""

    name: str
    label: str
    kind: FilterKind
    choices: Mapping[str, str]


def filters_of(export: Export) -> list[Filter]:
    """The filters of an export, for forms."""
    found = []
    for name, field in export.filters.model_fields.items():
        plain = _plain(field.annotation)
        choices: dict[str, str] = {}
        kind = FilterKind.TEXT
        if plain is bool:
            kind = FilterKind.YES
        elif plain is int:
            kind = FilterKind.NUMBER
        elif inspect.isclass(plain) and issubclass(plain, StrEnum):
            kind = FilterKind.CHOICE
            choices = {member.value: str(getattr(member, "label", member.value)) for member in plain}
        found.append(Filter(name, field.description or "", kind, choices))
    return found


def description_of(export: Export, path: str) -> str:
    """What the interface says of a column."""
    model: Any = export.item
    said = ""
    for part in path.split("."):
        field = model.model_fields[part]
        said, model = field.description or "", _plain(field.annotation)
    return said


def _plain(annotation: Any) -> Any:
    """`X` of `X | None` and of `Annotated[X, …]`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            annotation = next(member for member in get_args(annotation) if member is not NoneType)
        else:
            return annotation


def _allow_of(parameter: inspect.Parameter) -> Allow | None:
    for mark in get_args(parameter.annotation)[1:] if get_origin(parameter.annotation) is Annotated else ():
        if isinstance(mark, Depends) and isinstance(mark.dependency, Allow):
            return mark.dependency
    return None
