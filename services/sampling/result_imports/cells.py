"""What stands in the cells of an exchange workbook: verdicts, lower bounds of methods, combined findings. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

from services.sampling.limits.numbers import NUMBER, plain_text, read_number
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind, ReportClass
from shared.tabular.cells import text_of

Meant = TypeVar("Meant")

NOTHING = frozenset({"", "-", "--", "---", "—", "——", "－", "/", "\\", "_", "无", "空", "n/a", "na", "null"})
"""What is written into a cell when there is nothing to write."""

_VERDICTS: tuple[tuple[ItemVerdict | None, tuple[str, ...]], ...] = (
    (ItemVerdict.QUALIFIED, ("合格", "合格项", "符合", "符合要求", "单项合格", "√", "p", "pass")),
    (ItemVerdict.UNQUALIFIED, ("不合格", "不合格项", "不符合", "不符合要求", "单项不合格", "×", "f", "fail")),
    (ItemVerdict.PROBLEM, ("问题", "问题项", "问题样品")),
    (ItemVerdict.NOT_TESTED, ("未检验", "未检", "未检测")),
    (ItemVerdict.UNDETERMINED, ("待判定", "无法判定")),
    (None, ("不判定", "不判定项", "不作判定", "仅供参考", "参考")),
)
_CONCLUSIONS = (
    (Conclusion.UNQUALIFIED, ("不合格", "不合格样品", "不符合", "不符合要求")),
    (Conclusion.PROBLEM, ("问题", "问题样品")),
    (Conclusion.QUALIFIED, ("合格", "合格样品", "纯抽检合格样品", "符合", "符合要求", "未发现问题")),
    (Conclusion.UNDETERMINED, ("待判定", "无法判定", "不判定", "不作判定")),
)
_IN_SENTENCES = (
    (Conclusion.UNQUALIFIED, ("不合格", "不符合")),
    (Conclusion.QUALIFIED, ("未发现问题", "合格", "符合")),
    (Conclusion.PROBLEM, ("问题",)),
    (Conclusion.UNDETERMINED, ("待判定",)),
)
"""The longer first: what was read as 不合格 is not read as 合格 as well."""
_CLASSES = (
    (ReportClass.SERIOUS, ("24小时限时报告", "24小时报告", "限时报告")),
    (ReportClass.UNQUALIFIED, ("一般不合格(问题)报告", "一般不合格报告", "不合格报告", "不合格(问题)报告", "问题报告")),
    (ReportClass.QUALIFIED, ("合格报告",)),
)
_YES = frozenset({"是", "y", "yes", "1", "√", "参考", "参考项", "参考项目"})
_NO = frozenset({"否", "n", "no", "0", "×"})

_METHOD = re.compile(r"第([一二三四五六七八九十]+|[0-9]{1,2})法")
_KINDS = (
    (LodKind.QUANTITATION, ("定量限", "loq")),
    (LodKind.DETERMINATION, ("测定低限",)),
    (LodKind.DETECTION, ("检出限", "lod")),
)
_PART = re.compile(r"[;；\n]+")
_SEPARATOR = re.compile(r"\s*(?:║|\|\||‖|\||丨|｜|┃|│)\s*")
_LIMIT_FIRST = re.compile(
    r"(?P<item>.+?)[(（](?P<requirement>.+?)[/／](?P<result>(?:[<>≤≥＜＞]?\s*[0-9.]|未检出|检出|阴性|阳性)[^()（）]*)[)）]"
)


class Lod(NamedTuple):
    """Lower bounds of a method as printed: value, unit and kind by the method's ordinal (empty: for all methods)."""

    by_method: tuple[tuple[str, str, str | None], ...]
    kind: LodKind | None

    def of(self, method: str | None) -> tuple[str, str | None] | None:
        """Value and unit for the method as the report names it; None where it does not say which of several."""
        if len(self.by_method) == 1 and not self.by_method[0][0]:
            return self.by_method[0][1:]
        named = _METHOD.search(method or "")
        wanted = _ordinal(named[1]) if named else None
        return next((bound[1:] for bound in self.by_method if bound[0] == wanted), None)


class Combined(NamedTuple):
    """One finding of a combined cell: `菌落总数║120000 CFU/g║≤100000 CFU/g`."""

    item: str
    result: str
    requirement: str | None


def verdict_of(text: str) -> ItemVerdict | None:
    """A stated verdict; None where the report says that it does not judge. Raises ValueError in Chinese."""
    plain = _plain(text)
    if plain in NOTHING:
        return None
    return _meaning(plain, _VERDICTS, "结果判定")


