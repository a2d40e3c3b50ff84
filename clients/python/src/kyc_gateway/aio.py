"""The gateway, for programs of asyncio. The same names and behaviour as kyc_gateway."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import typing

import grpc
import grpc.aio

from kyc_gateway.core import Core, Method
from kyc_gateway.cursors import CursorInMemory
from kyc_gateway.errors import GatewayError, error_of
from kyc_gateway.follow import BatchOf, Followed, WatchOptions, WatchState, ended, silent
from netzme.v1 import upgrade_notification_pb2 as netzme


class Gateway(Core):
    """Calls and watches of one gateway, in one event loop. Each call raises GatewayError where it fails."""

    async def close(self) -> None:
        await self.channel.close()

    async def __aenter__(self) -> Gateway:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def watch_upgrades(self, cursors: typing.Any = None, options: WatchOptions = WatchOptions()) -> Watch:
        """cursors: a CursorStore, or one whose load and save are coroutines."""
        return Watch(self, cursors or CursorInMemory(), options)

    def _open(self) -> grpc.aio.Channel:
        return self._channel_of(grpc.aio)

    async def _call(self, method: Method[typing.Any, typing.Any], request: typing.Any, timeout: float | None = None) -> typing.Any:
        tries = self._tries(method, request, timeout)
        while True:
            try:
                return await tries.make(self._headers())
            except grpc.RpcError as failure:
                pause = tries.pause_after(failure)
            await asyncio.sleep(pause)


class Batch(BatchOf["Watch"]):
    async def confirm(self) -> None:
        """These events, and all before, are done with: the watch never brings them again."""
        await self._watch._confirm(self._number, self.cursor)


class Watch(Followed):
    """Iterate over it by `async for` for batches. It ends as kyc_gateway.Watch does, or when its task is cancelled."""

    def __init__(self, gateway: Gateway, cursors: typing.Any, options: WatchOptions):
        super().__init__(options)
        self._gateway, self._cursors = gateway, cursors
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """The iteration ends as soon as it asks for more. In the loop's thread: loop.add_signal_handler(SIGTERM, watch.stop)."""
        self._stopped.set()

    async def __aiter__(self) -> typing.AsyncIterator[Batch]:
        follow = self._follow
        follow.cursor = await _outside(self._cursors.load)
        try:
            while not self._stopped.is_set():
                follow.enter(WatchState.CONNECTING)
                async with self._gateway._open() as channel:
                    call = self._gateway._stream(channel, follow.request())
                    while True:
                        message = await self._unless_stopped(call.read(), follow.silence)
                        if self._stopped.is_set():
                            return
                        if isinstance(message, GatewayError):
                            break
                        number = follow.take(message)
                        if number is None:
                            await self._confirm(None, message.cursor)
                        else:
                            yield Batch(self, number, message)
                await self._go_on(message)
        finally:
            follow.enter(WatchState.STOPPED)

    async def _unless_stopped(self, read: typing.Any, seconds: float) -> netzme.WatchUpgradesResponse | GatewayError:
        """The message, or why there is none."""
        reading, stopping = asyncio.ensure_future(read), asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({reading, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            message = reading.result() if reading.done() else silent()
            return ended() if message is grpc.aio.EOF else message
        except grpc.aio.AioRpcError as failure:
            return error_of(failure, only_reads=True)
        finally:
            reading.cancel()
            stopping.cancel()

    async def _go_on(self, error: GatewayError) -> None:
        problem = self._follow.problem(error)
        if not problem:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._follow.pause(error))
            return
        cursor = self._follow.on_cursor_problem(problem)
        cursor = self._follow.replace(await cursor if inspect.isawaitable(cursor) else cursor, error)
        await _outside(self._cursors.save, cursor)

    async def _confirm(self, number: int | None, cursor: str) -> None:
        if self._follow.confirm(number, cursor):
            await _outside(self._cursors.save, cursor)


async def _outside(function: typing.Callable[..., typing.Any], *arguments: typing.Any) -> typing.Any:
    """A store's coroutine is awaited; what blocks does so on a thread of its own."""
    if inspect.iscoroutinefunction(function):
        return await function(*arguments)
    return await asyncio.to_thread(function, *arguments)
