package dev.ringside.lab.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a page does with its WebSocket: the JDK's client, with what came kept in order. */
final class WebSocketPage implements WebSocket.Listener, AutoCloseable {
  /** Instead of a status: the connection broke. */
  static final int BROKEN = -1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder part = new StringBuilder();
  private final WebSocket socket;

  WebSocketPage(HttpClient client, LiveServer server, @Nullable String origin) {
    WebSocket.Builder builder = client.newWebSocketBuilder();
    if (origin != null) {
      builder.header("Origin", origin);
    }
    socket =
        builder
            .buildAsync(URI.create(server.url().replace("http:", "ws:") + "socket"), this)
            .join();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      try {
        messages.add(JSON.readTree(part.toString()));
      } catch (JsonProcessingException noJson) {
        closed.completeExceptionally(noJson);
      }
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    closed.complete(status);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed.completeExceptionally(error);
  }

  void send(String text) {
    socket.sendText(text, true).join();
  }

  /** The first message from now on that is like this. */
  JsonNode await(Predicate<JsonNode> wanted) throws InterruptedException {
    while (true) {
      JsonNode message = messages.poll(60, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("no such message");
      }
      if (wanted.test(message)) {
        return message;
      }
    }
  }

  JsonNode await(String kind) throws InterruptedException {
    return await(message -> message.path("kind").asText().equals(kind));
  }

  /** The frame of a run that stands at an event. */
  JsonNode awaitStopped(long event) throws InterruptedException {
    return await(
        message ->
            message.path("phase").asText().equals("stopped")
                && message.path("event").asLong() == event);
  }

  /**
   * Waits until the server ends the connection.
   *
   * @return the status of its close frame, or {@link #BROKEN} when the connection ended without
   */
  int end() throws Exception {
    try {
      return closed.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException ended) {
      if (ended.getCause() instanceof IOException
          && !(ended.getCause() instanceof JsonProcessingException)) {
        return BROKEN;
      }
      throw ended;
    }
  }

  WebSocket socket() {
    return socket;
  }

  /** Goes away without a word. */
  @Override
  public void close() {
    socket.abort();
  }
}
