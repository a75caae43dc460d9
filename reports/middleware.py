"""What is answered while the figures of a large month are computed for the first time."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reports.monthly.awaited import FiguresAwaited

LOOK_AGAIN = 5
"""Seconds."""


class FiguresAwaitedMiddleware:
    """A page that loads itself again; the API answers the same in ``config.api``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FiguresAwaited):
            return None
        answer = render(request, "reports/awaited.html", {"month": exception.month}, status=202)
        if request.method in ("GET", "HEAD"):
            answer["Refresh"] = str(LOOK_AGAIN)
        return answer
