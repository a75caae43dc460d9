"""An export's lines, one after the other, whatever they are packed and encoded in; never all at once."""

import gzip
import hashlib
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from incidents.imports.faults import Fault, ImportRefusedError

LONGEST_LINE = 1024 * 1024
GZIP = b"\x1f\x8b"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CHUNK = 1024 * 1024


class Piecewise(io.RawIOBase):
    """A file that gives what ``take`` returns, piece by piece: where a piece is broken, those before it are not lost.
    ``passed`` hears of the bytes."""

    def __init__(self, take: Callable[[int], bytes], passed: Callable[[int], Any]) -> None:
        self.take, self.passed = take, passed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.take(len(buffer))
        buffer[: len(data)] = data
        self.passed(len(data))
        return len(data)


@contextmanager
def open_export(path: Path, encoding: str, passed: Callable[[int], Any]) -> Iterator[IO[str]]:
    """The export as text; gzip is known by its first bytes, UTF-16 by its mark. Bytes that are no text become
    lone surrogates (or U+FFFD), which ``rows`` finds. Raises ImportRefusedError."""
    try:
        with path.open("rb") as file:
            packed = io.BufferedReader(Piecewise(file.read, passed), CHUNK)
            is_packed = packed.peek(2)[:2] == GZIP
            take = gzip.GzipFile(fileobj=packed).read1 if is_packed else packed.read1
            yield _as_text(io.BufferedReader(Piecewise(take, lambda _size: None)), encoding)
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be read: {error.strerror or error}.") from error


def _as_text(plain: io.BufferedReader, encoding: str) -> IO[str]:
    try:
        mark = plain.peek(2)[:2]
    except (EOFError, zlib.error) as error:
        raise ImportRefusedError("The file is no whole gzip file.") from error
    name = "utf-16" if mark in UTF_16 else encoding
    is_utf_8 = name.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")
    errors = "surrogateescape" if is_utf_8 else "replace"
    return io.TextIOWrapper(plain, "utf-8-sig" if is_utf_8 else name, errors=errors, newline="")


def digest_of(path: Path) -> str:
    """SHA-256 of the file. Raises ImportRefusedError."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                found.update(chunk)
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be read: {error.strerror or error}.") from error
    return found.hexdigest()


class Lines:
    """The lines of a text with their numbers, some of which can be given back. What cannot be read on goes to
    ``complain`` and ends it; a line without an end in sight is left out."""

    def __init__(self, text: IO[str], complain: Callable[[Fault], Any]) -> None:
        self.text, self.complain = text, complain
        self.number = 0
        self._returned: deque[tuple[int, str]] = deque()

    def take(self) -> tuple[int, str] | None:
        if self._returned:
            return self._returned.popleft()
        while (line := self._read()) and len(line) >= LONGEST_LINE:
            self.complain(Fault(self.number, "the line is longer than a million characters", value=line[:80]))
            while line and not line.endswith(("\n", "\r")):
                line = self._read(is_new=False)
        return (self.number, line) if line else None

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._returned.extendleft(reversed(lines))

    def _read(self, *, is_new: bool = True) -> str:
        self.number += is_new
        try:
            return self.text.readline(LONGEST_LINE)
        except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeError) as error:
            self.complain(Fault(self.number, f"the file cannot be read on from here: {error}"))
            return ""
