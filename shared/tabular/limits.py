"""How much an uploaded table may hold. Checked before anything is parsed: a hostile file costs no more than a look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Bytes, rows and columns of one file; `max_unpacked_bytes`, `max_ratio`, `max_entries` guard against zip bombs."""

    max_bytes: int = 100 * 1024 * 1024
    max_rows: int = 500_000
    max_columns: int = 200
    max_cells: int = 4_000_000  # of an XLSX sheet's used area, which is held in memory while it is read
    max_line_chars: int = 64 * 1024
    max_lines_per_record: int = 50  # line breaks inside quotes; more means that a quote was never closed
    max_unpacked_bytes: int = 400 * 1024 * 1024
    max_ratio: int = 200
    max_entries: int = 500


HEADER_SEARCH_ROWS = 10
"""The header stands within this many rows; titles and notes may stand above it."""
