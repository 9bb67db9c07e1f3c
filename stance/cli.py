"""The command line: parses, calls the stages, prints. Results go to stdout or the named file, progress and messages
to stderr. Exit codes: 0 done, 1 a gate fell short, 2 wrong input or usage, 3 could not decide, also for a defect."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from stance import __version__
from stance.errors import InputError, StanceError, UndecidedError

if TYPE_CHECKING:
    from stance.alignment import Matcher

app = typer.Typer(
    name="stance",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Puts sources side by side: who says what about the same issue, in whose words, with which stance. "
    "It compares; it does not verify.",
)

Paths = Annotated[
    list[Path],
    typer.Argument(
        help="Files or folders: text, Markdown, HTML, PDF, CSV, JSON Lines, "
        "Parquet, Telegram exports, pasted channel dumps.",
        show_default=False,
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first input that cannot be read.")]
ModelDir = Annotated[
    Path | None, typer.Option("--model", help="Directory of a stance model; the shipped one otherwise.")
]
ModelBase = Annotated[
    Path | None, typer.Option("--base", help="Directory of the encoder that an adapter model was fitted on.")
]
EncoderName = Annotated[
    str | None, typer.Option("--encoder", help="Directory or hub id of a sentence encoder; all-MiniLM-L6-v2 otherwise.")
]
Download = Annotated[bool, typer.Option("--download", help="Allow fetching an encoder from the hub.")]
InputRows = Annotated[Path, typer.Option("--input", help="Rows, one JSON object a line.")]
OutFile = Annotated[Path, typer.Option("--out", help="File to write, one JSON object a line.")]


@app.callback(invoke_without_command=True)
def root(show_version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if show_version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def compare(
    paths: Paths,
    out: Annotated[Path, typer.Option("--out", help="Folder for report.html and comparison.json.")],
    issues: Annotated[Path | None, typer.Option("--issues", help="Issues you ask about (issues.toml).")] = None,
    codebook: Annotated[
        Path | None, typer.Option("--codebook", help="Labels of your own for what a passage makes salient (TOML).")
    ] = None,
    corrections: Annotated[
        Path | None, typer.Option("--corrections", help="What a reader corrected (corrections.jsonl of stance review).")
    ] = None,
    matcher: Annotated[
        str | None,
        typer.Option("--matcher", help="Cross-encoder (directory or hub id) that decides what speaks to one thing."),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option("--judge", help="The same by a language model on your machine: its OpenAI-compatible address."),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Also find the words that carried each label: one more reading a word.")
    ] = False,
    title: Annotated[str, typer.Option("--title", help="What the documents are about: the report's headline.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print the report as PDF, through Chromium.")] = False,
    bf16: Annotated[
        bool,
        typer.Option("--bf16", help="Compute in bfloat16 where the processor has it: several times faster, for the "
                     "accurate tier above all; other last digits than in float32."),
    ] = False,
    strict: Strict = False,
    model: ModelDir = None,
    base: ModelBase = None,
    encoder: EncoderName = None,
    download: Download = False,
) -> None:
    """Put the documents of two or more sources side by side: report.html and comparison.json."""
    from stance.codebook import load_codebook
    from stance.corrections import read_corrections
    from stance.encoding import best_dtype, load_encoder
    from stance.framing import load_stance_model
    from stance.pipeline import compare_documents, load_asked, read_paths
    from stance.records import dump_json, write_whole
    from stance.report import render_report
    from stance.report.exports import write_exports
    from stance.report.pdf import print_pdf

    asked = load_asked(issues) if issues else ()
    labels = load_codebook(codebook) if codebook else None
    corrected = read_corrections(corrections) if corrections else None
    reading = read_paths(paths, strict)
    dtype = best_dtype() if bf16 else "fp32"
    comparison = compare_documents(
        reading,
        load_encoder(encoder, download, dtype),
        load_stance_model(model, base, dtype),
        asked,
        labels,
        corrected,
        load_matcher(matcher, judge, out, download),
        evidence,
    )
    if title.strip():
        comparison = replace(comparison, run={"title": " ".join(title.split()), **comparison.run})
    write_whole(out / "comparison.json", dump_json(comparison))
    write_whole(out / "report.html", render_report(comparison, reading.documents))
    write_exports(comparison, out / "tables")
    if pdf:
        print_pdf(out / "report.html")
    typer.echo(str(out / "report.html"))


@app.command()
def batch(
    config: Annotated[Path, typer.Argument(help="What to read and to write (TOML), see docs/batch.md.")],
    model: ModelDir = None,
    encoder: EncoderName = None,
    download: Download = False,
    engine: Annotated[Literal["local", "ray"], typer.Option(help="Where the models work: here, or on the machines of a "
                                                            "Ray cluster (the same output).")] = "local",
    device: Annotated[str, typer.Option(help="auto (a GPU where there is one), cpu, cuda, or openvino: the processor, "
                                             "faster, once 'stance-compare[openvino]' is installed.")] = "auto",
) -> None:
    """Many documents, event by event: tables, pages, an index. Give it again after a stop and it goes on."""
    from stance.batch import load_config, run_batch
    from stance.batch.engine import LOCAL, Ray
    from stance.encoding import best_dtype, load_encoder
    from stance.framing import load_stance_model

    told = load_config(config)
    # oneDNN keeps code for a thousand shapes, and texts have many lengths: more than a gigabyte, and no faster.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")
    dtype = best_dtype()
    loaded = load_encoder(encoder, download, dtype, device)
    labels = load_stance_model(model, dtype=dtype, device=device)
    with Ray() if engine == "ray" else nullcontext(LOCAL) as where:
        typer.echo(str(run_batch(told, loaded, labels, where)))


@app.command()
def query(
    folder: Annotated[Path, typer.Argument(help="Folder of an earlier `stance batch`.")],
    question: Annotated[str, typer.Argument(help="first, relays, weeks, silent or opposed; or SQL of your own.")],
) -> None:
    """Ask the tables of a batch run: who said it first, who relays whom, stance by source over weeks. Prints CSV."""
    from stance.batch.query import run_query

    typer.echo(run_query(folder, question), nl=False)


@app.command()
def extract(paths: Paths, out: OutFile, strict: Strict = False) -> None:
    """List the claims of documents, with whose words they are."""
    from stance.pipeline import extract_all, read_paths
    from stance.records import to_plain

    documents = read_paths(paths, strict).documents
    place = {document.id: {"path": document.path, "source": document.source} for document in documents}
    write_rows(out, [to_plain(claim) | place[claim.document_id] for claim in extract_all(documents)])


@app.command()
def label(rows: InputRows, out: OutFile, model: ModelDir = None, base: ModelBase = None) -> None:
    """Label how each text stands toward its target: rows {id, text, target} to {id, stance, probabilities}.

    A row may say where its target is mentioned (start, end) and which task it is (sentiment, claim, topic)."""
    from stance.framing import label_rows, load_stance_model

    table = read_table(rows, ("id", "text", "target"))
    write_rows(out, label_rows(table, load_stance_model(model, base), str(rows)))


@app.command()
def relate(rows: InputRows, out: OutFile, model: ModelDir = None, base: ModelBase = None) -> None:
    """Tell how two claims relate: rows {id, a, b} to {id, relation, same_issue, probabilities}."""
    from stance.framing import load_stance_model, relate_rows

    write_rows(out, relate_rows(read_table(rows, ("id", "a", "b")), load_stance_model(model, base)))


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="Recipe (TOML), see models/recipes.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the model; runs/NAME otherwise.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder with the public sets; STANCE_DATA otherwise.")
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", help="Folder for checkpoints.")] = Path("runs"),
    download: Download = False,
) -> None:
    """Fit a stance model from labelled text; writes a model directory with its card. Goes on where it was cut off."""
    from stance.training.measure import train_model

    typer.echo(str(train_model(recipe, data, runs, out, download)))


@app.command()
def evaluate(
    suites: Annotated[list[Path], typer.Argument(help="Suites (TOML), see eval/suites.", show_default=False)],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder with the public sets; STANCE_DATA otherwise.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures and items as JSON.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write the outcome as JUnit XML.")] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="An earlier --json file: list what changed, refuse what is laxer.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Model folder to measure; the suite's otherwise.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Model folder to compare with: paired intervals, McNemar's test.")
    ] = None,
) -> None:
    """Measure against suites and decide like a gate: 0 pass, 1 below a floor, 2 wrong input, 3 could not decide."""
    from stance.evaluation import evaluate as measure
    from stance.evaluation import to_json, to_junit, to_table
    from stance.records import write_whole

    outcome = measure(suites, data, baseline, model=model, against=against)
    typer.echo(to_table(outcome))
    for path, text in ((json_file, to_json(outcome)), (junit, to_junit(outcome))):
        if path:
            write_whole(path, text)
    raise typer.Exit(outcome.exit_code)


@app.command()
def agree(
    files: Annotated[
        list[Path],
        typer.Argument(help="A file a person: corrections.jsonl, or rows {id, label}.", show_default=False),
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
) -> None:
    """Tell how far people agree (Krippendorff's alpha), and where they do not."""
    from stance.evaluation import measure_agreement, to_agreement_table
    from stance.records import dump_json, write_whole

    found = measure_agreement(files)
    typer.echo(to_agreement_table(found), nl=False)
    if json_file:
        write_whole(json_file, dump_json(found))


@app.command()
def worksheet(
    comparison: Annotated[Path, typer.Argument(help="comparison.json of an earlier `stance compare`.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for worksheet.html and answer-key.html.")],
    rows: Annotated[list[str] | None, typer.Option("--issue", help="Id of a row to use; may be repeated.")] = None,
) -> None:
    """Make a pupils' sheet and its answer key from the surest rows of a comparison."""
    from stance.records import read_comparison
    from stance.report.worksheet import write_worksheet

    for path in write_worksheet(read_comparison(comparison), out, rows or ()):
        typer.echo(str(path))


@app.command()
def export(
    comparison: Annotated[Path, typer.Argument(help="comparison.json of an earlier `stance compare`.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for comparison.json and the tables.")],
    redact: Annotated[
        bool, typer.Option("--redact", help="Take out private persons' names and contact data (it misses some).")
    ] = False,
) -> None:
    """Write a comparison and its tables again, to hand on: CSV, Parquet, a summary."""
    from stance.records import dump_json, read_comparison, write_whole
    from stance.report.exports import write_exports
    from stance.report.redaction import redact_comparison

    found = read_comparison(comparison)
    found = redact_comparison(found) if redact else found
    write_whole(out / "comparison.json", dump_json(found))
    for path in (out / "comparison.json", *write_exports(found, out)):
        typer.echo(str(path))


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(help="Folder of an earlier `stance compare`.")],
    annotator: Annotated[str, typer.Option("--annotator", help="Who answers, as the corrections will say.")] = "",
    port: Annotated[int, typer.Option("--port", help="Port on this machine; any free one otherwise.")] = 0,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write Label Studio tasks and rows for train and evaluate there; serve nothing."),
    ] = None,
) -> None:
    """Confirm or correct a comparison on a page that only this machine can open; writes corrections.jsonl there."""
    from stance.review import export_corrections, serve_review

    if export:
        for path in export_corrections(folder, export):
            typer.echo(str(path))
    else:
        serve_review(folder, annotator, port)


