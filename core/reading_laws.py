"""Asking which rules the network has, or had."""

from functools import lru_cache

from core.errors import MunimentError
from core.laws.expression_days import Whole
from core.laws.law import Law
from core.laws.law_reading import law_from_canonical
from core.laws.placing import end_of_day
from core.replica import Replica

_law_of = lru_cache(maxsize=64)(law_from_canonical)  # reading one takes longer than anything else on a page


class LawReading:
    """The rules in force, and those that were."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    def so_far(self) -> list[Law]:
        """Those in force, then every other text that was in force in an epoch, the newest first."""
        epochs = self._replica.epochs
        texts = dict.fromkeys(text for one in reversed(epochs.constitutions) for text in one.laws)
        return [*epochs.laws.values(), *(_law_of(text) for text in texts if text not in epochs.present.laws)]

    def on(self, name: str, day: Whole) -> Law | None:
        """The law that was in force at the end of a day (UTC); of a day to come the one that is in force now.

        None where the network had no law of that name yet.
        """
        constitutions = self._replica.epochs.constitutions
        began = self._replica.store.chain.closings() if len(constitutions) > 1 else []
        epoch = sum(one <= end_of_day(list(day)) for one in began)
        if epoch >= len(constitutions) - 1:
            return self._replica.laws.get(name)
        return next((law for law in map(_law_of, constitutions[epoch].laws) if law.name == name), None)

    def signed_under(self, name: str, version: int) -> Law:
        """The rules that an act names, as the network has or had them; else those in force. Raises `unknown-law`."""
        law = self._replica.laws.get(name)
        if law is not None and law.version == version:
            return law
        law = next((one for one in self.so_far() if (one.name, one.version) == (name, version)), law)
        if law is None:
            raise MunimentError("unknown-law", law=name)
        return law
