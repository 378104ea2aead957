"""The web server against clients that are slow, greedy or malformed. Everything goes over real sockets."""

import importlib.util
import os
import socket
import subprocess
import sys

import pytest
from raw_client import ROOT, TINY_SERVER, RawClient, TinyServer, until

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def tiny():
    with TinyServer() as server:
        yield server


def test_a_slow_reader_gets_every_frame_whole(tiny):
    with RawClient(tiny.port, receive_buffer=4096) as reader:
        reader.emit("flood", 1, 6 * MEGABYTE)
        until(lambda: tiny.facts()["connections"] == 1)
        name, first = reader.event()
        assert (name, len(first["text"])) == ("drop", 6 * MEGABYTE)
        reader.emit("flood", 300, 2000)
        numbers = [reader.event()[1]["n"] for _ in range(300)]
        assert numbers == list(range(300))


def test_a_huge_frame_is_refused_before_it_is_in_memory(tiny):
    before = tiny.facts()["resident"]
    client = RawClient(tiny.port).upgrade().join()
    client.line.sendall(b"\x81\xff" + (64 * MEGABYTE).to_bytes(8) + b"\0\0\0\0")
    sent = 0
    try:
        while sent < 64 * MEGABYTE:
            sent += client.line.send(b"x" * 65536)
    except (ConnectionResetError, BrokenPipeError):
        pass
    assert sent < 16 * MEGABYTE
    assert tiny.facts()["resident"] - before < 16 * MEGABYTE
    client.line.close()
    until(lambda: tiny.facts()["connections"] == 0)


def test_what_follows_a_refused_frame_is_not_read_as_a_request(tiny):
    client = RawClient(tiny.port).upgrade().join()
    client.line.sendall(b"\x81\xff" + (2 * MEGABYTE).to_bytes(8) + b"\0\0\0\0")
    answer = b""
    try:
        client.line.sendall(b"x" * (MEGABYTE + 4096))
        while piece := client.line.recv(65536):
            answer += piece
    except (ConnectionResetError, BrokenPipeError):
        pass
    client.line.close()
    assert b"HTTP/" not in answer


def test_who_does_not_read_is_cut_and_the_others_notice_nothing(tiny):
    before = tiny.facts()["resident"]
    with RawClient(tiny.port, receive_buffer=4096) as deaf, RawClient(tiny.port) as other:
        deaf.emit("flood", 3000, 20_000)
        other.emit("flood", 400, 100)
        assert [other.event()[1]["n"] for _ in range(400)] == list(range(400))
        until(lambda: tiny.facts()["connections"] == 1)
        assert tiny.facts()["resident"] - before < 16 * MEGABYTE
        other.emit("echo", 7, ack=1)
        assert other.event()[:2] == [1, 7]
        while deaf.event():
            pass
        assert deaf.closed_with == "line"


def test_who_polls_but_never_fetches_is_cut_as_well(tiny):
    opened = tiny.get("/socket.io/?EIO=4&transport=polling")
    sid = opened.split('"sid":"')[1].split('"')[0]

    def post(packet):
        line = socket.create_connection(("127.0.0.1", tiny.port), timeout=15)
        head = f"POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        line.sendall(f"{head}Content-Length: {len(packet)}\r\n\r\n{packet}".encode())
        answer = line.makefile("rb").read()
        line.close()
        return answer.split(b" ")[1]

    assert post("40") == b"200"
    assert tiny.facts()["connections"] == 1
    assert post('42["flood",600,10]') == b"200"
    until(lambda: tiny.facts()["connections"] == 0)
    assert post('42["flood",1,10]') == b"400"


def test_who_sends_too_fast_is_held_back(tiny):
    with RawClient(tiny.port) as sender:
        for n in range(5000):
            sender.emit("echo", n, ack=n)
            if n % 400 == 399:
                for _ in range(400):
                    sender.event()
        facts = tiny.facts()
        assert 0 < facts["inbox_peak"] < 300


def test_compression_is_not_negotiated(tiny):
    offer = (b"Sec-WebSocket-Extensions", b"permessage-deflate; client_max_window_bits")
    client = RawClient(tiny.port).upgrade([offer]).join()
    assert b"101 Switching" in client.answer
    assert b"sec-websocket-extensions" not in client.answer.lower()
    client.line.close()


def test_small_answers_are_not_held_back_by_the_kernel(tiny):
    assert tiny.facts()["no_delay"] == 1
    with RawClient(tiny.port) as client:
        client.emit("echo", 1, ack=9)
        assert client.event() == [9, 1, 1]


def test_a_malformed_upgrade_is_answered_and_closed(tiny):
    line = socket.create_connection(("127.0.0.1", tiny.port), timeout=15)
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: short\r\n\r\n"
    )
    answer = line.makefile("rb").read()
    line.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


def test_stopping_says_when_to_return_and_answers_what_is_open():
    with TinyServer("0", "logged") as server, RawClient(server.port) as client:
        line = socket.create_connection(("127.0.0.1", server.port), timeout=15)
        line.sendall(b"GET /last?secret=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: server.facts()["connections"] == 1)
        server.process.terminate()
        name, told = client.event()
        assert name == "reconnect"
        assert 0 <= told["in_ms"] < 1000
        assert client.event() == ["1"]
        while client.read():
            pass
        assert b"answered" in line.makefile("rb").read()
        line.close()
        code, log = server.ended()
        assert code == 0
        assert '"path": "/last", "status": 200' in log
        assert "secret" not in log
        assert "Traceback" not in log


def test_a_quiet_server_stops_at_once_and_says_nothing_more():
    with TinyServer() as server:
        assert server.facts()["connections"] == 0
        assert server.stop() == (0, "")


def run(*arguments, **environ):
    return subprocess.run(
        [sys.executable, str(TINY_SERVER), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_taken_port_gives_one_line(tiny):
    ended = run(str(tiny.port))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert f"Port {tiny.port}" in ended.stderr


def test_an_unpatched_program_is_refused():
    ended = run("0", "unpatched")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "monkey.patch_all()" in ended.stderr


def test_gevent_websocket_is_not_installed():
    assert importlib.util.find_spec("geventwebsocket") is None


def test_with_gevent_websocket_installed_the_server_refuses_to_start(tmp_path):
    (tmp_path / "geventwebsocket.py").write_text('"""A pretender."""\n', encoding="ascii")
    ended = run("0", PYTHONPATH=f"{ROOT}:{tmp_path}")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "gevent-websocket" in ended.stderr
