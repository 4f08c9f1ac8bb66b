package dev.schemaward.engine.connect;

/**
 * Sees every message to the server before it is sent and after its answer came. In production it
 * does nothing; crash tests end the process, the connection or the server here, at each place once.
 */
public interface RoundTrip {
  RoundTrip UNWATCHED =
      new RoundTrip() {
        @Override
        public void before(String sql) {}

        @Override
        public void after(String sql) {}
      };

  /** Called before {@code sql} is sent. */
  void before(String sql);

  /** Called after the server's answer to {@code sql} was read. */
  void after(String sql);
}
