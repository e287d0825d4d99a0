package dev.ringside.lab.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * QEMU's trace of one virtqueue as text, plain or compressed with xz:
 *
 * <pre>
 *   2.220497 virtio_queue_notify vdev vdb n 0 vq vq0
 *   2.220534 virtqueue_pop vq vq0 elem e1 in_num 2 out_num 1
 * </pre>
 *
 * <p>The time is in seconds. The arguments are pairs of a name and a value; names that an action
 * does not need are passed over. Events that are no {@link VirtqueueAction} are, too.
 */
public final class VirtqueueLogReader implements AutoCloseable {
  private static final Pattern LINE =
      Pattern.compile("(\\d{1,9}\\.\\d{1,9}) ([a-z_]{1,64})((?: \\S+ \\S+)*)");
  private static final int NANOSECOND_DIGITS = 9;
  private static final String COMPRESSED = ".xz";

  private final Path path;
  private final BufferedReader lines;
  private long line;

  /** Opens a recording. */
  public VirtqueueLogReader(Path path) throws IOException {
    this.path = path;
    InputStream bytes = Files.newInputStream(path);
    try {
      InputStream text = path.toString().endsWith(COMPRESSED) ? new XZInputStream(bytes) : bytes;
      this.lines = new BufferedReader(new InputStreamReader(text, StandardCharsets.US_ASCII));
    } catch (IOException | RuntimeException failure) {
      bytes.close();
      throw failure;
    }
  }

  /**
   * The next event, or null at the end.
   *
   * @throws TraceFormatException when a line is none of such a trace
   */
  public @Nullable VirtqueueEvent next() throws IOException {
    while (true) {
      String text = lines.readLine();
      if (text == null) {
        return null;
      }
      line++;
      Matcher matcher = LINE.matcher(text);
      if (!matcher.matches()) {
        throw problem("is no event of QEMU's trace");
      }
      VirtqueueAction action = VirtqueueAction.of(matcher.group(2));
      if (action != null) {
        return event(matcher.group(1), action, matcher.group(3));
      }
    }
  }

  private VirtqueueEvent event(String seconds, VirtqueueAction action, String arguments)
      throws IOException {
    long time = new BigDecimal(seconds).movePointRight(NANOSECOND_DIGITS).longValueExact();
    return switch (action) {
      case NOTIFY, INTERRUPT -> new VirtqueueEvent(time, action, 0, 0);
      case POP -> event(time, action, arguments, "in_num", "out_num");
      case READ, WRITE -> event(time, action, arguments, "sector", "nsectors");
      case MERGE -> event(time, action, arguments, "num_reqs", "size");
      case COMPLETE -> new VirtqueueEvent(time, action, argument(arguments, action, "status"), 0);
      case FILL -> new VirtqueueEvent(time, action, argument(arguments, action, "len"), 0);
      case FLUSH -> new VirtqueueEvent(time, action, argument(arguments, action, "count"), 0);
    };
  }

  private VirtqueueEvent event(
      long time, VirtqueueAction action, String arguments, String first, String second)
      throws IOException {
    return new VirtqueueEvent(
        time, action, argument(arguments, action, first), argument(arguments, action, second));
  }

  /** The number behind a name. */
  private long argument(String arguments, VirtqueueAction action, String name) throws IOException {
    String[] words = arguments.strip().split(" ", -1);
    for (int i = 0; i + 1 < words.length; i += 2) {
      if (words[i].equals(name)) {
        try {
          return Long.parseLong(words[i + 1]);
        } catch (NumberFormatException noNumber) {
          throw problem("%s is '%s', which is no number".formatted(name, words[i + 1]));
        }
      }
    }
    throw problem("%s has no %s".formatted(action.event(), name));
  }

  private TraceFormatException problem(String what) {
    return TraceFormatException.atLine(path, line, what);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
