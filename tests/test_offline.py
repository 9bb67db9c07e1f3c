"""The guard that every other test relies on: a program that reaches for another machine is refused and told of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

AWAY = "203.0.113.1"  # for documentation, nobody's
TRIES = {
    "connect": f"socket.socket().connect(('{AWAY}', 80))",
    "connect_ex": f"socket.socket().connect_ex(('{AWAY}', 80))",
    "create_connection": f"socket.create_connection(('{AWAY}', 80), 1)",
    "datagram": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'a', ('{AWAY}', 53))",
    "message": f"socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'a'], [], 0, ('{AWAY}', 53))",
    "datagram 6": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'a', ('2001:db8::1', 53))",
    "look up": "socket.getaddrinfo('judge.example', 80)",
    "look up bytes": "socket.gethostbyname(b'judge.example')",
    "own module": f"__import__('_socket').socket().connect(('{AWAY}', 80))",
    "urllib": "__import__('urllib.request').request.urlopen('http://judge.example')",
}


@pytest.mark.parametrize("where", ["here", "child", "child of a child"])
@pytest.mark.parametrize("how", TRIES)
def test_who_reaches_for_another_machine_is_stopped_and_told_of(how: str, where: str, offline: Path) -> None:
    before = offline.read_text()
    code = f"import socket\ntry: {TRIES[how]}\nexcept OSError as error: print(error)"
    if where == "here":
        with pytest.raises(OSError, match="may not reach"):
            exec(f"import socket\n{TRIES[how]}", {})
    else:
        if where == "child of a child":
            code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "a test may not reach" in done.stdout, done
    assert offline.read_text() != before
    offline.write_text(before)  # this once it was meant


def test_this_machine_may_be_reached(offline: Path) -> None:
    code = ("import socket; s = socket.create_server(('127.0.0.1', 0)); n = s.getsockname()[1]\n"
            "for h in ('127.0.0.1', 'localhost'): socket.create_connection((h, n), 2).close()\n"
            "a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1))")
    exec(code, {})
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "b'x'\n", done.stderr
