"""The invented samples of the demo keep the rules that the platform keeps."""

import csv
from datetime import date

from deploy.demo.sampling_scripts import FULL, results_file


def test_no_report_of_the_demo_tells_the_laboratory_whose_sample_it_is() -> None:
    """A laboratory reads its report's number; with the sample's number in it, it could look the party up."""
    told = [(script, f"PT26330203{place:07d}") for place, script in enumerate(FULL, 1) if script.goal.is_told_on_paper]
    rows = list(csv.DictReader(results_file(told, date(2026, 11, 20)).decode("utf-8-sig").splitlines()))
    assert [row["抽样单编号"] for row in rows] == [number for _, number in told]
    assert not [row for row in rows if row["抽样单编号"] in row["报告书编号"]]
    assert len({row["报告书编号"] for row in rows}) == len(rows) > 1
