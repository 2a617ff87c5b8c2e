"""Reads: from the query that a principal wrote to the query that the engine may run for that principal.

Every table in the tree is replaced (`exp.Expr` is what every node is: not all are an `exp.Expression`): a table by its rows with masks and row filter applied, a view by its definition, a name of the information
schema by rows made for this principal. Nothing is found by its text: what a name means follows from the scope that it stands in, and a name that
means nothing is an error. So there is no way to write a query that the checks do not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql.access import Identity
from tests.databricks_double.sql.dialect import column, engine_table, identifier, is_ours, parse_query, table_name
from tests.databricks_double.sql.effective import policies_of
from tests.databricks_double.sql.functions import body_of, call_of, inline, session_value
from tests.databricks_double.sql.narrow import Asked, place_asked
from tests.databricks_double.sql.session import Session, full_name
from tests.databricks_double.store import Metastore, Name, Relation

_CARRIED = ("joins", "laterals", "pivots", "sample")
_UNNAMED = (exp.Alias, exp.Column, exp.Star, exp.UDTF, exp.Explode, exp.Inline)
_DEEPEST = 30


@dataclass(frozen=True)
class Scope:
    """Whose privileges a piece of SQL is checked by, and where its names are looked up."""

    identity: Identity
    namespace: Name
    temporary: Mapping[str, Relation] = field(default_factory=dict)
    depth: int = 0

    def __post_init__(self) -> None:
        if self.depth > _DEEPEST:
            raise errors.SqlError("RECURSIVE_VIEW", "Recursive view or function detected.", "42K0H")

    def inside(self, identity: Identity, namespace: Name) -> Scope:
        """Return the scope inside a view or function: its owner's privileges, its own names."""
        return Scope(identity, namespace, {}, self.depth + 1)


@dataclass
class Secured:
    """A query that the engine may run, and what it still needs: rows of the information schema, by placeholder."""

    tree: exp.Expr
    system: dict[str, Asked]
    reads: set[Name]

    @property
    def only_system(self) -> bool:
        """Return whether no table of the engine is read."""
        return bool(self.system) and not self.reads


