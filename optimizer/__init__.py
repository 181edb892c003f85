"""ROI belief to portfolio problem to solution, frontier and explanation."""

from optimizer.frontiers import FrontierPoint, frontier
from optimizer.parsing import parse_problem, parse_problem_text
from optimizer.race import SolverCrew, system_timer
from optimizer.solving import solve

__all__ = [
    "FrontierPoint",
    "SolverCrew",
    "frontier",
    "parse_problem",
    "parse_problem_text",
    "solve",
    "system_timer",
]
