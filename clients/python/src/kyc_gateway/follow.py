"""How a watch goes on over streams that end: decided here without input or output, for Watch and its twin of asyncio."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import time
import typing

import grpc

from kyc.errors.v1.errors_pb2 import Reason
from kyc_gateway.core import backoff
from kyc_gateway.errors import GatewayError
from netzme.v1 import upgrade_notification_pb2 as netzme


class WatchState(enum.Enum):
    CONNECTING = "connecting"
    CATCHING_UP = "catching up"  # What was stored before is on its way.
    LIVE = "live"
    WAITING = "waiting"  # Before the next attempt.
    STOPPED = "stopped"


@dataclasses.dataclass(frozen=True)
class CursorProblem:
    """The server cannot go on from the cursor. reason: CURSOR_EXPIRED, CURSOR_FOREIGN, CURSOR_AHEAD or CURSOR_INVALID."""

    reason: Reason
    cursor: str
    # Going on from these sees all that is left, or only what is new.
    oldest_cursor: str
    newest_cursor: str
    error: GatewayError


@dataclasses.dataclass(frozen=True)
class WatchOptions:
    """Where a watch begins when its store has no cursor, and what it sees."""

    start: netzme.From = netzme.FROM_LATEST
    # Begins with the first event received at or after this, instead of start. With a time zone.
    since: datetime.datetime | None = None
    filter: netzme.UpgradeFilter | None = None
    view: netzme.View = netzme.VIEW_BASIC
    # 1 to 60 seconds. After three of them without a word the connection is given up.
    heartbeat: float = 15
    # Asked when the cursor is no good: returns the cursor to go on from, or None to end the watch with the error. Without it, the
    # watch ends. (kyc_gateway.aio: may be a coroutine.)
    on_cursor_problem: typing.Callable[[CursorProblem], typing.Any] | None = None
    # Told of each change of the state, with the error that made it.
    on_state: typing.Callable[[WatchState, GatewayError | None], None] | None = None


_Watch = typing.TypeVar("_Watch")
_CURSOR_PROBLEMS = {Reason.REASON_CURSOR_EXPIRED, Reason.REASON_CURSOR_FOREIGN, Reason.REASON_CURSOR_AHEAD, Reason.REASON_CURSOR_INVALID}
# What asking again does not mend. Later, the last three may be a rotation of tokens or an upgrade, which passes.
_WRONG = {grpc.StatusCode.INVALID_ARGUMENT}
_WRONG_AT_FIRST = _WRONG | {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNIMPLEMENTED}


def silent() -> GatewayError:
    return GatewayError(grpc.StatusCode.UNAVAILABLE, "the server has fallen silent", only_reads=True)


def ended() -> GatewayError:
    return GatewayError(grpc.StatusCode.OK, "the server ended the stream", only_reads=True)


class Follow:
    """One watch's place and state, over all its streams. Not thread-safe."""

    def __init__(self, options: WatchOptions):
        self.options = options
        self.on_cursor_problem = options.on_cursor_problem or (lambda _: None)
        self._on_state = options.on_state or (lambda *_: None)
        self.state = WatchState.CONNECTING
        self.last_error: GatewayError | None = None
        self.cursor: str | None = None  # The last one that was confirmed.
        self.silence = 3 * options.heartbeat
        self._handed = 0  # Batches are counted.
        self._confirmed = 0
        self._fruitless = 0
        self._started_once = False
        self._goodbye = netzme.GOODBYE_REASON_UNSPECIFIED
        self.complete_at = time.monotonic()

    def enter(self, state: WatchState, error: GatewayError | None = None) -> None:
        self.last_error = error or self.last_error
        if state is not self.state:
            self.state = state
            self._on_state(state, error)

    def request(self) -> netzme.WatchUpgradesRequest:
        """Of the next stream. What was handed out without being confirmed will come again."""
        self._confirmed = self._handed
        self._goodbye = netzme.GOODBYE_REASON_UNSPECIFIED
        request = netzme.WatchUpgradesRequest(filter=self.options.filter, view=self.options.view)
        request.heartbeat_interval.FromTimedelta(datetime.timedelta(seconds=self.options.heartbeat))
        if self.cursor:
            request.cursor = self.cursor
        elif self.options.since:
            request.since.FromDatetime(self.options.since)
        else:
            setattr(request, "from", self.options.start)
        return request

    def take(self, message: netzme.WatchUpgradesResponse) -> int | None:
        """The number of the batch if the message brings events. Else its cursor counts as confirmed once all batches are."""
        kind = message.WhichOneof("kind")
        if kind == "started":
            self._started_once = True
            self.enter(WatchState.CATCHING_UP)
        elif kind == "caught_up":
            self.enter(WatchState.LIVE)
        elif kind == "goodbye":
            self._goodbye = message.goodbye.reason
        if kind in ("events", "heartbeat"):
            self._fruitless = 0
        if self.state is WatchState.LIVE:
            self.complete_at = time.monotonic()
        if kind != "events":
            return None
        self._handed += 1
        return self._handed

    def confirm(self, number: int | None, cursor: str) -> bool:
        """Moves the place behind a batch, or behind a message without one. True: the cursor is to be saved."""
        if self._confirmed < self._handed if number is None else number <= self._confirmed:
            return False
        self._confirmed = number or self._confirmed
        changed = bool(cursor) and cursor != self.cursor
        self.cursor = cursor or self.cursor
        return changed

    def problem(self, error: GatewayError) -> CursorProblem | None:
        """What to ask the program, if it is the cursor that is wrong."""
        if error.reason not in _CURSOR_PROBLEMS:
            return None
        return CursorProblem(error.reason, self.cursor or "", error.metadata.get("oldestCursor", ""),
                             error.metadata.get("newestCursor", ""), error)

    def replace(self, cursor: str | None, error: GatewayError) -> str:
        """The cursor to save: the one that the program has answered."""
        if not cursor:
            raise error
        self.cursor = cursor
        return cursor

    def pause(self, error: GatewayError) -> float:
        """How long to wait for the next stream. Raises the error if no other stream can end better."""
        if error.code in (_WRONG if self._started_once else _WRONG_AT_FIRST):
            raise error
        self.enter(WatchState.WAITING, error)
        if self._goodbye == netzme.GOODBYE_REASON_NEAR_RETENTION:
            return 0
        self._fruitless += 1
        return max(backoff(self._fruitless - 1, 10), min(error.retry_delay.total_seconds(), 60) if error.retry_delay else 0)


class Followed:
    """What both watches tell of themselves."""

    def __init__(self, options: WatchOptions):
        self._follow = Follow(options)

    @property
    def state(self) -> WatchState:
        return self._follow.state

    @property
    def lag(self) -> float:
        """Seconds since all that was committed was known to have been handed over: an upper bound of what is not known yet."""
        return time.monotonic() - self._follow.complete_at

    @property
    def last_error(self) -> GatewayError | None:
        return self._follow.last_error


class BatchOf(typing.Generic[_Watch]):
    """Events that arrived together, oldest first, and the cursor behind them."""

    def __init__(self, watch: _Watch, number: int, message: netzme.WatchUpgradesResponse):
        self.events: typing.Sequence[netzme.UpgradeEvent] = message.events.events
        self.cursor: str = message.cursor
        self._watch, self._number = watch, number