def load_matcher(matcher: str | None, judge: str | None, out: Path, download: bool) -> Matcher | None:
    """What was asked to read shortlisted pairs; the judge's answers are kept in the output folder."""
    from stance.alignment import CrossEncoder, Judge

    if matcher and judge:
        raise InputError("--matcher and --judge are both given; one of them decides, so give one")
    if judge:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{out}: cannot be made ({error.strerror}); name another folder with --out") from None
        return Judge(judge, cache=out / "judge.sqlite")
    return CrossEncoder(matcher, download) if matcher else None


def read_table(path: Path, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file, each with the needed fields. Raises InputError with the line."""
    from stance.records import read_rows

    table = list(read_rows(path))
    for number, row in enumerate(table, 1):
        for field in needed:
            if field not in row or (field != "id" and not isinstance(row[field], str)):
                raise InputError(
                    f"{path}, row {number}: field {field!r} is missing or not a text; rows need {', '.join(needed)}"
                )
    return table


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    from stance.records import write_whole

    write_whole(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def main() -> NoReturn:
    """Run the command line; every failure that a user can mend is one line on stderr and an exit code. A defect shows
    its traceback, and decides nothing."""
    logging.basicConfig(level=logging.WARNING, format="stance: %(message)s", stream=sys.stderr)
    logging.getLogger("stance").setLevel(logging.INFO)
    for noisy in ("trafilatura", "transformers"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        app(standalone_mode=True)
    except StanceError as error:
        typer.echo(f"stance: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("stance: stopped", err=True)
        sys.exit(130)
    except Exception as error:  # Python would exit with 1, which says that a gate fell short
        logging.getLogger("stance").exception("a defect, so nothing was decided: %r", error)
        sys.exit(UndecidedError.exit_code)
    sys.exit(0)
