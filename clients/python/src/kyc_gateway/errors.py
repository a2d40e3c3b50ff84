"""What a call that fails raises."""

from __future__ import annotations

import dataclasses
import datetime
import typing

import grpc
from google.rpc import error_details_pb2, status_pb2

from kyc.errors.v1.errors_pb2 import Outcome, Reason

_NOT_PROCESSED = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED}
# What became of who waited, gRPC's own errors among it, and not of the call: its answer may be known yet, by its request_id.
_OF_WHO_WAITED = {"", "CALLER_DEADLINE", "CALLER_CANCELLED", "SERVER_DRAINING"}
_PASSING = _NOT_PROCESSED | {grpc.StatusCode.DEADLINE_EXCEEDED}


@dataclasses.dataclass(frozen=True)
class FieldViolation:
    """One field of the request that is wrong, by its path in the proto."""

    field: str
    description: str


class GatewayError(Exception):
    """A call that failed. `outcome` says whether it was processed, may_repeat() whether to make it again."""

    def __init__(self, code: grpc.StatusCode, message: str, details: typing.Iterable[typing.Any] = (), *, only_reads: bool = False,
                 request_id: str = ""):
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message
        # The method changes nothing and costs nothing, so it may be called again whatever became of this call.
        self.only_reads = only_reads
        # The call's own key, which each repeat of it has; empty where it had none.
        self.request_id = request_id
        info = error_details_pb2.ErrorInfo()
        self.field_violations: list[FieldViolation] = []
        self.retry_delay: datetime.timedelta | None = None
        for detail in details:
            bad_request, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
            if detail.Unpack(bad_request):
                self.field_violations = [FieldViolation(v.field, v.description) for v in bad_request.field_violations]
            elif detail.Unpack(retry):
                self.retry_delay = retry.retry_delay.ToTimedelta()
            else:
                detail.Unpack(info)
        self.domain: str = info.domain
        self.reason_text: str = info.reason
        self.reason = _value(Reason, "REASON_", info.reason)
        self.metadata: dict[str, str] = dict(info.metadata)
        self.outcome = _value(Outcome, "OUTCOME_", self.metadata.get("outcome", ""))

    @property
    def trx_id(self) -> str:
        """WideKYC's transaction id, where its answer had one; else empty."""
        return self.metadata.get("trxId", "")

    def may_repeat(self) -> bool:
        """Making this very call again bills nothing twice, and may succeed.

        It believes an upstream that says that it did not process the call (429, say). Whoever cannot takes only
        `outcome == Outcome.OUTCOME_NOT_SENT`.
        """
        if self.only_reads or self.outcome == Outcome.OUTCOME_NOT_SENT:
            return self.code in _PASSING
        if self.request_id and self.reason_text in _OF_WHO_WAITED:
            return True
        return self.outcome == Outcome.OUTCOME_REFUSED and self.code in _NOT_PROCESSED


def _value(enum: typing.Any, prefix: str, text: str) -> typing.Any:
    name = prefix + text.upper()
    return enum.Value(name if name in enum.keys() else prefix + "UNSPECIFIED")


def error_of(failure: grpc.RpcError, *, only_reads: bool = False, request_id: str = "") -> GatewayError:
    """Of a failed call, blocking or not."""
    call: typing.Any = failure
    details: typing.Sequence[typing.Any] = ()
    for key, value in call.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            details = status_pb2.Status.FromString(value).details
    return GatewayError(call.code(), call.details() or "", details, only_reads=only_reads, request_id=request_id)
