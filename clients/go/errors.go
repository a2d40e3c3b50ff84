package kyc

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsv1 "kyc-gateway/clients/go/kyc/errors/v1"
)

// FieldViolation is one field of the request that is wrong, by its path in the proto.
type FieldViolation struct{ Field, Description string }

// Error is a call that failed: Outcome says whether it was processed, MayRepeat whether to make it again.
type Error struct {
	Code    codes.Code
	Message string
	// ReasonText also where Reason does not know it yet.
	Reason          errorsv1.Reason
	ReasonText      string
	Outcome         errorsv1.Outcome
	Domain          string
	Metadata        map[string]string
	FieldViolations []FieldViolation
	RetryDelay      time.Duration
	// OnlyReads: the method changes nothing and costs nothing, so it may be called again whatever became of this call.
	OnlyReads bool
	// RequestID is the call's own key, which each repeat of it has; empty where it had none.
	RequestID string
	cause     error
}

func (e *Error) Error() string { return fmt.Sprintf("%v: %s", e.Code, e.Message) }

// Unwrap returns gRPC's own error.
func (e *Error) Unwrap() error { return e.cause }

// TrxID is WideKYC's transaction id, where its answer had one.
func (e *Error) TrxID() string { return e.Metadata["trxId"] }

// MayRepeat: making this very call again bills nothing twice, and may succeed. It believes an upstream that says that it did not
// process the call (429, say). Whoever cannot takes only Outcome_OUTCOME_NOT_SENT.
func (e *Error) MayRepeat() bool {
	notProcessed := e.Code == codes.Unavailable || e.Code == codes.ResourceExhausted || e.Code == codes.Aborted
	if e.OnlyReads || e.Outcome == errorsv1.Outcome_OUTCOME_NOT_SENT {
		return notProcessed || e.Code == codes.DeadlineExceeded
	}
	if e.RequestID != "" {
		switch e.ReasonText {
		// What became of who waited, gRPC's own errors among it, and not of the call: its answer may be known yet, by its request_id.
		case "", "CALLER_DEADLINE", "CALLER_CANCELLED", "SERVER_DRAINING":
			return true
		}
	}
	return notProcessed && e.Outcome == errorsv1.Outcome_OUTCOME_REFUSED
}

func errorOf(err error, onlyReads bool, requestID string) *Error {
	failure := status.Convert(err)
	result := &Error{Code: failure.Code(), Message: failure.Message(), OnlyReads: onlyReads, RequestID: requestID, cause: err}
	for _, detail := range failure.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			result.Domain, result.ReasonText, result.Metadata = detail.Domain, detail.Reason, detail.Metadata
		case *errdetails.BadRequest:
			for _, violation := range detail.FieldViolations {
				result.FieldViolations = append(result.FieldViolations, FieldViolation{violation.Field, violation.Description})
			}
		case *errdetails.RetryInfo:
			result.RetryDelay = detail.RetryDelay.AsDuration()
		}
	}
	// What an enum does not know is its zero, UNSPECIFIED.
	result.Reason = errorsv1.Reason(errorsv1.Reason_value["REASON_"+result.ReasonText])
	result.Outcome = errorsv1.Outcome(errorsv1.Outcome_value["OUTCOME_"+strings.ToUpper(result.Metadata["outcome"])])
	return result
}
