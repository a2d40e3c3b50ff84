"""The gateway, for programs that block."""

from __future__ import annotations

import time
import typing

import grpc

from kyc_gateway.core import Core, Method
from kyc_gateway.cursors import CursorInMemory, CursorStore
from kyc_gateway.follow import WatchOptions
from kyc_gateway.watch import Watch


class Gateway(Core):
    """Calls and watches of one gateway. Thread-safe. Each call raises GatewayError where it fails."""

    def close(self) -> None:
        self.channel.close()

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def watch_upgrades(self, cursors: CursorStore | None = None, options: WatchOptions = WatchOptions()) -> Watch:
        """Each stream has a connection of its own. Without a store the cursor is kept in memory."""
        return Watch(self, cursors or CursorInMemory(), options)

    def _open(self) -> grpc.Channel:
        return self._channel_of(grpc)

    def _call(self, method: Method[typing.Any, typing.Any], request: typing.Any, timeout: float | None = None) -> typing.Any:
        tries = self._tries(method, request, timeout)
        while True:
            try:
                return tries.make(self._headers())
            except grpc.RpcError as failure:
                pause = tries.pause_after(failure)
            time.sleep(pause)
