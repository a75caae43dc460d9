"""A large month that was never computed: whoever asks is told to wait."""

from reports.period import Month


class FiguresAwaited(Exception):  # noqa: N818 (an answer, not an error)
    """The cycle is at it."""

    def __init__(self, month: Month) -> None:
        super().__init__(str(month))
        self.month = month
