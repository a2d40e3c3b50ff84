package com.kyc.client;

import com.finpay.linkage.v1.CreateUpgradeAccountWidgetRequest;
import com.finpay.linkage.v1.CreateUpgradeAccountWidgetResponse;
import com.finpay.linkage.v1.UpgradeAccountServiceGrpc;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.kyc.errors.v1.Outcome;
import com.netzme.v1.GetUpgradeRequest;
import com.netzme.v1.GetUpgradeResponse;
import com.netzme.v1.ListUpgradesRequest;
import com.netzme.v1.ListUpgradesResponse;
import com.netzme.v1.UpgradeNotificationServiceGrpc;
import com.widekyc.v1.DetectLivenessRequest;
import com.widekyc.v1.DetectLivenessResponse;
import com.widekyc.v1.RecognizeIdRequest;
import com.widekyc.v1.RecognizeIdResponse;
import com.widekyc.v1.ValidateIdRequest;
import com.widekyc.v1.ValidateIdResponse;
import com.widekyc.v1.WideKycServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Calls and watches of one gateway. Thread-safe. Each call throws GatewayException where it fails. */
public final class Gateway implements AutoCloseable {
  private final Target target;
  private final Duration timeout;
  private final ManagedChannel channel;
  private final boolean requestIds;
  private final AtomicLong connected; // When it was last told to connect: nanoseconds.

  public Gateway(Target target) { this(target, Duration.ofSeconds(30)); }

  /** timeout bounds a call with its repeats. */
  public Gateway(Target target, Duration timeout) { this(target, timeout, target.open(), true, new AtomicLong(System.nanoTime())); }

  /** For stubs of what has no method here: kyc.admin.v1, health. */
  public ManagedChannel channel() { return channel; }

  /** The same gateway with another timeout, over the same connections. */
  public Gateway within(Duration other) { return new Gateway(target, other, channel, requestIds, connected); }

  /** The same gateway, over the same connections; a call that has no request_id gets none. */
  public Gateway withoutRequestIds() { return new Gateway(target, timeout, channel, false, connected); }

  /**
   * The request, of finpay or widekyc, with a request_id: its own, else a new one. Whoever repeats this value repeats one call. Calls do
   * so by themselves, and their errors tell the request_id.
   */
  @SuppressWarnings("unchecked") // What is built by a request's builder is of its type.
  public static <Q extends Message> Q withRequestId(Q request) {
    if (!keyOf(request).isEmpty()) return request;
    FieldDescriptor field = request.getDescriptorForType().findFieldByName("request_id");
    return (Q) request.toBuilder().setField(field, UUID.randomUUID().toString()).build();
  }

  private Gateway(Target target, Duration timeout, ManagedChannel channel, boolean requestIds, AtomicLong connected) {
    this.target = target;
    this.timeout = timeout;
    this.channel = channel;
    this.requestIds = requestIds;
    this.connected = connected;
  }

  /** Ends all calls. Watches have connections of their own. */
  @Override
  public void close() { channel.shutdownNow(); }

  public CreateUpgradeAccountWidgetResponse createUpgradeAccountWidget(CreateUpgradeAccountWidgetRequest request) {
    return call(UpgradeAccountServiceGrpc.getCreateUpgradeAccountWidgetMethod(), request, false);
  }

  public DetectLivenessResponse detectLiveness(DetectLivenessRequest request) {
    return call(WideKycServiceGrpc.getDetectLivenessMethod(), request, false);
  }

  public RecognizeIdResponse recognizeId(RecognizeIdRequest request) {
    return call(WideKycServiceGrpc.getRecognizeIdMethod(), request, false);
  }

  public ValidateIdResponse validateId(ValidateIdRequest request) { return call(WideKycServiceGrpc.getValidateIdMethod(), request, false); }

  public GetUpgradeResponse getUpgrade(GetUpgradeRequest request) {
    return call(UpgradeNotificationServiceGrpc.getGetUpgradeMethod(), request, true);
  }

  public ListUpgradesResponse listUpgrades(ListUpgradesRequest request) {
    return call(UpgradeNotificationServiceGrpc.getListUpgradesMethod(), request, true);
  }

  /** Each stream has a connection of its own. */
  public Watch watchUpgrades(CursorStore cursors, WatchOptions options) { return new Watch(target, cursors, options); }

  /** Repeats, twice at most, only what cannot be billed twice, whatever an upstream says. */
  private <Q extends Message, R> R call(MethodDescriptor<Q, R> method, Q asked, boolean onlyReads) {
    Q request = requestIds && !onlyReads ? withRequestId(asked) : asked;
    long until = System.nanoTime() + timeout.toNanos();
    for (int tries = 1; ; ++tries) {
      GatewayException failure;
      try {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        return ClientCalls.blockingUnaryCall(channel, method, options, request);
      } catch (StatusRuntimeException error) {
        failure = new GatewayException(error, onlyReads, onlyReads ? "" : keyOf(request));
      }
      if (failure.code() == Status.Code.UNAVAILABLE) connectSoon();
      long pause = Math.max(failure.retryDelay().toMillis(), pauseAfter(tries, 2_000));
      boolean late = TimeUnit.MILLISECONDS.toNanos(pause) >= until - System.nanoTime();
      boolean free = failure.mayRepeat() && failure.outcome() != Outcome.OUTCOME_REFUSED;
      if (tries >= 3 || !free || late) throw failure;
      try {
        Thread.sleep(pause);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw failure;
      }
    }
  }

  /** Of itself a channel of Java waits up to two minutes before it connects again; here, as in other languages, five seconds. */
  private void connectSoon() {
    long last = connected.get();
    long now = System.nanoTime();
    if (now - last > TimeUnit.SECONDS.toNanos(5) && connected.compareAndSet(last, now)) channel.resetConnectBackoff();
  }

  private static String keyOf(Message request) {
    return (String) request.getField(request.getDescriptorForType().findFieldByName("request_id"));
  }

  /** Milliseconds: doubles from 100 on; chance takes away up to a half, so that callers do not come back together. */
  static long pauseAfter(int tries, long longest) {
    long pause = Math.min(100L << Math.min(tries, 20), longest);
    return pause - ThreadLocalRandom.current().nextLong(pause / 2);
  }
}
