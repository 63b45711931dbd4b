"""People of the flows: each knows the gateway's address and a token, and nothing else of the platform."""

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

    async def attempt(self, method: str, path: str, body: Any, version: int | None = None) -> httpx.Response:
        """A change, whatever the answer; `version` is that of the record as it was read."""
        headers = {"Idempotency-Key": str(uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.http.request(method, path, json=body, headers=headers)

    async def post(self, path: str, body: Any) -> Any:
        return _answer(await self.attempt("POST", path, body)).json()

    async def put(self, path: str, body: Any) -> Any:
        return _answer(await self.attempt("PUT", path, body)).json()

    async def step(self, path: str, version: int, **body: Any) -> Any:
        """A transition of a record, from the version that was read."""
        return _answer(await self.attempt("POST", path, body, version)).json()

    async def upload(self, name: str, content: bytes, **fields: str) -> Any:
        path = "/api/sampling/v1/rapid-test-uploads"
        return _answer(await self.http.post(path, files={"file": (name, content)}, data=fields)).json()

    async def download(self, path: str, **parameters: str) -> bytes:
        return _answer(await self.http.get(path, params=parameters)).content


def _answer(response: httpx.Response) -> httpx.Response:
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.text}"
    return response
