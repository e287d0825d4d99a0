package dev.ringside.lab.serve;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/**
 * Serves the page, and lets through to the WebSocket who may go there. A browser is told to load
 * nothing for this page from anywhere else.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a connection that breaks ends by itself
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Visitors visitors;
  private final String socketPath;

  PageHandler(Visitors visitors, String socketPath) {
    this.visitors = visitors;
    this.socketPath = socketPath;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      refuse(context, request, HttpResponseStatus.BAD_REQUEST, "this is no HTTP request");
    } else if (!visitors.knowTheHost(request)) {
      refuse(
          context,
          request,
          HttpResponseStatus.MISDIRECTED_REQUEST,
          "open this page by its address, or say with --host which name it has");
    } else if (path(request).equals(socketPath)) {
      enterSocket(context, request);
    } else {
      serve(context, request);
    }
  }

  private void enterSocket(ChannelHandlerContext context, FullHttpRequest request) {
    if (!visitors.areAtHome(request)) {
      refuse(context, request, HttpResponseStatus.FORBIDDEN, "a page of another site");
    } else if (!request.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
      refuse(context, request, HttpResponseStatus.UPGRADE_REQUIRED, "this is a WebSocket");
    } else {
      context.fireChannelRead(request.retain());
    }
  }

  private static void serve(ChannelHandlerContext context, FullHttpRequest request) {
    PageFiles.PageFile file = PageFiles.at(path(request));
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (file == null) {
      refuse(context, request, HttpResponseStatus.NOT_FOUND, "there is no such page");
    } else if (!head && !request.method().equals(HttpMethod.GET)) {
      refuse(context, request, HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD");
    } else {
      respond(context, request, HttpResponseStatus.OK, file.type(), file.content(), head);
    }
  }

  private static String path(FullHttpRequest request) {
    String target = request.uri();
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  private static void refuse(
      ChannelHandlerContext context,
      FullHttpRequest request,
      HttpResponseStatus status,
      String why) {
    byte[] text = (why + "\n").getBytes(StandardCharsets.UTF_8);
    respond(context, request, status, "text/plain; charset=utf-8", text, false);
  }

  private static void respond(
      ChannelHandlerContext context,
      FullHttpRequest request,
      HttpResponseStatus status,
      String type,
      byte[] content,
      boolean head) {
    ByteBuf body = head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.CONTENT_TYPE, type);
    headers.setInt(HttpHeaderNames.CONTENT_LENGTH, content.length);
    headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    boolean keepAlive = HttpUtil.isKeepAlive(request) && status.code() < 400;
    HttpUtil.setKeepAlive(response, keepAlive);
    var written = context.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** A browser that goes away in the middle is no news. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
