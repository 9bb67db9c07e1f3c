"""Training: recipes are checked, data are mapped and mixed as said, a model can be fitted, resumed and loaded."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from stance.errors import InputError, ModelError
from stance.framing import TASKS, Pair, load_stance_model
from stance.records import STANCES
from stance.training.data import Example, leaked_texts, load_csv, load_set, load_training_rows
from stance.training.measure import train_model
from stance.training.recipes import load_recipe

ROOT = Path(__file__).resolve().parents[1]
FAVOURABLE, NEUTRAL, UNFAVOURABLE = range(3)


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """A data folder with a small stand-in for one public set, in that set's fields."""
    folder = tmp_path / "sets" / "newsmtsc"
    folder.mkdir(parents=True)
    names = ["Ada Lund", "Bo Hart", "Cem Oz", "Dora Pell"]
    rows = []
    for n in range(40):
        name, good = names[n % 4], n % 2 == 0
        text = f"{name} {'opened the good' if good else 'failed the bad'} bridge number {n}."
        rows.append(
            {
                "id": n,
                "sentence_id": f"s{n}",
                "text": text,
                "target": name,
                "start": 0,
                "end": len(name),
                "label": "positive" if good else "negative",
            }
        )
    (folder / "train.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows[:32]), encoding="utf-8")
    (folder / "dev_mt.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows[32:]), encoding="utf-8")
    return folder.parent


def write_recipe(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_labels_become_the_three_stances_and_targets_stay_located(sets: Path) -> None:
    rows = load_set("newsmtsc", "train", sets)
    assert len(rows) == 32
    assert {row.label for row in rows} == {FAVOURABLE, UNFAVOURABLE}
    assert all(row.text[row.start : row.end] == row.target for row in rows)


def test_swapped_and_marked_rows_name_their_target_and_keep_their_label(sets: Path, tmp_path: Path) -> None:
    recipe = load_recipe(
        write_recipe(
            tmp_path / "r.toml",
            """
        name = "r"
        swapped = 1.0
        marked = 1.0
        untold = 0.0
        [[train]]
        set = "newsmtsc"
    """,
        )
    )
    before = load_set("newsmtsc", "train", sets)
    after = load_training_rows(recipe, sets)
    assert sorted(row.label for row in before) == sorted(row.label for row in after)
    for row in after:
        assert row.text[row.start : row.end] == row.target
        assert f"* {row.target} *" in row.text
        assert ("good" in row.text) == (row.label == FAVOURABLE)


def test_blame_and_denial_turn_the_label(sets: Path, tmp_path: Path) -> None:
    recipe = load_recipe(
        write_recipe(
            tmp_path / "r.toml",
            """
        name = "r"
        untold = 0.0
        [[train]]
        set = "newsmtsc"
        task = "claim"
        negated = 0.5
        praise = ["{target} is right"]
        blame = ["{target} is wrong"]
    """,
        )
    )
    rows = load_training_rows(recipe, sets)
    assert {"right", "wrong"} == {row.target.split()[-1] for row in rows}
    for row in rows:
        denied = row.target.startswith(("It is", "One should"))
        good, praised = "good" in row.text, row.target.endswith("right")
        assert (row.label == FAVOURABLE) == ((good == praised) != denied)


def test_wrong_targets_are_neutral_and_not_in_the_text(sets: Path, tmp_path: Path) -> None:
    recipe = load_recipe(
        write_recipe(
            tmp_path / "r.toml",
            """
        name = "r"
        [[train]]
        set = "newsmtsc"
        wrong_target = 0.5
    """,
        )
    )
    neutral = [row for row in load_training_rows(recipe, sets) if row.label == NEUTRAL]
    assert neutral
    assert all(row.target not in row.text for row in neutral)


def test_leaks_are_found_whatever_case_and_punctuation() -> None:
    train = [Example("The bridge, opened!", "bridge", 0, "topic", "g")]
    dev = [Example("the BRIDGE opened", "x", 0, "topic", "g"), Example("It failed.", "x", 0, "topic", "g")]
    assert leaked_texts(train, dev) == {"the BRIDGE opened"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 'x'", "train"),
        ("name = 'x'\n[[train]]\nset='a'\nlimits=3", "limits"),
        ("name = ", "TOML"),
        ("name='x'\n[[train]]\nsplit='dev'", "set or a csv"),
        ("name='A B'\n[[train]]\nset='a'", "name"),
    ],
)
def test_a_wrong_recipe_is_named_with_its_field(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_recipe(write_recipe(tmp_path / "r.toml", text))


def test_a_csv_is_found_beside_its_recipe_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "recipes" / "rows"
    below.mkdir(parents=True)
    for folder in (below, tmp_path):
        (folder / "mine.csv").write_text("text,target,label\nGood.,bridge,favourable\n", encoding="utf-8")
    (below / "link.csv").symlink_to(tmp_path / "mine.csv")
    recipe = "name='x'\nswapped=0\nuntold=0\n[[train]]\ncsv='{}'"
    path = write_recipe(tmp_path / "recipes" / "r.toml", recipe.format("rows/mine.csv"))
    monkeypatch.chdir(tmp_path)
    assert [row.text for row in load_training_rows(load_recipe(path), None)] == ["Good."]
    moved = load_recipe(path).model_copy(update={"folder": Path("elsewhere")})
    assert moved.model_dump_json() == load_recipe(path).model_dump_json()  # where it lies is no part of what it makes
    for elsewhere in ("../mine.csv", str(tmp_path / "mine.csv"), "rows/link.csv"):
        with pytest.raises(InputError, match="leads out of"):
            load_recipe(write_recipe(path, recipe.format(elsewhere)))


def test_a_wrong_csv_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,target,label\nGood.,bridge,favourable\nBad.,bridge,awful\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"line 3.*awful"):
        load_csv(path, "topic")


@pytest.mark.parametrize("path", sorted((ROOT / "models" / "recipes").glob("*.toml")), ids=lambda p: p.stem)
def test_shipped_recipes_train_only_on_sets_whose_licence_allows_it(path: Path) -> None:
    from stance.training.data import shipped_sets

    recipe, known = load_recipe(path), shipped_sets()
    for portion in recipe.train:
        assert portion.set is not None
        assert known[portion.set]["ships"], f"{portion.set} may not train shipped weights"
        assert portion.split == "train"


def test_fit_on_a_users_csv_then_load_and_label(tiny_encoder: Path, tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "target", "label"])
        for n in range(60):
            writer.writerow(
                [f"the {'good' if n % 2 else 'bad'} bridge opened", "bridge", "favourable" if n % 2 else "unfavourable"]
            )
    dev = tmp_path / "dev.csv"
    dev.write_text("text,target,label\n" + "".join(
        f"{number} the {word} bridge opened,bridge,{label}\n" for number in "ab"
        for word, label in (("good", "favourable"), ("bad", "unfavourable"))), encoding="utf-8")
    recipe = write_recipe(
        tmp_path / "r.toml",
        f"""
        name = "mine"
        base = "{tiny_encoder}"
        epochs = 12
        learning_rate = 5e-3
        batch_size = 10
        max_length = 32
        untold = 0.0
        label_smoothing = 0.0
        [[train]]
        csv = "{table}"
        [[dev]]
        csv = "{dev}"
    """,
    )
    out = train_model(recipe, None, tmp_path / "runs", tmp_path / "model")
    assert {f.name for f in out.iterdir()} >= {
        "model.safetensors",
        "stance.json",
        "training.json",
        "metrics.json",
        "README.md",
        "config.json",
        "tokenizer.json",
    }
    assert not list(out.glob("*.bin"))
    assert not list(out.glob("*.pkl"))
    model = load_stance_model(out)
    p = model.predict([Pair("bridge", "the good bridge opened"), Pair("bridge", "the bad bridge opened")], "topic")
    assert p.sum(axis=1) == pytest.approx(1)
    # The likeliest, and not what is chosen: how sure so small a model gets to be is a matter of last digits.
    assert [STANCES[i] for i in p.argmax(axis=1)] == ["favourable", "unfavourable"]

    by_word = json.loads((out / "metrics.json").read_text(encoding="utf-8"))["dev"][0]["by_word"]
    assert set(by_word) == {"almost certain", "likely", "fairly sure", "unsure"}
    assert 0 < sum(count["n"] for count in by_word.values()) <= 4
    assert all(count["n_wrong"] <= count["n"] for count in by_word.values())

    again = train_model(recipe, None, tmp_path / "runs", tmp_path / "again")
    assert (again / "model.safetensors").read_bytes() == (out / "model.safetensors").read_bytes()

    short = recipe.read_text(encoding="utf-8").replace('"mine"', '"short"\nmax_minutes = 1e-9')
    for text, whole in ((short, False), (short, False), (short.replace("1e-9", "9"), True)):  # more minutes, and on
        cut = train_model(write_recipe(tmp_path / "s.toml", text), None, tmp_path / "runs", tmp_path / "short")
        record = json.loads((cut / "training.json").read_text(encoding="utf-8"))
        assert (record["steps"] == record["steps_planned"]) is whole

    unread = tmp_path / "unread.csv"  # the set calls all of it neutral; the teacher knows better
    unread.write_text("text,target,label\n" + "".join(
        f"the {word} bridge opened,bridge,neutral\n" for _ in range(30) for word in ("good", "bad"))
        + "the bridge,bridge,favourable\n", encoding="utf-8")
    plain = recipe.read_text(encoding="utf-8").replace('"mine"', f'"pupil"\nteacher = "{out}"')
    plain = plain.replace(f'csv = "{table}"', f'csv = "{unread}"\ntaught = 1.0')
    pupil = load_stance_model(train_model(write_recipe(tmp_path / "p.toml", plain), None, tmp_path / "runs", None))
    said = pupil.predict([("bridge", "the good bridge opened"), ("bridge", "the bad bridge opened")])
    assert said.argmax(axis=1).tolist() == [FAVOURABLE, UNFAVOURABLE]

    half = recipe.read_text(encoding="utf-8").replace(
        '"mine"', f'"half"\nblend = {{ model = "{pupil.directory}", share = 0.5 }}')
    mixed = train_model(write_recipe(tmp_path / "h.toml", half), None, tmp_path / "runs", tmp_path / "half")
    alone = next((tmp_path / "runs").glob("half-*")) / "weights"
    parts = [load_file(folder / "model.safetensors") for folder in (mixed, alone, pupil.directory)]
    name = next(iter(parts[0]))
    assert parts[0][name] == pytest.approx((parts[1][name] + parts[2][name]) / 2, abs=1e-3)
    assert load_stance_model(mixed).name == "half"
    with pytest.raises(InputError, match="blend"):
        train_model(write_recipe(tmp_path / "x.toml", half.replace(str(pupil.directory), str(tmp_path / "none"))), None,
                    tmp_path / "runs", tmp_path / "nothing")
    with pytest.raises(InputError, match="teacher"):
        load_recipe(write_recipe(tmp_path / "q.toml", plain.replace("teacher =", "# teacher =")))


def test_a_missing_or_altered_model_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="stance train"):
        load_stance_model(tmp_path)
    (tmp_path / "stance.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"stance\.json"):
        load_stance_model(tmp_path)


@pytest.mark.parametrize(
    "folder", [f.parent for f in sorted((ROOT / "models").glob("*/stance.json"))], ids=lambda p: p.name
)
def test_card_config_and_metrics_agree(folder: Path) -> None:
    from stance.encoding import weights_sha256

    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    settings = json.loads((folder / "stance.json").read_text(encoding="utf-8"))
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert metrics["weights_sha256"] == weights_sha256(folder)
    assert metrics["weights_sha256"] in card
    assert metrics["model"] == settings["name"] == folder.name
    assert set(settings["tasks"]) == set(TASKS)
    for row in metrics["dev"]:
        assert f"| {row['set']} {row['split']} | {row['task']} | {row['n']} | {row['macro_f1']:.3f} |" in card
        assert set(row["labels"]) <= set(STANCES)
