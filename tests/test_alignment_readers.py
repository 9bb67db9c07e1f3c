"""Stronger readers: what a judge's answer must be to count, and what a cross-encoder's logits mean."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from stance.alignment import CrossEncoder, Judge, readers
from stance.errors import InputError, ModelError

PAIR = ("The bridge is safe.", "Nobody should cross the bridge.")


class _Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, asked))  # type: ignore[attr-defined]
        body = json.dumps(self.server.body).encode()  # type: ignore[attr-defined]
        time.sleep(self.server.pause)  # type: ignore[attr-defined]
        status, place = self.server.moved  # type: ignore[attr-defined]
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # who asked may be gone
            self.send_response(status)
            if place:
                self.send_header("Location", place)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def _listening() -> Iterator[Any]:
    httpd = HTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": .02}, daemon=True).start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def server(_listening: Any) -> Any:
    _listening.asked, _listening.pause, _listening.moved = [], 0, (200, "")
    return _listening


def says(server: Any, content: object) -> None:
    server.body = {"choices": [{"message": {"content": content if isinstance(content, str) else json.dumps(content)}}]}


def url_of(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_port}/v1/"


@pytest.mark.parametrize("chance", [0, .3, 1])
def test_a_judge_is_believed_from_nought_to_one(server: Any, chance: float) -> None:
    says(server, {"probability": chance, "quote_a": "bridge is safe", "quote_b": "cross the bridge"})
    assert Judge(url_of(server), "m").score([PAIR]) == [chance]
    ((path, asked),) = server.asked
    assert path == "/v1/chat/completions"
    assert asked["model"] == "m"
    assert asked["temperature"] == asked["seed"] == 0  # the same answer every time
    assert json.loads(asked["messages"][1]["content"]) == {"a": PAIR[0], "b": PAIR[1]}


@pytest.mark.parametrize("content", [
    {"probability": 1.5, "quote_a": "bridge", "quote_b": "bridge"},
    {"probability": -.5, "quote_a": "bridge", "quote_b": "bridge"},
    {"probability": "high", "quote_a": "bridge", "quote_b": "bridge"},
    {"probability": .9, "quote_a": "tunnel", "quote_b": "bridge"},
    {"probability": .9, "quote_a": "bridge", "quote_b": "tunnel"},
    {"probability": .9, "quote_a": " ", "quote_b": "bridge"},
    {"probability": .9, "quote_a": "bridge", "quote_b": " "},
    {"probability": .9, "quote_a": "bridge"},
    {"quote_a": "bridge", "quote_b": "bridge"},
    [.9], "yes", "They are alike."])
def test_a_judge_that_does_not_keep_to_the_form_cannot_tell(server: Any, content: object) -> None:
    says(server, content)
    assert Judge(url_of(server)).score([PAIR]) == [None]


def test_a_judge_keeps_answers_by_model_and_pair(server: Any, tmp_path: Path) -> None:
    says(server, {"probability": .9, "quote_a": "bridge", "quote_b": "bridge"})
    kept = tmp_path / "kept.sqlite"
    assert Judge(url_of(server), "one", kept).score([PAIR, PAIR]) == [.9, .9]
    says(server, {"probability": .1, "quote_a": "bridge", "quote_b": "bridge"})
    assert Judge(url_of(server), "one", kept).score([PAIR, PAIR[::-1]]) == [.9, .1]
    assert Judge(url_of(server), "two", kept).score([PAIR]) == [.1]
    assert Judge(url_of(server), "one").score([PAIR]) == [.1]  # nothing is kept where no file is named
    assert len(server.asked) == 4


@pytest.mark.parametrize("body", [{}, {"choices": []}, {"choices": [{"message": None}]}, []])
def test_a_server_that_is_no_judge_is_an_error(server: Any, body: object) -> None:
    server.body = body
    with pytest.raises(InputError, match="no usable answer"):
        Judge(url_of(server)).score([PAIR])


@pytest.mark.parametrize("here", ["https://localhost/v1/", "http://127.0.0.1:80", "http://[::1]:8080/v1", "HTTP://LOCALHOST"])
def test_a_judge_is_named_by_model_and_address(here: str) -> None:
    assert Judge(here, "m").name == f"judge m at {here.rstrip('/')}"


@pytest.mark.parametrize("there", [
    "https://judge.example/v1", "http://localhost@judge.example/v1", "http://localhost.judge.example", "ftp://localhost",
    "http://judge.example/localhost", "http://judge.example#@localhost/", "http://127.0.0.1\\@judge.example/",
    "http://localhost:80:judge.example", "http://192.168.0.7:8080/v1", "http://0.0.0.0/", "localhost:8080",
    "http://localhost/v1\n"])
def test_passages_are_sent_to_no_other_machine(there: str) -> None:
    with pytest.raises(InputError, match="no address of this machine"):
        Judge(there)


def test_neither_a_proxy_nor_a_redirect_takes_passages_elsewhere(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://judge.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    says(server, {"probability": .9, "quote_a": "bridge", "quote_b": "bridge"})
    assert Judge(url_of(server)).score([PAIR]) == [.9]
    for status in (302, 307):
        server.moved = (status, "http://judge.example/v1")
        with pytest.raises(InputError, match="no usable answer"):
            Judge(url_of(server)).score([PAIR])


def test_a_damaged_file_of_answers_is_told(server: Any, tmp_path: Path) -> None:
    kept = tmp_path / "judge.sqlite"
    kept.write_bytes(b"no database" * 1000)
    with pytest.raises(InputError, match=r"judge\.sqlite: is damaged"):
        Judge(url_of(server), cache=kept).score([PAIR])


def test_a_judge_is_shown_the_letters_that_it_has_to_quote(server: Any) -> None:
    pair = ("Die Brücke hält.", "Мост стоит.")
    says(server, {"probability": .8, "quote_a": "Brücke", "quote_b": "Мост"})
    assert Judge(url_of(server)).score([pair]) == [.8]
    shown = server.asked[0][1]["messages"][1]["content"]
    assert "Brücke" in shown
    assert "Мост" in shown


def test_nobody_waits_for_a_judge_that_is_silent_longer_than_asked(server: Any) -> None:
    says(server, {"probability": .8, "quote_a": "bridge", "quote_b": "bridge"})
    server.pause = .2
    with pytest.raises(InputError, match=r"no usable answer.*leave the judge out"):
        Judge(url_of(server), timeout=.05).score([PAIR])
    server.pause = 0
    assert Judge(url_of(server)).score([PAIR]) == [.8]


def test_an_address_that_nobody_listens_at_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match=r"judge m at http://127\.0\.0\.1:9/v1: no usable answer"):
        Judge("http://127.0.0.1:9/v1", "m", timeout=2).score([PAIR])
    assert Judge("http://127.0.0.1:9/v1", "m").score([]) == []


def save_classifier(tiny_encoder: Path, folder: Path, labels: Sequence[str], n_tokens: int = 128) -> str:
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(5)
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(folder)
    config = BertConfig.from_pretrained(tiny_encoder, max_position_embeddings=n_tokens,
                                        id2label=dict(enumerate(labels)),
                                        label2id={label: k for k, label in enumerate(labels)})
    model = BertForSequenceClassification(config)
    model.classifier.weight.data *= 40  # answers far apart
    model.save_pretrained(folder)
    return str(folder)


PAIRS = [("the bridge opened", "the bridge failed"), ("good tram", "the mayor said : bad"), ("praise", "the tram")]


def logits_of(folder: str, pairs: Sequence[tuple[str, str]]) -> Any:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    return [model(**tokenizer(a, b, return_tensors="pt")).logits[0].detach() for a, b in pairs]


def test_a_reranker_says_how_alike_and_an_nli_model_how_unlike_neutral(tiny_encoder: Path, tmp_path: Path) -> None:
    one = save_classifier(tiny_encoder, tmp_path / "one", ["LABEL_0"])
    reranker = CrossEncoder(one)
    assert re.fullmatch("one@[0-9a-f]{12}", reranker.name)
    expected = [float(logits[0].sigmoid()) for logits in logits_of(one, PAIRS)]
    assert len(set(expected)) == 3
    assert reranker.score(PAIRS) == pytest.approx(expected, abs=1e-4)
    assert reranker.score([]) == []
    for labels in (["contradiction", "entailment", "Neutral"], ["neutral", "entailment"]):
        three = save_classifier(tiny_encoder, tmp_path / str(len(labels)), labels)
        neutral = [label.lower() for label in labels].index("neutral")
        expected = [1 - float(logits.softmax(-1)[neutral]) for logits in logits_of(three, PAIRS)]
        assert CrossEncoder(three).score(PAIRS) == pytest.approx(expected, abs=1e-4)


def test_many_pairs_are_read_in_their_order(tiny_encoder: Path, tmp_path: Path) -> None:
    reader = CrossEncoder(save_classifier(tiny_encoder, tmp_path / "one", ["LABEL_0"]))
    many = [PAIRS[k % 3] for k in range(70)]
    assert reader.score(many) == pytest.approx(reader.score(PAIRS) * 23 + reader.score(PAIRS[:1]), abs=1e-4)


@pytest.mark.parametrize("n_tokens", [256, 128])
def test_what_goes_beyond_the_limit_of_a_reader_is_left_out(
    tiny_encoder: Path, tmp_path: Path, n_tokens: int
) -> None:
    """A reader gets no more than its tokenizer says that it bears, and the same in long texts."""
    reader = CrossEncoder(save_classifier(tiny_encoder, tmp_path / "one", ["LABEL_0"], n_tokens=n_tokens))
    long = "the bridge opened . " * 80
    alike, longer, other = reader.score([(long, PAIRS[0][1]), (long + "bad praise " * 40, PAIRS[0][1]),
                                         (long, PAIRS[1][1])])
    assert alike == pytest.approx(longer, abs=1e-7)
    assert alike != pytest.approx(other, abs=1e-6)  # the short text is still read


def test_a_classifier_of_something_else_is_refused(tiny_encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"labels .'bad', 'good'.; give a reranker .* called neutral"):
        CrossEncoder(save_classifier(tiny_encoder, tmp_path / "two", ["good", "bad"]))
    broken = tmp_path / "broken"
    save_classifier(tiny_encoder, broken, ["LABEL_0"])
    (broken / "config.json").write_text('{"model_type": "no such"}')
    with pytest.raises(ModelError, match="transformers can load"):
        CrossEncoder(str(broken))


def test_nothing_is_fetched_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def find(name: str, download: bool) -> Path:
        asked.append(download)
        raise ModelError(f"{name}: not here")

    monkeypatch.setattr(readers, "find_encoder_directory", find)
    for download in ({}, {"download": True}):
        with pytest.raises(ModelError, match="not here"):
            CrossEncoder("nobody/no-such-reader", **download)
    assert asked == [False, True]
