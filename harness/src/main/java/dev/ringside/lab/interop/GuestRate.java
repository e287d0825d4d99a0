package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many 4 KiB reads a second a guest gets, one at a time and past its page cache, from Ringside
 * and from qemu-storage-daemon. One guest has both disks and reads from them in turn, so that
 * whatever else the machine does meets both.
 */
public final class GuestRate {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** As the guest's task says it. */
  private static final Pattern READ =
      Pattern.compile("/dev/(vd[ab]) (\\d+) blocks in (\\d+) hundredths of a second");

  private static final double HUNDREDTHS = 100;
  private static final int BLOCK = 4096;

  private GuestRate() {}

  /**
   * Reads a second of each round, in the order of the rounds.
   *
   * @param ringside of Ringside's disk
   * @param stranger of qemu-storage-daemon's
   */
  public record Result(List<Double> ringside, List<Double> stranger) {
    public Result {
      ringside = List.copyOf(ringside);
      stranger = List.copyOf(stranger);
    }

    /** Ringside's median by the stranger's. */
    public double ratio() {
      return median(ringside) / median(stranger);
    }
  }

  /** The middle one, or between the two in the middle. */
  public static double median(List<Double> rates) {
    double[] sorted = rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  /**
   * Measures.
   *
   * @param rounds that count; one before them does not
   * @param reads of each disk in a round
   * @param folder for images and all else
   */
  public static Result measure(GuestSettings guest, int rounds, int reads, Path folder)
      throws IOException {
    List<Backend.Service> services = new ArrayList<>();
    for (BackendKind kind : BackendKind.values()) {
      services.add(
          new Backend.Service(
              kind,
              guest.counterpart(),
              filled(folder.resolve(kind + ".img"), (long) reads * BLOCK),
              folder.resolve(kind + ".socket"),
              guest.queues(),
              List.of()));
    }
    Map<String, String> parameters =
        Map.of("rounds", Integer.toString(rounds + 1), "count", Integer.toString(reads));
    try (Backend ringside = Backend.start(services.getFirst(), folder);
        Backend stranger = Backend.start(services.getLast(), folder);
        LinuxGuest linux =
            LinuxGuest.start(
                guest,
                services.stream().map(Backend.Service::socket).toList(),
                GuestTask.READ,
                parameters,
                folder)) {
      Result result = read(linux.await(LIMIT));
      ringside.stop();
      stranger.stop();
      return result;
    }
  }

  /** Blocks that were never written would be read without the disk under the image. */
  private static Path filled(Path image, long bytes) throws IOException {
    if (bytes > ScratchImage.BYTES) {
      throw new IllegalArgumentException(
          "%d bytes do not fit the disk of %d".formatted(bytes, ScratchImage.BYTES));
    }
    return ScratchImage.filled(image);
  }

  private static Result read(GuestReport report) throws IOException {
    List<Double> ringside = new ArrayList<>();
    List<Double> stranger = new ArrayList<>();
    for (String line : report.startingWith("read ")) {
      Matcher words = READ.matcher(line);
      if (!words.matches()) {
        throw new IOException("the guest said of its reads what nobody expects: " + line);
      }
      long time = Long.parseLong(words.group(3));
      if (time == 0) {
        throw new IOException("the reads of a round took no time: more of them can be measured");
      }
      double rate = Long.parseLong(words.group(2)) * HUNDREDTHS / time;
      (words.group(1).equals("vda") ? ringside : stranger).add(rate);
    }
    if (ringside.size() < 2 || ringside.size() != stranger.size()) {
      throw new IOException("the guest did not read from both disks in each round");
    }
    return new Result(ringside.subList(1, ringside.size()), stranger.subList(1, stranger.size()));
  }
}