def conclusion_of(text: str) -> Conclusion | None:
    """The conclusion that a report states, as a word or as the sentence on its first page."""
    plain = _plain(text).rstrip("。.")
    if plain in NOTHING:
        return None
    is_sentence = len(plain) > 12 or "所检" in plain
    if is_sentence and plain not in {word for _, words in _CONCLUSIONS for word in words}:
        said = set(_said_in(plain))
        if len(said) == 1:
            return said.pop()
        raise ValueError("读不出检验结论；请写合格、不合格或问题")
    return _meaning(plain, _CONCLUSIONS, "检验结论")


def _said_in(sentence: str) -> Iterator[Conclusion]:
    """The conclusions that a sentence names: `经抽样检验，所检项目符合要求` one, a sentence of both kinds both."""
    for conclusion, words in _IN_SENTENCES:
        for word in words:
            if word in sentence:
                yield conclusion
                sentence = sentence.replace(word, "※")


def class_of(text: str) -> ReportClass | None:
    """The class that a report states: 24小时限时报告, 一般不合格（问题）报告, 合格报告."""
    plain = _plain(text)
    return None if plain in NOTHING else _meaning(plain, _CLASSES, "报告分类")


def reference_of(text: str) -> bool:
    plain = _plain(text)
    if plain in _YES:
        return True
    if plain in _NO or plain in NOTHING:
        return False
    raise ValueError("应填是或否")


@lru_cache(maxsize=5_000)
def lod_of(text: str) -> Lod | None:
    """Lower bounds of a method: `0.02`, `0.02 mg/kg`, `定量限0.05`, `第一法0.2；第二法1`. None for 0.0, - and /, which
    are how none is written. Raises ValueError in Chinese.
    """
    kind = next((kind for kind, words in _KINDS if any(word in text.casefold() for word in words)), None)
    bounds = []
    for part in _PART.split(text):
        plain = plain_text(part)
        for _, words in _KINDS:
            for word in words:
                plain = re.sub(word, "", plain, flags=re.IGNORECASE)
        plain = plain.strip(":为=")
        if plain.casefold() in NOTHING:
            continue
        match = re.fullmatch(
            rf"(?:第([一二三四五六七八九十]+|[0-9]{{1,2}})法[:为]?)?({NUMBER})([A-Za-zμ%‰°个/].*)?", plain
        )
        number = read_number(match[2]) if match else None
        if match is None or number is None:
            raise ValueError("应为数值，或写成 第一法0.2；第二法1")
        if number != 0:
            bounds.append((_ordinal(match[1]) if match[1] else "", match[2], match[3]))
    return Lod(tuple(bounds), kind) if bounds else None


def combined_of(text: str) -> tuple[Combined, ...]:
    """The findings of a combined cell `不合格项目║检验结果║标准值`, one a line. Raises ValueError in Chinese."""
    return tuple(_triple(part) for part in _PART.split(text) if part.strip())


def limit_first_of(text: str) -> tuple[Combined, ...]:
    """The findings of a cell `不合格项目（标准值/实测值）`, one a line."""
    found = []
    for part in _PART.split(text):
        if not part.strip():
            continue
        match = _LIMIT_FIRST.fullmatch(part.strip())
        if match is None:
            raise ValueError("应写成 项目（标准值/实测值），多项分行写")
        found.append(Combined(match["item"].strip(), match["result"].strip(), match["requirement"].strip()))
    return tuple(found)


def unless_nothing(max_length: int) -> Callable[[str], str | None]:
    """Text, None for what stands for nothing (`/`, `-`, `—`)."""
    parse = text_of(max_length)
    return lambda text: None if _plain(text) in NOTHING else parse(text)


def _triple(text: str) -> Combined:
    parts = [part.strip() for part in _SEPARATOR.split(text.strip())]
    if len(parts) not in (2, 3) or not all(parts[:2]):
        raise ValueError("应写成 项目║检验结果║标准值，多项分行写")
    return Combined(parts[0], parts[1], parts[2] if len(parts) == 3 and parts[2] not in NOTHING else None)


def _meaning(plain: str, meanings: tuple[tuple[Meant, tuple[str, ...]], ...], label: str) -> Meant:
    for meaning, words in meanings:
        if plain in words:
            return meaning
    known = "、".join(words[0] for _, words in meanings)
    raise ValueError(f"读不懂的{label}，请写：{known}")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


_NUMERALS = {sign: str(value) for value, sign in enumerate("一二三四五六七八九十", start=1)}


def _ordinal(text: str) -> str:
    return _NUMERALS.get(text, text)
