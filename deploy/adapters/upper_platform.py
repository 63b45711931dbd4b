"""A platform above (上级平台): `python -m deploy.adapters.upper_platform 配置.toml` sends it chosen records.

Which records, and what each field is called over there, is data of the configuration. Each record is one message signed
after Standard Webhooks; what the receiver acknowledged is kept in the journal beside it.
"""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from standardwebhooks import Webhook

from deploy.adapters.journal import Entry, Journal, Outcome
from deploy.adapters.platform import Access, NotAdmitted, Platform, asked, problem_of, said
from deploy.adapters.running import Configuration, run_adapter
from shared.times import day_of, now

PAGE = 200
_NOT_ABOUT_THE_RECORD = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)
"""The address or the secret is wrong: no record is refused for it."""


class FieldMapping(BaseModel):
    """Where a field of theirs comes from: one of ours (by dotted name), perhaps in their words, or a constant."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    source: str | None = Field(default=None, alias="from")
    values: dict[str, str] | None = None
    constant: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "FieldMapping":
        if (self.source is None) == (self.constant is None) or (self.values is not None and self.source is None):
            raise ValueError("from 与 constant 必须且只能写一个；values 只能与 from 同用")
        return self

    def of(self, record: dict[str, Any]) -> Any:
        """Their value. Raises `KeyError` where a word of ours has no word of theirs."""
        if self.source is None:
            return self.constant
        value: Any = record
        for name in self.source.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value if self.values is None or value is None else self.values[str(value)]


class Source(BaseModel):
    """A list of the platform. It is read anew for the last `days`, as what was entered late may be of earlier days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(pattern="^/api/")
    query: dict[str, str] = Field(default_factory=dict)
    days: int = Field(default=30, ge=1, le=3660)
    since_parameter: str = "since"
    id: str = "id"


class Target(BaseModel):
    """Where to, and the secret shared with the receiver (`whsec_…`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    secret: SecretStr


class UpperConfiguration(Configuration):
    """What is sent to whom, in which words."""

    access: Access
    source: Source
    target: Target
    mapping: dict[str, FieldMapping] = Field(min_length=1)


def take_in(journal: Journal, configuration: UpperConfiguration, platform: Platform) -> int:
    """Keep what is to be sent, in their words; how many were new. Raises `TryAgain`, `NotAdmitted`."""
    new = 0
    for record in _records(configuration.source, platform):
        own = str(record[configuration.source.id])
        try:
            mapped = {name: mapping.of(record) for name, mapping in configuration.mapping.items()}
        except KeyError as word:
            journal.note([Entry(own, record, f"记录 {own}")])
            reason = {"errors": [{"message": f"对照表里没有 {word}，在配置里补上后自动再送"}]}
            journal.settle([(own, Outcome.REJECTED, reason)])
            continue
        new += journal.note([Entry(own, mapped, f"记录 {own}")])
    return new


def _records(source: Source, platform: Platform) -> Iterator[dict[str, Any]]:
    since = day_of(now()) - timedelta(days=source.days)
    query = source.query | {"limit": str(PAGE), source.since_parameter: since.isoformat()}
    while True:
        response = platform.send("GET", source.path, params=query)
        if response.is_error:
            raise NotAdmitted(f"{source.path}：{said(response)}")
        page = response.json()
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


def send_waiting(journal: Journal, target: Target, http: httpx.Client) -> None:
    """One signed message a record, as they were noted; its id is the record's, so the receiver knows one sent twice.

    Raises `TryAgain`, `NotAdmitted`: nothing overtakes a record that could not be delivered.
    """
    signer = Webhook(target.secret.get_secret_value())
    for waiting in journal.entries(Outcome.TO_SEND):
        entry, at = waiting.entry, now()
        body = json.dumps(entry.record, ensure_ascii=False)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": entry.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signer.sign(entry.id, at, body),
        }
        response = asked(http, "POST", target.url, content=body.encode(), headers=headers)
        if response.is_redirect or response.status_code in _NOT_ABOUT_THE_RECORD:
            raise NotAdmitted(f"{target.url} {said(response)}")
        answer = {"status": response.status_code, **problem_of(response)}
        journal.settle([(entry.id, _outcome(response.status_code), answer)])


def _outcome(status: int) -> Outcome:
    if status < httpx.codes.BAD_REQUEST:
        return Outcome.ACCEPTED
    return Outcome.DUPLICATE if status == httpx.codes.CONFLICT else Outcome.REJECTED


def main() -> int:
    def prepare(configuration: UpperConfiguration) -> Any:
        http = httpx.Client(timeout=60)
        platform = Platform(configuration.access, http)

        def step(journal: Journal) -> None:
            take_in(journal, configuration, platform)
            send_waiting(journal, configuration.target, http)

        return step

    return run_adapter(UpperConfiguration, "把选定的记录送到上级平台", prepare)


if __name__ == "__main__":
    sys.exit(main())
