"""The questions in SQL: built from names and bound values, or somebody's own, which must be one harmless SELECT."""

import logging
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
import sqlglot
from django.utils.translation import gettext as _
from sqlalchemy.sql import quoted_name
from sqlglot import exp

from detection.sources import reading
from detection.sources.asking import Query
from detection.sources.errors import SourceError

logging.getLogger("sqlglot").setLevel(logging.ERROR)

LONGEST_STATEMENT = 10_000
START, END = "start", "end"


def grouped(query: Query, start: Any, end: Any) -> sa.Select[Any]:
    """``SELECT labels, aggregate FROM table WHERE start <= time < end AND filters GROUP BY labels``."""
    time = _column(query.time_column)
    columns = [_column(column) for _dimension, column in query.labels]
    value: Any = sa.func.count()
    if query.aggregate != "count":
        value = (sa.func.sum if query.aggregate == "sum" else sa.func.avg)(_column(query.value_column))
    named = [column.label(f"label_{index}") for index, column in enumerate(columns)]
    chosen = sa.select(*named, value.label("value")).select_from(table_of(query.table))
    chosen = chosen.where(time >= sa.bindparam(START, start), time < sa.bindparam(END, end))
    for index, (name, wanted) in enumerate(query.filters):
        chosen = chosen.where(_column(name) == sa.bindparam(f"filter_{index}", wanted))
    return chosen.group_by(*columns) if columns else chosen


def first_rows(table: str, limit: int) -> sa.Select[Any]:
    return sa.select(sa.text("*")).select_from(table_of(table)).limit(limit)


def table_of(name: str) -> sa.TableClause:
    """``schema.table``, each part quoted."""
    schema, _dot, table = name.rpartition(".")
    parts = quoted_name(schema, quote=True) if schema else None
    return sa.table(quoted_name(table, quote=True), schema=parts)


def own_statement(text: str, dialect: str, start: datetime | Any, end: datetime | Any) -> sa.TextClause:
    """The statement of somebody's own with its two moments bound."""
    return sa.text(checked_statement(text, dialect)).bindparams(
        **{START: start, END: end},
    )


def free_statement(text: str, dialect: str, start: datetime | Any, end: datetime | Any) -> sa.TextClause:
    """As ``own_statement``, of one that need not ask for the time: only what stands in it is bound."""
    asked = sa.text(checked_free_statement(text, dialect))
    moments = {START: start, END: end}
    return asked.bindparams(**{name: moments[name] for name in asked.compile().params})


def checked_statement(text: str, dialect: str) -> str:
    """Written anew from what was understood of it, so that nothing runs that was not looked at.

    Raises SourceError for anything but one SELECT between ``:start`` and ``:end``.
    """
    tree, bound = _understood(text, dialect)
    if bound != {START, END}:
        raise _refused(_("The query must ask for the time from :start until :end, and bind nothing else."))
    return _written(tree, dialect)


def checked_free_statement(text: str, dialect: str) -> str:
    """As ``checked_statement``; ``:start`` and ``:end`` may stand in it, nothing else."""
    tree, bound = _understood(text, dialect)
    if not bound <= {START, END}:
        raise _refused(_("Only :start and :end may stand in the query, for the time that is looked at."))
    return _written(tree, dialect)


def _understood(text: str, dialect: str) -> tuple[exp.Query, set[str]]:
    """The harmless tree, and what it binds."""
    tree = _parsed(text, dialect)
    for node in tree.walk():
        _refuse_harm(node, dialect)
    return tree, {str(node.this) for node in tree.find_all(exp.Placeholder)}


def _written(tree: exp.Query, dialect: str) -> str:
    for node in list(tree.find_all(exp.Placeholder)):
        node.replace(exp.column(f"mainstay_bound_{node.this}"))
    plain = tree.sql(dialect=dialect, comments=False, identify=False)
    # sqlalchemy.text() takes every other colon for a bound value too.
    escaped = plain.replace(":", "\\:")
    return escaped.replace("mainstay_bound_start", ":start").replace("mainstay_bound_end", ":end")


def _parsed(text: str, dialect: str) -> exp.Query:
    if len(text) > LONGEST_STATEMENT:
        raise _refused(_("The query is longer than %(count)d letters.") % {"count": LONGEST_STATEMENT})
    # Hive puts its variables, which hold passwords too, into any text before it reads it.
    if "mainstay_bound" in text.lower() or "\x00" in text or (dialect == "hive" and "${" in text):
        raise _refused(_("The query cannot be read as SQL."))
    try:
        found = [tree for tree in sqlglot.parse(text, dialect=dialect) if tree is not None]
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        raise _refused(_("The query cannot be read as SQL.")) from None
    if len(found) != 1 or type(found[0]) not in reading.ROOTS:
        raise _refused(_("The query must be one SELECT and nothing else."))
    return cast(exp.Query, found[0])


def _refuse_harm(node: exp.Expr, dialect: str) -> None:
    """Raises SourceError for whatever is not known to do nothing but read."""
    if isinstance(node, exp.Anonymous):
        _refuse_unknown_function(node.name)
    elif type(node) not in reading.ALLOWED:
        if isinstance(node, exp.Func):
            raise _not_allowed(node.sql_name())
        raise _refused(
            _("The query must be one SELECT that only reads: “%(part)s” is not allowed here.")
            % {"part": _shown(node, dialect)}
        )
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        raise _not_allowed(_shown(node, dialect))  # of a schema: whatever somebody has put there
    if isinstance(node, exp.DataType) and node.this not in reading.TYPES:
        raise _refused(_("The type “%(name)s” is not allowed here.") % {"name": _shown(node, dialect)})
    if isinstance(node, exp.Var) and not reading.PLAIN_WORD.fullmatch(node.name):
        raise _refused(_("The query cannot be read as SQL."))
    if isinstance(node, exp.Table):
        _refuse_catalogues(node, reading.RESERVED_BEGINNINGS.get(dialect, ()))


def _refuse_unknown_function(name: str) -> None:
    if name.lower() not in reading.UNKNOWN_TO_PARSER:
        raise _not_allowed(name)


def _refuse_catalogues(table: exp.Table, beginnings: tuple[str, ...]) -> None:
    if table.db.lower() in reading.RESERVED_SCHEMAS:
        raise _refused(_("The table “%(name)s” is not allowed here.") % {"name": table.db[:40]})
    for part in (table.catalog, table.db, table.name):
        if part.lower().startswith(beginnings):
            raise _refused(_("The table “%(name)s” is not allowed here.") % {"name": part[:40]})


def _not_allowed(function: str) -> SourceError:
    return _refused(_("The function “%(name)s” is not allowed here.") % {"name": function[:40].lower()})


def _shown(node: exp.Expr, dialect: str) -> str:
    try:
        return node.sql(dialect=dialect, comments=False)[:40]
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        return node.key.upper()


def _refused(sentence: str) -> SourceError:
    return SourceError(sentence, permanent=True)


def _column(name: str) -> sa.ColumnClause[Any]:
    return sa.column(quoted_name(name, quote=True))
