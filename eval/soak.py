"""A soak of the review server: readers who answer, while others are slow, malformed, too many or not allowed.

    python eval/soak.py [--rounds 200]

Makes a comparison of made-up claims, serves it, and in each round sends at once: well-behaved page views and answers,
clients that send half a request and wait, clients that send rubbish, and forms without the token or from another
origin. A well-behaved client that is turned away because the server is full tries again, as a browser would. Checks
that each gets through in the end, that every answer is in corrections.jsonl once and nothing else is, and that no
thread and no file handle is left behind. Prints the counts; exit code 1 where something was lost."""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from stance.corrections import FILE_NAME, read_corrections
from stance.records import Cell, Claim, Comparison, Document, Issue, Position, dump_json
from stance.review import ReviewServer, open_review

RUBBISH = (b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00" * 50, b"GET / HTTP/9.9\r\n\r\n", b"G" * 70_000,
           b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET //[ HTTP/1.1\r\nHost: [\r\n\r\n", b"")  # fmt: skip
PATIENCE = 0.5  # seconds that the server waits for a slow client here; 20 in use
TRIES = 400


def made_up(n_claims: int) -> Comparison:
    documents = tuple(Document(f"d{k}", f"Source {k}", f"{k}.txt", "", "") for k in range(2))
    claims = tuple(Claim(f"c{n}", f"d{n % 2}", 0, 9, f"Claim {n} is made.") for n in range(n_claims))
    issues = (Issue("i", "What is made?", "the making", tuple(c.id for c in claims)),)
    even = {"favourable": 0.4, "neutral": 0.3, "unfavourable": 0.3}
    positions = tuple(Position("i", c.id, "favourable", even) for c in claims)
    cells = tuple(Cell("i", d.source, "states") for d in documents)
    return Comparison(documents, claims, issues, positions, cells, {})


class Soak:
    def __init__(self, server: ReviewServer) -> None:
        self.server, self.counts, self.lock = server, Counter[str](), threading.Lock()

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def ask(self, method: str, path: str, body: str = "", token: str = "", origin: str = "") -> int | None:
        """The status, or None where the server hung up."""
        here = f"http://127.0.0.1:{self.server.server_port}"
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        headers = {"Origin": origin or here, "Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            connection.request(method, f"/{token or self.server.token}/{path}", body or None, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def good(self, method: str, path: str, body: str = "") -> None:
        for _ in range(TRIES):
            status = self.ask(method, path, body)
            if status is not None:
                self.count("served" if status == 200 else f"good client refused with {status}")
                return
            self.count("turned away, tried again")
            time.sleep(0.05)
        self.count("never served")

    def answer(self, claim: str) -> None:
        form = {"kind": "stance", "issue": "i", "claim": claim, "stance": "neutral"}
        self.good("POST", "corrections", urlencode(form))

    def forged(self, claim: str, **wrong: str) -> None:
        form = urlencode({"kind": "stance", "issue": "i", "claim": claim, "stance": "unfavourable"})
        status = self.ask("POST", "corrections", form, **wrong)
        self.count("forged form refused" if status in (403, None) else f"forged form answered with {status}")

    def raw(self, data: bytes, wait: bool) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self.server.server_port), timeout=20) as client:
                client.sendall(data)
                if not wait:
                    client.shutdown(socket.SHUT_WR)
                while client.recv(65_536):
                    pass
            self.count("slow client hung up on" if wait else "malformed client answered or hung up on")
        except TimeoutError:
            self.count("client left hanging")
        except OSError:
            self.count("slow client hung up on" if wait else "malformed client answered or hung up on")


def soak(folder: Path, rounds: int) -> tuple[Counter[str], list[str]]:
    """The counts, and what went wrong."""
    folder.joinpath("comparison.json").write_text(dump_json(made_up(rounds)), encoding="utf-8")
    with ReviewServer(open_review(folder, "soak"), patience=PATIENCE) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        run = Soak(server)
        threads, handles = threading.active_count(), _handles()
        with ThreadPoolExecutor(16) as pool:
            for n in range(rounds):
                for _ in range(2):
                    pool.submit(run.good, "GET", f"?page={n % 3 + 1}")
                pool.submit(run.answer, f"c{n}")
                pool.submit(run.raw, b"POST / HTTP/1.1\r\nHost", True)
                pool.submit(run.raw, RUBBISH[n % len(RUBBISH)], False)
                pool.submit(run.forged, f"c{n}", **({"token": "x" * 32} if n % 2 else {"origin": "http://evil.test"}))
        for _ in range(100):  # the last slow clients' threads end within the server's patience
            if threading.active_count() <= threads and _handles() <= handles:
                break
            time.sleep(0.05)
        left = threading.active_count(), _handles()
        server.shutdown()
    bad = ("never", "client left", "good client", "forged form answered")
    wrong = [what for what in run.counts if what.startswith(bad)]
    written = Counter(c.claim.id for c in read_corrections(folder / FILE_NAME).standing if c.claim)
    if written != Counter(f"c{n}" for n in range(rounds)):
        wrong.append(f"{len(written)} answers written of {rounds}")
    if any(json.loads(line)["stance"] != "neutral" for line in (folder / FILE_NAME).read_bytes().splitlines()):
        wrong.append("a forged answer was written")
    if left[0] > threads or left[1] > handles:
        wrong.append(f"left behind: {left[0] - threads} threads, {left[1] - handles} file handles")
    return run.counts, wrong


def _handles() -> int:
    place = Path("/proc/self/fd")
    return len(list(place.iterdir())) if place.is_dir() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    with tempfile.TemporaryDirectory() as folder:
        counts, wrong = soak(Path(folder), parser.parse_args().rounds)
    for what, n in sorted(counts.items()):
        print(f"{n:7,}  {what}")
    print("\n".join(f"wrong: {each}" for each in wrong) or "nothing was lost")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
