"""The rules of the house that a machine can check: who may import whom, whose clock counts, what templates hold."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
# From the top down. An app may import what stands below it, never its neighbours of the same line.
LAYERS = (
    {"config"},
    {"reports"},
    {"notifications"},
    {"postmortems", "detection"},
    {"problems"},
    {"incidents"},
    {"catalog"},
    {"lifecycle", "outbound"},
)
RANK = {app: rank for rank, layer in enumerate(LAYERS) for app in sorted(layer)}
TOP_LEVEL = {
    *RANK,
    *("templates", "static", "tests", "docs", "bench", "deploy", "locale"),
    *("manage.py", "pyproject.toml", "Makefile", "README.md", "CHANGELOG.md", "LICENSE"),
    *("requirements.lock", "requirements-dev.lock"),
}
NOT_OURS = {"tests", "bench", "deploy"}  # what runs beside the product, not in it
FOUNDATION = {"django", "django_fsm"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
LOOKUPS = {"import_module", "import_string", "get_model"}
OTHER_CLOCKS = {
    ("timezone", "now"),
    ("timezone", "localtime"),  # without an argument: now
    ("timezone", "localdate"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
# Where another clock than the database's is right, and why.
CLOCK_EXCEPTIONS = {
    "notifications/fake_carrier/records.py": "the carrier plays the outside world and has no database",
    "notifications/skew.py": "measures how wrong this machine's clock is",
}

WEB_CLIENTS = {"requests", "urllib.request", "http.client", "urllib3", "httpx", "aiohttp", "ftplib"}
# Who but outbound/ may talk HTTP, and why.
CLIENT_EXCEPTIONS = {
    "notifications/channels/twilio_client.py": "Twilio's own library, which calls Twilio only, is told to be patient",
    "notifications/fake_carrier/webhooks.py": "the carrier plays the outside world and calls the product back",
    "detection/answering.py": "asks the fake carrier beside us to let its phones answer",
}


def sources(app: str) -> list[Path]:
    return [path for path in sorted((PROJECT / app).rglob("*.py")) if "migrations" not in path.parts]


def every_source() -> list[Path]:
    return [path for app in RANK for path in sources(app)]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(PROJECT)}:{getattr(node, 'lineno', 0)}"


def imported_modules(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every import wherever it stands (functions and TYPE_CHECKING included), and every look-up by a name in words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a thing comes from"
            yield node, node.module or ""
        elif isinstance(node, ast.Call) and called_name(node) in RELATIONS | LOOKUPS:
            yield from ((node, argument) for argument in words(node))


def is_web_client(node: ast.AST, module: str) -> bool:
    named = {f"{module}.{alias.name}" for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
    return any(f"{name}.".startswith(tuple(f"{client}." for client in WEB_CLIENTS)) for name in {module, *named})


def called_name(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def words(node: ast.Call) -> list[str]:
    """The literal texts among the first arguments and ``to=``/``through=``."""
    named = [keyword.value for keyword in node.keywords if keyword.arg in ("to", "through")]
    given = [argument for argument in (*node.args[:2], *named) if isinstance(argument, ast.Constant)]
    return [argument.value for argument in given if isinstance(argument.value, str)]


def reads_another_clock(node: ast.Call) -> bool:
    if not isinstance(node.func, ast.Attribute):
        return False
    asked = (ast.unparse(node.func.value).rpartition(".")[2], node.func.attr)
    return asked in OTHER_CLOCKS and not (asked[1].startswith("local") and node.args)


@pytest.mark.parametrize("app", RANK)
def test_imports_run_downhill_only(app: str) -> None:
    wrong = [
        f"{place(path, node)} imports {module}"
        for path in sources(app)
        for node, module in imported_modules(tree_of(path))
        if (target := module.partition(".")[0]) in {*RANK, *NOT_OURS}
        and target != app
        and (target in NOT_OURS or RANK[target] <= RANK[app])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("app", ["lifecycle", "outbound"])
def test_the_foundation_knows_django_only(app: str) -> None:
    allowed = {app, *FOUNDATION, *sys.stdlib_module_names}
    wrong = [
        f"{place(path, node)} imports {module}"
        for path in sources(app)
        for node, module in imported_modules(tree_of(path))
        if module.partition(".")[0] not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_the_import_rule_sees_every_kind_of_import() -> None:
    """A guard of the guard: each of these lines must be noticed."""
    text = """
if TYPE_CHECKING:
    from reports.models import Month
def late():
    import notifications.cycle
    apps.get_model("problems", "Problem")
    import_module("config.urls")
class Row(Model):
    problem = models.ForeignKey("postmortems.Postmortem", on_delete=CASCADE)
    other = ManyToManyField(to="detection.Rule", through="detection.Link")
