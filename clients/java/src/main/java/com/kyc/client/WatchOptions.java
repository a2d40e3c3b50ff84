package com.kyc.client;

import com.netzme.v1.From;
import com.netzme.v1.UpgradeFilter;
import com.netzme.v1.View;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Where a watch begins when its store has no cursor, and what it sees.
 *
 * @param since begins with the first event received at or after this, instead of start; null: start says it
 * @param heartbeat 1 to 60 seconds; after three of them without a word the connection is given up
 * @param onCursorProblem asked when the cursor is no good: returns the cursor to go on from, or null to end the watch with the error
 * @param onState told of each change of the state, with the error that made it, or null
 */
public record WatchOptions(From start, Instant since, UpgradeFilter filter, View view, Duration heartbeat,
    Function<CursorProblem, String> onCursorProblem, BiConsumer<WatchState, GatewayException> onState) {
  public static WatchOptions defaults() {
    return new WatchOptions(From.FROM_LATEST, null, UpgradeFilter.getDefaultInstance(), View.VIEW_BASIC, Duration.ofSeconds(15),
        problem -> null, (state, error) -> {});
  }

  public WatchOptions withStart(From other) { return new WatchOptions(other, since, filter, view, heartbeat, onCursorProblem, onState); }

  public WatchOptions withSince(Instant other) { return new WatchOptions(start, other, filter, view, heartbeat, onCursorProblem, onState); }

  public WatchOptions withFilter(UpgradeFilter other) {
    return new WatchOptions(start, since, other, view, heartbeat, onCursorProblem, onState);
  }

  public WatchOptions withView(View other) { return new WatchOptions(start, since, filter, other, heartbeat, onCursorProblem, onState); }

  public WatchOptions withHeartbeat(Duration other) {
    return new WatchOptions(start, since, filter, view, other, onCursorProblem, onState);
  }

  public WatchOptions onCursorProblem(Function<CursorProblem, String> other) {
    return new WatchOptions(start, since, filter, view, heartbeat, other, onState);
  }

  public WatchOptions onState(BiConsumer<WatchState, GatewayException> other) {
    return new WatchOptions(start, since, filter, view, heartbeat, onCursorProblem, other);
  }
}
