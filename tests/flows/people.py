"""People of the flows: each knows the gateway's address and a token, and nothing else of the platform."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

DISTRICT, TOWN = "330203000000", "330203001000"


class Person:
    """A caller of the gateway. A refusal where none is expected fails the test with the answer's own words."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **parameters: Any) -> Any:
        return _answer(await self.http.get(path, params=parameters)).json()

    async def all(self, path: str, **parameters: Any) -> list[Any]:
        """All rows of a list, page after page."""
        rows: list[Any] = []
        cursor: dict[str, Any] = {}
        while True:
            page = await self.get(path, **parameters, **cursor, limit=200)
            rows += page["items"]
            if page["next_cursor"] is None:
                return rows
            cursor = {"cursor": page["next_cursor"]}

    async def one(self, path: str, **parameters: Any) -> Any:
        """The only row of a list."""
        rows = await self.all(path, **parameters)
        assert len(rows) == 1, f"{path}: {rows}"
        return rows[0]

    async def post(self, path: str, body: Any) -> Any:
        return _answer(await self.try_post(path, body)).json()

    async def try_post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """POST, whatever the answer."""
        return await self.http.post(path, json=body, headers={"Idempotency-Key": str(uuid4())} | headers)

    async def put(self, path: str, body: Any) -> Any:
        return _answer(await self.http.put(path, json=body)).json()

    async def step(self, path: str, version: int, **body: Any) -> Any:
        """A transition of a record, from the version that was read."""
        return _answer(await self.try_post(path, body, **{"If-Match": f'"{version}"'})).json()

    async def upload(self, name: str, content: bytes, **fields: str) -> Any:
        path = "/api/sampling/v1/rapid-test-uploads"
        return _answer(await self.http.post(path, files={"file": (name, content)}, data=fields)).json()

    async def download(self, path: str, **parameters: str) -> bytes:
        return _answer(await self.http.get(path, params=parameters)).content


def _answer(response: httpx.Response) -> httpx.Response:
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.text}"
    return response


def without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The record without some of its fields."""
    return {name: value for name, value in record.items() if name not in names}