"""
    found = {module.partition(".")[0] for _node, module in imported_modules(ast.parse(text))}
    assert found >= {"reports", "notifications", "problems", "config", "postmortems", "detection"}


def test_every_app_stands_in_a_layer() -> None:
    apps = {path.parent.name for path in PROJECT.glob("*/apps.py")}
    assert apps <= RANK.keys()
    assert len(every_source()) > 100, "the tests above looked at nothing"


def test_celery_carries_no_time() -> None:
    """Redelivered or lost past the visibility timeout: a deadline is a column (docs/decisions)."""
    wrong = [
        place(path, node)
        for path in every_source()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and called_name(node) in {"apply_async", "delay", "retry", "send_task", "signature", "s", "si", "set"}
        and {keyword.arg for keyword in node.keywords} & {"eta", "countdown"}
    ]
    assert not wrong, wrong


def test_only_the_database_says_what_time_it_is() -> None:
    wrong = [
        f"{place(path, node)} {ast.unparse(node)}"
        for path in every_source()
        if str(path.relative_to(PROJECT)) not in CLOCK_EXCEPTIONS
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and reads_another_clock(node)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_hardened_client_talks_to_the_web() -> None:
    """Twilio's own library brings its client along (notifications/channels/twilio_client.py); mail is no web."""
    wrong = [
        f"{place(path, node)} imports {module}"
        for path in every_source()
        if path.parts[len(PROJECT.parts)] != "outbound" and str(path.relative_to(PROJECT)) not in CLIENT_EXCEPTIONS
        for node, module in imported_modules(tree_of(path))
        if is_web_client(node, module)
    ]
    assert not wrong, "\n".join(wrong)
    assert [name for name in CLIENT_EXCEPTIONS if not (PROJECT / name).exists()] == []


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("import requests", True),
        ("import requests.adapters", True),
        ("from urllib import request", True),
        ("from urllib.request import urlopen", True),
        ("from http.client import HTTPConnection", True),
        ("from http import client", True),
        ("from urllib.parse import urlsplit", False),
        ("from http import HTTPStatus", False),
        ("from outbound import request", False),
    ],
)
def test_the_rule_of_the_web_sees_every_way_to_import_a_client(line: str, is_one: bool) -> None:
    found = imported_modules(ast.parse(line))
    assert any(is_web_client(node, module) for node, module in found) is is_one


def test_the_clock_rule_tells_reading_from_converting() -> None:
    calls = list(ast.walk(ast.parse("timezone.localtime(moment); timezone.localtime()")))
    assert [reads_another_clock(node) for node in calls if isinstance(node, ast.Call)] == [False, True]


def test_every_exception_from_the_clock_is_still_needed() -> None:
    assert [name for name in CLOCK_EXCEPTIONS if not (PROJECT / name).exists()] == []


def test_the_keyword_that_escapes_a_moved_clock_is_not_used() -> None:
    """CURRENT_TIMESTAMP cannot be shadowed, so a test that moves the clock would not see it."""
    files = [*every_source(), *(path for app in RANK for path in (PROJECT / app).rglob("migrations/*.py"))]
    keyword = re.compile(r"\b(CURRENT_TIMESTAMP|LOCALTIMESTAMP|CURRENT_DATE|CURRENT_TIME)\b")
    wrong = [str(path.relative_to(PROJECT)) for path in files if keyword.search(path.read_text())]
    assert not wrong, wrong


def test_dates_and_times_are_written_as_browsers_read_them_in_every_language() -> None:
    """Without a format of its own a widget writes 2026/11/30 in Chinese, and the browser shows an empty field."""
    wrong = [
        place(path, node)
        for path in every_source()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and called_name(node) in {"DateInput", "TimeInput", "DateTimeInput"}
        and "format" not in {keyword.arg for keyword in node.keywords}
    ]
    assert not wrong, wrong


def test_no_signal_receivers_hide_logic() -> None:
    """One signal of ours; Django's are used for filling empty tables after a migration only."""
    wrong = [
        f"{place(path, node)} {node.module}"
        for path in every_source()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        and node.module == "django.db.models.signals"
        and {alias.name for alias in node.names} - {"post_migrate"}
    ]
    assert not wrong, wrong


TEMPLATE_RULES = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)|javascript:", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an asset of another host": re.compile(
        r"<(?:script|link|img|iframe|source|use|object|embed)\b[^>]*\b(?:src|href|data)\s*=\s*[\"']?\s*(?:https?:)?//",
        re.IGNORECASE,
    ),
}


@pytest.mark.parametrize("rule", TEMPLATE_RULES)
def test_no_template_holds(rule: str) -> None:
    templates = [path for path in sorted((PROJECT / "templates").rglob("*")) if path.is_file()]
    assert len(templates) > 20
    wrong = [str(path.relative_to(PROJECT)) for path in templates if TEMPLATE_RULES[rule].search(path.read_text())]
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("an inline style", '<p style="color:red">'),
        ("an inline script", "<script>alert(1)</script>"),
        ("an inline script", '<a href="javascript:alert(1)">'),
        ("an event handler", '<button type="button" onclick="go()">'),
        ("an asset of another host", '<script defer src="https://cdn.example/x.js"></script>'),
        ("an asset of another host", "<link rel=stylesheet href=//cdn.example/x.css>"),
    ],
)
def test_the_rules_of_templates_notice(rule: str, text: str) -> None:
    assert TEMPLATE_RULES[rule].search(text)


def test_the_top_level_holds_only_what_belongs_there() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: nothing says which files are ours")
    names = {name.partition("/")[0] for name in listed.stdout.split("\0") if name}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL
