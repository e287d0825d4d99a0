package dev.ringside.lab.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ringside.lab.live.LiveSettings;
import dev.ringside.machine.RealScheduler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LiveServerTest {
  private static final String HOST = "127.0.0.1";

  // RFC 6455, section 7.4.1.
  private static final int NORMAL = 1000;
  private static final int CANNOT_ACCEPT = 1003;
  private static final int MESSAGE_TOO_BIG = 1009;

  private final HttpClient client = HttpClient.newHttpClient();
  private LiveServer server;

  @BeforeEach
  void serve() throws IOException {
    server = new LiveServer(HOST, 0, LiveSettings.defaults(), 0, new RealScheduler());
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  private WebSocketPage page() {
    return new WebSocketPage(client, server, "http://%s:%d".formatted(HOST, server.port()));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI address = URI.create(server.url()).resolve(path);
    return client.send(
        HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What a connection answers to bytes that no client would send. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8, <title>Ringside live</title>",
    "/live.js, text/javascript; charset=utf-8, WebSocket",
    "/rings.js, text/javascript; charset=utf-8, Scene",
    "/live.css, text/css; charset=utf-8, --page",
    "/icon.svg, image/svg+xml, <svg"
  })
  void servesThePage(String path, String type, String content) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue(type);
    assertThat(response.body()).contains(content);
  }

  @Test
  void letsThePageLoadNothingFromElsewhere() throws Exception {
    HttpResponse<String> response = get("/");
    assertThat(response.headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    assertThat(response.body()).doesNotContain("http://", "https://", "style=", "onclick");
  }

  @Test
  void refusesWhatIsNotThere() throws Exception {
    assertThat(get("/../../etc/passwd").statusCode()).isEqualTo(404);
    assertThat(get("/socket").statusCode()).isEqualTo(426);
    HttpResponse<String> posted =
        client.send(
            HttpRequest.newBuilder(URI.create(server.url()))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(posted.statusCode()).isEqualTo(405);
  }

  @Test
  void refusesANameOfAnotherSite() throws Exception {
    assertThat(raw("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")).startsWith("HTTP/1.1 421");
    assertThat(raw("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 421");
    assertThat(raw("GET / HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void answersNonsenseWithAnError() throws Exception {
    assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(get("/").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "null", "https://127.0.0.1"})
  void keepsPagesOfOtherSitesFromTheSocket(String origin) {
    assertThatThrownBy(() -> new WebSocketPage(client, server, origin))
        .isInstanceOf(CompletionException.class);
    assertThat(server.visitors()).isZero();
  }

  @Test
  void saysWhatCanBeSetAndShowsTheRun() throws Exception {
    try (WebSocketPage page = page()) {
      assertThat(page.await("hello").path("settings")).hasSizeGreaterThan(10);
      JsonNode frame = page.await("frame");
      assertThat(frame.path("event").asLong()).isZero();
      assertThat(frame.path("ring").path("layout").asText()).isEqualTo("split");
      assertThat(frame.path("ring").path("descriptors")).hasSize(16);
    }
  }

  @Test
  void stepsTheRunBothWays() throws Exception {
    try (WebSocketPage page = page()) {
      page.send("{\"do\":\"jump\",\"event\":120}");
      JsonNode before = page.awaitStopped(120);
      page.send("{\"do\":\"step\",\"events\":1}");
      page.awaitStopped(121);
      page.send("{\"do\":\"step\",\"events\":-1}");
      assertThat(page.awaitStopped(120)).isEqualTo(before);
      assertThat(before.path("recent").path(0).path("words").asText()).isNotEmpty();
    }
  }

  @Test
  void showsTheSameRunToAll() throws Exception {
    try (WebSocketPage one = page();
        WebSocketPage other = page()) {
      other.await("frame");
      one.send("{\"do\":\"next\",\"moment\":\"kick\"}");
      JsonNode seen =
          one.await(message -> message.path("last_kick").path("outcome").asText().equals("sent"));
      assertThat(other.await(message -> message.equals(seen))).isNotNull();
    }
  }

  @Test
  void beginsAnewAsAsked() throws Exception {
    try (WebSocketPage page = page()) {
      page.send("{\"do\":\"restart\",\"settings\":{\"ring\":\"packed\",\"queue-size\":\"24\"}}");
      JsonNode frame = page.await(message -> message.path("run").asInt() == 2);
      assertThat(frame.path("ring").path("layout").asText()).isEqualTo("packed");
      assertThat(frame.path("ring").path("size").asInt()).isEqualTo(24);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hello                                            | not JSON
          [1, 2]                                           | not a JSON object
          {"do": 7}                                        | 'do' is missing
          {"do": "explode"}                                | 'explode' is no command
          {"do": "jump"}                                   | 'event' is missing
          {"do": "jump", "event": 1e99}                    | 'event' is missing
          {"do": "jump", "event": -1}                      | 'event' must be 0
          {"do": "step", "events": 99999999999999999999}   | 'events' is missing
          {"do": "next", "moment": "lunch"}                | 'lunch' is nothing to look for
          {"do": "restart", "settings": {"ring": "round"}} | ring must be split or packed
          {"do": "restart", "settings": {"ring": {}}}      | 'ring' is no value
          {"do": "restart", "settings": 3}                 | 'settings' is no object
          """)
  void tellsWhoeverSendsNonsenseAndGoesOn(String message, String why) throws Exception {
    try (WebSocketPage page = page()) {
      page.send(message);
      assertThat(page.await("problem").path("text").asText()).contains(why);
      page.send("{\"do\":\"jump\",\"event\":3}");
      page.awaitStopped(3);
    }
  }

  @Test
  void endsAConnectionThatSendsTooMuchOrNoText() throws Exception {
    try (WebSocketPage large = page();
        WebSocketPage binary = page();
        WebSocketPage good = page()) {
      large.send("x".repeat(20_000));
      binary.socket().sendBinary(ByteBuffer.allocate(4), true).join();
      // The server may be gone before all of a message that is too large is sent.
      assertThat(large.end()).isIn(MESSAGE_TOO_BIG, WebSocketPage.BROKEN);
      assertThat(binary.end()).isEqualTo(CANNOT_ACCEPT);
      good.send("{\"do\":\"jump\",\"event\":5}");
      good.awaitStopped(5);
    }
  }

  @Test
  void takesAMessageInPieces() throws Exception {
    try (WebSocketPage page = page()) {
      page.socket().sendText("{\"do\":\"jump\",", false).join();
      page.socket().sendText("\"event\":7}", true).join();
      page.awaitStopped(7);
    }
  }

  @Test
  void goesOnWhenABrowserVanishes() throws Exception {
    try (WebSocketPage stays = page()) {
      WebSocketPage vanishes = page();
      vanishes.send("{\"do\":\"go\"}");
      vanishes.await(message -> message.path("event").asLong() > 100);
      vanishes.close();
      stays.send("{\"do\":\"stop\"}");
      JsonNode stopped = stays.await(message -> message.path("phase").asText().equals("stopped"));
      assertThat(stopped).isNotNull();
      stays.send("{\"do\":\"jump\",\"event\":10}");
      stays.awaitStopped(10);
    }
  }

  @Test
  void doesNotGatherFramesForABrowserThatDoesNotRead() throws Exception {
    try (Socket silent = new Socket();
        WebSocketPage reads = page()) {
      silent.setReceiveBufferSize(4096);
      silent.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      silent
          .getOutputStream()
          .write(
              """
              GET /socket HTTP/1.1
              Host: %s
              Upgrade: websocket
              Connection: Upgrade
              Sec-WebSocket-Version: 13
              Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

              """
                  .formatted(HOST)
                  .replace("\n", "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      for (int event = 1; event <= 400; event++) {
        reads.send("{\"do\":\"jump\",\"event\":%d}".formatted(event));
        reads.awaitStopped(event);
      }
      assertThat(server.mostWaitingBytes()).isLessThan(1 << 20);
    }
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThatThrownBy(
              () ->
                  new LiveServer(
                      HOST, taken.getLocalPort(), LiveSettings.defaults(), 0, new RealScheduler()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("--port");
    }
  }

  @Test
  void endsWithoutWaitingForItsBrowsers() throws Exception {
    WebSocketPage page = page();
    page.send("{\"do\":\"go\"}");
    page.await(message -> message.path("event").asLong() > 100);
    server.close();
    assertThat(page.end()).isEqualTo(NORMAL);
  }
}
