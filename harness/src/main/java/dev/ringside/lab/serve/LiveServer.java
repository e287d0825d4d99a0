package dev.ringside.lab.serve;

import dev.ringside.lab.live.LiveSession;
import dev.ringside.lab.live.LiveSettings;
import dev.ringside.machine.Scheduler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A web page that shows a run as it goes, and lets whoever opens it stop it and step it. One event
 * loop serves every browser; the run has a task of its own.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is closed need not be waited for everywhere
public final class LiveServer implements AutoCloseable {
  private static final String SOCKET_PATH = "/socket";

  /** A command is small; so is a request for the page. */
  private static final int MAX_MESSAGE_BYTES = 16 << 10;

  /** What may wait for a browser before it misses frames, in bytes. */
  private static final WriteBufferWaterMark BACKLOG = new WriteBufferWaterMark(64 << 10, 256 << 10);

  private static final int MAX_CONNECTIONS = 64;
  private static final int PING_SECONDS = 20;
  private static final int SILENCE_SECONDS = 60;

  private final String host;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Audience audience = new Audience();
  private final LiveSession session;
  private final Channel listening;

  /**
   * Starts to listen, with a run that stands at its start.
   *
   * @param host a name or an address of this machine
   * @param port 0 for any that is free
   * @param eventsPerSecond how fast the run goes when it is told to; 0 as fast as it can
   * @throws IOException when it cannot listen there; the message says why
   */
  public LiveServer(
      String host, int port, LiveSettings settings, long eventsPerSecond, Scheduler scheduler)
      throws IOException {
    this.host = host;
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException("--host %s: no such host".formatted(host));
    }
    session = new LiveSession(settings, eventsPerSecond, scheduler, audience::show);
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, BACKLOG)
            .childHandler(new Pipeline())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      session.close();
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException(
          "cannot listen on %s port %d: %s; choose another with --port, or 0 for any"
              .formatted(host, port, reason(bound.cause())));
    }
    listening = bound.channel();
  }

  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  /** The port that it listens on. */
  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Where the page is. */
  public String url() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return "http://%s:%d/".formatted(name, port());
  }

  /** How many browsers look. */
  int visitors() {
    return audience.size();
  }

  /** What waits for the slowest browser, in bytes. */
  long mostWaitingBytes() {
    return audience.mostWaitingBytes();
  }

  /** Waits until the server is closed. */
  public void await() {
    listening.closeFuture().awaitUninterruptibly();
  }

  /** Ends the run, and lets the browsers go. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    session.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** What a connection goes through. */
  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      if (connections.size() >= MAX_CONNECTIONS) {
        channel.close();
        return;
      }
      connections.add(channel);
      WebSocketServerProtocolConfig socket =
          WebSocketServerProtocolConfig.newBuilder()
              .websocketPath(SOCKET_PATH)
              .maxFramePayloadLength(MAX_MESSAGE_BYTES)
              .allowExtensions(false)
              .build();
      channel
          .pipeline()
          .addLast(
              new IdleStateHandler(SILENCE_SECONDS, PING_SECONDS, 0, TimeUnit.SECONDS),
              new HttpServerCodec(),
              new HttpObjectAggregator(MAX_MESSAGE_BYTES),
              new PageHandler(new Visitors(host), SOCKET_PATH),
              new WebSocketServerProtocolHandler(socket),
              new WebSocketFrameAggregator(MAX_MESSAGE_BYTES),
              new SocketHandler(session, audience));
    }
  }
}
