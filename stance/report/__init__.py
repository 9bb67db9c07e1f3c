"""Makes a comparison readable: one HTML file, tables to count with, a sheet for a lesson.

    Comparison ─ render_report ─▶ report.html        page.py (rows, views), passages.py, charts.py, templates/, en.toml
               ─ write_exports ─▶ CSV, Parquet, Markdown
               ─ write_worksheet ─▶ pupils' sheet and answer key

It shows what the comparison holds and adds no label of its own."""

from stance.report.page import render_report

__all__ = ["render_report"]
