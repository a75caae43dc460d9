"""The kinds of source. Each is one file with a ``Reader`` (see asking.py), imported when it is first used: the packages
that some of them need are optional (pyproject.toml)."""

import importlib
from dataclasses import dataclass
from typing import Any, cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from detection.sources.asking import Access, FreeReader, Query, Reader, Row, Sample, Table
from detection.sources.dialects import ASKED_FREELY
from detection.sources.errors import SourceError, asked_in_vain, package_missing

__all__ = [
    "KINDS",
    "Access",
    "FreeReader",
    "Query",
    "Reader",
    "Row",
    "Sample",
    "SourceError",
    "Table",
    "free_reader_of",
    "reader_of",
]


@dataclass(frozen=True)
class Option:
    """Something that a kind wants to know. ``kind``: text, number, flag or url."""

    name: str
    label: str | Promise
    kind: str = "text"
    required: bool = False
    default: Any = ""
    help: str | Promise = ""


@dataclass(frozen=True)
class Kind:
    module: str
    options: tuple[Option, ...]
    extra: str = ""
    """The extra of pyproject that brings its packages; empty where the base has them."""
    has_statement: bool = False
    """Whether somebody may write a query of their own."""
    needs_time: bool = True
    """Whether a table and its time column must be named."""


_HOST = Option("host", gettext_lazy("Host"), required=True)
_USER = Option("user", gettext_lazy("User"))
_URL = Option("url", gettext_lazy("Address"), kind="url", required=True)
_TLS = Option(
    "tls",
    gettext_lazy("Encrypted, certificate checked"),
    kind="flag",
    default=False,
    help=gettext_lazy("The certificate must be valid for the host's name."),
)


_SASL = Option(
    "auth",
    gettext_lazy("Authentication"),
    help=gettext_lazy("Empty: user and password by SASL (Hive's NONE, LDAP, CUSTOM). nosasl: Hive's NOSASL."),
)


def _port(default: int) -> Option:
    return Option("port", gettext_lazy("Port"), kind="number", default=default)


def _database(default: str = "", *, required: bool = True) -> Option:
    return Option("database", gettext_lazy("Database"), required=required, default=default)


KINDS: dict[str, Kind] = {
    "postgresql": Kind(
        "detection.sources.postgresql", (_HOST, _port(5432), _database(), _USER, _TLS), has_statement=True
    ),
    "mysql": Kind(
        "detection.sources.mysql", (_HOST, _port(3306), _database(), _USER, _TLS), extra="mysql", has_statement=True
    ),
    "sqlite": Kind(
        "detection.sources.sqlite",
        (
            Option(
                "path",
                gettext_lazy("File"),
                required=True,
                help=gettext_lazy("Below the folder that MAINSTAY_SOURCE_FILES names."),
            ),
        ),
        has_statement=True,
    ),
    "hive": Kind(
        "detection.sources.hive",
        (_HOST, _port(10000), _database("default"), _USER, _SASL),
        extra="hive",
        has_statement=True,
    ),
    "kylin": Kind(
        "detection.sources.kylin",
        (_URL, Option("project", gettext_lazy("Project"), required=True), _USER),
        has_statement=True,
    ),
    "elasticsearch": Kind("detection.sources.elasticsearch", (_URL, _USER)),
    "hbase": Kind("detection.sources.hbase", (_HOST, _port(9090)), extra="hbase"),
    "prometheus": Kind("detection.sources.prometheus", (_URL, _USER), has_statement=True, needs_time=False),
}
"""By ``Source.kind``."""


def reader_of(kind: str, access: Access) -> Reader:
    """Raises SourceError where a package is missing."""
    known = KINDS[kind]
    try:
        module = importlib.import_module(known.module)
    except ImportError as error:
        raise package_missing(error.name or known.extra, known.extra) from error
    reader: Reader = module.Reader(access)
    return reader


def free_reader_of(kind: str, access: Access) -> FreeReader:
    """A reader that answers any query. Raises SourceError where a package is missing, or the kind has no such."""
    if kind not in ASKED_FREELY:
        raise asked_in_vain()
    return cast(FreeReader, reader_of(kind, access))
