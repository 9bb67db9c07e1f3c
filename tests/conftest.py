"""What tests share: where real data may lie (never needed), and a tiny encoder made on the spot."""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


OFFLINE = Path(__file__).with_name("offline")


@pytest.fixture(scope="session", autouse=True)
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing reaches beyond this machine, neither from here nor from programs that tests start. Gives the file that
    says who tried."""
    tried = tmp_path_factory.mktemp("offline") / "tried.txt"
    tried.touch()
    folders = [str(OFFLINE), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANCE_TRIED", str(tried))
        patch.setenv("PYTHONPATH", os.pathsep.join(folders))
        runpy.run_path(str(OFFLINE / "sitecustomize.py"))
        yield tried


@pytest.fixture(autouse=True)
def no_network(offline: Path) -> Iterator[None]:
    """The test fails where something was tried, even if the refusal was swallowed."""
    before = offline.read_text(encoding="utf-8")
    yield
    tried = offline.read_text(encoding="utf-8")[len(before):]
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
