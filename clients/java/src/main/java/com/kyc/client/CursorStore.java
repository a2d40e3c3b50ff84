package com.kyc.client;

import java.io.IOException;

/** Keeps one cursor. */
public interface CursorStore {
  /** The cursor that was saved last; empty if there is none yet. */
  String load() throws IOException;

  /** Returns once the cursor is kept. */
  void save(String cursor) throws IOException;

  /** For a program that begins anew at each start, or keeps the cursor itself. */
  static CursorStore inMemory() {
    return new CursorStore() {
      private String kept = "";

      @Override
      public String load() { return kept; }

      @Override
      public void save(String cursor) { kept = cursor; }
    };
  }
}
