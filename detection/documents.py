"""Definitions of detection as YAML: read strictly, so that nobody is surprised by what was understood. Pure."""

from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from lifecycle.transitions import InputRefused

LARGEST = 1024 * 1024
SECTIONS = ("sources", "metrics", "rules")
STARTERS = Path(__file__).parent / "starters"


class _Strict(yaml.SafeLoader):
    """No aliases, which can make a little text very much; no key twice, of which one would be lost."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(_("aliases (*name) are not read here"))
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _value in node.value]
        if len({str(key) for key in keys}) != len(keys):
            raise yaml.YAMLError(_("a key stands there twice"))
        return super().construct_mapping(node, deep=deep)


def read_document(text: str) -> dict[str, Any]:
    """The sections of a document. Raises InputRefused."""
    if len(text) > LARGEST:
        raise _refused(_("The file is too large."))
    try:
        found = yaml.load(text, Loader=_Strict)  # noqa: S506 - a subclass of the safe one
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise _refused(_("The file cannot be read as YAML: %(words)s") % {"words": _brief(error)}) from error
    if not isinstance(found, dict) or set(found) - set(SECTIONS):
        raise _refused(_("The file must hold %(names)s and nothing else.") % {"names": ", ".join(SECTIONS)})
    for section in ("sources", "metrics"):
        _check_named(section, found.get(section) or {})
    rules = found.get("rules") or []
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise _refused(_("“%(section)s” must be a list of definitions.") % {"section": "rules"})
    return {name: found.get(name) or ([] if name == "rules" else {}) for name in SECTIONS}


def write_document(document: dict[str, Any]) -> str:
    shown = {name: part for name, part in document.items() if part}
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=120)


def starter(name: str, source: str) -> dict[str, Any]:
    """A template of this package, reading out of ``source`` (a slug). Raises InputRefused."""
    path = STARTERS / f"{name}.yaml"
    if name not in starter_names():
        raise _refused(_("There is no such template; there are: %(names)s.") % {"names": ", ".join(starter_names())})
    document = read_document(path.read_text(encoding="utf-8"))
    for metric in document["metrics"].values():
        metric["collection"]["source"] = source
    return document


def starter_names() -> list[str]:
    return sorted(path.stem for path in STARTERS.glob("*.yaml"))


def _check_named(section: str, part: Any) -> None:
    is_named = isinstance(part, dict) and all(
        isinstance(one, dict) and isinstance(key, str) for key, one in part.items()
    )
    if not is_named:
        raise _refused(_("“%(section)s” must be definitions by their short names.") % {"section": section})


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _refused(sentence: str) -> InputRefused:
    return InputRefused(file=sentence)
