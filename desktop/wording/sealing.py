"""Sealed fields, orders of erasure and the time of an act in words."""

from collections.abc import Iterable, Sequence

from core.laws.form import FormField
from core.views import Clock, ErasureView, SealedView, TimeBracket
from desktop.wording import say
from desktop.wording.values import claimed_text


def sealed_words(field: FormField) -> str:
    """Beside a field that is encrypted before it is signed: who reads it, and when."""
    if field.opens:
        return say("sealed.form.opens")
    roles = ", ".join(say(f"role.{role}") for role in field.sealed_for)
    if field.sealed_until:
        return say("sealed.form.until", roles=roles, act=field.sealed_until)
    return say("sealed.form", roles=roles)


def state_words(view: SealedView, offices: Sequence[str], event: str) -> list[str]:
    """What is to be said of a sealed field that is not shown. `event`: the title of the act that opens it."""
    roles = ", ".join(say(f"role.{role}") for role in view.roles)
    match view.state:
        case "erased":
            return [order_words(view.order, offices)]
        case "elsewhere":
            return [say("sealed.elsewhere", roles=roles, offices=names(view.offices, offices))]
        case "key-missing":
            return [say("sealed.key-missing", offices=names(view.offices, offices))]
        case "unreadable":
            return [say("sealed.unreadable")]
        case "until":
            return [say("sealed.until", act=event, threshold=view.threshold)]
        case "shares-missing":
            given = say("sealed.shares-missing", act=event, threshold=view.threshold, given=len(view.given))
            return [given, *_withheld(view, offices)]
    return [say("sealed.for-roles", roles=roles), *_withheld(view, offices)]


def _withheld(view: SealedView, offices: Sequence[str]) -> list[str]:
    """Offices that keep their share back, and those that were given none that fits."""
    told = []
    if view.withheld:
        told.append(say("sealed.withheld", offices=names(view.withheld, offices)))
    if view.unusable:
        told.append(say("sealed.unusable", offices=names(view.unusable, offices)))
    return told


def order_words(order: tuple[int, int] | None, offices: Sequence[str]) -> str:
    if order is None:
        return say("sealed.erased-elsewhere")
    return say("sealed.erased", seq=order[1], office=offices[order[0]])


def erasure_words(view: ErasureView, offices: Sequence[str]) -> list[tuple[str, bool]]:
    """What an order has come to, a line each, and whether that line waits for somebody."""
    alone = not view.register and not view.fields
    noted = "erasures.noted-alone" if alone else "erasures.noted"
    told = [(say(noted, count=len(view.noted), offices=names(view.noted, offices)), False)]
    if alone:
        told.append((say("erasures.of-an-office-that-left"), True))
    if view.missing:
        told.append((say("erasures.missing", count=len(view.missing), offices=names(view.missing, offices)), True))
    else:
        told.append((say("erasures.all"), False))
    return told


def bracket_words(bracket: TimeBracket, offices: Sequence[str]) -> list[str]:
    """Between what an act was made, and whether the clock of its computer can be right."""
    told = []
    if bracket.state is not None and bracket.state_ms is not None:
        told.append(say("bracket.after", state=bracket.state, when=claimed_text(bracket.state_ms)))
    if bracket.office is not None and bracket.office_ms is not None:
        facts = {"office": offices[bracket.office], "seq": bracket.seq, "when": claimed_text(bracket.office_ms)}
        told.append(say("bracket.before", **facts))
    if bracket.entered_ms is not None:
        told.append(say("bracket.entered", when=claimed_text(bracket.entered_ms)))
    if bracket.clock is not Clock.FITS:
        told.append(say(f"bracket.{bracket.clock.value}", when=claimed_text(bracket.claimed_ms)))
    return told


def names(numbers: Iterable[int], offices: Sequence[str]) -> str:
    return ", ".join(offices[number] for number in numbers if number < len(offices))
