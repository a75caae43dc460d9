"""Roles in place of names: what happened is told by who acts in which role, not by who it was. Pure."""

import re
from collections.abc import Callable, Mapping


def names_as_roles(roles: Mapping[str, str]) -> Callable[[str], str]:
    """A function that puts the role of each person named in a text in the place of the name. ``roles``: name -> role.

    A Latin name is found as whole words with its capital letters, a Chinese one anywhere; the longest name first.
    """
    names = sorted((name for name in roles if len(name) > 1), key=len, reverse=True)
    if not names:
        return str
    pattern = re.compile("|".join(_as_pattern(name) for name in names))
    return lambda text: pattern.sub(lambda found: roles[found.group()], text)


def _as_pattern(name: str) -> str:
    return rf"(?<!\w){re.escape(name)}(?!\w)" if re.search(r"[A-Za-z]", name) else re.escape(name)
