"""The expression language: what its texts mean, and what is said of those that mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from yhovi.engine.recipe.language.expressions import ExpressionError, columns_of, divisors_of, parse
from yhovi.engine.recipe.language.nodes import (
    Arithmetic,
    Comparison,
    Condition,
    Expression,
    Logic,
    Membership,
    Name,
    Negate,
    Not,
    Number,
    Presence,
    Text,
    TextTest,
    operands,
)

A, B, C = Name("a"), Name("b"), Name("c")
IS_A, IS_B, IS_C = (Presence(name, present=True) for name in (A, B, C))

OPERATORS = (
    "a comparison (== != < <= > >=), in (…), is missing, is present, starts with, ends with, contains,"
    " arithmetic (+ - * /), and, or"
)
WORDS = "columns, numbers, 'text', comparisons (== != < <= > >=), arithmetic (+ - * /) and parentheses"
VALUES = "a column, a number, a 'text' or an opening parenthesis"
LITERALS = "a number or a text in quotes"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a == 'x'", Comparison("==", A, Text("x"))),
        ('a != "x"', Comparison("!=", A, Text("x"))),
        ("a < 1", Comparison("<", A, Number(1))),
        ("a <= -1.5", Comparison("<=", A, Number(-1.5))),
        ("a > 1e3", Comparison(">", A, Number(1000))),
        ("a>=b", Comparison(">=", A, B)),
        ("a in ('x', \"y\")", Membership(A, (Text("x"), Text("y")))),
        ("a not in (1, -2)", Membership(A, (Number(1), Number(-2)), negated=True)),
        ("a is missing", Presence(A, present=False)),
        ("a is present", Presence(A, present=True)),
        ("a starts with 'x'", TextTest("starts with", A, "x")),
        ("a ends with 'x'", TextTest("ends with", A, "x")),
        ("a contains 'x'", TextTest("contains", A, "x")),
        ("`Age (years)` is present", Presence(Name("Age (years)"), present=True)),
        ("`a``b`", Name("a`b")),
        ("'it''s'", Text("it's")),
        ('"say ""x"""', Text('say "x"')),
        ("''", Text("")),
        ("Größe_2", Name("Größe_2")),
        ("a\n  + b", Arithmetic(A, (("+", B),))),
        ("a - b + c", Arithmetic(A, (("-", B), ("+", C)))),
        ("a - (b + c)", Arithmetic(A, (("-", Arithmetic(B, (("+", C),))),))),
        ("a + b * c", Arithmetic(A, (("+", Arithmetic(B, (("*", C),))),))),
        ("a / b * c", Arithmetic(A, (("/", B), ("*", C)))),
        ("-a * b", Arithmetic(Negate(A), (("*", B),))),
        ("-(a * b)", Negate(Arithmetic(A, (("*", B),)))),
        ("a - -1", Arithmetic(A, (("-", Number(-1)),))),
        ("a + b == c", Comparison("==", Arithmetic(A, (("+", B),)), C)),
        (
            "a is present or b is present and c is present",
            Logic("or", (IS_A, Logic("and", (IS_B, IS_C)))),
        ),
        (
            "(a is present or b is present) and c is present",
            Logic("and", (Logic("or", (IS_A, IS_B)), IS_C)),
        ),
        ("a is present and b is present and c is present", Logic("and", (IS_A, IS_B, IS_C))),
        ("not a is present and b is present", Logic("and", (Not(IS_A), IS_B))),
        ("not (a is present and b is present)", Not(Logic("and", (IS_A, IS_B)))),
        ("not not a is present", Not(Not(IS_A))),
    ],
)
def test_a_text_has_a_meaning(text: str, tree: Expression) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "found", "allowed", "cure"),
    [
        ("a = 'x'", 2, "At character 3: = is not part of the language.", WORDS, "Write == to compare."),
        ("a <> 'x'", 2, "At character 3: <> is not part of the language.", WORDS, "Write != for 'is not equal to'."),
        ("a && b", 2, "At character 3: && is not part of the language.", WORDS, "Write and."),
        ("a & b", 2, "At character 3: & is not part of the language.", WORDS, "Write and."),
        ("a || b", 2, "At character 3: || is not part of the language.", WORDS, "Write or."),
        ("a | b", 2, "At character 3: | is not part of the language.", WORDS, "Write or."),
        (
            "!a",
            0,
            "At character 1: ! is not part of the language.",
            WORDS,
            "Write not before a condition, or != between two values.",
        ),
        ("a % 2", 2, "At character 3: % is not part of the language.", WORDS, ""),
        (
            "a == 'x",
            5,
            "At character 6: ' is not part of the language.",
            WORDS,
            "The text that starts here has no closing quote.",
        ),
        (
            "`a == 1",
            0,
            "At character 1: ` is not part of the language.",
            WORDS,
            "The column name that starts here has no closing backtick.",
        ),
        ("a == ‘x’", 5, "At character 6: ‘ is not part of the language.", WORDS, "Use straight quotes: ' or \"."),
        ("", 0, "The expression is empty.", VALUES, ""),
        ("a ==", 4, "The expression ends too early.", VALUES, ""),
        ("(a + b", 6, "The expression ends too early.", "an operator, or the closing parenthesis", ""),
        ("a + b)", 5, "At character 6: ')' is not expected here.", OPERATORS, ""),
        ("a == == b", 5, "At character 6: '==' is not expected here.", VALUES, ""),
        (
            "in == 1",
            0,
            "At character 1: 'in' is not expected here.",
            VALUES,
            "A column of that name stands in backticks: `in`.",
        ),
        ("a AND b", 2, "At character 3: 'AND' is not expected here.", OPERATORS, "Write and in lower case."),
        ("a Is missing", 2, "At character 3: 'Is' is not expected here.", OPERATORS, "Write is in lower case."),
        (
            "a > 1,000",
            5,
            "At character 6: ',' is not expected here.",
            OPERATORS,
            "Write numbers without thousands separators.",
        ),
        (
            "Time period range == '1y'",
            5,
            "At character 6: 'period' is not expected here.",
            OPERATORS,
            "A column stands in backticks: `Time period range`; a text stands in quotes: 'Time period range'.",
        ),
        (
            "a == 16 plus",
            8,
            "At character 9: 'plus' is not expected here.",
            OPERATORS,
            "A column stands in backticks: `16 plus`; a text stands in quotes: '16 plus'.",
        ),
        ("a 'x'", 2, "At character 3: the text 'x' is not expected here.", OPERATORS, ""),
        ("a `b`", 2, "At character 3: `b` is not expected here.", OPERATORS, ""),
        (
            "a < b < c",
            6,
            "At character 7: '<' follows another comparison.",
            "one comparison at a time",
            "Join two comparisons with and: low < Value and Value < high.",
        ),
        (
            "a is missing is present",
            13,
            "At character 14: 'is' follows another comparison.",
            "one comparison at a time",
            "Join two comparisons with and: low < Value and Value < high.",
        ),
        (
            "a is not missing",
            5,
            "At character 6: 'not' is not expected here.",
            "missing or present",
            "Write is present for the opposite of is missing, and == or != to compare.",
        ),
        ("a starts 'x'", 9, "At character 10: the text 'x' is not expected here.", "with", ""),
        (
            "a contains 5",
            11,
            "At character 12: '5' is not expected here.",
            "a text in quotes",
            "A column stands in backticks: `5`; a text stands in quotes: '5'.",
        ),
        ("a not == b", 6, "At character 7: '==' is not expected here.", "in (…)", ""),
        ("a in 'x'", 5, "At character 6: the text 'x' is not expected here.", "an opening parenthesis", ""),
        ("a in ()", 6, "At character 7: ')' is not expected here.", LITERALS, ""),
        ("a in ('x',)", 10, "At character 11: ')' is not expected here.", LITERALS, ""),
        ("a in (-'x')", 7, "At character 8: the text 'x' is not expected here.", LITERALS, ""),
        (
            "a in (b)",
            6,
            "At character 7: 'b' is not expected here.",
            LITERALS,
            "A column stands in backticks: `b`; a text stands in quotes: 'b'.",
        ),
        (
            "a in ('x' 'y')",
            10,
            "At character 11: the text 'y' is not expected here.",
            "a comma, or the closing parenthesis",
            "",
        ),
        ("a < 1e999", 4, "At character 5: 1e999 is too large.", "", ""),
        (
            "(" * 31 + "a" + ")" * 31,
            30,
            "At character 31: the expression is nested too deeply.",
            "at most 30 levels of parentheses, not and minus",
            "Split it over several keep or derive steps.",
        ),
        (
            "a" + "+a" * 101,
            201,
            "At character 202: there is too much arithmetic in one expression.",
            "at most 100 operators",
            "Split it over several derive steps.",
        ),
        (
            "a" * 2001,
            2000,
            "The expression has 2,001 characters.",
            "at most 2,000 characters",
            "Split it over several keep or derive steps.",
        ),
    ],
)
def test_a_text_without_a_meaning_is_explained(text: str, position: int, found: str, allowed: str, cure: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert (error.position, error.found, error.allowed, error.cure) == (position, found, allowed, cure)
    assert str(error) == f"{found} {cure}".rstrip()


def test_the_limits_themselves_are_allowed() -> None:
    assert parse("(" * 30 + "a" + ")" * 30) == A
    assert parse("a".ljust(2000)) == A


def test_a_node_knows_where_it_was_written() -> None:
    tree = parse("  a == -1")
    assert isinstance(tree, Comparison)
    assert (tree.left.position, tree.position, tree.right.position) == (2, 4, 7)


def test_columns_are_told_once_in_the_order_of_their_mention() -> None:
    assert columns_of(parse("`b` * 2 > a and not (c in (1) or b is missing) and a contains 'x'")) == ("b", "a", "c")
    assert columns_of(parse("1 + 2")) == ()


@pytest.mark.parametrize(
    ("text", "divisors"),
    [
        ("a * b + 1", []),
        ("a / 100 / -2", []),
        ("a / 0", ["0"]),
        ("a / b", ["b"]),
        ("100 * a / (b - c) + d", ["b - c"]),
        ("-(a / (b / c))", ["b / c", "c"]),
        ("a / (2 - 2)", ["2 - 2"]),
    ],
)
def test_what_an_expression_divides_by_may_be_zero(text: str, divisors: list[str]) -> None:
    assert divisors_of(parse(text)) == tuple(map(parse, divisors))


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8).map(Name)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8).map(Text)
numbers = st.floats(allow_nan=False, allow_infinity=False).map(Number)


