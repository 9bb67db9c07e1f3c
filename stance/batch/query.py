"""Common questions to the tables of a batch run, as SQL that duckdb runs over the Parquet files."""

from __future__ import annotations

import csv
import glob
import io
from pathlib import Path

from stance.batch.output import TABLES
from stance.comparison import CLEAR
from stance.errors import InputError

QUESTIONS: dict[str, str] = {
    # Every source that spoke to an issue on its first day, with its earliest claim; and how many sources ever did.
    "first": """
        WITH said AS (SELECT i.event_id, i.issue_id, i.issue, left(c.published, 10) AS day, c.source, c.published,
                             c.holder, c.text, c.path, c.start, c.claim_id
                      FROM issues i JOIN positions p USING (issue_id) JOIN claims c ON c.claim_id = p.claim_id
                      WHERE c.published <> ''),
             begun AS (SELECT issue_id, min(day) AS day, count(DISTINCT source) AS n_sources FROM said
                       GROUP BY issue_id)
        SELECT event_id, issue, source AS first_source, published, holder, text, n_sources
        FROM said JOIN begun USING (issue_id, day)
        QUALIFY row_number() OVER (PARTITION BY issue_id, source ORDER BY published, path, start, claim_id) = 1
        ORDER BY n_sources DESC, day, issue_id, published, source""",
    # Whose words a source prints: holders and upstream sources of its claims.
    "relays": """
        SELECT source, origin, count(*) AS n_claims, count(DISTINCT event_id) AS n_events
        FROM claims WHERE origin <> source GROUP BY source, origin ORDER BY n_claims DESC, source, origin""",
    # Clear positions by source and week of the document: on each asked issue, and on all issues of events together.
    "weeks": f"""
        SELECT CASE WHEN p.event_id IS NULL THEN p.issue END AS asked,
               CASE WHEN p.event_id IS NULL THEN p.target END AS target, p.source,
               strftime(try_cast(left(c.published, 10) AS DATE), '%G-W%V') AS week, p.stance, count(*) AS n
        FROM positions p JOIN claims c USING (claim_id)
        WHERE p.stance IS NOT NULL AND p.confidence >= {CLEAR}
        GROUP BY ALL ORDER BY asked, target, p.source, week, p.stance""",
    # Events that several others report and a source does not.
    "silent": """
        WITH told AS (SELECT DISTINCT event_id, source FROM documents),
             big AS (SELECT event_id, count(*) AS n_sources FROM told GROUP BY event_id HAVING count(*) >= 3)
        SELECT s.source, count(*) AS n_events_silent, (SELECT count(*) FROM big) AS n_events
        FROM big CROSS JOIN (SELECT DISTINCT source FROM documents) s
        WHERE NOT EXISTS (SELECT 1 FROM told t WHERE t.event_id = big.event_id AND t.source = s.source)
        GROUP BY s.source ORDER BY n_events_silent DESC, s.source""",
    # Pairs of sources that take opposite clear stances on one issue.
    "opposed": """
        SELECT a.issue, a.source AS favourable, b.source AS unfavourable, a.issue_id
        FROM cells a JOIN cells b USING (issue_id)
        WHERE a.stance = 'favourable' AND b.stance = 'unfavourable' ORDER BY a.issue_id, a.source, b.source""",
}


def run_query(folder: Path, question: str) -> str:
    """The answer as CSV. `question`: a name of QUESTIONS, or SQL over the tables of output.TABLES, each a view.

    Raises InputError where the folder holds no tables or damaged ones, duckdb is not installed, or the SQL is wrong."""
    try:
        import duckdb
    except ImportError:
        raise InputError("stance query needs duckdb: pip install 'stance-compare[query]'") from None
    if not (folder / "tables" / "documents").is_dir():
        raise InputError(f"{folder}: no tables of a batch run there; make them with `stance batch CONFIG.toml`")
    if question not in QUESTIONS and " " not in question.strip():
        raise InputError(f"{question!r} is no question known here; known are {', '.join(QUESTIONS)}, or give SQL")
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as base:
        base.execute("SET threads = 2")
        for name in TABLES:
            files = (glob.escape((folder / "tables" / name).as_posix()) + "/*/*.parquet").replace("'", "''")
            try:  # by name, so that every file is looked into here and not when a question meets it
                base.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{files}', hive_partitioning = true, "
                             "union_by_name = true)")
            except duckdb.Error as error:
                raise InputError(f"{folder / 'tables' / name}: cannot be read ({_first_line(error)}); make the tables "
                                 "anew with `stance batch CONFIG.toml`") from None
        try:
            answer = base.execute(QUESTIONS.get(question, question))
            rows = answer.fetchall()
        except duckdb.Error as error:
            raise InputError(f"the tables cannot answer that ({_first_line(error)}); tables are {', '.join(TABLES)}, "
                             f"their columns are in {folder / 'tables' / 'DATA-DICTIONARY.md'}") from None
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column[0] for column in answer.description or ()])
        writer.writerows(rows)
        return out.getvalue()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
