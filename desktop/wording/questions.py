"""What acts of one register ask of records of another, in one line each: for the page of a record and for a list."""

from collections.abc import Callable, Sequence

from core.laws.visibility import Withheld
from core.questions import WAITS, QuestionView
from core.views import ActView
from desktop.wording import say
from desktop.wording.values import claimed_text


def question_words(
    view: QuestionView,
    offices: Sequence[str],
    act_title: Callable[[ActView], str],
    procedure_title: Callable[[str], str],
) -> str:
    """`procedure_title`: of "<law>.<procedure>"."""
    words = {
        "procedure": procedure_title(view.procedure),
        "label": view.label,
        "office": offices[view.office],
        "act": act_title(view.act),
        "by": offices[view.act.author],
        "day": claimed_text(view.act.transaction.claimed_ms),
        "reason": say(f"value.withheld.{view.reason.value}") if isinstance(view.reason, Withheld) else view.reason,
    }
    answer = view.answer
    if answer is None or view.how == WAITS:
        return say("question.waits", **words)
    answered = claimed_text(answer.transaction.claimed_ms)
    return say(f"question.{view.how}", **{**words, "office": offices[answer.author], "answered": answered})
