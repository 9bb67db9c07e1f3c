"""Common questions to the tables of a batch run, as SQL that duckdb runs over the Parquet files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from stance.batch.output import TABLES
from stance.errors import InputError

QUESTIONS: dict[str, str] = {
    # The earliest dated claim of each issue, and who else took it up.
    "first": """
        SELECT i.event_id, i.issue, arg_min(c.source, (c.published, c.claim_id)) AS first_source,
               min(c.published) AS published, arg_min(c.holder, (c.published, c.claim_id)) AS holder,
               arg_min(c.text, (c.published, c.claim_id)) AS text, count(DISTINCT c.source) AS n_sources
        FROM issues i JOIN positions p USING (issue_id) JOIN claims c ON c.claim_id = p.claim_id
        WHERE c.published <> '' GROUP BY i.event_id, i.issue_id, i.issue
        ORDER BY n_sources DESC, published, i.issue_id""",
    # Whose words a source prints: holders and upstream sources of its claims.
    "relays": """
        SELECT source, origin, count(*) AS n_claims, count(DISTINCT event_id) AS n_events
        FROM claims WHERE origin <> source GROUP BY source, origin ORDER BY n_claims DESC, source, origin""",
    # Clear positions by source and week of the document.
    "weeks": """
        SELECT p.source, strftime(try_cast(left(c.published, 10) AS DATE), '%G-W%V') AS week, p.stance, count(*) AS n
        FROM positions p JOIN claims c USING (claim_id)
        WHERE p.stance IS NOT NULL AND p.confidence >= 0.55 GROUP BY ALL ORDER BY p.source, week, p.stance""",
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

    Raises InputError where the folder holds no tables, duckdb is not installed, or the SQL is wrong."""
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
            if not (folder / "tables" / name).is_dir():  # no row of that kind
                continue
            files = (folder / "tables" / name / "*" / "*.parquet").as_posix().replace("'", "''")
            base.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{files}', hive_partitioning = true)")
        try:
            answer = base.execute(QUESTIONS.get(question, question))
        except duckdb.Error as error:
            raise InputError(f"the tables cannot answer that ({str(error).splitlines()[0]}); tables are "
                             f"{', '.join(TABLES)}, their columns are in the data dictionary") from None
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column[0] for column in answer.description or ()])
        writer.writerows(answer.fetchall())
        return out.getvalue()
