"""Several server processes on one address: replaced when they die, gone when the parent is, in touch over Redis."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from raw_client import RawClient, TinyServer, until

from helpdesk.web.serving.workers import what_several_need


def worker_pids(parent):
    return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()}


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def serving_pids(server, attempts=40):
    """Ask often enough that every worker has answered."""
    return {server.facts()["pid"] for _ in range(attempts)}


def test_a_killed_worker_is_replaced_and_all_stop_with_the_parent():
    with TinyServer("0", "2") as server:
        first = until(lambda: len(pids := worker_pids(server.process.pid)) == 2 and pids)
        assert serving_pids(server) <= first
        victim = min(first)
        os.kill(victim, signal.SIGKILL)
        second = until(lambda: len(pids := worker_pids(server.process.pid) - {victim}) == 2 and pids)
        assert len(second & first) == 1
        assert serving_pids(server) <= second
        code, log = server.stop()
        assert code == 0
        assert "killed by signal 9" in log
        assert "Traceback" not in log
        until(lambda: not any(map(is_running, second)))


def test_workers_end_when_their_parent_is_killed():
    with TinyServer("0", "2") as server:
        workers = until(lambda: len(pids := worker_pids(server.process.pid)) == 2 and pids)
        server.facts()
        server.process.kill()
        until(lambda: not any(map(is_running, workers)), of="the end of the workers")


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def redis(tmp_path, free_port):
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    options = ["--port", str(free_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{free_port}/0"
    process.kill()
    process.wait()


def test_news_reach_clients_of_every_worker_in_order(redis):
    with TinyServer("0", "2", TINY_REDIS=redis) as server:
        clients = {}

        def both_workers_have_a_client():
            client = RawClient(server.port).upgrade().join()
            client.emit("pid", ack=1)
            number, pid = client.event()
            if number != 1 or clients.setdefault(pid, client) is not client:
                client.line.close()
            return len(clients) == 2

        until(both_workers_have_a_client, seconds=15)
        one, other = clients.values()

        def a_word_comes_across():
            one.emit("tell_all", "hello")
            assert one.event() == ["told", "hello"]
            other.emit("pid", ack=2)
            heard = []
            while not heard or heard[-1][0] != 2:
                heard.append(other.event())
            return len(heard) > 1

        until(a_word_comes_across, of="news by Redis")
        for n in range(200):
            one.emit("tell_all", n)
        assert [one.event()[1] for _ in range(200)] == list(range(200))
        heard = []
        while len(heard) < 200:
            _, word = other.event()
            if word != "hello":
                heard.append(word)
        assert heard == list(range(200))
        for client in clients.values():
            client.line.close()


@pytest.mark.parametrize(
    ("redis_url", "database_url", "word"),
    [
        (None, "postgresql+psycopg://h/d", "REDIS_URL"),
        ("redis://h", "sqlite:///x", "DATABASE_URL"),
        (None, "sqlite:///x", "DATABASE_URL"),
    ],
)
def test_what_is_missing_for_several_workers_is_said(redis_url, database_url, word):
    assert word in what_several_need(redis_url, database_url)


def test_nothing_is_missing_with_postgresql_and_redis():
    assert what_several_need("redis://h", "postgresql+psycopg://h/d") is None


def test_without_redis_the_own_clients_still_hear_the_news(free_port):
    with TinyServer("0", TINY_REDIS=f"redis://127.0.0.1:{free_port}/0") as server, RawClient(server.port) as client:
        for word in ("one", "two"):
            client.emit("tell_all", word)
            assert client.event() == ["told", word]
        until(lambda: any("Redis does not answer" in line for line in server.log), of="the word that Redis is away")
        code, log = server.stop()
        assert code == 0
        assert log.count("Redis does not answer") == 1
