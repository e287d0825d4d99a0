package dev.ringside.lab.serve;

import dev.ringside.lab.live.Frame;
import dev.ringside.lab.live.LiveSession;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.Objects;

/** One browser's WebSocket: commands in, frames out. */
@SuppressWarnings("FutureReturnValueIgnored") // a connection that breaks ends by itself
final class SocketHandler extends SimpleChannelInboundHandler<WebSocketFrame> {
  private final LiveSession session;
  private final Audience audience;

  /** After the handshake; before, there is nobody to ping. */
  private boolean open;

  SocketHandler(LiveSession session, Audience audience) {
    this.session = session;
    this.audience = audience;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    switch (event) {
      case WebSocketServerProtocolHandler.HandshakeComplete complete -> {
        open = true;
        audience.welcome(context.channel());
      }
      case IdleStateEvent idle when idle.state() == IdleState.WRITER_IDLE && open ->
          context.writeAndFlush(new PingWebSocketFrame());
      // Whoever answers no ping is gone, or was never there.
      case IdleStateEvent idle when idle.state() == IdleState.READER_IDLE -> context.close();
      default -> super.userEventTriggered(context, event);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    if (!(frame instanceof TextWebSocketFrame text)) {
      context.writeAndFlush(
          new CloseWebSocketFrame(WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "text only"));
      return;
    }
    Frame latest = session.latest();
    if (latest == null) {
      return;
    }
    try {
      session.obey(CommandReader.read(text.text(), latest.settings()));
    } catch (CommandException wrong) {
      if (context.channel().isWritable()) {
        context.writeAndFlush(
            new TextWebSocketFrame(FrameJson.problem(Objects.requireNonNull(wrong.getMessage()))));
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (open) {
      audience.catchUp(context.channel());
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    audience.forget(context.channel());
    context.fireChannelInactive();
  }

  /** A message too large, or a browser that went away: its own connection ends, nothing else. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      context
          .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.MESSAGE_TOO_BIG, "too large"))
          .addListener(ChannelFutureListener.CLOSE);
    } else {
      context.close();
    }
  }
}
