"""Stronger readers: what a judge's answer must be to count, and what a cross-encoder's logits mean."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from stance.alignment import CrossEncoder, Judge
from stance.errors import InputError, ModelError

PAIR = ("The bridge is safe.", "Nobody should cross the bridge.")


class _Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, asked))  # type: ignore[attr-defined]
        body = json.dumps(self.server.body).encode()  # type: ignore[attr-defined]
        status, place = self.server.moved  # type: ignore[attr-defined]
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
    _listening.asked, _listening.moved = [], (200, "")
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


def save_classifier(tiny_encoder: Path, folder: Path, labels: Sequence[str]) -> str:
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(5)
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(folder)
    config = BertConfig.from_pretrained(tiny_encoder, id2label=dict(enumerate(labels)),
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
    assert reranker.name.startswith("one@")
    expected = [float(logits[0].sigmoid()) for logits in logits_of(one, PAIRS)]
    assert len(set(expected)) == 3
    assert reranker.score(PAIRS) == pytest.approx(expected, abs=1e-4)
    assert reranker.score([]) == []
    for labels in (["contradiction", "entailment", "Neutral"], ["neutral", "entailment"]):
        three = save_classifier(tiny_encoder, tmp_path / str(len(labels)), labels)
        neutral = [label.lower() for label in labels].index("neutral")
        expected = [1 - float(logits.softmax(-1)[neutral]) for logits in logits_of(three, PAIRS)]
        assert CrossEncoder(three).score(PAIRS) == pytest.approx(expected, abs=1e-4)


def test_many_pairs_and_long_ones_are_read_in_their_order(tiny_encoder: Path, tmp_path: Path) -> None:
    reader = CrossEncoder(save_classifier(tiny_encoder, tmp_path / "one", ["LABEL_0"]))
    many = [PAIRS[k % 3] for k in range(70)]
    assert reader.score(many) == pytest.approx(reader.score(PAIRS) * 23 + reader.score(PAIRS[:1]), abs=1e-4)


def test_a_classifier_of_something_else_is_refused(tiny_encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="neutral"):
        CrossEncoder(save_classifier(tiny_encoder, tmp_path / "two", ["good", "bad"]))
    broken = tmp_path / "broken"
    save_classifier(tiny_encoder, broken, ["LABEL_0"])
    (broken / "config.json").write_text('{"model_type": "no such"}')
    with pytest.raises(ModelError, match="transformers can load"):
        CrossEncoder(str(broken))
