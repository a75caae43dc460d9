"""Which addresses pass the guard: every class of them, at save and at send alike (OWASP ASVS v5.0.0-1.3.6)."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import outbound
from outbound import OutboundError, check_url
from outbound.addresses import is_never_allowed, is_public, parse
from outbound.allowing import parse_entry
from outbound.checks import check_allowed
from outbound.targets import read_target

INTERNAL = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 (refused here)
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:0:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[2001:0:a9fe:a9fe::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[5f00::1]",
    "[100::1]",
]
ODD = [
    "0",
    "0x7f.1",
    "0x7f000001",
    "0x",
    "017700000001",
    "0177.0.0.1",
    "2130706433",
    "127.1",
    "127.0.1",
    "1.2.3.4.5",
    "256.1.1.1",
    "example.1",
    "08.8.8.8",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[2606:4700::1111%eth0]",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "metadata",
    "１２７.0.0.1",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "169.254.169.254.",
]
MALFORMED = [
    "",
    "example.com",
    "//example.com/",
    "file:///etc/passwd",
    "gopher://example.com/_x",
    "ftp://example.com/",
    "dict://example.com:11211/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://example..com/",
    "https://.example.com/",
    "https://example.com../",
    "https://exa mple.com/",
    "https://example.com/a b",
    "https://example.com/\r\nX: y",
    "https://example.com\\@127.0.0.1/",
    "https://example.com\t/",
    " https://example.com/",
    "https://example.com/\x00",
    "https://[::1/",
    "https://[example.com]/",
    "https://-example.com/",
    "https://exa$mple.com/",
    f"https://{'a' * 64}.com/",
    f"https://example.com/{'a' * 2000}",
]
Ask = Callable[[str], Any]


@pytest.fixture(params=["save", "send"])
def ask(request: pytest.FixtureRequest) -> Ask:
    return check_url if request.param == "save" else send


def send(url: str) -> Any:
    return outbound.request("GET", url)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The name server of these tests; whoever connects fails."""
    known: dict[str, list[str]] = {}

    def look_up(host: str, port: int, **_options: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    def refuse_to_connect(_self: socket.socket, address: Any) -> None:
        raise AssertionError(f"a connection to {address} was opened")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", refuse_to_connect)
    return known


@pytest.mark.parametrize("host", INTERNAL + ODD)
def test_an_internal_host_is_refused(ask: Ask, names: dict[str, list[str]], host: str) -> None:
    with pytest.raises(OutboundError) as caught:
        ask(f"https://{host}/hook")
    assert caught.value.permanent
    assert str(caught.value) == "This address may not be called, or its name is not known."


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_web_address_is_refused(ask: Ask, names: dict[str, list[str]], url: str) -> None:
    with pytest.raises(OutboundError, match="not a complete web address") as caught:
        ask(url)
    assert caught.value.permanent
    assert caught.value.__cause__ is None, "the reason may hold a password"


@pytest.mark.parametrize("address", [host.strip("[]") for host in INTERNAL])
def test_a_name_that_stands_for_an_internal_address_is_refused(
    ask: Ask, names: dict[str, list[str]], address: str
) -> None:
    """Also beside a public one: the next connection might take the other."""
    for addresses in ([address], ["93.184.216.34", address], [address, "2606:4700::1111"]):
        names["rebinding.example.com"] = addresses
        with pytest.raises(OutboundError, match="may not be called"):
            ask("https://rebinding.example.com/")


def test_an_unknown_name_gets_the_same_sentence_and_may_be_tried_again(ask: Ask, names: dict[str, list[str]]) -> None:
    with pytest.raises(OutboundError, match="may not be called, or its name is not known") as caught:
        ask("https://nowhere.example.com/")
    assert not caught.value.permanent


def test_an_address_with_a_zone_from_the_name_server_is_refused(ask: Ask, names: dict[str, list[str]]) -> None:
    names["example.com"] = ["93.184.216.34", "fe80::1%eth0"]
    with pytest.raises(OutboundError, match="may not be called"):
        ask("https://example.com/")


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::1", "1.1.1.1"])
def test_public_addresses_pass(names: dict[str, list[str]], address: str) -> None:
    names["example.com"] = [address]
    check_url("https://example.com/hook?key=1")
    check_url("https://EXAMPLE.com.:8443/hook")


def test_a_name_in_other_letters_is_resolved_in_its_one_spelling(names: dict[str, list[str]]) -> None:
    names["xn--bcher-kva.example"] = ["93.184.216.34"]
    check_url("https://Bücher.example/")
    target = read_target("https://Bücher.example/ä?ö=%20")
    assert (target.host, target.path) == ("xn--bcher-kva.example", "/%C3%A4?%C3%B6=%20")


@pytest.mark.parametrize("port", [22, 25, 110, 143, 445, 993])
def test_ports_of_other_services_are_refused(ask: Ask, names: dict[str, list[str]], port: int) -> None:
    names["example.com"] = ["93.184.216.34"]
    with pytest.raises(OutboundError, match="may not be called"):
        ask(f"https://example.com:{port}/")


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("10.0.0.0/8", "http://10.1.2.3:9200/"),
        ("10.1.2.3", "http://10.1.2.3/"),
        ("10.1.2.3:9200", "http://10.1.2.3:9200/"),
        ("10.0.0.0/8:9200", "http://10.1.2.3:9200/"),
        ("fd12::/16", "http://[fd12::1]/"),
        ("[fd12::1]:80", "http://[fd12::1]/"),
        ("chat.internal", "https://chat.internal/"),
        ("Chat.Internal.:8443", "https://chat.internal:8443/"),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/"),
        ("::1", "http://[::1]/"),
        ("mail.internal:25", "http://mail.internal:25/"),
    ],
)
def test_the_site_may_allow_hosts_of_its_own(settings: Any, names: dict[str, list[str]], entry: str, url: str) -> None:
    names["chat.internal"] = names["mail.internal"] = ["10.9.9.9"]
    with pytest.raises(OutboundError):
        check_url(url)
    settings.OUTBOUND_ALLOW = [entry]
    check_url(url)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("10.1.2.3:9200", "http://10.1.2.3/"),
        ("chat.internal:8443", "https://chat.internal/"),
        ("chat.internal", "https://other.chat.internal/"),
        ("10.0.0.0/8", "https://chat.internal/"),
    ],
)
def test_what_is_allowed_is_no_more_than_what_is_written(
    settings: Any, names: dict[str, list[str]], entry: str, url: str
) -> None:
    names["chat.internal"] = names["other.chat.internal"] = ["192.168.9.9"]
    settings.OUTBOUND_ALLOW = [entry]
    with pytest.raises(OutboundError):
        check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "192.0.0.192",
        "0.0.0.0",  # noqa: S104 (refused here)
        "224.0.0.1",
        "fe80::1",
    ],
)
def test_metadata_is_refused_whatever_the_site_allows(
    ask: Ask, settings: Any, names: dict[str, list[str]], address: str
) -> None:
    settings.OUTBOUND_ALLOW = ["0.0.0.0/0", "::/0", "trusted.internal", address]
    names["trusted.internal"] = [address]
    host = f"[{address}]" if ":" in address else address
    for url in (f"http://{host}/latest/meta-data/", "http://trusted.internal/"):
        with pytest.raises(OutboundError, match="may not be called"):
            ask(url)


def test_the_name_of_a_metadata_server_is_refused_even_where_it_is_allowed(
    ask: Ask, settings: Any, names: dict[str, list[str]]
) -> None:
    settings.OUTBOUND_ALLOW = ["metadata.google.internal"]
    names["metadata.google.internal"] = ["93.184.216.34"]
    with pytest.raises(OutboundError, match="may not be called"):
        ask("http://metadata.google.internal/")


@pytest.mark.parametrize(
    "entry", ["10.0.0.0/33", "*", "*.internal", "host:", "host:x", "host:70000", ":80", "[::1", ""]
)
def test_a_misspelt_entry_is_told_at_start(settings: Any, entry: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_entry(entry)
    settings.OUTBOUND_ALLOW = ["10.0.0.0/8", entry]
    assert [message.id for message in check_allowed()] == ["outbound.E001"]


@given(st.ip_addresses())
def test_what_is_never_allowed_is_not_public(address: Any) -> None:
    judged = parse(str(address))
    assert judged is not None
    assert not (is_public(judged) and is_never_allowed(judged))
    assert not (is_public(judged) and not judged.is_global)
