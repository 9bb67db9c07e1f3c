"""Prints a page as PDF through the Chromium of this machine: the same style as its own print command."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from stance.errors import InputError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PATIENCE = 120  # seconds


def print_pdf(page: Path) -> Path:
    """Write the PDF beside the page and return its path. `STANCE_CHROMIUM` names a browser that is not on the path.

    Raises InputError where there is no Chromium or it prints nothing."""
    wanted = (os.environ.get("STANCE_CHROMIUM"), *NAMES)
    browser = next((found for name in wanted if name and (found := shutil.which(name))), None)
    if browser is None:
        raise InputError("no Chromium or Chrome found for the PDF; install one, name it in STANCE_CHROMIUM, or print "
                         f"{page} from any browser")
    pdf = page.with_suffix(".pdf").resolve()
    pdf.unlink(missing_ok=True)
    # A profile of its own: one that is in use would hand the page to the running browser and print nothing.
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}",
                   f"--print-to-pdf={pdf}", page.resolve().as_uri()]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium's sandbox refuses to work for root
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(f"{browser}: did not print {page} ({error}); print it from a browser") from None
    if not pdf.is_file():
        raise InputError(f"{browser}: printed nothing; print {page} from a browser")
    return pdf
