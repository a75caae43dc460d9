"""The embedded Redis: behind a password, on loopback, and its data come back."""

import importlib.util
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy import redis as launcher
from deploy.process import LaunchError
from deploy.redis import Redis


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


def test_it_wants_its_password(server: Redis) -> None:
    with (
        redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_it_listens_on_loopback_only_and_hides_its_configuration(server: Redis) -> None:
    with redis.Redis.from_url(server.url) as client:
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
    assert (server.home / "redis.conf").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("fault", [signal.SIGTERM, signal.SIGKILL])
def test_its_data_come_back(server: Redis, fault: signal.Signals) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes")
    assert server.process is not None
    os.kill(server.process.pid, fault)
    server.process.wait()
    server.start()
    with redis.Redis.from_url(server.url) as client:
        assert client.get("kept") == b"yes"


def test_without_any_server_the_message_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LaunchError, match="set REDIS_URL"):
        launcher.find_server()
