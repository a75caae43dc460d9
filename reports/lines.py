"""To which business line a service belonged, and when."""

from dataclasses import dataclass
from datetime import datetime

from catalog.models import Placement
from reports.period import midnight


@dataclass(frozen=True)
class Stay:
    """From ``start`` on the service belonged to ``line`` (a number, as text), below ``root``."""

    start: datetime
    line: str
    path: str

    @property
    def root(self) -> str:
        return self.path.split("/")[0]


def placements_by_service() -> dict[int, list[Stay]]:
    """Of services that have moved, oldest stay first; whoever never moved is where the catalogue says."""
    rows = Placement.objects.order_by("service", "valid_from").values_list(
        "service", "valid_from", "business_line", "business_line__path"
    )
    found: dict[int, list[Stay]] = {}
    for service, day, line, path in rows:
        found.setdefault(service, []).append(Stay(midnight(day), str(line), path))
    return found
