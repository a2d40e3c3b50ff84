package com.kyc.client;

/** Where a watch stands. */
public enum WatchState {
  CONNECTING,
  /** What was stored before is on its way. */
  CATCHING_UP,
  LIVE,
  /** Before the next attempt. */
  WAITING,
  STOPPED
}
