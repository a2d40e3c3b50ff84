package com.kyc.client;

import com.google.protobuf.Timestamp;
import com.netzme.v1.GoodbyeReason;
import com.netzme.v1.UpgradeEvent;
import com.netzme.v1.UpgradeNotificationServiceGrpc;
import com.netzme.v1.WatchUpgradesRequest;
import com.netzme.v1.WatchUpgradesResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A watch that never ends by itself: one thread calls next(), which blocks. It ends by stop(), by an error that no repeat mends, or when
 * a bad cursor is not replaced. state(), lag() and stop() may be called by any thread.
 */
public final class Watch implements AutoCloseable {
  /** Events that arrived together, oldest first, and the cursor behind them. */
  public final class Batch {
    private final WatchUpgradesResponse message;
    private final long number;

    private Batch(WatchUpgradesResponse message, long number) {
      this.message = message;
      this.number = number;
    }

    public List<UpgradeEvent> events() { return message.getEvents().getEventsList(); }

    public String cursor() { return message.getCursor(); }

    /** These events, and all before, are done with: the watch never brings them again. In the thread that calls next(). */
    public void confirm() { Watch.this.confirm(number, cursor()); }
  }

  /** What a stream said: a message, or why it ended. */
  private record Said(Stream by, WatchUpgradesResponse message, Status end, Metadata trailers) {}

  private static final Said STOP = new Said(null, null, null, null);
  /** What asking again does not mend. Later, these may be a rotation of tokens or an upgrade, which passes. */
  private static final Set<Status.Code> WRONG_AT_FIRST =
      EnumSet.of(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED, Status.Code.UNIMPLEMENTED);

  private final Target target;
  private final CursorStore cursors;
  private final WatchOptions options;
  private final LinkedBlockingQueue<Said> inbox = new LinkedBlockingQueue<>();
  private volatile WatchState state = WatchState.CONNECTING;
  private volatile long completeAt = System.nanoTime();

  private Stream stream;
  private String cursor; // The last one that was confirmed; null: not loaded yet.
  private long handed; // Batches are counted.
  private long confirmed;
  private int fruitless; // Streams that brought nothing.
  private boolean startedOnce;
  private boolean nearRetention;

  Watch(Target target, CursorStore cursors, WatchOptions options) {
    this.target = target;
    this.cursors = cursors;
    this.options = options;
  }

  public WatchState state() { return state; }

  /** Since all that was committed was known to have been handed over: an upper bound of what is not known yet. */
  public Duration lag() { return Duration.ofNanos(System.nanoTime() - completeAt); }

  /** next() returns null as soon as it is, or was, called. */
  public void stop() { inbox.add(STOP); }

  /** Lets go of the connection. In the thread that calls next(). */
  @Override
  public void close() {
    if (stream != null) stream.close();
    stream = null;
    enter(WatchState.STOPPED, null);
  }

  /** The next batch; null after stop(). */
  public Batch next() throws InterruptedException {
    boolean goesOn = false;
    try {
      if (cursor == null) cursor = load();
      for (;;) {
        if (stream == null) open();
        stream.call.request(1);
        Said said = nextOf(stream, 3 * options.heartbeat().toMillis());
        if (said == STOP) return null;
        if (said == null || said.message == null) {
          if (goOn(endOf(said)) == STOP) return null;
          continue;
        }
        long number = take(said.message);
        if (number != 0) {
          goesOn = true;
          return new Batch(said.message, number);
        }
        confirm(0, said.message.getCursor());
      }
    } finally {
      if (!goesOn) close();
    }
  }

  /** One stream on a connection of its own, read when asked to, one message at a time. */
  private final class Stream extends ClientCall.Listener<WatchUpgradesResponse> {
    private final ManagedChannel channel = target.open();
    private final ClientCall<WatchUpgradesRequest, WatchUpgradesResponse> call =
        channel.newCall(UpgradeNotificationServiceGrpc.getWatchUpgradesMethod(), CallOptions.DEFAULT);

