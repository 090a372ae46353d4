"""Drafts of this office, and those that officers of another office may edit too."""

from core.errors import MunimentError
from core.exchange import Exchange
from core.people.actions import Action
from core.views import Draft


class Drafts:
    """`number`: of this office."""

    def __init__(self, replica: Exchange, number: int) -> None:
        self._replica, self._number, self._store = replica, number, replica.store

    def all(self) -> list[Draft]:
        return self._store.drafts()

    def put(self, draft: Draft) -> None:
        """Durable on return. Raises `draft-erased`."""
        if any(law.seals for law in self._replica.laws.values()):
            self._store.database.overwrite()  # what the draft said before shall not stay on a free page
        self._store.put_draft(draft)

    def delete(self, draft_id: bytes) -> None:
        self._store.delete_draft(draft_id)

    def share(self, draft_id: bytes, office: int) -> None:
        """From now on another office has the draft too, and edits it. Raises `unknown-office`, `not-for-role`."""
        self._replica.people.require(Action.DRAW_UP)
        if self._replica.roll.member(office) is None or office == self._number:
            raise MunimentError("unknown-office", office=office)
        self._store.sharing.share(draft_id, office)

    def mirrors_of(self, draft_id: bytes) -> list[bytes]:
        """What other offices have of a shared draft, to be merged into it."""
        return self._store.sharing.mirrors(draft_id)
