package dev.schemaward.engine.execute;

import dev.schemaward.engine.connect.RoundTrip;

/**
 * Dies before or after the n-th message to the server: an Error passes through everything that
 * handles a failure, as the end of the process does.
 */
final class DieAt implements RoundTrip {
  static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final int place;
  private final boolean before;
  private int count;

  DieAt(int place, boolean before) {
    this.place = place;
    this.before = before;
  }

  /** Never dies; counts. */
  static DieAt never() {
    return new DieAt(-1, true);
  }

  int count() {
    return count;
  }

  @Override
  public void before(String sql) {
    if (++count == place && before) {
      throw new Death();
    }
  }

  @Override
  public void after(String sql) {
    if (count == place && !before) {
      throw new Death();
    }
  }
}
