"""Nobody acts in a case of his own, of his spouse or kin: asked at every act of a law that says so (8-practice 19, 20).

Who an officer is, and to whom related, stands in no register: a list of it on every computer would tell more than any
act. So the act asks, and who signs it answers for that. A law says `own_case: {article: "5(2)"}`; when its file is
read, each procedure that asks for something (an application, a decision, a payment) gets an optional field, left out
where no signing officer is concerned, and a condition that refuses the act where one is, as if the law had said both.
"""

from collections.abc import Mapping

from core.laws.law_source import Node, read_text
from core.laws.reading import Part
from core.laws.tree_rewriting import asking, filled, mapping, rewritten, with_conditions

KEY, FIELD = "own_case", "own_case"
_TEXT = """
field:
  type: choice
  of: [officer, spouse, kin]
  optional: true
  label: {en: An officer who signs is concerned}
  help: {en: "Left out, whoever signs states: neither I nor my spouse or kin is concerned."}
  labels: {officer: {en: The officer}, spouse: {en: The officer's spouse}, kin: {en: The officer's kin}}
condition:
  code: own-case
  article: ARTICLE
  outcome: refuse
  of_every_law: true
  rule: "!has(act.own_case)"
  says: {en: "Nobody acts in a case of his own, of his spouse or kin: another officer does."}
"""


def with_own_case(root: Node) -> Node:
    """The tree of a law file with what asks for it, and without the line that says so. Raises `LawError`."""
    return rewritten(root, KEY, _put_in)


def _put_in(root: Mapping[str, Node], law: Part) -> Node:
    line = law.line_of(KEY)
    with law.part(KEY).whole() as part:
        article = part.text("article")
        text = mapping(filled(read_text(_TEXT), lambda one: one.replace("ARTICLE", article), [], line))
        procedures = mapping(root.get("procedures"))
        for name, procedure in asking(procedures):
            fields = mapping(mapping(procedure).get("fields"))
            if FIELD in fields:
                part.fail("name-twice", f"{name}: {FIELD}", procedure.line)
            asked = Node({**fields, FIELD: text["field"]}, procedure.line)
            procedures[name] = with_conditions(procedure, [text["condition"]], fields=asked)
    others = {name: node for name, node in root.items() if name != KEY}
    return Node({**others, "procedures": Node(procedures, law.line)}, law.line)
