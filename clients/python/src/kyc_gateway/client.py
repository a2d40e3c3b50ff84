"""The gateway, for programs that block."""

from __future__ import annotations

import itertools
import time
import typing

import grpc

from finpay.linkage.v1 import linkage_pb2, linkage_pb2_grpc
from kyc_gateway.channel import Target, pause_before_repeat
from kyc_gateway.cursors import CursorInMemory, CursorStore
from kyc_gateway.errors import error_of
from kyc_gateway.follow import WatchOptions
from kyc_gateway.watch import Watch
from netzme.v1 import upgrade_notification_pb2 as netzme
from netzme.v1 import upgrade_notification_pb2_grpc as netzme_grpc
from widekyc.v1 import widekyc_pb2, widekyc_pb2_grpc


class Gateway:
    """Calls and watches of one gateway. Thread-safe. Each call raises GatewayError where it fails.

    timeout, in seconds, bounds a call with its repeats. The library repeats only what cannot be billed twice: a request without a
    request_id gets one, unless request_ids is False, and keeps it. Another call is another request.
    """

    def __init__(self, address: str, *, token: str | typing.Callable[[], str] | None = None, plaintext: bool = False,
                 ca_file: str | None = None, certificate_file: str | None = None, key_file: str | None = None,
                 timeout: float = 30, headers: typing.Mapping[str, str] | None = None, use_proxy: bool = True,
                 request_ids: bool = True):
        self._target = Target(address, token, plaintext, ca_file, certificate_file, key_file, headers or {}, use_proxy,
                              request_ids)
        self._timeout = timeout
        # Of this channel stubs can be made for what has no method here: kyc.admin.v1, health.
        self.channel = self._target.open()
        self._finpay: typing.Any = linkage_pb2_grpc.UpgradeAccountServiceStub(self.channel)
        self._widekyc: typing.Any = widekyc_pb2_grpc.WideKycServiceStub(self.channel)
        self._netzme: typing.Any = netzme_grpc.UpgradeNotificationServiceStub(self.channel)

    def close(self) -> None:
        self.channel.close()

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create_upgrade_account_widget(self, request: linkage_pb2.CreateUpgradeAccountWidgetRequest, timeout: float | None = None
                                      ) -> linkage_pb2.CreateUpgradeAccountWidgetResponse:
        return self._call(self._finpay.CreateUpgradeAccountWidget, request, timeout)

    def detect_liveness(self, request: widekyc_pb2.DetectLivenessRequest, timeout: float | None = None
                        ) -> widekyc_pb2.DetectLivenessResponse:
        return self._call(self._widekyc.DetectLiveness, request, timeout)

    def recognize_id(self, request: widekyc_pb2.RecognizeIdRequest, timeout: float | None = None) -> widekyc_pb2.RecognizeIdResponse:
        return self._call(self._widekyc.RecognizeId, request, timeout)

    def validate_id(self, request: widekyc_pb2.ValidateIdRequest, timeout: float | None = None) -> widekyc_pb2.ValidateIdResponse:
        return self._call(self._widekyc.ValidateId, request, timeout)

    def get_upgrade(self, request: netzme.GetUpgradeRequest, timeout: float | None = None) -> netzme.GetUpgradeResponse:
        return self._call(self._netzme.GetUpgrade, request, timeout, only_reads=True)

    def list_upgrades(self, request: netzme.ListUpgradesRequest, timeout: float | None = None) -> netzme.ListUpgradesResponse:
        return self._call(self._netzme.ListUpgrades, request, timeout, only_reads=True)

    def watch_upgrades(self, cursors: CursorStore | None = None, options: WatchOptions = WatchOptions()) -> Watch:
        """Each stream has a connection of its own. Without a store the cursor is kept in memory."""
        return Watch(self._target, cursors or CursorInMemory(), options)

    def _call(self, method: typing.Any, request: typing.Any, timeout: float | None, *, only_reads: bool = False) -> typing.Any:
        key = self._target.key_of(request, only_reads=only_reads)
        until = time.monotonic() + (self._timeout if timeout is None else timeout)
        for tries in itertools.count(1):
            left = until - time.monotonic()
            try:
                return method(request, timeout=left, metadata=self._target.headers())
            except grpc.RpcError as failure:
                error = error_of(failure, only_reads=only_reads, request_id=key)
            pause = pause_before_repeat(error, tries, until - time.monotonic())
            if pause is None:
                raise error
            time.sleep(pause)
