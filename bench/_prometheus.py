"""The same day-over-day rule in Prometheus, where its binaries are to be had (Debian: package ``prometheus``)."""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np

QUERY = "payments < 0.5 * (payments offset 1d)"
STARTING = 120


def binaries() -> tuple[Path, Path] | None:
    """(prometheus, promtool): on the path, or in the directory that PROMETHEUS_BIN names; None where they are not."""
    place = os.environ.get("PROMETHEUS_BIN")
    found = [shutil.which(name, path=place) for name in ("prometheus", "promtool")]
    return (Path(found[0]), Path(found[1])) if found[0] and found[1] else None


def measure(at: datetime, yesterday: Any, today: Any, folder: Path, *, rounds: int = 5) -> tuple[float, int]:
    """Seconds of a query (the median of ``rounds``) and how many series it found."""
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("prometheus and promtool are not here")
    prometheus, promtool = programs
    data, recorded = folder / "data", folder / "samples.txt"
    _write(recorded, at, yesterday, today)
    _run([promtool, "tsdb", "create-blocks-from", "openmetrics", recorded, data])
    recorded.unlink()
    with _serving(prometheus, data, folder) as address:
        spent, found = [], 0
        for _round in range(rounds):
            started = time.perf_counter()
            found = len(_ask(address, at))
            spent.append(time.perf_counter() - started)
    return statistics.median(spent), found


def _write(path: Path, at: datetime, yesterday: Any, today: Any) -> None:
    """Samples in the order of time, as the converter wants them."""
    with path.open("w") as file:
        file.write("# TYPE payments gauge\n")
        for moment, values in ((at - timedelta(days=1), yesterday), (at, today)):
            seconds = int(moment.timestamp())
            for number, value in enumerate(np.asarray(values).tolist()):
                file.write(f'payments{{merchant="{number}"}} {value} {seconds}\n')
        file.write("# EOF\n")


@contextmanager
def _serving(prometheus: Path, data: Path, folder: Path) -> Iterator[str]:
    (folder / "prometheus.yml").write_text("global: {}\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [
        prometheus,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address={address}",
        "--storage.tsdb.retention.time=10y",
        "--query.max-samples=500000000",
        "--query.timeout=10m",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
    try:
        _wait(f"http://{address}/-/ready", process)
        yield f"http://{address}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 - our own child on the loopback
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("prometheus did not become ready")


def _ask(address: str, at: datetime) -> list[Any]:
    question = urlencode({"query": QUERY, "time": at.timestamp(), "timeout": "10m"})
    with urlopen(f"{address}/api/v1/query?{question}", timeout=600) as answer:  # noqa: S310 - see above
        found: list[Any] = json.load(answer)["data"]["result"]
    return found


def _run(command: list[Any]) -> None:
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