    private void start(WatchUpgradesRequest request) {
      call.start(this, new Metadata());
      call.sendMessage(request);
      call.halfClose();
    }

    @Override
    public void onMessage(WatchUpgradesResponse message) { inbox.add(new Said(this, message, null, null)); }

    @Override
    public void onClose(Status status, Metadata trailers) { inbox.add(new Said(this, null, status, trailers)); }

    private void close() { channel.shutdownNow(); }
  }

  private void open() {
    enter(WatchState.CONNECTING, null);
    // What was handed out without being confirmed will come again.
    confirmed = handed;
    nearRetention = false;
    WatchUpgradesRequest.Builder request = WatchUpgradesRequest.newBuilder().setFilter(options.filter()).setView(options.view())
        .setHeartbeatInterval(com.google.protobuf.Duration.newBuilder().setSeconds(options.heartbeat().getSeconds())
            .setNanos(options.heartbeat().getNano()));
    if (!cursor.isEmpty()) {
      request.setCursor(cursor);
    } else if (options.since() != null) {
      request.setSince(Timestamp.newBuilder().setSeconds(options.since().getEpochSecond()).setNanos(options.since().getNano()));
    } else {
      request.setFrom(options.start());
    }
    stream = new Stream();
    stream.start(request.build());
  }

  /** What this stream says, STOP, or null when the time is over. What older streams still say is dropped. */
  private Said nextOf(Stream by, long milliseconds) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    for (;;) {
      Said said = inbox.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (said == null || said == STOP || said.by == by && by != null) return said;
    }
  }

  private static GatewayException endOf(Said said) {
    Status end = said == null ? Status.UNAVAILABLE.withDescription("the server has fallen silent") : said.end;
    return new GatewayException(end.asRuntimeException(said == null ? null : said.trailers), true, "");
  }

  /** The number of the batch if the message brings events, else 0. */
  private long take(WatchUpgradesResponse message) {
    switch (message.getKindCase()) {
      case STARTED -> {
        startedOnce = true;
        enter(WatchState.CATCHING_UP, null);
      }
      case CAUGHT_UP -> enter(WatchState.LIVE, null);
      case GOODBYE -> nearRetention = message.getGoodbye().getReason() == GoodbyeReason.GOODBYE_REASON_NEAR_RETENTION;
      case EVENTS, HEARTBEAT -> fruitless = 0;
      default -> { }
    }
    if (state == WatchState.LIVE) completeAt = System.nanoTime();
    return message.hasEvents() ? ++handed : 0;
  }

  /** Moves the place behind a batch; behind a message without one only when every batch is confirmed. */
  private void confirm(long number, String at) {
    if (number == 0 ? confirmed < handed : number <= confirmed) return;
    confirmed = Math.max(confirmed, number);
    if (at.isEmpty() || at.equals(cursor)) return;
    cursor = at;
    save();
  }

  private Said goOn(GatewayException error) throws InterruptedException {
    stream.close();
    stream = null;
    if (CursorProblem.is(error)) {
      String other = options.onCursorProblem().apply(CursorProblem.of(error, cursor));
      if (other == null || other.isEmpty()) throw error;
      cursor = other;
      save();
      return null;
    }
    if (error.code() == Status.Code.INVALID_ARGUMENT || !startedOnce && WRONG_AT_FIRST.contains(error.code())) throw error;
    enter(WatchState.WAITING, error);
    if (nearRetention) return null;
    long asked = Math.min(error.retryDelay().toMillis(), 60_000);
    return nextOf(null, Math.max(Gateway.pauseAfter(fruitless++, 10_000), asked));
  }

  private String load() {
    try {
      return cursors.load();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void save() {
    try {
      cursors.save(cursor);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void enter(WatchState other, GatewayException error) {
    if (other == state) return;
    state = other;
    options.onState().accept(other, error);
  }
}
