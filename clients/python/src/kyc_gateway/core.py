"""What the gateway that blocks and the one of asyncio share: how it is reached, its methods, and when a call is made again."""

from __future__ import annotations

import functools
import json
import pathlib
import random
import time
import typing
import uuid

import grpc

from finpay.linkage.v1 import linkage_pb2 as finpay
from finpay.linkage.v1 import linkage_pb2_grpc as finpay_grpc
from kyc.errors.v1.errors_pb2 import Outcome
from kyc_gateway.errors import error_of
from netzme.v1 import upgrade_notification_pb2 as netzme
from netzme.v1 import upgrade_notification_pb2_grpc as netzme_grpc
from widekyc.v1 import widekyc_pb2 as widekyc
from widekyc.v1 import widekyc_pb2_grpc as widekyc_grpc

if typing.TYPE_CHECKING:
    from kyc_gateway import aio, client

# What no channel does by itself is repeat a call that was sent: gRPC's retryPolicy goes by the code alone, and UNAVAILABLE is also
# what the library says of a connection that broke while a billed call ran. What gRPC repeats without being told never reached the
# server's application. For the same reason no service config from DNS is taken.
_OPTIONS = [
    ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
    ("grpc.service_config_disable_resolution", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_send_message_length", 20 << 20),
    ("grpc.max_receive_message_length", 20 << 20),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.use_local_subchannel_pool", 1),
]

_Q = typing.TypeVar("_Q", contravariant=True)
_R = typing.TypeVar("_R", covariant=True)


class Call(typing.Protocol[_Q, _R]):
    def __call__(self, request: _Q, timeout: float | None = None) -> _R: ...


class Method(typing.Generic[_Q, _R]):
    """A method of either gateway: it returns the response, or with asyncio what is awaited for it."""

    def __init__(self, stub: typing.Any, name: str, *, only_reads: bool = False):
        self.stub, self.name, self.only_reads = stub, name, only_reads

    @typing.overload
    def __get__(self, gateway: client.Gateway, owner: typing.Any = None) -> Call[_Q, _R]: ...
    @typing.overload
    def __get__(self, gateway: aio.Gateway, owner: typing.Any = None) -> Call[_Q, typing.Awaitable[_R]]: ...
    def __get__(self, gateway: typing.Any, owner: typing.Any = None) -> typing.Any:
        return functools.partial(gateway._call, self) if gateway else self


class Core:
    """Where a gateway is, who calls it, and its methods."""

    create_upgrade_account_widget = Method[finpay.CreateUpgradeAccountWidgetRequest, finpay.CreateUpgradeAccountWidgetResponse](
        finpay_grpc.UpgradeAccountServiceStub, "CreateUpgradeAccountWidget")
    detect_liveness = Method[widekyc.DetectLivenessRequest, widekyc.DetectLivenessResponse](
        widekyc_grpc.WideKycServiceStub, "DetectLiveness")
    recognize_id = Method[widekyc.RecognizeIdRequest, widekyc.RecognizeIdResponse](widekyc_grpc.WideKycServiceStub, "RecognizeId")
    validate_id = Method[widekyc.ValidateIdRequest, widekyc.ValidateIdResponse](widekyc_grpc.WideKycServiceStub, "ValidateId")
    get_upgrade = Method[netzme.GetUpgradeRequest, netzme.GetUpgradeResponse](
        netzme_grpc.UpgradeNotificationServiceStub, "GetUpgrade", only_reads=True)
    list_upgrades = Method[netzme.ListUpgradesRequest, netzme.ListUpgradesResponse](
        netzme_grpc.UpgradeNotificationServiceStub, "ListUpgrades", only_reads=True)

    def __init__(self, address: str, *, token: str | typing.Callable[[], str] | None = None, plaintext: bool = False,
                 ca_file: str | None = None, certificate_file: str | None = None, key_file: str | None = None,
                 timeout: float = 30, headers: typing.Mapping[str, str] | None = None, use_proxy: bool = True,
                 request_ids: bool = True):
        """timeout, in seconds, bounds a call with its repeats. token may be a function that returns the one of the moment. Files are PEM,
        read for each connection; without ca_file the system's authorities are believed. The library repeats only what cannot be billed
        twice: a request without a request_id gets one, unless request_ids is False, and keeps it. Another call is another request."""
        self._address, self._token, self._plaintext = address, token, plaintext
        self._files = ca_file, key_file, certificate_file
        self._timeout, self._more_headers, self._request_ids = timeout, dict(headers or {}), request_ids
        self._options: list[tuple[str, typing.Any]] = [*_OPTIONS, ("grpc.enable_http_proxy", int(use_proxy))]
        # Of this channel stubs can be made for what has no method here: kyc.admin.v1, health.
        self.channel: typing.Any = self._open()
        self._stubs = {stub: stub(self.channel) for stub in (finpay_grpc.UpgradeAccountServiceStub, widekyc_grpc.WideKycServiceStub,
                                                             netzme_grpc.UpgradeNotificationServiceStub)}

    def _open(self) -> typing.Any:
        raise NotImplementedError

    def _channel_of(self, library: typing.Any) -> typing.Any:
        """A connection of its own, of grpc or grpc.aio."""
        if self._plaintext:
            return library.insecure_channel(self._address, self._options)
        files = (pathlib.Path(file).read_bytes() if file else None for file in self._files)
        return library.secure_channel(self._address, grpc.ssl_channel_credentials(*files), self._options)

    def _headers(self) -> list[tuple[str, str]]:
        token = self._token() if callable(self._token) else self._token
        return [*self._more_headers.items(), *([("authorization", f"Bearer {token}")] if token else [])]

    def _stream(self, channel: typing.Any, request: netzme.WatchUpgradesRequest) -> typing.Any:
        stub: typing.Any = netzme_grpc.UpgradeNotificationServiceStub
        return stub(channel).WatchUpgrades(request, metadata=self._headers())

    def _tries(self, method: Method[typing.Any, typing.Any], request: typing.Any, timeout: float | None) -> Tries:
        return Tries(getattr(self._stubs[method.stub], method.name), request, method.only_reads, self._request_ids,
                     self._timeout if timeout is None else timeout)


class Tries:
    """One call and its repeats: by itself the library makes again, twice, only what cannot be billed twice, whatever an upstream says."""

    def __init__(self, method: typing.Any, request: typing.Any, only_reads: bool, request_ids: bool, timeout: float):
        self._method, self._request, self._only_reads = method, request, only_reads
        # The call's own key is put into a request that has none: its repeats have it, too.
        if request_ids and not only_reads and not request.request_id:
            request.request_id = str(uuid.uuid4())
        self._made, self._until = 0, time.monotonic() + timeout

    def make(self, headers: list[tuple[str, str]]) -> typing.Any:
        self._made += 1
        return self._method(self._request, timeout=self._until - time.monotonic(), metadata=headers)

    def pause_after(self, failure: grpc.RpcError) -> float:
        """How long to wait before the next one. Raises the error where that is the program's to decide."""
        error = error_of(failure, only_reads=self._only_reads, request_id="" if self._only_reads else self._request.request_id)
        pause = max(error.retry_delay.total_seconds() if error.retry_delay else 0, backoff(self._made, 2))
        late = time.monotonic() + pause >= self._until
        if self._made >= 3 or late or error.outcome == Outcome.OUTCOME_REFUSED or not error.may_repeat():
            raise error
        return pause


def backoff(tries: int, longest: float) -> float:
    """Doubles from 0.1 s on; chance takes away up to a half, so that callers do not come back together."""
    return min(0.1 * float(2 ** min(tries, 20)), longest) * random.uniform(0.5, 1)
