package dev.ringside.lab.serve;

import dev.ringside.lab.live.Frame;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The browsers that look. All get the same frames; one that does not keep up misses some, and gets
 * the newest when it has room again. So what waits for a browser is bounded.
 */
final class Audience {
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String latest;

  /** Begins to show frames to a browser, the latest at once. */
  void welcome(Channel channel) {
    send(channel, FrameJson.hello());
    channels.add(channel);
    catchUp(channel);
  }

  /** It has gone. */
  void forget(Channel channel) {
    channels.remove(channel);
  }

  /** Shows a frame to all; from any thread, without waiting. */
  void show(Frame frame) {
    String text = FrameJson.of(frame);
    latest = text;
    for (Channel channel : channels) {
      if (channel.isWritable()) {
        send(channel, text);
      }
    }
  }

  /** A browser has room again: it gets what is newest. */
  void catchUp(Channel channel) {
    String text = latest;
    if (text != null && channel.isWritable()) {
      send(channel, text);
    }
  }

  /** What becomes of a message needs no answer: a connection that breaks ends by itself. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private static void send(Channel channel, String text) {
    channel.writeAndFlush(new TextWebSocketFrame(text), channel.voidPromise());
  }

  /** How many look. */
  int size() {
    return channels.size();
  }

  /** What waits for the one that reads slowest, in bytes. */
  long mostWaitingBytes() {
    return channels.stream()
        .map(channel -> channel.unsafe().outboundBuffer())
        .filter(Objects::nonNull)
        .mapToLong(ChannelOutboundBuffer::totalPendingWriteBytes)
        .max()
        .orElse(0);
  }
}
