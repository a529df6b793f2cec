"""SSRF-01 to 04: the one door for outgoing calls, tried with real servers on the loopback address and a bent resolver."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django.fixtures import Settings

from lianxin.outgoing import calls
from lianxin.outgoing.calls import Failed, call
from lianxin.outgoing.goals import Forbidden
from tests.security.test_settings import start

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
Talk = Callable[[socket.socket], None]


class Server:
    """A server on the loopback address that says what it is told to; `heard` is how many came, `said` what they said."""

    def __init__(self, talk: Talk, *, context: ssl.SSLContext | None = None) -> None:
        self.talk, self.context = talk, context
        self.heard, self.said, self.errors = 0, b"", 0
        self.line = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.line.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                conn, _ = self.line.accept()
            except OSError:
                return
            self.heard += 1
            threading.Thread(target=self._answer, args=[conn], daemon=True).start()

    def _answer(self, conn: socket.socket) -> None:
        try:
            with self.context.wrap_socket(conn, server_side=True) if self.context else conn as line:
                self.said = line.recv(65536)
                self.talk(line)
        except OSError:
            self.errors += 1

    def close(self) -> None:
        """Stop listening."""
        self.line.close()


Make = Callable[..., Server]


@pytest.fixture
def serving(settings: Settings) -> Iterator[Make]:
    """Return a function that starts a server which may be called over plain HTTP on the loopback address."""
    settings.OUTGOING_LOOPBACK = True
    made: list[Server] = []

    def begin(talk: Talk = lambda line: line.sendall(OK), **more: ssl.SSLContext) -> Server:
        server = Server(talk, **more)
        made.append(server)
        settings.OUTGOING_HOSTS = [
            *settings.OUTGOING_HOSTS,
            f"127.0.0.1:{server.port}",
            f"h.example:{server.port}",
        ]
        return server

    yield begin
    for server in made:
        server.close()


class Resolver:
    """Stands where the system's resolver stands: a list of answers, one for each question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int, *args: object, **kwargs: object) -> list[object]:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Resolver:
    made = Resolver(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", made)
    return made


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return what was connected to; every try to connect is noted and fails."""
    tried: list[object] = []

    class Noting(socket.socket):
        def connect_ex(self, address: object) -> int:  # type: ignore[override]
            tried.append(address)
            return 111

    monkeypatch.setattr(calls.socket, "socket", Noting)
    return tried


def test_a_named_host_is_called_and_answers(serving: Make) -> None:
    server = serving()
    answer = call(f"http://127.0.0.1:{server.port}/a?b=c", form={"x": "一"}, headers={"X-Own": "1"})
    assert (answer.status, answer.body) == (200, b"{}")
    head = server.said.decode()
    assert head.startswith("POST /a?b=c HTTP/1.1\r\n") and f"Host: 127.0.0.1:{server.port}\r\n" in head
    assert "Accept-Encoding: identity\r\n" in head and "X-Own: 1\r\n" in head


URLS = (
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[ff02::1]/",
    "https://[::]/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
)
"""Addresses in their usual form; each is put on the list of hosts, and refused all the same."""
ODD = (
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.01/",
    "https://127.0.0.1./",
    "https://localhost./",
    "https://１２７.０.０.１/",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https://lоcalhost/",
    "https://xn--/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https:///",
    "https://",
    "https://h_st.example/",
    "https://a..example/",
    "https://h.example:0/",
    "https://h.example:65536/",
    "https://h.example:x/",
    "https://user@h.example/",
    "https://h.example@127.0.0.1/",
    "https://127.0.0.1\\@h.example/",
    "https://h.example/#127.0.0.1",
    "https://h.example/\r\nHost: x",
    "https://h.example /",
    "https://h.example/" + "x" * 2000,
)


@pytest.mark.parametrize("url", URLS)
def test_ssrf_01_addresses_of_no_public_host_are_refused_even_when_listed(
    settings: Settings, unconnected: list[object], url: str
) -> None:
    settings.OUTGOING_HOSTS = [url.split("/")[2]]
    with pytest.raises(Forbidden):
        call(url)
    assert unconnected == []


@pytest.mark.parametrize("url", ODD)
def test_ssrf_01_odd_ways_to_write_an_address_are_refused(
    settings: Settings, unconnected: list[object], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    resolver = resolving(monkeypatch, ["127.0.0.1"])
    settings.OUTGOING_HOSTS = [
        "h.example",
        url.split("/")[2] if "//" in url else "",
        "127.0.0.1",
        "localhost",
    ]
    with pytest.raises(Forbidden):
        call(url)
    assert unconnected == [] and resolver.asked == 0


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.31.0.1", "192.168.0.1", "100.100.100.200"),  # noqa: S104 - an address to refuse
        *(
            "169.254.169.254",
            "192.0.0.8",
            "198.51.100.1",
            "240.0.0.1",
            "::1",
            "fe80::1",
            "fe80::1%lo",
            "fd00::1",
        ),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff05::2", "x", ""),
    ],
)
@pytest.mark.parametrize("where", [0, 1])
def test_ssrf_01_a_name_is_judged_by_all_it_resolves_to(
    settings: Settings, unconnected: list[object], monkeypatch: pytest.MonkeyPatch, address: str, where: int
) -> None:
    answers = ["93.184.216.34"]
    answers.insert(where, address)
    resolving(monkeypatch, answers)
    settings.OUTGOING_HOSTS = ["h.example"]
    with pytest.raises(Forbidden):
        call("https://h.example/")
    assert unconnected == []


def test_ssrf_01_internal_hosts_are_those_of_the_settings_and_never_this_machine(
    settings: Settings, unconnected: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_HOSTS = ["h.example", "other.example"]
    settings.OUTGOING_INTERNAL = ["h.example"]
    resolving(monkeypatch, ["10.1.2.3"])
    with pytest.raises(Failed):
        call("https://h.example/")
    assert unconnected == [("10.1.2.3", 443)]
    with pytest.raises(Forbidden):
        call("https://other.example/")
    for address in ("127.0.0.1", "169.254.169.254", "::1", "0.0.0.0"):  # noqa: S104 - an address to refuse
        resolving(monkeypatch, [address])
        with pytest.raises(Forbidden):
            call("https://h.example/")
    assert len(unconnected) == 1


def test_ssrf_01_only_listed_hosts_and_ports_are_called(
    settings: Settings, unconnected: list[object]
) -> None:
    settings.OUTGOING_HOSTS = ["h.example", "h.example:8443"]
    for url in (
        "https://evil.example/",
        "https://h.example.evil.example/",
        "https://h.example:444/",
        "https://xh.example/",
    ):
        with pytest.raises(Forbidden):
            call(url)
    assert unconnected == []


@pytest.mark.parametrize("url", ["http://h.example/", "http://93.184.216.34/", "HTTP://h.example/"])
def test_ssrf_01_nothing_is_called_without_tls_but_this_machine_by_its_own_setting(
    settings: Settings, unconnected: list[object], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    resolving(monkeypatch, ["93.184.216.34"])
    settings.OUTGOING_HOSTS = ["h.example", "93.184.216.34"]
    for loopback in (False, True):
        settings.OUTGOING_LOOPBACK = loopback
        with pytest.raises(Forbidden):
            call(url)
    assert unconnected == []


def test_ssrf_02_a_name_is_resolved_once_and_the_checked_address_is_called(
    settings: Settings, unconnected: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = resolving(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    settings.OUTGOING_HOSTS = ["h.example"]
    with pytest.raises(Failed):
        call("https://h.example/")
    assert resolver.asked == 1 and unconnected == [("93.184.216.34", 443)]
    with pytest.raises(Forbidden):
        call("https://h.example/")
    assert len(unconnected) == 1


def test_ssrf_02_the_pinned_address_is_called_under_the_name(
    serving: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving()
    resolver = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    assert call(f"http://h.example:{server.port}/").status == 200
    assert resolver.asked == 1 and f"Host: h.example:{server.port}" in server.said.decode()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 304])
@pytest.mark.parametrize("there", ["http://127.0.0.1:{port}/", "file:///etc/passwd", "gopher://x/", "/again"])
def test_ssrf_03_redirects_are_not_followed(serving: Make, status: int, there: str) -> None:
    inside = serving()
    head = f"HTTP/1.1 {status} X\r\nLocation: {there.format(port=inside.port)}\r\nContent-Length: 0\r\n\r\n"
    server = serving(lambda line: line.sendall(head.encode()))
    with pytest.raises(Failed):
        call(f"http://127.0.0.1:{server.port}/")
    assert (server.heard, inside.heard) == (1, 0)


@pytest.mark.parametrize(
    "scheme", ["file", "gopher", "ftp", "dict", "ldap", "data", "jar", "ws", "", "javascript"]
)
def test_ssrf_03_other_schemes_are_refused(
    settings: Settings, unconnected: list[object], scheme: str
) -> None:
    settings.OUTGOING_HOSTS, settings.OUTGOING_LOOPBACK = ["h.example", "127.0.0.1", ""], True
    for rest in ("//h.example/", "//127.0.0.1/", "///etc/passwd", "h.example"):
        with pytest.raises(Forbidden):
            call(f"{scheme}:{rest}")
    assert unconnected == []


def test_ssrf_03_proxies_of_the_environment_are_not_used(
    serving: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serving(), serving()
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert call(f"http://127.0.0.1:{server.port}/").status == 200
    assert (proxy.heard, server.heard) == (0, 1)


def drip(data: bytes, *, every: float = 0.05) -> Talk:
    """Return a talk that sends these bytes one by one, for ever."""

    def talk(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n" if data != b"head" else b"HTTP/1.1 200 ")
        while True:
            line.sendall(b"x" if data == b"head" else data)
            time.sleep(every)

    return talk


def silent(line: socket.socket) -> None:
    time.sleep(30)


def body(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        line.sendall(b"x")
        time.sleep(0.05)


def chunks(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        line.sendall(b"1\r\nx\r\n")
        time.sleep(0.05)


def trailers(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
    while True:
        line.sendall(b"X-Y: z\r\n")
        time.sleep(0.05)


def to_the_end(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
    while True:
        line.sendall(b" ")
        time.sleep(0.05)


def continues(line: socket.socket) -> None:
    while True:
        line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


SLOW: dict[str, Talk] = {
    "says nothing": silent,
    "head by letters": drip(b"head"),
    "head by lines": drip(b"X-A: b\r\n", every=0.2),
    "body by letters": body,
    "body by chunks": chunks,
    "trailers": trailers,
    "body without a length": to_the_end,
    "continues": continues,
}


@pytest.mark.parametrize("how", SLOW)
def test_ssrf_04_a_slow_answer_is_cut_when_the_time_is_over(
    serving: Make, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.7)
    server = serving(SLOW[how])
    began = time.monotonic()
    with pytest.raises(Failed):
        call(f"http://127.0.0.1:{server.port}/")
    assert time.monotonic() - began < 2.5, how


def test_ssrf_04_a_handshake_that_never_ends_is_cut(serving: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.7)
    server = serving(silent)
    began = time.monotonic()
    with pytest.raises(Failed):
        call(f"https://127.0.0.1:{server.port}/")
    assert server.heard == 1 and time.monotonic() - began < 2.5


def test_ssrf_04_a_resolver_that_does_not_answer_is_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "CONNECTING", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(5) or [])
    settings.OUTGOING_HOSTS = ["h.example"]
    began = time.monotonic()
    with pytest.raises(Failed):
        call("https://h.example/")
    assert time.monotonic() - began < 1.5


GIGA = 1_000_000_000


def flood(head: bytes, piece: bytes) -> Talk:
    """Return a talk that sends a head and then a gigabyte in pieces."""

    def talk(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n" + head)
        for _ in range(GIGA // len(piece)):
            line.sendall(piece)

    return talk


BIG = b"x" * 65536
LARGE: dict[str, Talk] = {
    "with its length": flood(b"Content-Length: 1000000000\r\n\r\n", BIG),
    "without a length": flood(b"\r\n", BIG),
    "in chunks": flood(b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + BIG + b"\r\n"),
    "a head of lines": flood(b"", b"X-A: " + b"y" * 1000 + b"\r\n"),
    "a head of one line": flood(b"X-A: ", BIG),
    "a size of a chunk": flood(b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 65536),
}


@pytest.mark.parametrize("how", LARGE)
def test_ssrf_04_a_large_answer_is_cut(serving: Make, how: str) -> None:
    import resource

    server = serving(LARGE[how])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(Failed):
        call(f"http://127.0.0.1:{server.port}/")
    assert time.monotonic() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000, "kilobytes"


def test_ssrf_04_an_answer_of_the_allowed_size_is_taken_whole(serving: Make) -> None:
    size = calls.LARGEST
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    server = serving(lambda line: line.sendall(head + b"x" * size))
    assert len(call(f"http://127.0.0.1:{server.port}/").body) == size


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_ssrf_04_what_is_no_answer_fails_plainly(serving: Make, answer: bytes) -> None:
    server = serving(lambda line: line.sendall(answer))
    with pytest.raises(Failed):
        call(f"http://127.0.0.1:{server.port}/")


def test_ssrf_04_a_few_calls_at_once_and_the_slots_come_back(
    serving: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 1.5)
    slow, quick = serving(silent), serving()

    def wait() -> None:
        with pytest.raises(Failed):
            call(f"http://127.0.0.1:{slow.port}/")

    threads = [threading.Thread(target=wait) for _ in range(calls.AT_ONCE)]
    for thread in threads:
        thread.start()
    while slow.heard < calls.AT_ONCE:
        time.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(Failed):
        call(f"http://127.0.0.1:{quick.port}/")
    assert time.monotonic() - began < 1 and quick.heard == 0
    for thread in threads:
        thread.join()
    for _ in range(calls.AT_ONCE + 3):
        assert call(f"http://127.0.0.1:{quick.port}/").status == 200


@pytest.fixture
def authority(tmp_path: Path) -> Callable[[str], ssl.SSLContext]:
    """Return a function that makes a server's certificate for a name, signed by an own authority in `tmp_path/ca.pem`."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate("An Authority of the Tests", root_key.public_key(), root_key, None)
    (tmp_path / "ca.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))

    def certified(name: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key.public_key(), root_key, root)
        (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (tmp_path / "key.pem").write_bytes(private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
        return context

    return certified


def _certificate(
    name: str,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        kind: x509.GeneralName = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        made = made.add_extension(x509.SubjectAlternativeName([kind]), critical=False)
    return made.sign(signer, hashes.SHA256())


def test_ssrf_02_the_certificate_has_to_be_the_names_own(
    serving: Make,
    settings: Settings,
    tmp_path: Path,
    authority: Callable[[str], ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(monkeypatch, ["127.0.0.1"])
    right, wrong = serving(context=authority("h.example")), serving(context=authority("evil.example"))
    with pytest.raises(Failed):
        call(f"https://h.example:{right.port}/")
    settings.OUTGOING_CA = str(tmp_path / "ca.pem")
    assert call(f"https://h.example:{right.port}/").status == 200
    with pytest.raises(Failed):
        call(f"https://h.example:{wrong.port}/")
    assert wrong.said == b"", "nothing is said to a host that is not the one meant"


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"OUTGOING_LOOPBACK": "true"}, "LIANXIN_OUTGOING_LOOPBACK"),
        ({"OUTGOING_INTERNAL": "h.example"}, "LIANXIN_OUTGOING_INTERNAL"),
        ({"OUTGOING_CA": "nowhere.pem"}, "LIANXIN_OUTGOING_CA"),
        ({"OIDC_ISSUER": "http://id.example", "OIDC_CLIENT_ID": "x"}, "LIANXIN_OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://u@id.example", "OIDC_CLIENT_ID": "x"}, "LIANXIN_OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example"}, "LIANXIN_OIDC_CLIENT_ID"),
        (
            {
                "OIDC_ISSUER": "https://id.example",
                "OIDC_CLIENT_ID": "x",
                "OIDC_CLIENT_SECRET_FILE": "nowhere",
            },
            "LIANXIN_OIDC_CLIENT_SECRET",
        ),
    ],
)
def test_ssrf_01_auth_08_unsafe_settings_are_refused(values: dict[str, str], word: str) -> None:
    done = start(**values)
    assert done.returncode != 0 and word in done.stderr and "Traceback" not in done.stderr


def test_auth_08_a_platform_with_its_settings_starts() -> None:
    done = start(OIDC_ISSUER="https://id.example", OIDC_CLIENT_ID="x", OUTGOING_INTERNAL="id.example")
    assert done.returncode == 0, done.stderr
