"""The parts of the web server that decide something and need no network for it."""

import errno

import pytest
from flask import Flask, request

from helpdesk.web import server
from helpdesk.web.serving.garbage import is_time_to_collect
from helpdesk.web.serving.listener import CannotListen, explain, open_listener


def test_a_full_collection_waits_for_a_quiet_moment():
    assert not is_time_to_collect(60, busy_share=0.0)
    assert is_time_to_collect(120, busy_share=0.1)
    assert not is_time_to_collect(120, busy_share=0.5)


def test_a_full_collection_does_not_wait_for_ever():
    assert not is_time_to_collect(899, busy_share=1.0)
    assert is_time_to_collect(900, busy_share=1.0)


@pytest.mark.parametrize("reason", [errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL, errno.ENOBUFS])
def test_every_refusal_of_an_address_is_one_line_that_names_it(reason):
    line = explain(OSError(reason, "no"), "192.0.2.1", 80)
    assert "\n" not in line
    assert "80" in line or "192.0.2.1" in line


def test_an_unknown_host_is_named():
    with pytest.raises(CannotListen, match=r"no-such-host\.invalid"):
        open_listener("no-such-host.invalid", 0)


def test_an_open_listener_can_be_had_again_after_it_was_closed():
    first = open_listener("127.0.0.1", 0)
    port = first.getsockname()[1]
    with pytest.raises(CannotListen, match="already in use"):
        open_listener("127.0.0.1", port)
    first.close()
    open_listener("127.0.0.1", port).close()


FORWARDED = {
    "X-Forwarded-For": "198.51.100.1, 198.51.100.2",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "a.example",
}


def seen_behind(count):
    app = Flask(__name__)
    server.behind_proxies(app, count)
    app.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {request.url}")
    return app.test_client().get("/", headers=FORWARDED).text


def test_without_proxies_nobody_is_believed():
    assert seen_behind(0) == "127.0.0.1 http://localhost/"


def test_as_many_proxies_are_believed_as_there_are():
    assert seen_behind(1) == "198.51.100.2 https://a.example/"
    assert seen_behind(2).startswith("198.51.100.1 http://")


def test_the_socket_is_for_our_own_origin_and_in_order():
    options = server.socket_options()
    assert options["cors_allowed_origins"] is None
    assert options["async_handlers"] is False
    assert options["transports"] == ["polling", "websocket"]
    assert server.socket_options(websocket_only=True)["transports"] == ["websocket"]


def test_workers_do_not_take_long_polling(monkeypatch):
    monkeypatch.setenv("HELPDESK_LISTENER", "9")
    assert server.socket_options()["transports"] == ["websocket"]
