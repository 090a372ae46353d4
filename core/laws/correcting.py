"""The five roads by which what was entered wrongly is put right, and which field takes which (8-practice 22).

A field says `corrected: [slip, court]`, a procedure `corrects: slip`. A slip of the pen changes no right and needs a
second officer; an agreement is one of all concerned, before a notary; the authority has new evidence; a court orders;
an annulment takes back an act. A law whose procedure takes a field on a road that the field does not name is refused,
so nobody has to read effects to know that an owner is never a slip of the pen.
"""

from collections.abc import Mapping

from core.laws.law import Procedure, Register
from core.laws.problems import Problems

_ORDERED = frozenset({"court", "annulment"})
_BY_TWO = frozenset({"slip", "agreement"})


def check_corrections(
    procedures: Mapping[str, Procedure], registers: Mapping[str, Register], problems: Problems
) -> None:
    """Notes `not-on-this-road`, `correction-alone`, `correction-without-order`, `correction-without-proof`."""
    for procedure in procedures.values():
        if procedure.corrects:
            _check_fields(procedure, registers, problems)
            _check_proof(procedure, problems)


def _check_fields(procedure: Procedure, registers: Mapping[str, Register], problems: Problems) -> None:
    for effect in procedure.effects:
        record, _, name = effect.target.partition(".")
        register = registers.get(procedure.changes.get(record, ""))
        if register is not None and name and procedure.corrects not in register.fields[name].corrected:
            problems.add(effect.line, "", "not-on-this-road", f"{register.name}.{name}: {procedure.corrects}")


def _check_proof(procedure: Procedure, problems: Problems) -> None:
    road, signing = procedure.corrects, procedure.signing
    if road in _BY_TWO and not (len(signing.all_of) > 1 and signing.different_persons):
        problems.add(procedure.line, "", "correction-alone", procedure.name)
    if (road in _ORDERED) != (procedure.act_class == "order"):
        problems.add(procedure.line, "", "correction-without-order", f"{procedure.name}: {road}")
    if all(field.type.kind != "document" for field in procedure.fields.values()):
        problems.add(procedure.line, "", "correction-without-proof", procedure.name)
