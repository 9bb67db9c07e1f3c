"""Writes ci/requirements.lock, ci/build.lock and ../sbom.cdx.json (CycloneDX 1.6), in the versions of constraints.txt.

    python docs/make_lock.py

pip resolves the package's own dependencies (not those for development or training) without installing anything, and
says the hash of each wheel for this platform; the container file installs those and no others. build.lock has what
makes the package's wheel, which is needed while the container is made and is not in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def resolve(requirements: Sequence[str]) -> list[dict[str, Any]]:
    """Name, version, SHA-256 and licence of each wheel, by name."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
             "--only-binary=:all:", "--report", str(report), "-c", str(ROOT / "constraints.txt"), *requirements],
            check=True)  # fmt: skip
        items = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = [{
        "name": re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(),
        "version": item["metadata"]["version"],
        "sha256": item["download_info"]["archive_info"]["hashes"]["sha256"],
        "licence": item["metadata"].get("license_expression"),
    } for item in items]  # fmt: skip
    return sorted(found, key=lambda package: package["name"])


def to_lock(packages: list[dict[str, Any]], index: str = "") -> str:
    head = "# Made by python docs/make_lock.py for Linux x86-64, Python 3.11: each package with its wheel's hash.\n"
    lines = (f"{p['name']}=={p['version']} \\\n    --hash=sha256:{p['sha256']}\n" for p in packages)
    return head + index + "".join(lines)


def to_bill(packages: list[dict[str, Any]]) -> dict[str, Any]:
    components: list[dict[str, Any]] = [{
        "type": "library", "name": p["name"], "version": p["version"],
        "purl": f"pkg:pypi/{p['name']}@{p['version'].replace('+', '%2B')}",
        "hashes": [{"alg": "SHA-256", "content": p["sha256"]}],
        **({"licenses": [{"expression": p["licence"]}]} if p["licence"] else {}),
    } for p in packages]  # fmt: skip
    for settings in sorted((ROOT / "models").glob("*/stance.json")):
        told = json.loads(settings.read_text(encoding="utf-8"))
        components.append({"type": "machine-learning-model", "name": told["name"],
                           "hashes": [{"alg": "SHA-256", "content": told["sha256"]}]})  # fmt: skip
    made_of = {"component": {"type": "application", "name": "stance-compare"}}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": made_of, "components": components}


if __name__ == "__main__":
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheels = resolve(told["project"]["dependencies"])
    for name, text in (
        ("requirements", to_lock(wheels, "--extra-index-url https://download.pytorch.org/whl/cpu\n")),
        ("build", to_lock(resolve(told["build-system"]["requires"]))),
    ):
        (ROOT / "docs" / "ci" / f"{name}.lock").write_text(text, encoding="utf-8")
    (ROOT / "sbom.cdx.json").write_text(json.dumps(to_bill(wheels), indent=1) + "\n", encoding="utf-8")
