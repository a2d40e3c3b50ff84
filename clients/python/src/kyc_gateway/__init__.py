"""Client of KYC Gateway: calls with typed errors, and a watch that never ends by itself.

Gateway and Watch block; kyc_gateway.aio has the same for asyncio. What they do is said in clients/README.md.
"""

from kyc.errors.v1.errors_pb2 import Outcome, Reason
from kyc_gateway.client import Gateway
from kyc_gateway.cursors import CursorFile, CursorStore
from kyc_gateway.errors import FieldViolation, GatewayError
from kyc_gateway.follow import CursorProblem, WatchOptions, WatchState
from kyc_gateway.watch import Batch, Watch

__all__ = ["Batch", "CursorFile", "CursorProblem", "CursorStore", "FieldViolation", "Gateway", "GatewayError", "Outcome", "Reason",
           "Watch", "WatchOptions", "WatchState"]
