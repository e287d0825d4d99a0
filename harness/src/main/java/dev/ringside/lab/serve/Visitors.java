package dev.ringside.lab.serve;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to the server. A page of another site that a browser shows at the same time must not
 * control a run, neither as itself (its {@code Origin} is another) nor by a name of its own that
 * leads to this machine (then {@code Host} is that name).
 *
 * @param host the name or address that the server was told to listen on
 */
record Visitors(String host) {
  /** Whether the request names this server by an address, as localhost, or as it was told to. */
  boolean knowTheHost(HttpRequest request) {
    String named = request.headers().get(HttpHeaderNames.HOST);
    if (named == null) {
      return false;
    }
    String name = withoutPort(named).toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals(host.toLowerCase(Locale.ROOT))
        || NetUtil.isValidIpV4Address(name)
        || NetUtil.isValidIpV6Address(name);
  }

  private static String withoutPort(String named) {
    if (named.startsWith("[")) {
      int end = named.indexOf(']');
      return end < 0 ? named : named.substring(1, end);
    }
    int colon = named.lastIndexOf(':');
    return colon < 0 ? named : named.substring(0, colon);
  }

  /** Whether the request comes from this server's own page, or from no page at all. */
  boolean areAtHome(HttpRequest request) {
    @Nullable String origin = request.headers().get(HttpHeaderNames.ORIGIN);
    return origin == null
        || origin.equalsIgnoreCase("http://" + request.headers().get(HttpHeaderNames.HOST));
  }
}
