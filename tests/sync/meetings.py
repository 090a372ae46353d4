"""Two sessions, message by message, without any network."""

from collections import deque

from sync.session import Session


class Meeting:
    """Both sides and what is on its way between them. `messages`: all that was sent, as (side, bytes)."""

    def __init__(self, first, second, limits=None):
        self.sides = self.sessions(first, second, limits)
        self.messages = []
        self._wires = (deque(), deque())  # to each side
        for side in (0, 1):
            self.sides[side].start()
            self._collect(side)

    def sessions(self, first, second, limits):
        return (Session(first, True, second.number, limits), Session(second, False, first.number, limits))

    def _collect(self, side):
        session = self.sides[side]
        self._carry(side)
        while errand := session.errand():
            session.errand_done(errand())
            self._carry(side)

    def _carry(self, side):
        for message in self.sides[side].outgoing():
            self.messages.append((side, message))
            self._wires[1 - side].append(message)

    def deliver(self):
        """Deliver one message, if there is one; whether there was."""
        for side in (0, 1):
            if self._wires[side]:
                self.sides[side].receive(self._wires[side].popleft())
                self._collect(side)
                return True
        return False

    def run(self, most=None):
        """Deliver everything, or at most so many messages and then cut."""
        while (most is None or most > 0) and self.deliver():
            most = None if most is None else most - 1
        return self

    @property
    def finished(self):
        return all(side.finished for side in self.sides)

    @property
    def bytes(self):
        return sum(len(message) + 4 for _, message in self.messages)


def meet(first, second):
    meeting = Meeting(first, second).run()
    assert meeting.finished
    return meeting
