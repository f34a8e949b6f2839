"""The mutants of a module: every small error that may stand in it, and where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

COMPARED: dict[type, type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: dict[type, type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One error: its number among those of its module, its kind, where it stands, and what stands there instead of what.

    `lines` are those of its statement, `within` the classes and the function around it; `in_function` is False where it is
    carried out when the module is imported.
    """

    number: int
    kind: str
    line: int
    lines: range
    within: tuple[str, ...]
    in_function: bool
    before: str
    after: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module, in the order of their numbers."""
    made = list[Mutant]()
    for place in _places(ast.parse(source), Room()):
        for kind, changed in _changed(place.node):
            room, before, after = place.room, _words(place.node), _words(changed)
            line = getattr(place.node, "lineno", room.lines.start)
            made.append(Mutant(len(made), kind, line, room.lines, room.within, room.in_function, before, after))
    return made


def mutated(source: str, number: int) -> ast.Module:
    """The module with one of its mutants in it; every node keeps its line."""
    tree, passed = ast.parse(source), 0
    for place in _places(tree, Room()):
        for _, changed in _changed(place.node):
            if passed == number:
                place.put(ast.copy_location(changed, place.node))
                return ast.fix_missing_locations(tree)
            passed += 1
    raise IndexError(f"no mutant {number} among {passed}")


@dataclass(frozen=True)
class Room:
    """What is around a node: the lines of its statement, or of the head of one; classes and the outermost function."""

    lines: range = range(0)
    within: tuple[str, ...] = ()
    in_function: bool = False

    def of(self, parent: ast.AST, field: str, node: ast.AST) -> Room:
        """That of a node in a field of its parent."""
        room = self
        if isinstance(parent, (ast.FunctionDef, ast.ClassDef)) and field == "body" and not self.in_function:
            room = replace(self, within=(*self.within, parent.name), in_function=isinstance(parent, ast.FunctionDef))
        if not isinstance(node, (ast.stmt, ast.ExceptHandler)):
            return room
        inner = getattr(node, "body", None)
        last = max(node.lineno, inner[0].lineno - 1) if inner else node.end_lineno or node.lineno
        return replace(room, lines=range(node.lineno, last + 1))


@dataclass(frozen=True)
class Place:
    """Where a node stands in a tree: in a field of its parent, or at a place in a list there."""

    parent: ast.AST
    field: str
    at: int | None
    node: ast.AST
    room: Room

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


def _places(parent: ast.AST, room: Room) -> Iterator[Place]:
    """All that is carried out: no annotations, no docstrings, and no words of messages, which say the same in other words."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns") or isinstance(parent, (ast.JoinedStr, ast.Raise)):
            continue
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _docstring(node):
                here = room.of(parent, field, node)
                yield Place(parent, field, at, node, here)
                yield from _places(node, here)


def _changed(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in the place of a node, each with its kind."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            if other := COMPARED.get(type(operator)):
                yield "comparison", ast.Compare(node.left, [*node.ops[:at], other(), *node.ops[at + 1 :]], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
        yield "arithmetic", ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign) and type(node.op) in COMPUTED:
        yield "arithmetic", ast.AugAssign(node.target, COMPUTED[type(node.op)](), node.value)
    elif isinstance(node, ast.BoolOp):
        yield "boolean", ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    elif isinstance(node, ast.UnaryOp):
        yield "boolean", node.operand
    elif isinstance(node, ast.IfExp):
        yield "boolean", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Constant) and (other_value := _other(node.value)) is not None:
        yield "constant", ast.Constant(other_value)
    elif isinstance(node, ast.If) and not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        yield "boolean", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.Return) and node.value is not None and _words(node.value) != "None":
        yield "return", ast.Return(ast.Constant(None))
    if isinstance(node, (ast.Raise, ast.AugAssign, ast.Continue, ast.Break)) or _is_call(node):
        yield "deleted", ast.Pass()


def _words(node: ast.AST) -> str:
    """A node as it is written; of an `if` its question."""
    return f"if {ast.unparse(node.test)}" if isinstance(node, ast.If) else " ".join(ast.unparse(node).split())


def _other(value: object) -> bool | int | float | str | None:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}X" if isinstance(value, str) else None


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
