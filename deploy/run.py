"""``make run``: the product on this machine, from nothing to an address in the browser (docs/running.md)."""

import fcntl
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.console import Console
from deploy.process import LaunchError
from deploy.stack import PROJECT, Stack


class Stop(BaseException):
    """A signal asked for the end; not an Exception, so that nothing on the way takes it for an error."""


def main() -> int:
    directory = Path(os.environ.get("MAINSTAY_VAR") or PROJECT / "var")
    directory.mkdir(parents=True, exist_ok=True)
    console = Console(directory / "log")
    _log_through(console)
    try:
        with _only_one(directory / "run.lock"):
            return _run(Stack(directory, demo=_wants_demo(), operator=os.environ, console=console, prefer_ports=True))
    except LaunchError as error:
        console.say(str(error))
        return 1


def _run(stack: Stack) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stop)
    try:
        stack.start()
        if stack.demo is not False:
            stack.start_live_incident()
        _announce(stack)
        while True:
            signal.pause()
    except Stop:
        stack.console.say("stopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stack.stop()
    stack.console.say("stopped; the data are kept")
    return 0


def _raise_stop(number: int, frame: object) -> None:
    raise Stop


def _announce(stack: Stack) -> None:
    lines = ["", f"Mainstay is at {stack.env['MAINSTAY_PUBLIC_URL']}"]
    if stack.env.get("MAINSTAY_FAKE_CARRIER_URL"):
        lines.append(f"The phones and mailboxes it reaches are at {stack.env['MAINSTAY_FAKE_CARRIER_URL']}")
    lines += [f"Logs are in {stack.console.folder}. Ctrl-C stops everything.", ""]
    stack.console.say("\n".join(lines))


def _wants_demo() -> bool | None:
    """DEMO=yes or no; unset, a person is asked by the first start, and a machine gets the demo."""
    answer = os.environ.get("DEMO", "").lower()
    if answer in {"yes", "no"}:
        return answer == "yes"
    if answer:
        raise LaunchError(f"DEMO must be yes or no, not {answer!r}.")
    return None if sys.stdin.isatty() else True


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the lock of this folder; the kernel gives it back when its holder dies, however it dies."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise LaunchError(f"Mainstay is already running here (process {holder}); stop it first.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _log_through(console: Console) -> None:
    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            console.say(record.getMessage())

    logging.getLogger("deploy").addHandler(Handler())
    logging.getLogger("deploy").setLevel(logging.INFO)


if __name__ == "__main__":
    sys.exit(main())
