"""A watch that never ends by itself, for programs that block."""

from __future__ import annotations

import queue
import threading
import time
import typing

import grpc

from kyc_gateway.cursors import CursorStore
from kyc_gateway.errors import GatewayError, error_of
from kyc_gateway.follow import BatchOf, Followed, WatchOptions, WatchState, ended, silent
from netzme.v1 import upgrade_notification_pb2 as netzme

if typing.TYPE_CHECKING:
    from kyc_gateway.client import Gateway

_STOP = object()


class Batch(BatchOf["Watch"]):
    def confirm(self) -> None:
        """These events, and all before, are done with: the watch never brings them again. In the iterating thread."""
        self._watch._confirm(self._number, self.cursor)


class _Stream:
    """One stream on a connection of its own, read by a thread when asked to, one message at a time."""

    def __init__(self, gateway: Gateway, request: netzme.WatchUpgradesRequest, inbox: queue.SimpleQueue[typing.Any]):
        self._channel = gateway._open()
        self._call = gateway._stream(self._channel, request)
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
            self._inbox.put((self, ended()))
        except grpc.RpcError as failure:
            self._inbox.put((self, error_of(failure, only_reads=True)))
        except ValueError:  # The channel was closed.
            pass


class Watch(Followed):
    """Iterate over it for batches. It ends by stop(), by an error that no repeat mends, or when a bad cursor is not replaced.

    stop() may be called by any thread and by a signal's handler.
    """

    def __init__(self, gateway: Gateway, cursors: CursorStore, options: WatchOptions):
        super().__init__(options)
        self._gateway, self._cursors = gateway, cursors
        self._inbox: queue.SimpleQueue[typing.Any] = queue.SimpleQueue()

    def stop(self) -> None:
        """The iteration ends as soon as it asks for more."""
        self._inbox.put((_STOP, _STOP))

    def __iter__(self) -> typing.Iterator[Batch]:
        self._follow.cursor = self._cursors.load()
        try:
            end: typing.Any = None
            while end is not _STOP:
                self._follow.enter(WatchState.CONNECTING)
                end = yield from self._one_stream()
                if end is not _STOP:
                    end = self._go_on(end)
        finally:
            self._follow.enter(WatchState.STOPPED)

    def _one_stream(self) -> typing.Generator[Batch, None, typing.Any]:
        """Returns why the stream ended: an error or _STOP."""
        stream = _Stream(self._gateway, self._follow.request(), self._inbox)
        try:
            while True:
                stream.ask()
                message = self._next_of(stream, self._follow.silence) or silent()
                if not isinstance(message, netzme.WatchUpgradesResponse):
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

    def _go_on(self, error: GatewayError) -> typing.Any:
        problem = self._follow.problem(error)
        if not problem:
            return self._next_of(None, self._follow.pause(error))
        self._cursors.save(self._follow.replace(self._follow.on_cursor_problem(problem), error))
        return None

    def _confirm(self, number: int | None, cursor: str) -> None:
        if self._follow.confirm(number, cursor):
            self._cursors.save(cursor)
