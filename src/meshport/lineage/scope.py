"""What a name means where it stands: relations of the FROM clause, aliases of the same SELECT, the queries around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from meshport.lineage.dialects import Dialect
from meshport.lineage.relation import MOD, NOTHING, RESOLVED, Col, Origins, Rel, absorb, merged, unresolved

if TYPE_CHECKING:
    from meshport.lineage.queries import Cte

Query = exp.Expr
Tables = Callable[[exp.Table], Rel]

# What dialects put where a column could stand, and is none.
_PSEUDO = frozenset(
    {
        *("current_date", "current_time", "current_timestamp", "current_user", "localtime", "localtimestamp"),
        *("session_user", "sysdate", "systimestamp", "user", "rownum", "default"),
    }
)
_DATE_PARTS = frozenset(
    {
        *("year", "years", "yyyy", "yy", "quarter", "qtr", "month", "months", "mon", "mm", "week", "weeks", "wk"),
        *("isoweek", "dayofweek", "dayofyear", "day", "days", "dd", "hour", "hours", "hh", "minute", "minutes", "mi"),
        *("second", "seconds", "ss", "millisecond", "milliseconds", "ms", "microsecond", "microseconds", "epoch"),
        *("date", "isoyear", "decade", "century"),
    }
)


class Context:
    """What holds for one whole statement: its dialect, the tables it may read, whether formulas are wanted.

    `ephemeral` are the relations of ephemeral models, by the name dbt gives their common table expression.
    `query` resolves a query that stands in an expression: set by `queries`, which `values` must not import.
    """

    __slots__ = ("dialect", "ephemeral", "formulas", "query", "tables")

    def __init__(
        self,
        dialect: Dialect,
        tables: Tables,
        ephemeral: dict[str, Rel],
        query: Callable[[Context, Query, Scope | None, Cte | None], Rel],
        formulas: bool,
    ) -> None:
        self.dialect = dialect
        self.tables = tables
        self.ephemeral = ephemeral
        self.query = query
        self.formulas = formulas

    def name(self, identifier: exp.Expr) -> str:
        """Return the real name that an identifier stands for."""
        args = identifier.args
        written = args["this"]
        if type(written) is not str:  # a literal, a parameter: `t.$1`
            written = identifier.name
        return self.dialect.real(written, bool(args.get("quoted"))) if self.dialect.sensitive else written


class Scope:
    """The names that one SELECT sees. `ctes` is the newest common table expression in sight."""

    __slots__ = ("_flat", "aliases", "context", "ctes", "hidden", "open", "outer", "sources", "using", "windows")

    def __init__(self, context: Context, outer: Scope | None, ctes: Cte | None) -> None:
        self.context = context
        self.outer = outer
        self.ctes = ctes
        self.sources: dict[str, Rel] = {}
        self.hidden: set[str] = set()
        self.open: list[str] = []
        self.aliases: dict[str, Col] = {}
        self.using: dict[str, Col] = {}
        self.windows: dict[str, exp.Expr] = {}
        self._flat: dict[str, Col] | None = None

    def add(self, alias: str, rel: Rel, hidden: bool = False) -> None:
        """Put a relation in sight. A hidden one (the right side of a semi join) is seen only by its name."""
        key = self.context.dialect.key(alias)
        while key in self.sources:  # an alias given twice, or a table without one: still a source of columns
            key += "\0"
        self.sources[key] = rel
        if hidden:
            self.hidden.add(key)
        elif rel.more is not None:
            self.open.append(key)
        self._flat = None

    def visible(self) -> Iterator[Rel]:
        """Yield the relations whose columns `*` means."""
        return (rel for key, rel in self.sources.items() if key not in self.hidden)

    def column(self, node: exp.Column) -> Col:
        """Return what a column means here; unresolved, with the reason, where nothing is found."""
        parts = node.args
        identifier = parts["this"]
        if type(identifier) is exp.Star:
            return self.row(node)
        name = self.context.name(identifier)
        table = parts.get("table")
        if table is None:
            found = self.unqualified(name)
            return found if found is not None else self._unknown(name, node)
        if parts.get("db") is None:
            return self._qualified(table, name)
        return self._path([parts[part] for part in ("catalog", "db", "table") if parts.get(part) is not None], name)

    def unqualified(self, name: str) -> Col | None:
        """Return the column of that name: of the relations in sight, an alias, or the query around; None for none."""
        key = self.context.dialect.key(name)
        using = self.using.get(key)
        if using is not None:
            return using
        found = self._columns().get(key)
        if found is not None:
            return found
        alias = self.aliases.get(key)
        if alias is None and self.context.dialect.sensitive:
            for rel in self.visible():
                found = rel.find(self.context.dialect, name)
                if found is not None:
                    return found
        if alias is not None:
            return alias.doubted(f"`{name}` could also be a column of {self._named(self.open)}") if self.open else alias
        if len(self.open) == 1:
            more = self.sources[self.open[0]].more
            assert more is not None
            return more(name)
        if self.open:
            return unresolved(f"`{name}` could be of {self._named(self.open)}, whose columns are not known")
        return self.outer.unqualified(name) if self.outer is not None else None

    def _qualified(self, table: exp.Expr, name: str) -> Col:
        rel = self.source(self.context.name(table))
        if rel is not None:
            found = rel.find(self.context.dialect, name)
            if found is not None:
                return found
            if rel.more is not None:
                return rel.more(name)
        struct = self.unqualified(self.context.name(table))
        if struct is not None:
            return field(self.context, struct, name)
        if rel is not None:
            return unresolved(f"`{table.name}` has no column `{name}`")
        return unresolved(f"there is no `{table.name}` to take `{name}` from")

    def _path(self, parts: list[exp.Expr], name: str) -> Col:
        """Resolve `a.b.c`: a schema before a table's name, or fields of a struct."""
        names = [self.context.name(part) for part in parts]
        for start in range(len(names)):
            rel = self.source(names[start])
            if rel is None:
                continue
            rest = [*names[start + 1 :], name]
            found = rel.find(self.context.dialect, rest[0])
            if found is None and rel.more is not None:
                found = rel.more(rest[0])
            if found is not None:
                return self._fields(found, rest[1:])
        struct = self.unqualified(names[0])
        if struct is not None:
            return self._fields(struct, [*names[1:], name])
        return unresolved(f"there is no `{'.'.join(names)}` to take `{name}` from")

    def _fields(self, col: Col, names: list[str]) -> Col:
        for name in names:
            col = field(self.context, col, name)
        return col

    def source(self, name: str) -> Rel | None:
        """Return the relation of that name or alias, here or in the queries around."""
        found = self.sources.get(self.context.dialect.key(name))
        if found is None and self.outer is not None:
            return self.outer.source(name)
        return found

    def row(self, node: exp.Expr | None = None) -> Col:
        """Return the whole row as one value: of the table that `t.*` names, or of all in sight."""
        table = node.args.get("table") if node is not None else None
        rels: list[Rel | None] = [*self.visible()] if table is None else [self.source(self.context.name(table))]
        origins: Origins = {}
        reason = ""
        for rel in rels:
            for col in rel.cols if rel is not None else ():
                absorb(origins, col.origins, MOD)
            if rel is None or rel.more is not None:
                reason = "not all columns of the row are known"
        return Col(origins, RESOLVED) if not reason else Col(origins, RESOLVED).doubted(reason)

    def _columns(self) -> dict[str, Col]:
        """Return the columns in sight without a qualifier. What two relations have is the first's, and in doubt."""
        key = self.context.dialect.key
        if self._flat is None:
            rels = list(self.visible())
            if len(rels) == 1:
                self._flat = rels[0].index(key)
            else:
                self._flat = {}
                for rel in rels:
                    for name, col in rel.index(key).items():
                        known = self._flat.get(name)
                        both = "it is a column of several relations here"
                        self._flat[name] = col if known is None else known.doubted(both)
        return self._flat

    def _unknown(self, name: str, node: exp.Column) -> Col:
        folded = name.lower()
        if folded in _PSEUDO or (folded in _DATE_PARTS and isinstance(node.parent, exp.Func)):
            return NOTHING
        rel = self.source(name)
        if rel is not None:  # a table's alias as a value: its whole row
            return merged([Col(dict.fromkeys(col.origins, MOD), col.status, col.reason) for col in rel.cols])
        return unresolved(f"no relation here has a column `{name}`")

    def _named(self, keys: list[str]) -> str:
        return " or ".join(f"`{key.rstrip(chr(0)) or 'a query'}`" for key in keys)


def field(context: Context, struct: Col, name: str) -> Col:
    """Return a struct's field: exactly, where the query built the struct, else whatever the struct is made of."""
    if struct.fields is not None:
        found = struct.fields.get(context.dialect.key(name))
        if found is not None:
            return found
    origins: Origins = {}
    absorb(origins, struct.origins, MOD)
    formula = None
    if context.formulas and struct.formula is not None:
        formula = exp.Dot(this=struct.formula.copy(), expression=exp.to_identifier(name))
    return Col(origins, struct.status, struct.reason, formula)
