"""Kills a batch run at random moments, lets it go on, and compares what it writes with an undisturbed run's.

    python eval/kills.py CONFIG.toml [--kills 50] [--seed 0]

Every round begins with an empty folder or, every second one, with the output of an older run and nothing kept; it is
killed once or twice (SIGKILL, at a moment drawn between nothing and the undisturbed run's duration), and then runs to
its end. Answers are kept a few at a time, so that there is much to be cut off. Exit code 1 if any output differs in a
byte, also by a file of the older run that is still there.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from stance.batch import kept, load_config, run, run_batch, shelf
from stance.batch.config import Config
from stance.cache import Cache
from stance.encoding import Encoder, load_encoder
from stance.framing import StanceModel, load_stance_model


def digest_output(out: Path) -> dict[str, str]:
    """File → digest of what a run wrote, without its cache."""
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.rglob("*")) if path.is_file() and not path.name.startswith("cache.sqlite")}


def run_apart(config: Config, encoder: Encoder, model: StanceModel, delay: float | None = None) -> bool:
    """A run in a process of its own, killed after `delay` seconds. Whether it came to its end."""
    child = os.fork()
    if not child:
        try:
            run_batch(config, encoder, model)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)  # it is not waited for yet, so the id is still its own
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def grow_old(out: Path) -> None:
    """The output as an older run over other documents left it, its answers lost."""
    for file in out.glob("cache.sqlite*"):
        file.unlink()
    with Cache(out / "cache.sqlite"):
        pass  # by it a run knows the folder as its own
    for page in out.glob("*/*.html"):  # the index is replaced by name
        page.rename(page.with_name(f"old-{page.name}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    config = load_config(told.config)
    kept.CHUNK, shelf.SLICE, run.KEPT_EVENTS, run.LABELLED = 4, 2, 2, 8
    encoder, model = load_encoder(), load_stance_model()  # loaded here, used only in the children
    draw = random.Random(told.seed)
    n_kills = n_rounds = n_different = 0
    with tempfile.TemporaryDirectory() as place:
        # Absolute, because the folder of a config may be anywhere; the work goes to a folder that is thrown away.
        config = config.model_copy(update={"folder": config.folder.resolve(), "out": str(Path(place) / "out")})
        out = Path(config.out)
        begun = time.monotonic()
        if not run_apart(config, encoder, model):
            sys.exit("the undisturbed run failed")
        lasted = time.monotonic() - begun
        whole = digest_output(out)
        while n_kills < told.kills:
            if n_rounds % 2:
                grow_old(out)
            else:
                shutil.rmtree(out)
            for _ in range(draw.choice((1, 2))):
                n_kills += not run_apart(config, encoder, model, draw.uniform(0, lasted))
            n_rounds += 1
            ended = run_apart(config, encoder, model)
            n_different += not ended or digest_output(out) != whole
    print(f"{n_kills} kills in {n_rounds} rounds, {len(whole)} files each, {n_different} rounds differ")
    sys.exit(1 if n_different else 0)


if __name__ == "__main__":
    main()
