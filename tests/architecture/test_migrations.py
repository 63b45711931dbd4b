"""A migration runs while the programs of the version before go on answering, so it takes nothing away from them.

Read off its SQL: what the older program names stays where it is, and a row that it writes is still accepted. What is
to go goes a version later, once no running program names it.
"""

import importlib
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("shared", "gateway", "services/*")
FILES = {
    f"{path.parts[-4]}/{path.stem}": path
    for place in PLACES
    for path in sorted(ROOT.glob(f"{place}/migrations/versions/*.py"))
}

BEFORE_THE_FIRST_RELEASE = {
    "gateway/second_factor_0001",
    "inspection/attachments_0001",
    "inspection/businesses_0002",
    "inspection/case_requests_0002",
    "sampling/dated_rules_0001",
    "sampling/publications_0002",
    "sampling/samples_0002",
    "scoring/evaluations_0002",
    "scoring/indices_0002",
    "traceability/dated_rules_0001",
    "traceability/epcis_0003",
    "traceability/epcis_0004",
    "traceability/epcis_0006",
    "traceability/epcis_queries_0002",
    "traceability/productions_0002",
    "traceability/recall_requests_0002",
    "traceability/traces_0002",
}
"""No program older than these was ever released, so none runs beside them. Nothing is added here."""

OWN_CONNECTION = {"shared/jobs_0001"}
"""Makes the queue's tables through the queue's own library, and only where there are none yet."""

TAKES_AWAY = {
    "a table or column goes": r"\bDROP (TABLE|COLUMN|VIEW|SEQUENCE|SCHEMA)\b",
    "a table, column or constraint has another name": r"\bRENAME\b",
    "a column has another type": r"\bALTER COLUMN \S+ (SET DATA )?TYPE\b",
    "a column must be given": r"\bALTER COLUMN \S+ (SET NOT NULL|DROP DEFAULT)\b",
    "a new column must be given": r"\bADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL\b",
    "rows must differ that could be alike": (
        r"\b(CREATE UNIQUE INDEX|ADD (CONSTRAINT \S+ )?(UNIQUE|PRIMARY KEY|EXCLUDE))\b"
    ),
    "rows go": r"^(DELETE FROM|TRUNCATE)\b",
}


def statements(revision: str) -> Iterator[str]:
    """The SQL of an upgrade, each statement on one line."""
    path = FILES[revision].relative_to(ROOT).with_suffix("")
    written = StringIO()
    options = {"as_sql": True, "output_buffer": written, "literal_binds": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context):
        importlib.import_module(".".join(path.parts)).upgrade()
    for statement in re.split(r";\s*(?:\n|$)", written.getvalue()):
        yield " ".join(statement.split())


def taken_away(lines: list[str]) -> Iterator[str]:
    """What an older program would miss, of tables that were there before."""
    new = {table for line in lines for table in re.findall(r"^CREATE TABLE (\S+)", line)}
    for line in lines:
        table = re.search(r"^(?:ALTER TABLE|DROP TABLE|DELETE FROM|TRUNCATE|CREATE UNIQUE INDEX \S+ ON) (\S+)", line)
        if table and table[1] in new:
            continue
        yield from (f"{what}: {line[:120]}" for what, pattern in TAKES_AWAY.items() if re.search(pattern, line))


@pytest.mark.parametrize("revision", sorted(FILES.keys() - OWN_CONNECTION))
def test_the_version_before_can_go_on(revision: str) -> None:
    found = list(taken_away(list(statements(revision))))
    if revision in BEFORE_THE_FIRST_RELEASE:
        assert found, "it need not stand among the exceptions"
    else:
        assert found == []


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("ALTER TABLE lots DROP COLUMN name", "a table or column goes"),
        ("ALTER TABLE lots RENAME name TO title", "a table, column or constraint has another name"),
        ("ALTER TABLE lots ADD COLUMN kind TEXT NOT NULL", "a new column must be given"),
        ("ALTER TABLE lots ALTER COLUMN kind DROP DEFAULT", "a column must be given"),
        ("CREATE UNIQUE INDEX uq ON lots (kind)", "rows must differ that could be alike"),
        ("DELETE FROM lots", "rows go"),
    ],
)
def test_what_would_be_missed_is_seen(sql: str, what: str) -> None:
    assert [each.partition(":")[0] for each in taken_away([sql])] == [what]
    assert list(taken_away(["CREATE TABLE lots (id UUID)", sql])) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE lots ADD COLUMN kind TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE lots ADD COLUMN kind TEXT",
        "CREATE INDEX ix ON lots (kind)",
        "UPDATE lots SET kind = 'usual'",
    ],
)
def test_what_adds_is_let_through(sql: str) -> None:
    assert list(taken_away([sql])) == []
