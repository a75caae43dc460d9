"""``manage.py replay FILE --profile NAME --speed N``: feed a recorded day as if live."""

import gzip
import math
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from detection.answering import NoCarrierError, let_phones_answer
from detection.profiles import PROFILES
from detection.recordings import (
    MOST_DAYS,
    Layout,
    Recording,
    UnusableRecordingError,
    format_clock,
    parse_moment,
    read_recording,
)
from detection.replay import Replay, feed, first_alert_at, incidents_of, prepare_replay, wait_until_judged
from incidents.models import Incident

FASTEST = 6000
SHOWN_FAULTS = 5
LARGEST = 256 * 1024 * 1024


def open_recording(path: Path) -> TextIO:
    """As text, unpacked where it is gzip."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


class Command(BaseCommand):
    help = "Feed a recorded day into detection as if live; the Celery worker judges it and opens incidents."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", required=True, choices=sorted(PROFILES))
        parser.add_argument("--speed", type=float, default=600, help="recorded seconds in one of ours (600)")
        parser.add_argument("--from", dest="first", default="00:00", metavar="HH:MM", help="or “1d HH:MM”: a day later")
        parser.add_argument("--to", dest="last", metavar="HH:MM", help="the end of the recording by default")
        parser.add_argument(
            "--answer",
            type=float,
            metavar="SECONDS",
            help="let the fake carrier's phones answer after so many seconds of ringing and press 4",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        speed = options["speed"]
        if not (math.isfinite(speed) and 0.1 <= speed <= FASTEST):
            raise CommandError(f"--speed must lie between 0.1 and {FASTEST}.")
        first, last = _minute(options["first"], "--from"), _minute(options["last"] or f"{MOST_DAYS}d 23:59", "--to")
        profile = PROFILES[options["profile"]]
        recording = self._read(options["file"], profile.layout)
        found = recording.between(first, last)
        if not found:
            raise CommandError(f"The file has no rows between {format_clock(first)} and {format_clock(last)}.")
        if options["answer"] is not None:
            self._answer(options["answer"])
        replay = prepare_replay(profile, recording, speed=speed, first=first, last=min(last, found[-1]))
        self._feed(replay)
        self._report(replay)

    def _read(self, path: Path, layout: Layout) -> Recording:
        try:
            if path.stat().st_size > LARGEST:
                raise CommandError(f"{path} is larger than {LARGEST // 1024 // 1024} MB.")
            with open_recording(path) as lines:
                recording = read_recording(lines, layout)
        except EOFError as error:
            raise CommandError(f"{path} ends in the middle.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnusableRecordingError as error:
            raise CommandError(str(error)) from error
        times = sorted(recording.minutes)
        missing = (times[-1] - times[0]) // layout.step + 1 - len(times)
        unit = "hours" if layout.step == 60 else "minutes"
        self.stdout.write(f"{path.name}: {len(times)} {unit} with rows, {missing} between them without.")
        if recording.faults:
            self.stdout.write(f"{len(recording.faults)} rows were left out:")
            for fault in recording.faults[:SHOWN_FAULTS]:
                self.stdout.write(f"  line {fault.line}: {fault.reason}")
        return recording

    def _answer(self, seconds: float) -> None:
        try:
            count = let_phones_answer(after_seconds=seconds)
        except NoCarrierError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} phones answer after {seconds:g} s of ringing and press 4.")

    def _feed(self, replay: Replay) -> None:
        with tqdm(total=len(replay.minutes), unit="row", file=self.stderr, mininterval=0.5) as bar:

            def show(minute: int) -> None:
                bar.set_description(f"recorded clock {format_clock(minute)}", refresh=False)
                bar.update()

            feed(replay, show)

    def _report(self, replay: Replay) -> None:
        is_judged = wait_until_judged(replay)
        found = incidents_of(replay)
        if not found:
            self.stdout.write("No incident was opened.")
        for incident in found:
            self.stdout.write(_describe(replay, incident))
        for rule in replay.rules:
            rule.refresh_from_db(fields=["last_error"])
            if rule.last_error:
                self.stdout.write(f"{rule.name} could not be evaluated: {rule.last_error}")
        if not is_judged:
            raise CommandError("The worker did not come to the last frame: is it running (make run)?")


def _describe(replay: Replay, incident: Incident) -> str:
    """One incident in the recording's own time."""
    lines = [f"{incident.reference} “{incident.title}”"]
    if incident.reported_at < replay.starts_at:
        joined = replay.recorded_clock(first_alert_at(replay, incident))
        lines.append(f"  open before  alerts joined it at {joined} (recorded clock)")
    else:
        lines.append(f"  opened       {replay.recorded_clock(incident.reported_at)} (recorded clock)")
    by = f" by {incident.handler.name}" if incident.handler else ""
    lines.append(f"  acknowledged {_when(replay, incident.acknowledged_at)}{by}")
    lines.append(f"  recovered    {_when(replay, incident.recovered_at)}")
    return "\n".join(lines)


def _when(replay: Replay, at: datetime | None) -> str:
    if at is None:
        return "not yet"
    return replay.recorded_clock(at) if at >= replay.starts_at else "before"


def _minute(text: str, option: str) -> int:
    try:
        return parse_moment(text)
    except ValueError as error:
        raise CommandError(f"{option}: {error}.") from error
