"""What tests share: where real data may lie (never needed), and a tiny encoder made on the spot."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing reaches beyond this machine: whoever tries is refused, and the test fails even if the refusal was
    swallowed."""
    tried: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def is_here(host: object) -> bool:
        return str(host) in ("localhost", "::1", "None", "") or str(host).startswith("127.")

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_here(address[0]):
            tried.append(str(address))
            raise OSError(f"a test may not reach {address}")
        connect(self, address)

    def guarded_look_up(host: Any, *more: Any, **named: Any) -> Any:
        if not is_here(host):
            tried.append(str(host))
            raise OSError(f"a test may not look up {host}")
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    assert not tried, f"the network was reached for: {tried}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real texts and gold rows that this project may not carry; tests that use it skip without it."""
    folder = Path(os.environ.get("STANCE_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no real texts at {folder}: they may not be redistributed; set STANCE_SHARED to their folder")
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT with random weights and a word tokenizer, in the files of any encoder."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = (
        "[PAD] [UNK] [CLS] [SEP] [MASK] good bad the bridge tram opened failed praise mayor said : * . , topic claim"
    )
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words.split())}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
    ).save_pretrained(folder)
    torch.manual_seed(5)
    BertModel(
        BertConfig(
            vocab_size=len(words.split()),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=128,
        )
    ).save_pretrained(folder)
    return folder
