"""Checks that every dependency may be used: ``python -m deploy.licences`` (part of ``make check``).

Reads what each installed package of the lock files says of itself: the SPDX expression, else its classifiers, else its
free-text field. One acceptable licence is enough where a package offers several (``OR``); all must be acceptable where
it combines them (``AND``).
"""

import importlib.metadata
import re
import sys
from pathlib import Path
from typing import Any, Protocol

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-1.1",
    "MPL-2.0",
    "PostgreSQL",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
# Names packages use for the same licences.
ALIASES = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd-3-clause license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "isc license": "ISC",
    "mit license": "MIT",
    "the mit license": "MIT",
    "mit no attribution license (mit-0)": "MIT-0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "psf": "PSF-2.0",
    "zlib/libpng license": "Zlib",
}
# Used as a library, unmodified and replaceable, which the LGPL allows: these packages and no others.
LGPL = {"psycopg2-binary", "recurring-ical-events", "x-wr-timezone"}
# Packages whose metadata say nothing usable, with what their own licence file says. Look before adding one.
READ_BY_HAND = {
    "axe-playwright-python": "MIT AND MPL-2.0",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
}


class Metadata(Protocol):
    """What we read of a package's metadata."""

    def get_all(self, name: str, /) -> list[Any] | None: ...


def locked_packages(lock: Path) -> set[str]:
    """Names pinned in a lock file."""
    return set(re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), flags=re.MULTILINE))


def stated_licences(metadata: Metadata) -> list[str]:
    """What the package says: one SPDX expression, or all its classifiers, or its short free text."""
    if expression := metadata.get_all("License-Expression"):
        return expression
    classifiers = [
        line.rsplit(" :: ", 1)[1]
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    text = metadata.get_all("License") or [""]
    return classifiers or text[0].strip().splitlines()[:1]


def is_allowed(name: str, statements: list[str]) -> bool:
    """Whether all statements are acceptable; no statement is not."""
    if name in READ_BY_HAND:
        return _expression_allowed(READ_BY_HAND[name])
    if name in LGPL:
        return all("LGPL" in statement for statement in statements)
    return bool(statements) and all(_expression_allowed(statement) for statement in statements)


def _expression_allowed(expression: str) -> bool:
    if _known(expression):
        return True
    bare = expression.replace("(", " ").replace(")", " ")
    alternatives = re.split(r"\s+OR\s+|\s*/\s*", bare)
    return any(all(_known(part) for part in re.split(r"\s+AND\s+", option)) for option in alternatives)


def _known(licence: str) -> bool:
    licence = re.sub(r"\s+WITH\s+LLVM-exception$", "", licence.strip())
    return ALIASES.get(licence.lower(), licence) in ALLOWED


def main() -> int:
    refused, checked = [], 0
    for name in sorted(set().union(*(locked_packages(PROJECT / lock) for lock in LOCKS))):
        try:
            metadata = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # locked for another Python or system
        checked += 1
        statements = stated_licences(metadata)
        if not is_allowed(name, statements):
            refused.append(f"{name}: {', '.join(statements) or 'says nothing'}")
    for line in refused:
        print(f"licence not allowed: {line}")
    print(f"licences: {checked} packages looked at, {len(refused)} refused")
    return 1 if refused or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
