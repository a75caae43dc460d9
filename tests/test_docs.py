"""Documentation that is generated is up to date."""

from pathlib import Path

from django.conf import settings

from lifecycle.diagrams import page


def test_the_state_diagrams_are_those_of_the_code() -> None:
    written = (Path(settings.BASE_DIR) / "docs" / "states.md").read_text(encoding="utf-8")
    assert written == page(), "run manage.py draw_states"
