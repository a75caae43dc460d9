"""The log of everything that runs: prefixed lines on the terminal, and a file for each program."""

import sys
import threading
from pathlib import Path
from typing import TextIO

COLOURS = {
    "mainstay": "1",
    "postgres": "34",
    "redis": "31",
    "web": "32",
    "worker": "33",
    "beat": "35",
    "cycle": "36",
    "carrier": "95",
}
LARGEST_FILE = 10 * 1024 * 1024


class Console:
    """Writes whole lines, whichever thread they come from. ``quiet`` keeps them off the terminal."""

    def __init__(self, folder: Path, *, stream: TextIO | None = None, quiet: bool = False) -> None:
        self.folder = folder
        self.stream = sys.stdout if stream is None else stream
        self.quiet = quiet
        self._coloured = self.stream.isatty()
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def line(self, name: str, text: str) -> None:
        """One line of the program ``name``, to its file and the terminal."""
        with self._lock:
            with self._file(name).open("a", encoding="utf-8") as file:
                file.write(text + "\n")
            if not self.quiet:
                self.stream.write(f"{self._prefix(name)} {text}\n")
                self.stream.flush()

    def say(self, text: str) -> None:
        """Words of our own."""
        for line in text.splitlines() or [""]:
            self.line("mainstay", line)

    def _prefix(self, name: str) -> str:
        prefix = f"{name:<9}|"
        return f"\x1b[{COLOURS.get(name, '37')}m{prefix}\x1b[0m" if self._coloured else prefix

    def _file(self, name: str) -> Path:
        path = self.folder / f"{name}.log"
        if path.exists() and path.stat().st_size > LARGEST_FILE:
            path.replace(path.with_suffix(".log.1"))
        return path
