package com.kyc.client;

import com.finpay.linkage.v1.CreateUpgradeAccountWidgetRequest;
import com.finpay.linkage.v1.CreateUpgradeAccountWidgetResponse;
import com.finpay.linkage.v1.UpgradeAccountServiceGrpc;
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
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Calls and watches of one gateway. Thread-safe. Each call throws GatewayException where it fails. */
public final class Gateway implements AutoCloseable {
  private final Target target;
  private final Duration timeout;
  private final ManagedChannel channel;

  public Gateway(Target target) { this(target, Duration.ofSeconds(30)); }

  /** timeout bounds a call with its repeats. */
  public Gateway(Target target, Duration timeout) {
    this.target = target;
    this.timeout = timeout;
    this.channel = target.open();
  }

  /** For stubs of what has no method here: kyc.admin.v1, health. */
  public ManagedChannel channel() { return channel; }

  /** The same gateway with another timeout, over the same connections. */
  public Gateway within(Duration other) { return new Gateway(target, other, channel); }

  private Gateway(Target target, Duration timeout, ManagedChannel channel) {
    this.target = target;
    this.timeout = timeout;
    this.channel = channel;
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

  public ValidateIdResponse validateId(ValidateIdRequest request) {
    return call(WideKycServiceGrpc.getValidateIdMethod(), request, false);
  }

  public GetUpgradeResponse getUpgrade(GetUpgradeRequest request) {
    return call(UpgradeNotificationServiceGrpc.getGetUpgradeMethod(), request, true);
  }

  public ListUpgradesResponse listUpgrades(ListUpgradesRequest request) {
    return call(UpgradeNotificationServiceGrpc.getListUpgradesMethod(), request, true);
  }

  /** Each stream has a connection of its own. */
  public Watch watchUpgrades(CursorStore cursors, WatchOptions options) { return new Watch(target, cursors, options); }

  /** Repeats, twice at most, only what surely was not processed. */
  private <Q, R> R call(MethodDescriptor<Q, R> method, Q request, boolean onlyReads) {
    long until = System.nanoTime() + timeout.toNanos();
    for (int tries = 1; ; ++tries) {
      GatewayException failure;
      try {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        return ClientCalls.blockingUnaryCall(channel, method, options, request);
      } catch (StatusRuntimeException error) {
        failure = new GatewayException(error, onlyReads);
      }
      long pause = Math.max(failure.retryDelay().toMillis(), pauseAfter(tries, 2_000));
      boolean late = TimeUnit.MILLISECONDS.toNanos(pause) >= until - System.nanoTime();
      if (tries >= 3 || !failure.surelyNotProcessed() || !failure.mayRepeat() || late) throw failure;
      try {
        Thread.sleep(pause);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw failure;
      }
    }
  }

  /** Milliseconds: doubles from 100 on; chance takes away up to a half, so that callers do not come back together. */
  static long pauseAfter(int tries, long longest) {
    long pause = Math.min(100L << Math.min(tries, 20), longest);
    return pause - ThreadLocalRandom.current().nextLong(pause / 2);
  }
}
