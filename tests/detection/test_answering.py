"""Letting the fake carrier's phones answer: what is asked of it, and what is said where there is none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from detection.answering import NoCarrierError, let_phones_answer
from tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(settings: Any) -> Iterator[list[tuple[str, str, dict[str, Any]]]]:
    """A server in the carrier's place; holds what it was asked."""
    asked: list[tuple[str, str, dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers["X-Control-Token"], body))
            self.send_response(201)
            self.end_headers()

        def log_message(self, format: str, *_arguments: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.FAKE_CARRIER_URL = f"http://127.0.0.1:{server.server_port}"
    settings.TWILIO_AUTH_TOKEN = "secret"
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_verified_phone_is_told_to_answer_and_press_four(carrier: list[Any]) -> None:
    alice = make_person()
    make_person(phone="")
    assert let_phones_answer(after_seconds=1) == 1
    behaviour = {"kind": "answers", "after_seconds": 1, "digits": "4"}
    body = {"number": alice.phone, "name": alice.name, "behaviour": behaviour}
    assert carrier == [("/control/phones", "secret", body)]


@pytest.mark.parametrize(
    ("url", "words"), [("", "not set"), ("file:///etc/passwd", "no http"), ("http://127.0.0.1:9", "does not answer")]
)
def test_without_a_carrier_it_says_why(settings: Any, url: str, words: str) -> None:
    settings.FAKE_CARRIER_URL = url
    make_person()
    with pytest.raises(NoCarrierError, match=words):
        let_phones_answer()
