"""The review page's server: what comes in, what is kept out, what is written, and that nobody can stop it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from urllib.parse import urlencode, urlsplit

import pytest
from tram import CHANNEL, COUNCIL, HOSTILE, TRADERS, comparison, records

from stance import pipeline
from stance.corrections import FILE_NAME, read_corrections
from stance.errors import InputError
from stance.evaluation.suites import find_files, load_rows, load_suite
from stance.records import Position, dump_json
from stance.review import ReviewServer, export_corrections, open_review
from stance.review.page import PER_PAGE, append_line
from stance.review.server import BODY, CLIENTS
from stance.training.data import load_csv

FOUND, _ = comparison()
KILL = next(c for c in FOUND.claims if "kill the high street" in c.text)
STREET = next(i for i in FOUND.issues if KILL.id in i.claim_ids)
PRESSED = ' aria-pressed="true"'
NOISE = next(i for i in FOUND.issues if i.title.startswith("How loud"))
FORM = {"kind": "stance", "issue": STREET.id, "claim": KILL.id, "stance": "neutral"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "comparison.json").write_text(dump_json(FOUND), encoding="utf-8")
    return tmp_path


@pytest.fixture
def server(folder):
    with running(ReviewServer(open_review(folder, "Ida"))) as found:
        yield found


class running:
    def __init__(self, server: ReviewServer) -> None:
        self.server = server

    def __enter__(self) -> ReviewServer:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self.server

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def ask(server, method="GET", path="", body=None, headers=None, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    origin = {"Origin": f"http://127.0.0.1:{server.server_port}"} if method == "POST" else {}
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    sent = {k: v for k, v in {**origin, **kind, **(headers or {})}.items() if v is not None}
    connection.request(method, f"/{token or server.token}/{path}", body, sent)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8")
    connection.close()
    return answer, text


def post(server, headers=None, **form):
    return ask(server, "POST", "corrections", urlencode(form), headers)


def written(folder):
    path = folder / FILE_NAME
    return read_corrections(path).standing if path.exists() else ()


def test_the_page_shows_every_row_and_keeps_hostile_text_inert(server):
    answer, text = ask(server)
    assert answer.status == 200
    for issue in FOUND.issues:
        assert issue.title in text
    assert HOSTILE not in text
    assert "<script>document.title" not in text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


def test_an_answer_is_written_and_the_row_comes_back_marked(server, folder):
    answer, text = post(server, **FORM)
    assert answer.status == 200
    (made,) = written(folder)
    assert (made.kind, made.stance, made.annotator) == ("stance", "neutral", "Ida")
    assert made.claim
    assert made.issue
    assert (made.claim.text, made.claim.source, made.issue.target) == (KILL.text, TRADERS, STREET.target)
    assert text.count(PRESSED) == 1
    assert "1 answer of yours" in text


def test_every_kind_of_answer_can_be_given_and_taken_back(server, folder):
    forms = [
        FORM, {"kind": "voice", "issue": STREET.id, "claim": KILL.id, "voice": "reported", "holder": "  a  baker "},
        {"kind": "split", "issue": STREET.id, "claim": KILL.id},
        {"kind": "add", "issue": NOISE.id, "source": COUNCIL, "words": "The line will cost %  of the yearly budget."},
        {"kind": "merge", "issue": NOISE.id, "into": f"{FOUND.issues.index(STREET) + 1}. {STREET.title}"},
        {"kind": "silence", "issue": NOISE.id, "source": CHANNEL}]
    for form in forms:
        assert post(server, **form)[0].status == 200, form
    kinds = {c.kind: c for c in written(folder)}
    assert set(kinds) == {"stance", "voice", "split", "add", "merge", "silence"}
    assert kinds["voice"].holder == "a baker"
    assert kinds["merge"].into
    assert kinds["merge"].into.id == STREET.id
    assert kinds["silence"].document_ids == tuple(d.id for d in FOUND.documents if d.source == CHANNEL)
    for form in forms:
        assert post(server, **form, withdrawn="1")[0].status == 200, form
    assert written(folder) == ()
    assert len((folder / FILE_NAME).read_text(encoding="utf-8").splitlines()) == 12


def test_what_was_said_is_there_after_a_restart(server, folder):
    post(server, **FORM)
    assert PRESSED in open_review(folder).page_html(1)


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": None}, {"Host": "evil.example"},
    {"Host": "127.0.0.1"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://127.0.0.1"},
])
def test_other_origins_and_hosts_are_refused(server, folder, headers):
    assert post(server, headers, **FORM)[0].status == 403
    assert written(folder) == ()


def test_it_answers_by_its_other_name_too(server, folder):
    host = f"localhost:{server.server_port}"
    assert post(server, {"Host": host, "Origin": f"http://{host}"}, **FORM)[0].status == 200
    assert post(server, {"Host": host}, **FORM)[0].status == 403


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Host": "evil.example:80"}, {"Sec-Fetch-Site": "same-site"},
])
def test_other_origins_read_nothing_either(server, headers):
    answer, text = ask(server, headers=headers)
    assert answer.status == 403
    assert STREET.title not in text


@pytest.mark.parametrize("token", ["x", "%00", "%C3%A9", "a" * 2_000])
def test_without_the_token_nothing_is_shown_or_written(server, folder, token):
    assert ask(server, token=token)[0].status == 403
    assert ask(server, "POST", "corrections", urlencode(FORM), token=token)[0].status == 403
    assert written(folder) == ()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(server, method):
    assert ask(server, method)[0].status == 405


def test_two_servers_have_two_tokens_and_listen_on_this_machine_only(server, folder):
    with ReviewServer(open_review(folder)) as other:
        assert other.token != server.token
        assert len(other.token) >= 32
        assert other.server_address[0] == "127.0.0.1"
    assert urlsplit(server.url).hostname == "127.0.0.1"


@pytest.mark.parametrize(("body", "headers", "status"), [
    ("x" * (BODY + 1), {}, 413), (None, {"Content-Length": "9" * 30}, 413), (None, {"Content-Length": "-1"}, 411),
    ("kind=stance", {"Content-Type": "application/json"}, 415), ("a=1&" * 40 + "b=2", {}, 400), ("kind", {}, 400),
    ("kind=%ff", {}, 400), (b"\xff\xfe", {}, 400), ("", {}, 400), ("kind=mood", {}, 400),
    (urlencode({**FORM, "issue": "nowhere"}), {}, 400), (urlencode({**FORM, "claim": "nobody"}), {}, 400),
    (urlencode({**FORM, "stance": "good"}), {}, 400),
    (urlencode({"kind": "merge", "issue": NOISE.id, "into": NOISE.id}), {}, 400),
    (urlencode({"kind": "silence", "issue": NOISE.id, "source": "?"}), {}, 400),
    (urlencode({**FORM, "kind": "voice", "voice": "own", "holder": "h" * 600}), {}, 400),
])
def test_wrong_bodies_are_refused_and_write_nothing(server, folder, body, headers, status):
    answer, text = ask(server, "POST", "corrections", body, headers)
    assert answer.status == status
    assert "Traceback" not in text
    assert not (folder / FILE_NAME).exists()
    assert post(server, **FORM)[0].status == 200


def test_malformed_clients_do_not_stop_it(server):
    for raw in (b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00" * 50, b"GET / HTTP/9.9\r\n\r\n", b"G" * 70_000,
                b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"GET //// HTTP/1.1\r\nHost: [\r\n\r\n",
                b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", b""):
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as client:
            try:
                client.sendall(raw)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65_536):
                    pass
            except OSError:
                continue  # it hung up, as it may
    assert ask(server)[0].status == 200


def test_slow_clients_are_hung_up_on_and_others_served_meanwhile(folder):
    with running(ReviewServer(open_review(folder), patience=0.4)) as server:
        slow = [socket.create_connection(("127.0.0.1", server.server_port), timeout=5) for _ in range(CLIENTS // 2)]
        for client in slow:
            client.sendall(b"POST / HTTP/1.1\r\nHost")
        assert ask(server)[0].status == 200
        for client in slow:  # the read ends because the server hung up, not because the test gave up
            assert client.recv(1_000) == b""
            client.close()
        assert ask(server)[0].status == 200


def test_a_client_that_drips_is_hung_up_on_too(folder):
    with running(ReviewServer(open_review(folder), patience=0.4)) as server:
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as client:
            client.sendall(b"GET / HTTP/1.1\r\nX: ")
            client.settimeout(0.02)
            for _ in range(500):
                try:
                    client.sendall(b"x")
                    if client.recv(10) == b"":
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
            else:
                pytest.fail("it was never hung up on")
        assert ask(server)[0].status == 200


def test_too_many_clients_at_once_are_turned_away_and_room_comes_back(folder):
    with running(ReviewServer(open_review(folder), patience=0.4)) as server:
        many = [socket.create_connection(("127.0.0.1", server.server_port), timeout=5) for _ in range(CLIENTS * 2)]
        for client in many:
            assert client.recv(10) == b""
            client.close()
        assert ask(server)[0].status == 200


def test_answers_from_many_threads_are_all_written(server, folder):
    claims = [(i.id, c) for i in FOUND.issues for c in i.claim_ids]
    threads = [threading.Thread(target=post, args=(server,), kwargs={**FORM, "issue": i, "claim": c})
               for i, c in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(c.issue.id, c.claim.id) for c in written(folder)} == set(claims)


def test_an_answer_that_cannot_be_saved_is_said_so_and_not_shown_as_saved(server, folder):
    (folder / FILE_NAME).mkdir()
    answer, text = post(server, **FORM)
    assert answer.status == 400
    assert "cannot be written" in text
    assert PRESSED not in ask(server)[1]


def test_a_line_cut_short_is_not_glued_to_the_next(tmp_path):
    path = tmp_path / "c.jsonl"
    path.write_bytes(b'{"kind"')
    append_line(path, b"{}\n")
    assert path.read_bytes() == b'{"kind"\n{}\n'


def test_a_broken_corrections_file_or_a_folder_without_comparison_is_told_at_once(folder, tmp_path):
    (folder / FILE_NAME).write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        open_review(folder)
    with pytest.raises(InputError, match=r"comparison\.json"):
        open_review(tmp_path / "nowhere")


def test_the_report_is_served_where_it_can_write_nothing(server, folder):
    assert ask(server, path="report.html")[0].status == 404
    (folder / "report.html").write_text("<p>the report", encoding="utf-8")
    answer, text = ask(server, path="report.html")
    assert text == "<p>the report"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "allow-same-origin" not in answer.headers["Content-Security-Policy"]
    for path in ("comparison.json", "../report.html", "%2e%2e/report.html", "corrections.jsonl"):
        assert ask(server, path=path)[0].status == 404


def test_long_comparisons_are_paged(folder, tmp_path):
    plain = json.loads(dump_json(FOUND))
    plain["issues"] = [{**plain["issues"][3], "id": f"i{n}", "title": f"Question {n}?"} for n in range(PER_PAGE + 5)]
    plain["positions"] = plain["cells"] = []
    (folder / "comparison.json").write_text(json.dumps(plain), encoding="utf-8")
    review = open_review(folder)
    assert review.n_pages == 2
    assert review.page_html(1).count('<section class="row"') == PER_PAGE
    assert review.page_html(2).count('<section class="row"') == 5
    assert review.page_html(99) == review.page_html(2)


def test_exports_hold_tasks_and_rows(server, folder, tmp_path):
    post(server, **FORM)
    post(server, **{**FORM, "stance": "favourable"})
    paths = {p.name: p.read_text(encoding="utf-8") for p in export_corrections(folder, tmp_path / "e")}
    assert set(paths) == {
        "label-studio.json", "corrected-topic.csv", "corrected-topic.jsonl", "corrected-topic.toml"}
    (row,) = map(json.loads, paths["corrected-topic.jsonl"].splitlines())
    assert (row["text"], row["target"], row["label"]) == (KILL.text, STREET.target, "favourable")
    assert len(json.loads(paths["label-studio.json"])) == sum(len(i.claim_ids) for i in FOUND.issues)
    suite = load_suite(tmp_path / "e" / "corrected-topic.toml")
    (data,) = suite.data
    assert len(load_rows(suite, data, find_files(suite, data).path)) == 1
    assert len(load_csv(tmp_path / "e" / "corrected-topic.csv", "topic")) == 1


def test_answers_that_a_comparison_has_taken_up_can_still_be_taken_back(server, folder):
    post(server, kind="merge", issue=NOISE.id, into=STREET.id)
    plain = json.loads(dump_json(FOUND))
    for name in ("issues", "positions", "cells"):
        plain[name] = [r for r in plain[name] if NOISE.id not in (r.get("id"), r.get("issue_id"))]
    (folder / "comparison.json").write_text(json.dumps(plain), encoding="utf-8")
    review = open_review(folder)
    about = re.search(r'name="about" value="(\w+)"', review.page_html(1))
    assert about
    assert review.record({"kind": "withdraw", "about": about[1]}) is None
    assert "name=\"about\"" not in review.row_html(None)
    assert written(folder) == ()
    with pytest.raises(InputError):
        review.record({"kind": "withdraw", "about": "nothing"})


def test_compare_takes_up_what_was_said(server, folder, monkeypatch):
    """The whole way of `stance compare`, with the models' answers put in for the models."""
    documents, claims, issues, positions = records()
    said = {(p.issue_id, p.claim_id): p for p in positions}
    for name, stand_in in {
        "extract_all": lambda documents: claims, "find_relays": lambda documents: [], "run_card": lambda *_: {},
        "IssueReader": lambda _: None,
        "align_claims": lambda *_, **__: issues,
        "label_issues": lambda rows, *_: [said.get((i.id, c)) or Position(i.id, c, None, {})
                                                 for i in rows for c in i.claim_ids],
    }.items():
        monkeypatch.setattr(pipeline, name, stand_in)
    post(server, **FORM)
    post(server, kind="merge", issue=NOISE.id, into=STREET.id)
    post(server, kind="voice", issue=STREET.id, claim=KILL.id, voice="reported", holder="a baker")
    corrections = read_corrections(folder / FILE_NAME)
    found = pipeline.compare_documents(pipeline.Reading(tuple(documents), ()), None, None, corrections=corrections)
    position = next(p for p in found.positions if p.claim_id == KILL.id)
    assert (position.stance, position.probabilities["neutral"]) == ("neutral", 1.0)
    assert next(c for c in found.claims if c.id == KILL.id).holder == "a baker"
    assert NOISE.id not in [i.id for i in found.issues]
    card = found.run["corrections"]
    assert (card["n_applied"], card["n_without_effect"], len(card["sha256"])) == (3, 0, 64)
    before = pipeline.compare_documents(pipeline.Reading(tuple(documents), ()), None, None)
    assert "corrections" not in before.run