class Reader:
    """Rewrites one statement's reads. It only looks at the store: call it under the store's lock."""

    def __init__(self, store: Metastore, session: Session) -> None:
        self.store = store
        self.session = session
        self.system: dict[str, Asked] = {}
        self.reads: set[Name] = set()
        self._qualified: set[Name] = set()
        self.scope = Scope(Identity.of(session.principal), session.namespace, session.temporary)

    def secure(self, tree: exp.Expr, *, untouched: exp.Expr | None = None) -> Secured:
        """Rewrite a query, or a DML statement all but the table that it changes."""
        done = self.rewrite(tree, self.scope, untouched)
        ctes = {cte.alias.lower() for cte in done.find_all(exp.CTE)}
        for table in done.find_all(exp.Table):
            known = is_ours(table) or table is untouched or not isinstance(table.this, exp.Identifier)
            if not known and (table.db or table.name.lower() not in ctes):
                raise AssertionError(f"a table was read past the checks: {table.sql('databricks')}")
        return Secured(done, self.system, self.reads)

    def rewrite(self, tree: exp.Expr, scope: Scope, untouched: exp.Expr | None = None) -> exp.Expr:
        """Rewrite a tree in a scope, and return what stands in its place."""
        holder = exp.Paren(this=tree)
        self._walk(tree, scope, frozenset(), untouched)
        self._shorten(holder)
        done: exp.Expr = holder.this
        return done.pop()

    def _walk(self, node: exp.Expr, scope: Scope, ctes: frozenset[str], skip: exp.Expr | None) -> None:
        if node is skip:
            return
        ctes = self._with(node, scope, ctes, skip)
        names = self._projections(node)
        call = call_of(node)
        if call is not None:
            for argument in call.arguments:
                self._walk(argument, scope, ctes, skip)
            # An argument may have been replaced: read them again.
            replacement = inline(self, call_of(node) or call, scope)
        else:
            for key, value in list(node.args.items()):
                if key != "with_":
                    for child in list(value) if isinstance(value, list) else [value]:
                        if isinstance(child, exp.Expr):
                            self._walk(child, scope, ctes, skip)
            if isinstance(node, exp.Table):
                replacement = self._table(node, scope, ctes)
            else:
                replacement = session_value(node, self.session)
        if replacement is not None:
            node.replace(replacement)
        for at, name in names.items():
            projection = node.expressions[at]
            if projection.sql("databricks") != name:
                projection.replace(exp.Alias(this=projection.copy(), alias=identifier(name)))

    def _with(self, node: exp.Expr, scope: Scope, ctes: frozenset[str], skip: exp.Expr | None) -> frozenset[str]:
        """Rewrite a WITH clause: each name hides a table of that name from here on, in the ones after it too."""
        clause = node.args.get("with_")
        if clause is None:
            return ctes
        for cte in clause.expressions:
            name = frozenset({cte.alias.lower()})
            self._walk(cte.this, scope, ctes | name if clause.recursive else ctes, skip)
            ctes = ctes | name
        return ctes

    def _projections(self, node: exp.Expr) -> dict[int, str]:
        """Return the names of a query's unnamed columns, which inlining would change."""
        if not isinstance(node, exp.Select):
            return {}
        return {i: p.sql("databricks") for i, p in enumerate(node.expressions) if not isinstance(p, _UNNAMED)}

    def _shorten(self, tree: exp.Expr) -> None:
        """Turn `catalog.schema.table.column` into `table.column`: the engine knows the table by its alias only."""
        for found in tree.find_all(exp.Column):
            if found.args.get("db"):
                parts = tuple(part.name.lower() for part in found.parts[:-1])
                if parts in self._qualified:
                    found.set("db", None)
                    found.set("catalog", None)

    def _table(self, node: exp.Table, scope: Scope, ctes: frozenset[str]) -> exp.Expr | None:
        if not isinstance(node.this, exp.Identifier):
            return None  # a table function, such as range(10)
        name = table_name(node)
        if len(name) == 1 and name[0] in ctes:
            return None
        self._qualified.update(full_name(name, scope.namespace)[-2 - i :] for i in range(2))
        source = self._source(node, name, scope)
        source.set("alias", node.args.get("alias") or exp.TableAlias(this=identifier(node.name)))
        for key in _CARRIED:
            if node.args.get(key):
                source.set(key, node.args[key])
        return source

    def _source(self, node: exp.Table, name: Name, scope: Scope) -> exp.Expr:
        if len(name) == 1 and name[0] in scope.temporary:
            temporary = scope.temporary[name[0]]
            return self._view(temporary, Scope(scope.identity, temporary.resolved_in, scope.temporary, scope.depth + 1))
        full = full_name(name, scope.namespace)
        if full[0] == "system" or full[1] == "information_schema":
            placeholder = f"system_{len(self.system)}"
            self.system[placeholder] = Asked(full, place_asked(node, full[2]))
            return engine_table(placeholder)
        relation = readable(self.store, scope.identity, full)
        version = version_of(node)
        if relation.kind == "VIEW":
            if version is not None:
                raise errors.expected_table(full, "VERSION AS OF")
            owner = Identity.of_owner(self.store, relation.owner)
            return self._view(relation, scope.inside(owner, relation.resolved_in))
        self.reads.add(full)
        return self._rows(relation, full, version, scope)

    def _view(self, view: Relation, scope: Scope) -> exp.Expr:
        definition = self.rewrite(parse_query(view.definition or ""), scope)
        inner = exp.Subquery(this=definition.unnest() if isinstance(definition, exp.Subquery) else definition)
        named = zip(view.outputs, view.columns.values(), strict=True)
        if len({output.lower() for output in view.outputs}) < len(view.outputs):
            columns = [identifier(shown.name) for shown in view.columns.values()]
            inner.set("alias", exp.TableAlias(this=identifier("view"), columns=columns))
            return exp.Subquery(this=exp.select("*").from_(inner))
        inner.set("alias", exp.TableAlias(this=identifier("view")))
        shown = [exp.Alias(this=column(output, "view"), alias=identifier(at.name)) for output, at in named]
        return exp.Subquery(this=exp.select(*shown).from_(inner))

    def _rows(self, relation: Relation, name: Name, version: int | None, scope: Scope) -> exp.Expr:
        rows = rows_of(relation, name, version)
        policies = policies_of(self.store, self.session.principal, name, relation)
        if not policies:
            return engine_table(rows)
        if version is not None:
            raise errors.SqlError(
                "UNSUPPORTED_FEATURE.TIME_TRAVEL_WITH_POLICIES",
                f"Time travel is not supported on {errors.quoted(name)}: it has a row filter or column masks.",
                "0A000",
            )
        # No query can name this alias, so an argument of a policy cannot be caught by a table inside its function.
        raw = f"policy {rows} {scope.depth}"
        shown: list[exp.Expr] = []
        for key, at in relation.columns.items():
            value: exp.Expr = column(at.name, raw)
            mask = policies.masks.get(key)
            if mask is not None:
                value = body_of(self, mask.function, [value, *mask.values(relation, raw)], scope)
                if mask.casts:
                    value = exp.cast(value, exp.DataType.build(at.data_type, dialect="databricks"), copy=False)
            shown.append(exp.Alias(this=value, alias=identifier(at.name)))
        query = exp.select(*shown).from_(engine_table(rows, raw))
        for row_filter in policies.filters:
            query = query.where(body_of(self, row_filter.function, row_filter.values(relation, raw), scope))
        return exp.Subquery(this=query)


def readable(store: Metastore, identity: Identity, name: Name) -> Relation:
    """Return a relation that somebody may select from. Without USE SCHEMA one does not learn what is there."""
    if name[:2] in store.schemas:
        for privilege, at, kind in (("USE_CATALOG", name[:1], "Catalog"), ("USE_SCHEMA", name[:2], "Schema")):
            if not access.holds(store, identity, privilege, at):
                raise errors.no_permission(privilege.replace("_", " "), kind, at)
    relation = store.relations.get(name)
    if relation is None:
        raise errors.relation_not_found(name)
    access.need(store, identity, "SELECT", name, "Table")
    return relation


def version_of(node: exp.Table) -> int | None:
    """Return the version that a table is read at, where the query says so."""
    version = node.args.get("version")
    if version is None:
        return None
    if version.name.upper() != "VERSION" or not version.expression.is_int:
        raise errors.unsupported(version.sql("databricks"))
    return int(version.expression.this)


def rows_of(relation: Relation, name: Name, version: int | None = None) -> str:
    """Return the engine's table of a relation's rows."""
    for entry in reversed(relation.history):
        if version in (None, entry.number) and entry.rows is not None:
            return entry.rows
    if any(version == entry.number for entry in relation.history):
        raise errors.SqlError(
            "DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION",
            "Cannot time travel beyond delta.deletedFileRetentionDuration (0 HOURS) set on the table.",
            "0AKDC",
        )
    last = relation.history[-1].number if relation.history else 0
    raise errors.SqlError(
        "DELTA_VERSION_NOT_FOUND",
        f"Cannot time travel Delta table {errors.quoted(name)} to version {version}. Available versions: [0, {last}].",
        "22003",
    )
