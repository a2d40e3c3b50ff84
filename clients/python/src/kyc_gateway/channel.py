"""How the gateway is reached, and when a call is made again."""

from __future__ import annotations

import dataclasses
import json
import random
import typing
import uuid

import grpc
import grpc.aio

from kyc.errors.v1.errors_pb2 import Outcome
from kyc_gateway.errors import GatewayError

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


@dataclasses.dataclass(frozen=True)
class Target:
    """Where the gateway is, and who calls."""

    address: str
    # A bearer token, or a function that returns the one of the moment.
    token: str | typing.Callable[[], str] | None = None
    plaintext: bool = False
    # PEM files. Without ca_file the system's authorities are believed.
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    # More of each call, their names in small letters.
    more_headers: typing.Mapping[str, str] = dataclasses.field(default_factory=dict)
    # Whether the environment's proxies are heeded, as gRPC does.
    use_proxy: bool = True
    # Whether a call that has no request_id gets one.
    request_ids: bool = True

    def open(self) -> grpc.Channel:
        if self.plaintext:
            return grpc.insecure_channel(self.address, self._options())
        return grpc.secure_channel(self.address, self._credentials(), self._options())

    def open_aio(self) -> grpc.aio.Channel:
        if self.plaintext:
            return grpc.aio.insecure_channel(self.address, self._options())
        return grpc.aio.secure_channel(self.address, self._credentials(), self._options())

    def headers(self) -> list[tuple[str, str]]:
        token = self.token() if callable(self.token) else self.token
        return [*self.more_headers.items(), *([("authorization", f"Bearer {token}")] if token else [])]

    def key_of(self, request: typing.Any, *, only_reads: bool) -> str:
        """The call's own key, which is put into a request that has none: its repeats have it, too."""
        if only_reads:
            return ""
        if self.request_ids and not request.request_id:
            request.request_id = str(uuid.uuid4())
        return request.request_id

    def _options(self) -> list[tuple[str, typing.Any]]:
        return [*_OPTIONS, ("grpc.enable_http_proxy", int(self.use_proxy))]

    def _credentials(self) -> grpc.ChannelCredentials:
        return grpc.ssl_channel_credentials(_bytes(self.ca_file), _bytes(self.key_file), _bytes(self.certificate_file))


def _bytes(path: str | None) -> bytes | None:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


def backoff(tries: int, longest: float) -> float:
    """Doubles from 0.1 s on; chance takes away up to a half, so that callers do not come back together."""
    return min(0.1 * 2 ** min(tries, 20), longest) * random.uniform(0.5, 1)


def pause_before_repeat(error: GatewayError, tries: int, left: float) -> float | None:
    """How long to wait before the call is made again by the library; None: the program decides.

    By itself it repeats only what cannot be billed twice, whatever an upstream says.
    """
    if tries >= 3 or error.outcome == Outcome.OUTCOME_REFUSED or not error.may_repeat():
        return None
    asked = error.retry_delay.total_seconds() if error.retry_delay else 0
    pause = max(asked, backoff(tries, 2))
    return pause if pause < left else None
