"""`./shian priority 历史.csv`: learn an order of visits from a file of past inspections, and measure it."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from services.inspection.visit_priority.report import in_words, ranking_as_json, training_as_json
from services.inspection.visit_priority.tables import HistoryRead, HistoryUnusable, Layout, read_history
from services.inspection.visit_priority.training import WINDOW_DAYS, day_after, rank, train
from shared.http.problems import Problem
from shared.tabular.cells import day

SHOWN_ERRORS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the history was read and reported, 2 when it cannot be read as told."""
    options = _options(arguments)
    layout = Layout(
        business=options.business,
        date=options.date,
        result=options.result,
        found=frozenset(options.found),
        clean=frozenset(options.clean),
        inspectors=options.inspector,
        words=options.word,
        numbers=options.number,
        date_format=options.date_format,
    )
    try:
        read = _read(options.history, layout, leave_out=options.leave_out_faulty)
    except Problem as problem:
        print(f"{problem.title}：{problem.detail}", file=sys.stderr)
        for error in problem.errors[:SHOWN_ERRORS]:
            row = "" if error.row is None else f"第 {error.row} 行"
            print(f"  {row}「{error.column or ''}」{error.message}", file=sys.stderr)
        return 2
    training = train(read.inspections, window_days=options.window, measured_from=options.measured_from)
    ranking = rank(training, day_after(training))
    print(_results_in_words(read, layout))
    print(in_words(training, ranking, max(options.top, 0)))
    if options.json is None:
        return 0
    document = training_as_json(training) | {
        "results": dict(sorted(read.results.items())),
        "faulty_rows": read.faulty_rows,
        "ranking": ranking_as_json(ranking),
    }
    try:
        options.json.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        print(f"{options.json} 写不了：{error.strerror}", file=sys.stderr)
        return 2
    return 0


def _read(path: Path, layout: Layout, *, leave_out: bool) -> HistoryRead:
    try:
        read = read_history(path, layout)
    except OSError as error:
        raise HistoryUnusable(f"{path} 打不开：{error.strerror}") from None
    if read.errors and not leave_out:
        raise HistoryUnusable(
            f"有 {read.faulty_rows} 行有误；改好再来，或加 --leave-out-faulty 不计这些行", errors=read.errors
        )
    if not read.inspections:
        raise HistoryUnusable(
            f"没有可用的行。「{layout.result}」一列里有：{'、'.join(sorted(read.results)[:20]) or '（空）'}；"
            "用 --found 和 --clean 写明哪些算有问题、哪些算无问题"
        )
    return read


def _results_in_words(read: HistoryRead, layout: Layout) -> str:
    meaning = dict.fromkeys(layout.found, "有问题") | dict.fromkeys(layout.clean, "无问题")
    taken = (
        f"{result} {count} 次（{meaning.get(result, '不计')}）"
        for result, count in sorted(read.results.items(), key=lambda item: (-item[1], item[0]))
    )
    left_out = f"\n有误而没有计入的行：{read.faulty_rows}" if read.faulty_rows else ""
    return f"结果：{'、'.join(taken)}{left_out}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./shian priority", description="从历次检查学一个先后次序，并用后一段时间衡量。"
    )
    parser.add_argument("history", type=Path, help="CSV 或 XLSX，一行一次检查")
    parser.add_argument("--business", default="主体", metavar="列", help="主体的编号或名称（缺省「主体」）")
    parser.add_argument("--date", default="日期", metavar="列", help="检查日期（缺省「日期」）")
    parser.add_argument("--date-format", metavar="写法", help="如 %%m/%%d/%%Y；缺省认 2026-03-01、2026/3/1 等")
    parser.add_argument("--result", default="结果", metavar="列", help="检查结果（缺省「结果」）")
    parser.add_argument("--found", nargs="+", default=["有问题"], metavar="值", help="哪些结果算有问题")
    parser.add_argument("--clean", nargs="+", default=["无问题"], metavar="值", help="哪些算无问题；其余的行不计")
    parser.add_argument("--word", nargs="+", default=[], metavar="列", help="检查以前就知道的情况，文字")
    parser.add_argument("--number", nargs="+", default=[], metavar="列", help="检查以前就知道的情况，数字")
    parser.add_argument("--inspector", nargs="+", default=[], metavar="列", help="检查人员；只用于宽严报告，不参与评分")
    parser.add_argument(
        "--window", type=_window, default=WINDOW_DAYS, metavar="天", help=f"多少天为一段（缺省 {WINDOW_DAYS}）"
    )
    parser.add_argument(
        "--measured-from", type=_day_of, metavar="日期", help="从哪天起只衡量、不学（缺省最后四分之一）"
    )
    parser.add_argument("--top", type=int, default=20, metavar="户", help="列出前多少户（缺省 20）")
    parser.add_argument("--leave-out-faulty", action="store_true", help="有误的行不计，而不是停下")
    parser.add_argument("--json", type=Path, metavar="文件", help="另存全部结果为 JSON")
    return parser.parse_args(arguments)


def _window(text: str) -> int:
    days = int(text) if text.isascii() and text.isdigit() else 0
    if not 7 <= days <= 366:
        raise argparse.ArgumentTypeError("应为 7 到 366 的整数")
    return days


def _day_of(text: str) -> date:
    try:
        return day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
