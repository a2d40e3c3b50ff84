package com.kyc.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.kyc.errors.v1.Outcome;
import com.kyc.errors.v1.Reason;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A call that failed: outcome() says whether it was processed, mayRepeat() whether to make it again. */
public final class GatewayException extends RuntimeException {
  /** One field of the request that is wrong, by its path in the proto. */
  public record FieldViolation(String field, String description) {}

  private static final Set<Status.Code> NOT_PROCESSED =
      EnumSet.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED, Status.Code.ABORTED);

  /** What became of who waited, gRPC's own errors among it, and not of the call: its answer may be known yet, by its request_id. */
  private static final Set<String> OF_WHO_WAITED = Set.of("", "CALLER_DEADLINE", "CALLER_CANCELLED", "SERVER_DRAINING");

  private final Status status;
  private final boolean onlyReads;
  private final String requestId;
  private final ErrorInfo info;
  private final List<FieldViolation> fieldViolations;
  private final Duration retryDelay;

  GatewayException(Throwable failure, boolean onlyReads, String requestId) {
    super(Status.fromThrowable(failure).getCode() + ": " + Status.fromThrowable(failure).getDescription(), failure);
    this.status = Status.fromThrowable(failure);
    this.onlyReads = onlyReads;
    this.requestId = requestId;
    ErrorInfo found = ErrorInfo.getDefaultInstance();
    List<FieldViolation> violations = List.of();
    Duration delay = Duration.ZERO;
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    try {
      for (Any detail : details == null ? List.<Any>of() : details.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          found = detail.unpack(ErrorInfo.class);
        } else if (detail.is(BadRequest.class)) {
          violations = detail.unpack(BadRequest.class).getFieldViolationsList().stream()
              .map(v -> new FieldViolation(v.getField(), v.getDescription())).toList();
        } else if (detail.is(RetryInfo.class)) {
          com.google.protobuf.Duration d = detail.unpack(RetryInfo.class).getRetryDelay();
          delay = Duration.ofSeconds(d.getSeconds(), d.getNanos());
        }
      }
    } catch (InvalidProtocolBufferException broken) {
      addSuppressed(broken);
    }
    this.info = found;
    this.fieldViolations = violations;
    this.retryDelay = delay;
  }

  public Status.Code code() { return status.getCode(); }

  public String domain() { return info.getDomain(); }

  /** REASON_UNSPECIFIED where it does not know reasonText() yet. */
  public Reason reason() { return known(Reason.class, "REASON_" + reasonText(), Reason.REASON_UNSPECIFIED); }

  public String reasonText() { return info.getReason(); }

  public Outcome outcome() {
    String word = metadata().getOrDefault("outcome", "").toUpperCase(Locale.ROOT);
    return known(Outcome.class, "OUTCOME_" + word, Outcome.OUTCOME_UNSPECIFIED);
  }

  public Map<String, String> metadata() { return info.getMetadataMap(); }

  public List<FieldViolation> fieldViolations() { return fieldViolations; }

  /** How long to wait, where the server says so; else zero. */
  public Duration retryDelay() { return retryDelay; }

  /** WideKYC's transaction id, where its answer had one; else empty. */
  public String trxId() { return metadata().getOrDefault("trxId", ""); }

  /** The call's own key, which each repeat of it must have; empty where it had none. */
  public String requestId() { return requestId; }

  /**
   * Making this very call again bills nothing twice, and may succeed. It believes an upstream that says that it did not process the call
   * (429, say). Whoever cannot takes only OUTCOME_NOT_SENT.
   */
  public boolean mayRepeat() {
    if (onlyReads || outcome() == Outcome.OUTCOME_NOT_SENT) return NOT_PROCESSED.contains(code()) || code() == Status.Code.DEADLINE_EXCEEDED;
    if (!requestId.isEmpty() && OF_WHO_WAITED.contains(reasonText())) return true;
    return outcome() == Outcome.OUTCOME_REFUSED && NOT_PROCESSED.contains(code());
  }

  private static <E extends Enum<E>> E known(Class<E> type, String name, E otherwise) {
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException unknown) {
      return otherwise;
    }
  }
}
