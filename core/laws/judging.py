"""Evaluates the conditions of one act, and notes what came of each piece where a trace is wanted."""

from typing import Any

from core.errors import MunimentError
from core.laws.expression_types import BUDGET, MAX_STEPS, TRACE, EvaluationError, Frame, Run, plain
from core.laws.law import Condition
from core.laws.verdict import Refused, TraceStep
from core.ledger.encoding import Value
from core.ledger.record import Record

# What a value brings about that is not of the type that the law was checked with.
UNFIT = (EvaluationError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
_STOPPED = (*UNFIT, MunimentError)


class Judge:
    """`steps` is the trace so far; it stays empty unless it was asked for."""

    def __init__(self, trace: bool) -> None:
        self._trace = trace
        self.steps: list[TraceStep] = []

    def value(self, name: str, run: Run, frame: Frame) -> Any:
        """What a `let` comes to."""
        value = evaluate(run, frame, name)
        if self._trace:
            self.steps.append(TraceStep("let", name, _shown(value)))
        return value

    def holds(self, condition: Condition, frame: Frame) -> bool:
        """Whether the condition holds. Refuses `rule-undecided`; raises `Undecided` where a time is not sure."""
        if not self._trace:  # as `evaluate`, for the twenty conditions of each act
            frame[BUDGET] = MAX_STEPS
            try:
                return bool(condition.holds(frame))
            except _STOPPED as error:
                raise _undecided(error, condition.path) from None
        noted: list[tuple[str, Any]] = []
        frame[TRACE] = noted
        holds: bool | None = None
        try:
            holds = bool(evaluate(condition.traced, frame, condition.path))
        finally:
            for text, value in noted:
                if text != condition.rule:
                    self.steps.append(TraceStep(condition.path, text, _shown(value)))
            self.steps.append(TraceStep(condition.path, condition.rule, holds))
        return holds


def evaluate(run: Run, frame: Frame, rule: str) -> Any:
    """Run one piece with a full budget. Refuses `rule-undecided`, naming the rule.

    Only a record written under another version of the law can lack what the checker has promised, or hold a value of
    another type; and a number may come to more than the group of an index or a total can be named by.
    """
    frame[BUDGET] = MAX_STEPS
    try:
        return run(frame)
    except _STOPPED as error:
        raise _undecided(error, rule) from None


def _undecided(error: Exception, rule: str) -> Exception:
    """What is raised for an error of a rule: the disk's is no verdict."""
    if isinstance(error, UNFIT):
        return Refused(
            "rule-undecided", rule, why=error.code if isinstance(error, EvaluationError) else "value-missing"
        )
    if isinstance(error, MunimentError) and error.code == "not-encodable":
        return Refused("rule-undecided", rule, why="value-missing")
    return error


def _shown(value: Any) -> Value:
    """A traced value; of what is no plain value only its size."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return len(value)
    return value.id if isinstance(value, Record) else plain(value)
