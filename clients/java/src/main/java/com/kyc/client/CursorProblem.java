package com.kyc.client;

import com.kyc.errors.v1.Reason;
import java.util.Set;

/**
 * The server cannot go on from the cursor. Going on from oldestCursor sees all that is left, from newestCursor only what is new.
 *
 * @param reason REASON_CURSOR_EXPIRED, _FOREIGN, _AHEAD or _INVALID
 */
public record CursorProblem(Reason reason, String cursor, String oldestCursor, String newestCursor, GatewayException error) {
  private static final Set<Reason> REASONS = Set.of(Reason.REASON_CURSOR_EXPIRED, Reason.REASON_CURSOR_FOREIGN,
      Reason.REASON_CURSOR_AHEAD, Reason.REASON_CURSOR_INVALID);

  static boolean is(GatewayException error) { return REASONS.contains(error.reason()); }

  static CursorProblem of(GatewayException error, String cursor) {
    return new CursorProblem(error.reason(), cursor, error.metadata().getOrDefault("oldestCursor", ""),
        error.metadata().getOrDefault("newestCursor", ""), error);
  }
}
