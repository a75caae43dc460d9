"""Whether a mail comes from the domain that it names as its sender.

Our receiving mail server checks that and writes an Authentication-Results header (RFC 8601) on top of the mail. Only
that one is believed: anybody can write further ones below it. Where there is none, or another server's stands on top,
the answer is no. Pure.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from incidents.intake.parsing import ParsedMail

_WORD = re.compile(r"[\w.+-]+\Z", re.ASCII)


@dataclass(frozen=True)
class Result:
    """One ``method=result property=value ...`` of the header, all in lower case."""

    method: str
    result: str
    properties: dict[str, str]


def is_authentic(mail: ParsedMail, *, trusted: Collection[str]) -> bool:
    """DMARC passed for the sender's domain, or both SPF and DKIM passed for it; by one of the ``trusted`` servers."""
    domain = mail.sender.domain
    if not domain or "many_senders" in mail.defects:
        return False
    results = trusted_results(mail, trusted=trusted)
    verdicts = [result for result in results if result.method == "dmarc" and result.result != "none"]
    if verdicts:
        return all(one.result == "pass" and one.properties.get("header.from") == domain for one in verdicts)
    return _passed(results, "spf", "smtp.mailfrom", domain) and _passed(results, "dkim", "header.d", domain)


def trusted_results(mail: ParsedMail, *, trusted: Collection[str]) -> list[Result]:
    """What the topmost header says, if one of our servers wrote it; nothing where it cannot be read without doubt."""
    pieces = _pieces(mail.header("authentication-results"))
    if not pieces:
        return []
    server = pieces[0].split()
    if not server or server[0].lower() not in {name.lower() for name in trusted}:
        return []
    results = [_result(piece) for piece in pieces[1:] if piece.strip() and piece.strip().lower() != "none"]
    return [] if None in results else [result for result in results if result is not None]


def _passed(results: list[Result], method: str, key: str, domain: str) -> bool:
    return any(
        one.method == method and one.result == "pass" and _is_aligned(one.properties.get(key, ""), domain)
        for one in results
    )


def _is_aligned(value: str, domain: str) -> bool:
    """The same domain, or one of them below the other; never a bare top-level one."""
    found = value.rpartition("@")[2].rstrip(".")
    if "." not in found or "." not in domain:
        return found == domain and bool(found)
    return found == domain or found.endswith("." + domain) or domain.endswith("." + found)


def _pieces(value: str) -> list[str]:
    """The value cut at its semicolons, without comments; what is quoted becomes one opaque word.

    Empty where a comment or a quotation does not end: then nobody knows what the server had written.
    """
    plain = "".join(_outside(value))
    return [] if "\0" in plain else plain.split(";")


def _outside(value: str) -> Iterator[str]:
    depth, is_quoted, is_escaped = 0, False, False
    for letter in value:
        if is_escaped:
            is_escaped = False
        elif letter == "\\":
            is_escaped = depth > 0 or is_quoted
        elif is_quoted:
            if letter == '"':
                is_quoted = False
                yield "*"
        elif letter == '"' and not depth:
            is_quoted = True
        elif letter == "(":
            depth += 1
        elif letter == ")" and depth:
            depth -= 1
            yield " "
        elif not depth:
            yield letter
    if depth or is_quoted:
        yield "\0"


def _result(piece: str) -> Result | None:
    """None where the piece is no result: then none of the header is believed."""
    words = re.sub(r"\s*=\s*", "=", piece.strip().lower()).split()
    method, equals, result = words[0].partition("=")
    if not equals or not _WORD.match(method.partition("/")[0]) or not _WORD.match(result):
        return None
    properties: dict[str, str] = {}
    for word in words[1:]:
        key, equals, value = word.partition("=")
        # Said twice is said by somebody else too.
        properties[key] = "" if key in properties else value.strip("<>")
    return Result(method.partition("/")[0], result, properties)
