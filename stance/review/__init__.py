"""A page on this machine alone, to confirm or correct what a comparison says.

    comparison.json ─ Review (page.py) ─ serve (server.py) ─▶ corrections.jsonl beside it

It changes no comparison: `stance compare … --corrections FILE` takes the corrections up."""

from stance.review.exports import export_corrections
from stance.review.page import Review, open_review
from stance.review.server import ReviewServer, serve_review

__all__ = ["Review", "ReviewServer", "export_corrections", "open_review", "serve_review"]
