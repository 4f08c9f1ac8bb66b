package dev.schemaward.testkit.postgres;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Forwards connections to a PostgreSQL server on this machine, message by message, and harms the
 * first of them at one message: resets both sides, or goes silent without closing anything, as a
 * network does that lost its way. Later connections are left alone. Speaks no TLS: connect with
 * {@code sslmode=disable}.
 */
public final class CuttingProxy implements AutoCloseable {
  /** What happens to the first connection. */
  public enum Harm {
    /** Reset before the query reaches the server. */
    RESET_BEFORE_QUERY,
    /** Reset as soon as the query was sent on: the server is just working on it. */
    RESET_DURING_QUERY,
    /** Reset when the server has answered and before the client hears of it. */
    RESET_BEFORE_ANSWER,
    /** From this query on nothing gets through, in either direction. */
    SILENCE_BEFORE_QUERY,
    /** The query gets through, and nothing after it in either direction. */
    SILENCE_BEFORE_ANSWER,
    /** Nothing ever happens. */
    NONE
  }

  private static final byte QUERY = 'Q';
  private static final byte READY_FOR_QUERY = 'Z';

  private final ServerSocket listener;
  private volatile int target;
  private final Harm harm;
  private final int place;
  private final AtomicBoolean chosen = new AtomicBoolean();
  private final AtomicInteger queries = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /**
   * Starts forwarding.
   *
   * @param target port of the server on 127.0.0.1
   * @param harm to the first connection
   * @param place at which of its queries, from 1; 0 is its start-up message
   */
  public CuttingProxy(int target, Harm harm, int place) {
    this.target = target;
    this.harm = harm;
    this.place = place;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  /** Where to connect, on 127.0.0.1. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Later connections go to another server, as those to a Service do after a failover. */
  public void forwardTo(int port) {
    target = port;
  }

  /** How many queries the first connection has sent. */
  public int queries() {
    return queries.get();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      open.forEach(CuttingProxy::reset);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      Socket client = null;
      try {
        client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        open.add(client);
        open.add(server);
        Link link = new Link(client, server, chosen.compareAndSet(false, true));
        Thread.ofVirtual().start(() -> link.run(link::requests));
        Thread.ofVirtual().start(() -> link.run(link::answers));
      } catch (IOException e) {
        if (client != null) {
          reset(client); // nobody is there just now: so it is for whoever asked, and only for him
        } else if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      return; // it is closed already
    } finally {
      try {
        socket.close();
      } catch (IOException e) {
        assert socket.isClosed();
      }
    }
  }

  @FunctionalInterface
  private interface Direction {
    void forward() throws IOException;
  }

  /** One client and its connection to the server. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private final boolean victim;
    private volatile boolean silent;
    private volatile boolean resetAtAnswer;

    Link(Socket client, Socket server, boolean victim) {
      this.client = client;
      this.server = server;
      this.victim = victim;
    }

    void run(Direction direction) {
      try {
        direction.forward();
      } catch (IOException e) {
        // One side has gone: so does the other, unless nobody is to hear of it.
        if (!silent) {
          cut();
        }
      }
    }

    private void cut() {
      reset(client);
      reset(server);
      open.remove(client);
      open.remove(server);
    }

    void requests() throws IOException {
      DataInputStream in = new DataInputStream(client.getInputStream());
      OutputStream out = server.getOutputStream();
      byte[] startUp = body(in, in.readInt());
      if (harmed(0, Harm.RESET_BEFORE_QUERY) || harmed(0, Harm.SILENCE_BEFORE_QUERY)) {
        begin(0);
      }
      send(
          out,
          ByteBuffer.allocate(4 + startUp.length).putInt(startUp.length + 4).put(startUp).array());
      while (true) {
        byte type = in.readByte();
        int length = in.readInt();
        byte[] body = body(in, length);
        int number = type == QUERY && victim ? queries.incrementAndGet() : -1;
        if (harmed(number, Harm.RESET_BEFORE_QUERY) || harmed(number, Harm.SILENCE_BEFORE_QUERY)) {
          begin(number);
        }
        resetAtAnswer |= harmed(number, Harm.RESET_BEFORE_ANSWER);
        silent |= harmed(number, Harm.SILENCE_BEFORE_ANSWER);
        send(out, ByteBuffer.allocate(5 + body.length).put(type).putInt(length).put(body).array());
        if (harmed(number, Harm.RESET_DURING_QUERY)) {
          throw new EOFException("reset during the query");
        }
        if (silent) {
          stopReading();
        }
      }
    }

    private boolean harmed(int number, Harm how) {
      return victim && number == place && harm == how;
    }

    private void begin(int number) throws IOException {
      if (harm == Harm.SILENCE_BEFORE_QUERY) {
        silent = true;
        stopReading();
      }
      throw new EOFException("reset before query " + number);
    }

    /** Ends a direction without closing anything. */
    private void stopReading() throws IOException {
      throw new EOFException("silent");
    }

    void answers() throws IOException {
      DataInputStream in = new DataInputStream(server.getInputStream());
      OutputStream out = client.getOutputStream();
      while (true) {
        byte type = in.readByte();
        int length = in.readInt();
        byte[] body = body(in, length);
        if (silent) {
          stopReading();
        }
        if (resetAtAnswer) {
          if (type == READY_FOR_QUERY) {
            throw new EOFException("reset before the answer");
          }
          continue;
        }
        send(out, ByteBuffer.allocate(5 + body.length).put(type).putInt(length).put(body).array());
      }
    }

    private static byte[] body(DataInputStream in, int length) throws IOException {
      byte[] body = new byte[length - 4];
      in.readFully(body);
      return body;
    }

    private static void send(OutputStream out, byte[] message) throws IOException {
      out.write(message);
      out.flush();
    }
  }
}
