"""Every string of the product is translated, and every placeholder survives."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CHINESE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
COPIED = ("*.py", "*.html", "*.txt")


def test_everything_that_was_collected_is_translated() -> None:
    missing = [entry.msgid for entry in polib.pofile(str(CHINESE)) if not entry.translated()]
    assert not missing


def test_placeholders_survive_the_translation() -> None:
    for entry in polib.pofile(str(CHINESE)):
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text:
                assert set(PLACEHOLDER.findall(text)) <= wanted | set(PLACEHOLDER.findall(entry.msgid)), entry.msgid
                assert wanted <= set(PLACEHOLDER.findall(text)) or not entry.msgstr, entry.msgid


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed: strings cannot be collected")
def test_no_string_was_left_out(tmp_path: Path) -> None:
    """Collect anew in a copy; whatever is new there was forgotten here."""
    copy = tmp_path / "copy"
    for source in (path for pattern in COPIED for path in ROOT.rglob(pattern)):
        inside = source.relative_to(ROOT)
        if inside.parts[0] not in {".venv", ".venv-lock", "var", "tests", "static"} and inside.parts[0][0] != ".":
            (copy / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy / inside)
    collected = copy / CHINESE.relative_to(ROOT)
    collected.parent.mkdir(parents=True)
    shutil.copy(CHINESE, collected)
    command = [sys.executable, "manage.py", "makemessages", "--locale", "zh_Hans", "--no-obsolete"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    missing = [entry.msgid for entry in polib.pofile(str(collected)) if not entry.translated() or entry.fuzzy]
    assert not missing, "run make translations, then translate"
