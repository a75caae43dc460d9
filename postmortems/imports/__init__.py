"""Postmortems that were written elsewhere, in Markdown. ``parse`` is pure; writing.py puts what it says into the
database."""

from postmortems.imports.document import Document, parse

__all__ = ["Document", "parse"]
