"""A program for the tests: our web server around an application of a few lines. ``tiny_server.py PORT [WORKERS]``."""

import os
import sys

if "unpatched" not in sys.argv:
    from gevent import monkey

    monkey.patch_all()

import resource
import socket
from pathlib import Path

import gevent
from flask import Flask, request

from helpdesk.web import server

app = Flask(__name__)
socketio = server.build_socketio(os.environ.get("TINY_REDIS"))
socketio.init_app(app)
inbox_peak = 0


def connections():
    return [one for one in list(socketio.server.eio.sockets.values()) if not one.closed]


def no_delay(environ):
    line = environ["wsgi.input"]
    line = getattr(line, "rfile", line).raw._sock
    return line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@app.get("/facts")
def facts():
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    return {
        "resident": resident,
        "connections": len(connections()),
        "no_delay": no_delay(request.environ),
        "inbox_peak": inbox_peak,
        "pid": os.getpid(),
    }


@app.get("/last")
def last():
    """Answer only after the socket's connections have been closed, or in ten seconds."""
    for _ in range(1000):
        if not connections():
            break
        gevent.sleep(0.01)
    return "answered"


@socketio.on("flood")
def flood(count, size):
    for n in range(count):
        socketio.emit("drop", {"n": n, "text": "x" * size}, to=request.sid)
        gevent.sleep(0)


@socketio.on("echo")
def echo(n):
    global inbox_peak
    inbox_peak = max([inbox_peak, *(len(one.line.input_buffer) for one in connections() if one.line)])
    gevent.sleep(0)
    return n, no_delay(request.environ)


@socketio.on("tell_all")
def tell_all(text):
    socketio.emit("told", text)


@socketio.on("pid")
def pid():
    return os.getpid()


def main():
    port, workers = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 1
    if workers > 1 and not server.is_worker():
        return server.supervise(
            "127.0.0.1",
            port,
            workers,
            redis_url=os.environ.get("TINY_REDIS", "redis://unused"),
            database_url="postgresql:",
        )
    return server.serve(app, socketio, "127.0.0.1", port, has_access_log="logged" in sys.argv)


if __name__ == "__main__":
    raise SystemExit(main())