def composites(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def chains(signs: str) -> st.SearchStrategy[Expression]:
        rest = st.lists(st.tuples(st.sampled_from(signs), parts), min_size=1, max_size=3).map(tuple)
        return st.builds(Arithmetic, parts, rest)

    return st.one_of(
        parts.map(Negate),
        chains("+-"),
        chains("*/"),
        st.builds(Comparison, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), parts, parts),
        st.builds(Membership, parts, st.lists(numbers | texts, min_size=1, max_size=3).map(tuple), st.booleans()),
        st.builds(Presence, parts, st.booleans()),
        st.builds(
            TextTest, st.sampled_from(["starts with", "ends with", "contains"]), parts, texts.map(lambda t: t.value)
        ),
        parts.map(Not),
        st.builds(Logic, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3).map(tuple)),
    )


trees = st.recursive(names | texts | numbers, composites, max_leaves=10)


def depth(tree: Expression) -> int:
    return 1 + max((depth(operand) for operand in operands(tree)), default=0)


def quoted(text: str, quote: str = "'") -> str:
    return quote + text.replace(quote, quote * 2) + quote


def rendered(tree: Expression) -> str:
    match tree:
        case Number(value):
            return repr(value)
        case Text(value):
            return quoted(value)
        case Name(name):
            return quoted(name, "`")
        case Negate(operand):
            return f"-({rendered(operand)})"
        case Arithmetic(first, rest):
            return part(first) + "".join(f" {sign} {part(operand)}" for sign, operand in rest)
        case _:
            return rendered_condition(tree)


