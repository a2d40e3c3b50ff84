"""The gateway, for programs of asyncio. The same names and behaviour as kyc_gateway."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import time
import typing

import grpc
import grpc.aio

from finpay.linkage.v1 import linkage_pb2, linkage_pb2_grpc
from kyc_gateway.channel import Target, pause_before_repeat
from kyc_gateway.cursors import CursorInMemory
from kyc_gateway.errors import GatewayError, error_of
from kyc_gateway.follow import Follow, WatchOptions, WatchState
from netzme.v1 import upgrade_notification_pb2 as netzme
from netzme.v1 import upgrade_notification_pb2_grpc as netzme_grpc
from widekyc.v1 import widekyc_pb2, widekyc_pb2_grpc


class Gateway:
    """Calls and watches of one gateway, in one event loop. Each call raises GatewayError where it fails."""

    def __init__(self, address: str, *, token: str | typing.Callable[[], str] | None = None, plaintext: bool = False,
                 ca_file: str | None = None, certificate_file: str | None = None, key_file: str | None = None,
                 timeout: float = 30, headers: typing.Mapping[str, str] | None = None, use_proxy: bool = True,
                 request_ids: bool = True):
        self._target = Target(address, token, plaintext, ca_file, certificate_file, key_file, headers or {}, use_proxy,
                              request_ids)
        self._timeout = timeout
        self.channel = self._target.open_aio()
        self._finpay: typing.Any = linkage_pb2_grpc.UpgradeAccountServiceStub(self.channel)
        self._widekyc: typing.Any = widekyc_pb2_grpc.WideKycServiceStub(self.channel)
        self._netzme: typing.Any = netzme_grpc.UpgradeNotificationServiceStub(self.channel)

    async def close(self) -> None:
        await self.channel.close()

    async def __aenter__(self) -> Gateway:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def create_upgrade_account_widget(self, request: linkage_pb2.CreateUpgradeAccountWidgetRequest,
                                            timeout: float | None = None) -> linkage_pb2.CreateUpgradeAccountWidgetResponse:
        return await self._call(self._finpay.CreateUpgradeAccountWidget, request, timeout)

    async def detect_liveness(self, request: widekyc_pb2.DetectLivenessRequest, timeout: float | None = None
                              ) -> widekyc_pb2.DetectLivenessResponse:
        return await self._call(self._widekyc.DetectLiveness, request, timeout)

    async def recognize_id(self, request: widekyc_pb2.RecognizeIdRequest, timeout: float | None = None
                           ) -> widekyc_pb2.RecognizeIdResponse:
        return await self._call(self._widekyc.RecognizeId, request, timeout)

    async def validate_id(self, request: widekyc_pb2.ValidateIdRequest, timeout: float | None = None) -> widekyc_pb2.ValidateIdResponse:
        return await self._call(self._widekyc.ValidateId, request, timeout)

    async def get_upgrade(self, request: netzme.GetUpgradeRequest, timeout: float | None = None) -> netzme.GetUpgradeResponse:
        return await self._call(self._netzme.GetUpgrade, request, timeout, only_reads=True)

    async def list_upgrades(self, request: netzme.ListUpgradesRequest, timeout: float | None = None) -> netzme.ListUpgradesResponse:
        return await self._call(self._netzme.ListUpgrades, request, timeout, only_reads=True)

    def watch_upgrades(self, cursors: typing.Any = None, options: WatchOptions = WatchOptions()) -> Watch:
        """cursors: a CursorStore, or one whose load and save are coroutines."""
        return Watch(self._target, cursors or CursorInMemory(), options)

    async def _call(self, method: typing.Any, request: typing.Any, timeout: float | None, *, only_reads: bool = False) -> typing.Any:
        key = self._target.key_of(request, only_reads=only_reads)
        until = time.monotonic() + (self._timeout if timeout is None else timeout)
        for tries in itertools.count(1):
            left = until - time.monotonic()
            try:
                return await method(request, timeout=left, metadata=self._target.headers())
            except grpc.aio.AioRpcError as failure:
                error = error_of(failure, only_reads=only_reads, request_id=key)
            pause = pause_before_repeat(error, tries, until - time.monotonic())
            if pause is None:
                raise error
            await asyncio.sleep(pause)


class Batch:
    """Events that arrived together, oldest first, and the cursor behind them."""

    def __init__(self, watch: Watch, number: int, message: netzme.WatchUpgradesResponse):
        self.events: typing.Sequence[netzme.UpgradeEvent] = message.events.events
        self.cursor: str = message.cursor
        self._watch, self._number = watch, number

    async def confirm(self) -> None:
        """These events, and all before, are done with: the watch never brings them again."""
        await self._watch._confirm(self._number, self.cursor)


class Watch:
    """Iterate over it by `async for` for batches. It ends as kyc_gateway.Watch does, or when its task is cancelled."""

    def __init__(self, target: Target, cursors: typing.Any, options: WatchOptions):
        self._target, self._cursors = target, cursors
        self._follow = Follow(options)
        self._stopped = asyncio.Event()

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
        """The iteration ends as soon as it asks for more. In the loop's thread: loop.add_signal_handler(SIGTERM, watch.stop)."""
        self._stopped.set()

    async def __aiter__(self) -> typing.AsyncIterator[Batch]:
        follow = self._follow
        follow.cursor = await _outside(self._cursors.load)
        try:
            while not self._stopped.is_set():
                follow.enter(WatchState.CONNECTING)
                end: GatewayError | None = None
                async with self._target.open_aio() as channel:
                    call = netzme_grpc.UpgradeNotificationServiceStub(channel).WatchUpgrades(
                        follow.request(), metadata=self._target.headers())
                    while end is None:
                        message = await self._unless_stopped(call.read(), follow.silence)
                        if self._stopped.is_set():
                            return
                        if not isinstance(message, netzme.WatchUpgradesResponse):
                            end = message
                            continue
                        number = follow.take(message)
                        if number is None:
                            await self._confirm(None, message.cursor)
                        else:
                            yield Batch(self, number, message)
                await self._go_on(end)
        finally:
            follow.enter(WatchState.STOPPED)

    async def _unless_stopped(self, read: typing.Coroutine[typing.Any, typing.Any, typing.Any], seconds: float) -> typing.Any:
        """The message, or as a GatewayError why there is none."""
        reading, stopping = asyncio.ensure_future(read), asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({reading, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                return GatewayError(grpc.StatusCode.UNAVAILABLE, "the server has fallen silent", only_reads=True)
            message = reading.result()
            return message if message is not grpc.aio.EOF else GatewayError(grpc.StatusCode.OK, "the server ended the stream")
        except grpc.aio.AioRpcError as failure:
            return error_of(failure, only_reads=True)
        finally:
            reading.cancel()
            stopping.cancel()

    async def _go_on(self, error: GatewayError) -> None:
        problem = self._follow.problem(error)
        if problem:
            ask = self._follow.options.on_cursor_problem
            cursor = ask(problem) if ask else None
            if inspect.isawaitable(cursor):
                cursor = await cursor
            if not cursor:
                raise error
            await _outside(self._cursors.save, cursor)
            self._follow.cursor = cursor
            return
        pause = self._follow.pause(error)
        self._follow.enter(WatchState.WAITING, error)
        try:
            await asyncio.wait_for(self._stopped.wait(), pause)
        except asyncio.TimeoutError:
            pass

    async def _confirm(self, number: int | None, cursor: str) -> None:
        if self._follow.confirm(number, cursor):
            await _outside(self._cursors.save, cursor)


async def _outside(function: typing.Callable[..., typing.Any], *arguments: typing.Any) -> typing.Any:
    """A store's coroutine is awaited; what blocks does so on a thread of its own."""
    if inspect.iscoroutinefunction(function):
        return await function(*arguments)
    return await asyncio.to_thread(function, *arguments)
