"""What the running cell has said so far, remembered for the run it may start."""

from __future__ import annotations

from trackside.capture.held import rough_size
from trackside.capture.wire import Message

DISPLAYS = frozenset({"display_data", "execute_result"})
REMEMBERED = DISPLAYS | {"stream", "error", "update_display_data"}


class Said:
    """What the running cell has said so far, within bounds: the run which it starts has it whole."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begin("")

    def _begin(self, by: str) -> None:
        #: The request the cell answers, its messages, and the characters left out of them.
        self.by = by
        self._forget()

    def _forget(self) -> None:
        self.messages: list[Message] = []
        self.lost = 0
        self._size = 0
        self._clearing = False

    def hear(self, message: Message) -> None:
        """Take one message in, of any cell."""
        if message.kind == "execute_input":
            self._begin(message.parent)
        elif not self.by or message.parent != self.by:
            return
        elif message.kind == "clear_output":
            # Frames of an animation are not kept: the last would be the one there is no room for.
            if message.content.get("wait"):
                self._clearing = True
            else:
                self._forget()
        elif message.kind in REMEMBERED:
            if self._clearing and message.kind != "update_display_data":
                self._forget()
            size = rough_size(message.content)
            if self._size + size <= self._most:
                self._size += size
                self.messages.append(message)
            else:
                self.lost += size
