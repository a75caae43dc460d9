"""Compiles the translations (locale/**/*.po) into what Django reads, without needing the machine's gettext.

``python -m deploy.translations``; done by the start of the product and of the tests wherever a .po is newer.
"""

import sys
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """Write each .mo that is missing or older than its .po; returns those written."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            beside = target.with_suffix(".new")
            polib.pofile(str(source)).save_as_mofile(str(beside))
            beside.replace(target)
            written.append(target)
    return written


if __name__ == "__main__":
    for path in compile_all():
        sys.stdout.write(f"{path}\n")
