"""Reading and calculating formulas. Pure.

The text is parsed by rule-engine; nothing of it is ever run by rule-engine. What may stand in a formula is decided
twice: by its words before parsing (a comprehension or a regular expression is refused before anything could be computed
in it), and by its syntax tree, of which only the kinds named here are calculated, exactly, in fractions.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any, Final, Literal, TypeAlias

from rule_engine import Context, DataType, Rule, ast
from rule_engine.errors import EngineError, SymbolResolutionError

from services.scoring.formulas.values import Number, Unknown, Value, known

MAX_LENGTH: Final = 500
"""The longest formula a scheme needs is about a hundred characters."""
MAX_DEPTH: Final = 24

Kind: TypeAlias = Literal["number", "boolean", "text"]
_TYPES = {"number": DataType.FLOAT, "boolean": DataType.BOOLEAN, "text": DataType.STRING}

_WORD = re.compile(
    r"""
    (?P<blank>\s+)
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<function>\$(?:min|max|sum|abs)\b)
  | (?P<attribute>\.(?:ceiling|floor)\b)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<text>"[^"\\\n]*")
  | (?P<sign><=|>=|==|!=|[-+*/<>(),?:\[\]])
    """,
    re.VERBOSE,
)
_ALLOWED = "只有 + - * / 比较、and or not 和 $min $max $sum $abs"
_RESERVED = frozenset({"for", "in", "if", "else", "null", "inf", "nan"})
_OPERATORS = frozenset({"and", "or", "not", "true", "false"})
_LITERAL = "literal_"


class FormulaError(ValueError):
    """The formula cannot be used; the message says why and where, in Chinese."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read: its text, the kind of its result, and the inputs it names."""

    text: str
    kind: Kind
    names: frozenset[str]
    tree: ast.ExpressionBase
    literals: tuple[Fraction, ...]

    def calculate(self, inputs: Mapping[str, Value]) -> Value:
        """The result. An input that is not given is unknown; so is what is divided by zero."""
        return _Calculation(self.literals, inputs).of(self.tree)


def read(text: str, kinds: Mapping[str, Kind]) -> Formula:
    """The formula in `text` over inputs of these kinds. Raises FormulaError."""
    return _read(text, tuple(sorted(kinds.items())))


@lru_cache(maxsize=4096)
def _read(text: str, kinds: tuple[tuple[str, Kind], ...]) -> Formula:
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"公式最长 {MAX_LENGTH} 个字符，这里有 {len(text)} 个")
    words, literals = _words(text)
    known_kinds = dict(kinds)
    types: dict[str, Any] = {name: _TYPES[kind] for name, kind in known_kinds.items()}
    # Numbers are hidden behind names, or rule-engine would calculate `1/3` itself, with 28 digits.
    types |= {f"{_LITERAL}{index}": DataType.FLOAT for index in range(len(literals))}
    try:
        tree = Rule(words, context=Context(type_resolver=types)).statement.expression
    except SymbolResolutionError as error:
        raise FormulaError(f"公式里的“{error.symbol_name}”不是这份细则列出的数据项") from None
    except (EngineError, RecursionError) as error:
        why = "嵌套过深" if isinstance(error, RecursionError) else "请核对运算符、括号和两边的种类（数、是非、文字）"
        raise FormulaError(f"公式“{text}”读不懂：{why}") from None
    checked = _Check(known_kinds | dict.fromkeys((f"{_LITERAL}{index}" for index in range(len(literals))), "number"))
    kind = checked.kind_of(tree, 0)
    return Formula(text, kind, frozenset(checked.names), tree, literals)


def _words(text: str) -> tuple[str, tuple[Fraction, ...]]:
    """The text with its numbers replaced by names, and the numbers. Raises FormulaError for any other word."""
    words: list[str] = []
    literals: list[Fraction] = []
    at = depth = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            raise FormulaError(
                f"公式第 {at + 1} 个字符“{text[at]}”不能用：只有 + - * / 比较、and or not 和 $min $max $sum $abs"
            )
        word, name = found.group(), str(found.lastgroup)
        if name == "name" and (word in _RESERVED or word.startswith(_LITERAL)):
            raise FormulaError(f"公式第 {at + 1} 个字符起的“{word}”不能用")
        depth += (word in "([") - (word in ")]") if name == "sign" else 0
        if depth > MAX_DEPTH:
            raise FormulaError(f"公式的括号最多套 {MAX_DEPTH} 层")
        if name == "number":
            words.append(f"{_LITERAL}{len(literals)}")
            literals.append(Fraction(word))
        else:
            words.append(word)
        at = found.end()
    return "".join(words), tuple(literals)


