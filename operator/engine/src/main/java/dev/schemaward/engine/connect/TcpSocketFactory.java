package dev.schemaward.engine.connect;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.Map;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Makes the driver's TCP connections. A peer that is gone without a word is noticed within a minute
 * while we wait for its answer (the system's own default is two hours), and what a server says
 * before it hangs up is read even when it no longer reads us.
 */
public final class TcpSocketFactory extends SocketFactory {
  /** Seconds of silence, seconds between probes, unanswered probes; as the server is told too. */
  private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 30,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  /** Called by the driver, by name. */
  public TcpSocketFactory() {}

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = new ListeningToTheEnd();
    socket.setKeepAlive(true);
    for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE.entrySet()) {
      if (socket.supportedOptions().contains(option.getKey())) {
        socket.setOption(option.getKey(), option.getValue());
      }
    }
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw onlyUnconnected();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw onlyUnconnected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw onlyUnconnected();
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    throw onlyUnconnected();
  }

  private static IOException onlyUnconnected() {
    return new IOException("the driver connects by itself, with its own timeout");
  }

  /**
   * Keeps an error of writing for itself, as libpq does: the peer's last words (an alert about our
   * certificate, "terminating connection due to …") may lie unread. Whoever writes here then waits
   * for an answer, and reading finds the end at once if there is none.
   */
  private static final class ListeningToTheEnd extends Socket {
    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        private boolean broken;

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          if (!broken) {
            try {
              out.write(bytes, offset, length);
            } catch (SocketException e) {
              broken = true;
            }
          }
        }
      };
    }
  }
}
