"""The shape of the house: imports go one way, heavy packages load late, nothing reaches for the network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "transformers", "sklearn", "scipy", "pyarrow", "trafilatura", "datasets", "faiss")


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import stance",
        "import stance.cli",
        "import stance.pipeline",
        "import stance.report",
        "import stance.evaluation",
    ],
)
def test_importing_loads_no_heavy_package(statement: str) -> None:
    assert not loaded_after(statement) & set(HEAVY)


def test_layers() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    if not lint.is_file():
        pytest.skip("import-linter is not installed (make test installs it)")
    done = subprocess.run([str(lint)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def test_no_pickle_and_no_remote_code() -> None:
    for path in sorted((ROOT / "stance").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "import pickle" not in text, path
        assert "trust_remote_code=True" not in text, path
        assert "torch.load(" not in text, path


def test_no_module_is_too_long_to_read_in_one_sitting() -> None:
    long = {
        path.name: n
        for path in (ROOT / "stance").rglob("*.py")
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long


@pytest.mark.slow
def test_an_installed_wheel_compares_without_the_checkout_and_without_a_network(tmp_path: Path) -> None:
    """Weights, codebooks and templates are inside the wheel; sockets raise while it runs."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)],
        check=True,
        capture_output=True,
    )
    wheel = next((tmp_path / "dist").glob("stance_compare-*.whl"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            str(tmp_path / "site"),
            str(wheel),
        ],
        check=True,
    )
    shutil.copytree(ROOT / "data" / "sample" / "charge", tmp_path / "docs")
    program = tmp_path / "run.py"
    program.write_text(
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a network call was made')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        f"sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import stance\n"
        f"assert stance.__file__.startswith({str(tmp_path / 'site')!r}), stance.__file__\n"
        "from stance.cli import main\n"
        "sys.argv = ['stance', 'compare', 'docs', '--out', 'out']\n"
        "main()\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000
    assert (tmp_path / "out" / "comparison.json").is_file()
