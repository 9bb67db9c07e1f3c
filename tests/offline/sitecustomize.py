"""Keeps a Python program off every other machine: whoever tries is refused, and told of in the file $STANCE_TRIED.

Python runs this by itself in every program that has this folder on its PYTHONPATH; tests/conftest.py runs it in its
own. An audit hook, because it also sees connect_ex, datagrams and modules that hold on to a function of their own."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

# event → where its arguments have the address; a host alone, or a tuple that begins with it
_PLACES = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0,
           "socket.gethostbyname": 0, "socket.gethostbyaddr": 0, "socket.getnameinfo": 0}  # fmt: skip


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _PLACES:
        return
    if isinstance(arguments[0], socket.SocketType) and arguments[0].family not in (socket.AF_INET, socket.AF_INET6):
        return
    address = arguments[_PLACES[event]]
    host = address[0] if isinstance(address, tuple) else address
    host = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host)
    if host in ("localhost", "::1", "None", "") or host.startswith("127."):
        return
    if tried := os.environ.get("STANCE_TRIED"):
        with open(tried, "a", encoding="utf-8") as file:  # noqa: PTH123 (pathlib would be loaded in every program)
            file.write(f"{event} {address}\n")
    raise OSError(f"a test may not reach {address}")


sys.addaudithook(_refuse)
