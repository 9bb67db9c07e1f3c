"""Measures against declared suites and decides like a gate: 0 pass, 1 below a floor, 2 wrong input, 3 could not decide.

Suites say what is measured and what it must reach; stages are what is measured; tasks measure; gold scores whole
comparisons; gates decide; agreement tells how far people agree. Missing models or data are never replaced by anything,
and never pass."""

from stance.evaluation.agreement import Agreement, measure_agreement, to_agreement_table
from stance.evaluation.gates import Evaluation, evaluate, to_json, to_junit, to_table
from stance.evaluation.gold import Gold, load_gold, score_asked, score_gold
from stance.evaluation.stages import Stages
from stance.evaluation.suites import Suite, load_suite

__all__ = [
    "Agreement",
    "Evaluation",
    "Gold",
    "Stages",
    "Suite",
    "evaluate",
    "load_gold",
    "load_suite",
    "measure_agreement",
    "score_asked",
    "score_gold",
    "to_agreement_table",
    "to_json",
    "to_junit",
    "to_table",
]
