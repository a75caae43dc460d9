"""The fake carrier as a server: in a test's thread (`with FakeCarrier() as carrier`) or as `manage.py fake_carrier`."""

import ipaddress
import os
import secrets
import socket
import threading
import traceback
from socketserver import ThreadingMixIn
from types import TracebackType
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from notifications.fake_carrier.carrier import Carrier
from notifications.fake_carrier.groups import Group
from notifications.fake_carrier.handler import CarrierHandler
from notifications.fake_carrier.mail import MailServer
from notifications.fake_carrier.phones import Inbox, Phone, find_unexpected

# In a test the network takes milliseconds; scripted phones wait a twentieth of what people would.
TEST_SPEED = 20


class NotLoopbackError(ValueError):
    """The fake carrier was asked to listen where others could reach it."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 512

    def server_bind(self) -> None:
        # Without HTTPServer's reverse look-up of the host's name, which may ask the network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is."""
        if "BrokenPipe" not in (text := traceback.format_exc()) and "ConnectionReset" not in text:
            super().handle_error(request, client_address)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """The page asks every second; Django logs what goes wrong."""


class FakeCarrier(Carrier):
    """Starts in milliseconds on free ports of the loopback and leaves nothing behind.

    Without arguments the credentials are those of the environment (TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN) or made up;
    point the product at ``url`` and ``smtp_port``.
    """

    def __init__(
        self,
        *,
        account_sid: str = "",
        auth_token: str = "",
        from_number: str = "",
        inbound_sms_url: str = "",
        speed: float = TEST_SPEED,
        host: str = "127.0.0.1",
        port: int = 0,
        smtp_port: int = 0,
        public_url: str = "",
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise NotLoopbackError(
                f"The fake carrier has no passwords and listens on the loopback only, not on {host}."
            )
        super().__init__(
            account_sid=account_sid or os.environ.get("TWILIO_ACCOUNT_SID") or "AC" + secrets.token_hex(16),
            auth_token=auth_token or os.environ.get("TWILIO_AUTH_TOKEN") or secrets.token_hex(16),
            from_number=from_number or os.environ.get("TWILIO_FROM_NUMBER") or "+15550006000",
            inbound_sms_url=inbound_sms_url or default_inbound_sms_url(),
            speed=speed,
        )
        self._http = _Server((host, port), _Quiet)
        self._http.set_app(CarrierHandler(self, public_url=public_url))
        self._mail = MailServer(self, host=host, port=smtp_port)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="fake-carrier-http", daemon=True
        )
        self.url = f"http://{host}:{self._http.server_port}"
        self.chats_url = f"{self.url}/chats"
        self.page_url = public_url.rstrip("/") or self.url
        self.smtp_port = self._mail.port

    def start(self) -> Self:
        self._mail.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        self.close()
        self._http.shutdown()
        self._http.server_close()
        self._mail.stop()

    def wait(self) -> None:
        """Until the server stops; the main thread of the command stands here."""
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- The assertion language of the tests ------------------------------------------------------------

    def phone(self, number: str, *, name: str = "") -> Phone:
        self.learn_phone(number, name=name)
        return Phone(self, number)

    def inbox(self, address: str) -> Inbox:
        return Inbox(self, address)

    def group(self, kind: str, key: str, *, secret: str = "") -> Group:
        return Group(self, self.learn_group(kind, key, secret=secret))

    def made_group(self, name: str) -> Group:
        """The group that the product made by a program's API."""
        groups = self.exchange.groups.values()
        found = next((group for group in groups if group.is_made_by_us and group.name == name), None)
        if found is None:
            raise AssertionError(f"There is no group {name}, only {[group.name for group in groups]}.")
        return Group(self, found)

    def assert_nothing_unexpected(self) -> None:
        """Fails on every message, call and mail of the product that no expectation has asked for."""
        if unexpected := find_unexpected(self):
            raise AssertionError("Nobody expected:\n  " + "\n  ".join(unexpected))


def default_inbound_sms_url() -> str:
    configured = os.environ.get("MAINSTAY_FAKE_CARRIER_INBOUND_SMS_URL")
    public_url = os.environ.get("MAINSTAY_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
    return configured or f"{public_url}/twilio/sms/"
