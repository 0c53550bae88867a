"""What a cell needs of the cells above it, and what of that has run.

The live page uses it, and what computes the answers of the exercises.

A statement needs those that last bound the names it reads, and what those need.  `a.b = …`,
`a[i] = …`, `a += …`, and a call `a.method(…)` whose value nobody takes count as changing `a`: then
both are needed.  A function that changes its argument is not seen.
"""

import ast
import symtable
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Statement:
    """A statement of a cell, with the global names that it reads, binds and changes."""

    text: str
    reads: frozenset[str]
    late: frozenset[str]  # of what it reads, that which functions read when they are called
    binds: frozenset[str]
    sure: frozenset[str]  # of what it binds, that which it binds always
    changes: frozenset[str]
    imports: bool

    @property
    def writes(self) -> frozenset[str]:
        """Return the names that mean something else after it."""
        return self.binds | self.changes


Place = tuple[int, str]  # the number of a cell, and the text of a statement in it


def _names(node: ast.AST) -> tuple[set[str], set[str], set[str]]:
    """Return the global names that code reads, that functions in it read, and that it binds."""

    def walk(table: symtable.SymbolTable, top: bool) -> None:
        for symbol in table.get_symbols():
            if top or symbol.is_global():
                if symbol.is_referenced():
                    (reads if top else late).add(symbol.get_name())
                if symbol.is_assigned() or symbol.is_imported():
                    binds.add(symbol.get_name())
        for child in table.get_children():
            walk(child, top=False)

    reads: set[str] = set()
    late: set[str] = set()
    binds: set[str] = set()
    walk(symtable.symtable(ast.unparse(node), "cell", "exec"), top=True)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        reads.add(node.target.id)
    return reads | late, late, binds


def _flow(nodes: Sequence[ast.stmt], bound: set[str]) -> tuple[set[str], set[str]]:
    """Return what statements read before they bind it, and what they bind; add that to `bound`.

    A loop is taken to run at least once; of an `if` or a `try`, only what each way binds is bound
    for sure.
    """
    reads: set[str] = set()
    binds: set[str] = set()

    def take(part: ast.AST | None) -> None:
        if part is not None:
            read, _, bind = _names(part)
            reads.update(read - bound)
            binds.update(bind)
            bound.update(bind)

    def inner(body: Sequence[ast.stmt], known: set[str]) -> None:
        read, bind = _flow(body, known)
        reads.update(read)
        binds.update(bind)

    for node in nodes:
        match node:
            case ast.For():
                take(ast.Expr(node.iter))
                take(ast.Assign([node.target], ast.Constant(None), lineno=0))
                inner([*node.body, *node.orelse], bound)
            case ast.With():
                for item in node.items:
                    take(ast.Expr(item.context_expr))
                    if item.optional_vars is not None:
                        take(ast.Assign([item.optional_vars], ast.Constant(None), lineno=0))
                inner(node.body, bound)
            case ast.If() | ast.While():
                take(ast.Expr(node.test))
                ways = [set(bound), set(bound)]
                for body, known in zip([node.body, node.orelse], ways, strict=True):
                    inner(body, known)
                bound |= ways[0] & ways[1]
            case ast.Try():
                inner([*node.body, *node.orelse], set(bound))
                for handler in node.handlers:
                    inner(handler.body, set(bound) | {handler.name or ""})
                inner(node.finalbody, set(bound))
            case _:
                take(node)
    return reads, binds


def _changed(node: ast.stmt) -> set[str]:
    """Return the names of what a statement changes in place."""
    found = set()
    for part in ast.walk(node):
        target: ast.AST | None = None
        stored = isinstance(getattr(part, "ctx", None), ast.Store | ast.Del)
        if isinstance(part, ast.Attribute | ast.Subscript) and stored:
            target = part.value
        elif isinstance(part, ast.AugAssign):
            target = part.target
        elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            function = part.value.func
            target = function.value if isinstance(function, ast.Attribute) else None
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        if isinstance(target, ast.Name):
            found.add(target.id)
    return found


@lru_cache(maxsize=1000)
def statements(code: str) -> tuple[Statement, ...]:
    """Return the statements of a cell; none where it is not Python."""
    try:
        nodes = ast.parse(code).body
    except SyntaxError:
        return ()
    lines = code.splitlines()
    found = []
    for node in nodes:
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        text = "\n".join(lines[start - 1 : node.end_lineno])
        known: set[str] = set()
        reads, binds = _flow([node], known)
        changes = _changed(node) & (reads | binds)  # not what is local to a function
        found.append(
            Statement(
                text=text,
                reads=frozenset(reads),
                late=frozenset(_names(node)[1]),
                binds=frozenset(binds),
                sure=frozenset(binds & known),
                changes=frozenset(changes - (known - reads)),
                imports=isinstance(node, ast.Import | ast.ImportFrom),
            )
        )
    return tuple(found)


def needed(cells: Sequence[str], target: int) -> dict[Place, Statement]:
    """Return the statements above a cell that it needs, in order.

    What the first cell sets up by a bare call, such as the style of the figures, is always needed.
    """
    places: dict[Place, Statement] = {}
    needs: dict[Place, set[Place]] = {}
    bound: dict[str, list[Place]] = {}
    modules: set[str] = set()
    wanted: set[Place] = set()
    for number, code in enumerate(cells[: target + 1]):
        for one in statements(code):
            place = (number, one.text)
            found: set[Place] = set()
            changes = one.changes - modules
            names = set(one.reads | changes)
            while names:
                new = {p for name in names for p in bound.get(name, []) if p not in found}
                new |= {p for place in new for p in needs[place]} - found
                found |= new
                names = {name for place in new for name in places[place].late}
            if number == target or (number == 0 and not one.binds):
                wanted |= found
            if number == 0 and not one.binds:
                wanted.add(place)
            places[place] = one
            needs[place] = found
            modules = modules | one.binds if one.imports else modules - one.binds
            for name in one.binds | changes:
                anew = name in one.sure and name not in changes
                bound[name] = [place] if anew else [*bound.get(name, []), place]
    return {p: s for p, s in places.items() if p in wanted and p[0] < target}


class Session:
    """Which statements have run, and which of them last wrote a name."""

    def __init__(self, transform: Callable[[str], str] = str) -> None:
        self.transform = transform  # turns IPython's magic words into Python
        self.ran: set[Place] = set()
        self.writer: dict[str, Place] = {}

    def look(self, code: str) -> None:
        """Take the statements of a cell apart, so that it is done when they are asked for."""
        statements(self.transform(code))

    def before(self, cells: Sequence[str], target: int) -> list[tuple[int, str]]:
        """Return what has to run before a cell: the number of a cell above, and code of it.

        What has run is not run again, unless something else has written its names since.
        """
        wanted = needed([self.transform(code) for code in cells[: target + 1]], target)
        written = {name for one in wanted.values() for name in one.writes}
        stale = any(self.writer[name] not in wanted for name in written & self.writer.keys())
        missing = [place for place in wanted if stale or place not in self.ran]
        numbers = dict.fromkeys(number for number, _ in missing)
        return [(n, "\n".join(text for m, text in missing if m == n)) for n in numbers]

    def done(self, number: int, code: str, whole: bool) -> None:
        """Take down that code of a cell has run; not `whole` if it raised an exception."""
        for one in statements(self.transform(code)):
            place = (number, one.text)
            if whole:
                self.ran.add(place)
            else:
                self.ran.discard(place)
            for name in one.writes:
                self.writer[name] = place
