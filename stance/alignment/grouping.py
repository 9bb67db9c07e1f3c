"""Groups claims of different sources into rows, from scored pairs alone.

Two claims of two sources are related where their score reaches the threshold and each is among the other's best in
that source, or where it comes near the threshold and a third claim is related to both. A row is a set of claims in
which all claims of different sources are related: no chain of neighbours makes a row. Rows are laid so that every
related pair shares one, with few rows; a claim may stand in two. The higher the threshold, the fewer the related
pairs, so a higher threshold only splits. Knows nothing of texts or vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Pair = tuple[int, int]
Related = dict[int, dict[int, float]]


def relate_pairs(sources: Sequence[str], scores: Mapping[Pair, float], threshold: float, slack: float,
                 n_best: int) -> Related:
    """Claim → the claims of other sources that it is related to, with the score.

    sources    of each claim, by index
    scores     (i, j) with i < j → score; pairs of one source are ignored
    slack      how far below the threshold two claims may score that a third is related to
    n_best     how many claims of one source a claim may be tied to directly
    """
    near: Related = {i: {} for i in range(len(sources))}
    for (i, j), score in scores.items():
        if sources[i] != sources[j] and score >= threshold - slack:
            near[i][j] = near[j][i] = score
    best: dict[int, set[int]] = {}
    for i, others in near.items():
        counted: dict[str, int] = {}
        best[i] = set()
        for j in sorted(others, key=lambda j: (-others[j], j)):
            counted[sources[j]] = counted.get(sources[j], 0) + 1
            if counted[sources[j]] <= n_best:
                best[i].add(j)
    tied = {i: {j for j in best[i] if i in best[j] and near[i][j] >= threshold} for i in near}
    related: Related = {i: {j: near[i][j] for j in tied[i]} for i in near}
    for middle in near:
        for i in tied[middle]:
            for j in tied[middle]:
                if i < j and j in near[i]:
                    related[i][j] = related[j][i] = near[i][j]
    return related


def lay_rows(sources: Sequence[str], related: Related) -> list[list[int]]:
    """Rows (sorted indices) such that every related pair shares one and all of a row's claims of different sources are
    related. Greedy, strongest pair first; the same rows whatever the order of the mapping."""
    left = {(i, j) for i, others in related.items() for j in others if i < j}
    rows = []
    for pair in sorted(left, key=lambda pair: (-related[pair[0]][pair[1]], pair)):
        if pair not in left:
            continue
        row = list(pair)
        candidates = {k for member in pair for k in related[member]} - set(row)
        while True:
            choice: tuple[int, float, int] | None = None
            for k in candidates:
                ties = [(min(k, member), max(k, member)) for member in row if sources[member] != sources[k]]
                if not ties or any(b not in related[a] for a, b in ties):
                    continue
                n_new = sum(tie in left for tie in ties)
                value = (n_new, sum(related[a][b] for a, b in ties) / len(ties), -k)
                if n_new and (choice is None or value > choice):
                    choice = value
            if choice is None:
                break
            row.append(-choice[2])
            candidates.discard(-choice[2])
        for a in row:
            left -= {(a, b) for b in row if b in related[a]}
        rows.append(sorted(row))
    return sorted(rows)
