"""A watch that never ends by itself, for programs that block."""

from __future__ import annotations

import queue
import threading
import time
import typing

import grpc

from kyc_gateway.channel import Target
from kyc_gateway.cursors import CursorStore
from kyc_gateway.errors import GatewayError, error_of
from kyc_gateway.follow import Follow, WatchOptions, WatchState
from netzme.v1 import upgrade_notification_pb2 as netzme
from netzme.v1 import upgrade_notification_pb2_grpc as netzme_grpc

_STOP = object()


class Batch:
    """Events that arrived together, oldest first, and the cursor behind them."""

    def __init__(self, watch: Watch, number: int, message: netzme.WatchUpgradesResponse):
        self.events: typing.Sequence[netzme.UpgradeEvent] = message.events.events
        self.cursor: str = message.cursor
        self._watch, self._number = watch, number

    def confirm(self) -> None:
        """These events, and all before, are done with: the watch never brings them again. In the iterating thread."""
        self._watch._confirm(self._number, self.cursor)


class _Stream:
    """One stream on a connection of its own, read by a thread when asked to, one message at a time."""

    def __init__(self, target: Target, request: netzme.WatchUpgradesRequest, inbox: queue.SimpleQueue[typing.Any]):
        self._channel = target.open()
        self._call = netzme_grpc.UpgradeNotificationServiceStub(self._channel).WatchUpgrades(request, metadata=target.headers())
        self._inbox = inbox
        self._asked = threading.Semaphore(0)
        threading.Thread(target=self._read, name="kyc-gateway-watch", daemon=True).start()

    def ask(self) -> None:
        self._asked.release()

    def close(self) -> None:
        self._channel.close()
        self._asked.release()

    def _read(self) -> None:
        try:
            while self._asked.acquire():
                self._inbox.put((self, next(self._call)))
        except StopIteration:
            self._inbox.put((self, GatewayError(grpc.StatusCode.OK, "the server ended the stream")))
        except grpc.RpcError as failure:
            self._inbox.put((self, error_of(failure, only_reads=True)))
        except ValueError:  # The channel was closed.
            pass


class Watch:
    """Iterate over it for batches. It ends by stop(), by an error that no repeat mends, or when a bad cursor is not replaced.

    stop() may be called by any thread and by a signal's handler.
    """

    def __init__(self, target: Target, cursors: CursorStore, options: WatchOptions):
        self._target, self._cursors = target, cursors
        self._follow = Follow(options)
        self._inbox: queue.SimpleQueue[typing.Any] = queue.SimpleQueue()

    @property
    def state(self) -> WatchState:
        return self._follow.state

    @property
    def lag(self) -> float:
        return self._follow.lag

    @property
    def last_error(self) -> GatewayError | None:
        return self._follow.last_error

    def stop(self) -> None:
        """The iteration ends as soon as it asks for more."""
        self._inbox.put((_STOP, _STOP))

    def __iter__(self) -> typing.Iterator[Batch]:
        follow = self._follow
        follow.cursor = self._cursors.load()
        try:
            while True:
                follow.enter(WatchState.CONNECTING)
                end = yield from self._one_stream()
                if end is None or not self._go_on(end):
                    return
        finally:
            follow.enter(WatchState.STOPPED)

    def _one_stream(self) -> typing.Generator[Batch, None, GatewayError | None]:
        """Returns why the stream ended; None: stop() was called."""
        stream = _Stream(self._target, self._follow.request(), self._inbox)
        try:
            while True:
                stream.ask()
                message = self._next_of(stream, self._follow.silence)
                if message is _STOP:
                    return None
                if message is None:
                    return GatewayError(grpc.StatusCode.UNAVAILABLE, "the server has fallen silent", only_reads=True)
                if isinstance(message, GatewayError):
                    return message
                number = self._follow.take(message)
                if number is None:
                    self._confirm(None, message.cursor)
                else:
                    yield Batch(self, number, message)
        finally:
            stream.close()

    def _next_of(self, stream: _Stream | None, seconds: float) -> typing.Any:
        """What this stream says, _STOP, or None when the time is over. What older streams still say is dropped."""
        until = time.monotonic() + seconds
        while True:
            try:
                sender, message = self._inbox.get(timeout=max(0, until - time.monotonic()))
            except queue.Empty:
                return None
            if sender is stream or sender is _STOP:
                return message

    def _go_on(self, error: GatewayError) -> bool:
        problem = self._follow.problem(error)
        if problem:
            ask = self._follow.options.on_cursor_problem
            cursor = ask(problem) if ask else None
            if not cursor:
                raise error
            self._cursors.save(cursor)
            self._follow.cursor = cursor
            return True
        pause = self._follow.pause(error)
        self._follow.enter(WatchState.WAITING, error)
        return self._next_of(None, pause) is not _STOP

    def _confirm(self, number: int | None, cursor: str) -> None:
        if self._follow.confirm(number, cursor):
            self._cursors.save(cursor)