class _Check:
    """A walk over the tree that lets pass only what `_Calculation` can calculate, with every type right."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds
        self.names: set[str] = set()

    def kind_of(self, node: Any, depth: int) -> Kind:
        """Raises FormulaError."""
        if depth > 4 * MAX_DEPTH:
            raise FormulaError("公式嵌套过深")
        match node:
            case ast.SymbolExpression() if node.scope is None:
                if not node.name.startswith(_LITERAL):
                    self.names.add(node.name)
                return self.kinds[node.name]
            case ast.BooleanExpression():
                return "boolean"
            case ast.StringExpression():
                return "text"
            case ast.LogicExpression():
                return self._all("boolean", depth, node.left, node.right)
            case ast.ArithmeticComparisonExpression():
                self._all("number", depth, node.left, node.right)
                return "boolean"
            case ast.ComparisonExpression():
                self._all(self.kind_of(node.left, depth + 1), depth, node.right)
                return "boolean"
            case ast.AddExpression() | ast.SubtractExpression() | ast.ArithmeticExpression() if node.type in _SIGNS:
                return self._all("number", depth, node.left, node.right)
            case ast.UnaryExpression() if node.type in ("not", "uminus"):
                return self._all("boolean" if node.type == "not" else "number", depth, node.right)
            case ast.TernaryExpression():
                self._all("boolean", depth, node.condition)
                return self._all(self.kind_of(node.case_true, depth + 1), depth, node.case_false)
            case ast.GetAttributeExpression() if node.name in ("ceiling", "floor"):
                return self._all("number", depth, node.object)
            case ast.FunctionCallExpression():
                return self._all("number", depth, *_arguments(node))
        raise FormulaError(f"公式里不能用这样的写法：{type(node).__name__}")

    def _all(self, kind: Kind, depth: int, *nodes: Any) -> Kind:
        for node in nodes:
            if (found := self.kind_of(node, depth + 1)) != kind:
                raise FormulaError(f"公式里该是{_LABELS[kind]}的地方是{_LABELS[found]}")
        return kind


_SIGNS = frozenset({"add", "sub", "mul", "tdiv"})
_LABELS: dict[Kind, str] = {"number": "数", "boolean": "是非", "text": "文字"}


def _arguments(node: Any) -> list[Any]:
    """The numbers a function is called with. Raises FormulaError for none and for a list of no numbers."""
    first: Any = node.arguments[0] if node.arguments else None
    listed = list(first.value) if type(first) is ast.ArrayExpression else []
    if node.function.name == "abs" and first is not None and not listed:
        return [first]
    if node.function.name != "abs" and listed:
        return listed
    raise FormulaError("$abs 用于一个数，$min $max $sum 用于方括号里的一个或多个数")


class _Calculation:
    """One calculation of one formula."""

    def __init__(self, literals: tuple[Fraction, ...], inputs: Mapping[str, Value]) -> None:
        self.literals, self.inputs = literals, inputs

    def of(self, node: Any) -> Value:
        match node:
            case ast.SymbolExpression():
                return self._named(node.name)
            case ast.BooleanExpression():
                return bool(node.value)
            case ast.StringExpression():
                return str(node.value)
            case ast.LogicExpression():
                return _logic(node.type, self.of(node.left), self.of(node.right))
            case ast.ArithmeticComparisonExpression() | ast.ComparisonExpression():
                return _compared(node.type, self.of(node.left), self.of(node.right))
            case ast.AddExpression() | ast.SubtractExpression() | ast.ArithmeticExpression():
                return _arithmetic(node.type, self.of(node.left), self.of(node.right))
            case ast.UnaryExpression():
                return _unary(node.type, self.of(node.right))
            case ast.TernaryExpression():
                return self._chosen(node)
            case ast.GetAttributeExpression():
                return _whole(ceil if node.name == "ceiling" else floor, self.of(node.object))
            case ast.FunctionCallExpression():
                return _called(node.function.name, [self.of(part) for part in _arguments(node)])
        raise AssertionError(type(node))

    def _named(self, name: str) -> Value:
        if name.startswith(_LITERAL):
            return Number.exact(self.literals[int(name.removeprefix(_LITERAL))])
        return self.inputs.get(name, Unknown.because(f"{name} 没有数据"))

    def _chosen(self, node: Any) -> Value:
        condition = self.of(node.condition)
        if isinstance(condition, Unknown):
            both = self.of(node.case_true), self.of(node.case_false)
            return both[0] if both[0] == both[1] else condition
        return self.of(node.case_true if condition else node.case_false)


def _logic(operator: str, left: Value, right: Value) -> Value:
    """What is certain whatever the unknown part turns out to be is certain (Kleene)."""
    decisive = operator == "or"
    if left is decisive or right is decisive:
        return decisive
    return known(left, right) or not decisive


def _compared(operator: str, left: Value, right: Value) -> Value:
    if unknown := known(left, right):
        return unknown
    if not isinstance(left, Number) or not isinstance(right, Number):
        return (left == right) == (operator == "eq")
    always, never = _ORDER[operator](left, right)
    if always or never:
        return bool(always)
    return Unknown.because(f"{left} 与 {right} 孰大孰小不确定")


_ORDER: dict[str, Callable[[Number, Number], tuple[bool, bool]]] = {
    "ge": lambda a, b: (a.low >= b.high, a.high < b.low),
    "gt": lambda a, b: (a.low > b.high, a.high <= b.low),
    "le": lambda a, b: (a.high <= b.low, a.low > b.high),
    "lt": lambda a, b: (a.high < b.low, a.low >= b.high),
    "eq": lambda a, b: (a.is_exact and a == b, a.high < b.low or a.low > b.high),
    "ne": lambda a, b: (a.high < b.low or a.low > b.high, a.is_exact and a == b),
}


def _arithmetic(operator: str, left: Value, right: Value) -> Value:
    if unknown := known(left, right):
        return unknown
    assert isinstance(left, Number) and isinstance(right, Number)
    match operator:
        case "add":
            return Number(left.low + right.low, left.high + right.high)
        case "sub":
            return Number(left.low - right.high, left.high - right.low)
        case "tdiv" if right.low <= 0 <= right.high:
            return Unknown.because("分母为零" if right.is_exact else "分母可能为零")
        case "mul" | "tdiv":
            ends = [_applied(operator, a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
            return Number(min(ends), max(ends))
    raise AssertionError(operator)


def _applied(operator: str, left: Fraction, right: Fraction) -> Fraction:
    return left * right if operator == "mul" else left / right


def _unary(operator: str, value: Value) -> Value:
    if isinstance(value, Unknown):
        return value
    if operator == "not":
        return not value
    assert isinstance(value, Number)
    return Number(-value.high, -value.low)


def _whole(to_whole: Callable[[Fraction], int], value: Value) -> Value:
    if isinstance(value, Unknown):
        return value
    assert isinstance(value, Number)
    return Number(Fraction(to_whole(value.low)), Fraction(to_whole(value.high)))


def _called(function: str, values: list[Value]) -> Value:
    if unknown := known(*values):
        return unknown
    numbers = [value for value in values if isinstance(value, Number)]
    match function:
        case "abs":
            ends = abs(numbers[0].low), abs(numbers[0].high)
            crosses = numbers[0].low <= 0 <= numbers[0].high
            return Number(Fraction(0) if crosses else min(ends), max(ends))
        case "sum":
            return Number(
                sum((number.low for number in numbers), Fraction(0)),
                sum((number.high for number in numbers), Fraction(0)),
            )
    chosen = min if function == "min" else max
    return Number(chosen(number.low for number in numbers), chosen(number.high for number in numbers))
