"""How each kind's own queries are read, without its package."""

from detection.sources.errors import SourceError

PARSED_AS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "sqlite": "sqlite",
    "hive": "hive",
    "kylin": "postgres",
}
"""sqlglot's names; Kylin's Calcite quotes and casts as PostgreSQL does."""

ASKED_FREELY = tuple(PARSED_AS)
"""The kinds that answer a query of any columns."""


def check_free_statement(kind: str, text: str) -> None:
    """One SELECT of any columns; ``:start`` and ``:end`` may stand in it. Raises SourceError."""
    from detection.sources.statements import checked_free_statement

    checked_free_statement(text, PARSED_AS[kind])


def check_statement(kind: str, text: str) -> None:
    """Raises SourceError."""
    if kind in PARSED_AS:
        from detection.sources.statements import checked_statement

        checked_statement(text, PARSED_AS[kind])
    elif len(text) > 10_000 or not text.replace("\n", " ").replace("\t", " ").isprintable():
        raise SourceError("The query cannot be read.", permanent=True)