def rendered_condition(tree: Condition) -> str:
    match tree:
        case Comparison(sign, left, right):
            return f"{part(left)} {sign} {part(right)}"
        case Membership(operand, options, negated):
            return f"{part(operand)} {'not ' * negated}in ({', '.join(map(rendered, options))})"
        case Presence(operand, present):
            return f"{part(operand)} is {'present' if present else 'missing'}"
        case TextTest(how, operand, text):
            return f"{part(operand)} {how} {quoted(text)}"
        case Not(operand):
            return f"not {part(operand)}"
        case Logic(joint, parts):
            return f" {joint} ".join(map(part, parts))


def part(tree: Expression) -> str:
    return rendered(tree) if isinstance(tree, Number | Text | Name) else f"({rendered(tree)})"


@given(trees)
def test_a_tree_survives_being_written_and_read(tree: Expression) -> None:
    text = rendered(tree)
    assume(depth(tree) <= 14 and len(text) <= 2000)
    assert parse(text) == tree


def explanation(text: str) -> ExpressionError | None:
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None


@given(st.text(max_size=40) | st.text("ab'`\"()<=>!+-*/, 19.andorti", max_size=40))
def test_any_text_is_either_understood_or_explained(text: str) -> None:
    error = explanation(text)
    assert error is None or (0 <= error.position <= len(text) and error.found.endswith("."))
