package dev.ringside.storage;

import dev.ringside.machine.DurationText;
import dev.ringside.storage.ServiceModel.ByOperation;
import dev.ringside.storage.ServiceModel.Constant;
import dev.ringside.storage.ServiceModel.Disk;
import dev.ringside.storage.ServiceModel.Exponential;
import dev.ringside.storage.ServiceModel.LogNormal;
import dev.ringside.storage.ServiceModel.None;
import dev.ringside.storage.ServiceModel.Nvme;
import dev.ringside.storage.ServiceModel.Parallel;
import dev.ringside.storage.ServiceModel.Pareto;
import dev.ringside.storage.ServiceModel.Sized;
import dev.ringside.storage.ServiceModel.Uniform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words for {@link ServiceModel}, read and written. */
final class ServiceModelText {
  private static final Pattern PARALLEL = Pattern.compile("(.*?\\S)\\s*\\bx\\s*(\\d{1,9})");

  private ServiceModelText() {}

  static ServiceModel parse(String text) {
    String stripped = text.strip();
    Matcher parallel = PARALLEL.matcher(stripped);
    if (parallel.matches()) {
      return new Parallel(single(parallel.group(1)), Integer.parseInt(parallel.group(2)));
    }
    return single(stripped);
  }

  private static ServiceModel single(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    try {
      return switch (name) {
        case "none" -> ServiceModel.none();
        case "constant" -> new Constant(DurationText.parse(rest));
        case "exponential" -> new Exponential(DurationText.parse(rest));
        case "uniform" -> {
          String[] ends = pair(rest, "-");
          yield new Uniform(DurationText.parse(ends[0]), DurationText.parse(ends[1]));
        }
        case "lognormal" -> {
          String[] parts = pair(rest, ",");
          yield new LogNormal(DurationText.parse(parts[0]), number(parts[1]));
        }
        case "pareto" -> {
          String[] parts = pair(rest, ",");
          yield new Pareto(DurationText.parse(parts[0]), number(parts[1]));
        }
        case "size" -> {
          String[] parts = pair(rest, "+");
          yield new Sized(DurationText.parse(parts[0]), perKib(parts[1]));
        }
        case "operations" -> operations(rest);
        case "nvme" -> nvme(rest);
        case "disk" -> disk(rest);
        default ->
            throw new IllegalArgumentException(
                "none of none, constant, exponential, uniform, lognormal, pareto, size,"
                    + " operations, nvme, disk");
      };
    } catch (IllegalArgumentException problem) {
      throw new IllegalArgumentException(
          "'%s' is no service model: %s".formatted(text, problem.getMessage()), problem);
    }
  }

  private static String[] pair(String text, String separator) {
    int at = text.indexOf(separator);
    if (at < 0) {
      throw new IllegalArgumentException("'%s' has no '%s'".formatted(text, separator));
    }
    return new String[] {text.substring(0, at), text.substring(at + 1)};
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException noNumber) {
      throw new IllegalArgumentException("'%s' is no number".formatted(text), noNumber);
    }
  }

  private static long perKib(String text) {
    String suffix = "/KiB";
    if (!text.endsWith(suffix)) {
      throw new IllegalArgumentException("'%s' does not end with /KiB".formatted(text));
    }
    return DurationText.parse(text.substring(0, text.length() - suffix.length()));
  }

  private static ServiceModel operations(String text) {
    Keys keys = new Keys(text, ";");
    ServiceModel read = parse(keys.take("read", "none"));
    ServiceModel write = parse(keys.take("write", "none"));
    ServiceModel flush = parse(keys.take("flush", "none"));
    keys.requireNoMore();
    return new ByOperation(read, write, flush);
  }

  private static ServiceModel nvme(String text) {
    Keys keys = new Keys(text, ",");
    Nvme like = Nvme.DEFAULT;
    Nvme model =
        new Nvme(
            keys.duration("read", like.readNs()),
            keys.duration("write", like.writeNs()),
            keys.duration("flush", like.flushNs()),
            keys.duration("per-KiB", like.nsPerKib()),
            Math.toIntExact(keys.count("channels", like.channels())),
            keys.count("cache-KiB", like.cacheKib()),
            keys.duration("drain-per-KiB", like.drainNsPerKib()),
            Math.toIntExact(keys.count("tail-per-million", like.tailPerMillion())),
            keys.duration("tail", like.tailNs()));
    keys.requireNoMore();
    return model;
  }

  private static ServiceModel disk(String text) {
    Keys keys = new Keys(text, ",");
    Disk like = Disk.DEFAULT;
    Disk model =
        new Disk(
            Math.toIntExact(keys.count("rpm", like.rpm())),
            keys.duration("command", like.commandNs()),
            keys.duration("track-seek", like.trackSeekNs()),
            keys.duration("full-seek", like.fullSeekNs()),
            keys.count("track-KiB", like.trackKib()));
    keys.requireNoMore();
    return model;
  }

  static String of(ServiceModel model) {
    return switch (model) {
      case None none -> "none";
      case Constant(long ns) -> "constant:" + DurationText.of(ns);
      case Exponential(long mean) -> "exponential:" + DurationText.of(mean);
      case Uniform(long least, long most) ->
          "uniform:" + DurationText.of(least) + "-" + DurationText.of(most);
      case LogNormal(long median, double sigma) ->
          "lognormal:" + DurationText.of(median) + "," + plain(sigma);
      case Pareto(long least, double shape) ->
          "pareto:" + DurationText.of(least) + "," + plain(shape);
      case Sized(long base, long nsPerKib) ->
          "size:" + DurationText.of(base) + "+" + DurationText.of(nsPerKib) + "/KiB";
      case ByOperation(ServiceModel read, ServiceModel write, ServiceModel flush) ->
          "operations:read=" + of(read) + ";write=" + of(write) + ";flush=" + of(flush);
      case Parallel(ServiceModel each, int units) -> of(each) + " x" + units;
      case Nvme nvme -> of(nvme);
      case Disk disk -> of(disk);
    };
  }

  private static String of(Nvme model) {
    Nvme like = Nvme.DEFAULT;
    return new Words("nvme")
        .duration("read", model.readNs(), like.readNs())
        .duration("write", model.writeNs(), like.writeNs())
        .duration("flush", model.flushNs(), like.flushNs())
        .duration("per-KiB", model.nsPerKib(), like.nsPerKib())
        .count("channels", model.channels(), like.channels())
        .count("cache-KiB", model.cacheKib(), like.cacheKib())
        .duration("drain-per-KiB", model.drainNsPerKib(), like.drainNsPerKib())
        .count("tail-per-million", model.tailPerMillion(), like.tailPerMillion())
        .duration("tail", model.tailNs(), like.tailNs())
        .toString();
  }

  private static String of(Disk model) {
    Disk like = Disk.DEFAULT;
    return new Words("disk")
        .count("rpm", model.rpm(), like.rpm())
        .duration("command", model.commandNs(), like.commandNs())
        .duration("track-seek", model.trackSeekNs(), like.trackSeekNs())
        .duration("full-seek", model.fullSeekNs(), like.fullSeekNs())
        .count("track-KiB", model.trackKib(), like.trackKib())
        .toString();
  }

  private static String plain(double value) {
    String text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  /** What stands behind a name: keys with their values, each at most once. */
  private static final class Keys {
    private final Map<String, String> values = new LinkedHashMap<>();

    Keys(String text, String separator) {
      if (text.isBlank()) {
        return;
      }
      for (String entry : text.split(separator, -1)) {
        String[] parts = pair(entry.strip(), "=");
        if (values.put(parts[0], parts[1]) != null) {
          throw new IllegalArgumentException("'%s' stands there twice".formatted(parts[0]));
        }
      }
    }

    String take(String key, String otherwise) {
      String value = values.remove(key);
      return value == null ? otherwise : value;
    }

    long duration(String key, long otherwise) {
      String value = values.remove(key);
      return value == null ? otherwise : DurationText.parse(value);
    }

    long count(String key, long otherwise) {
      String value = values.remove(key);
      if (value == null) {
        return otherwise;
      }
      try {
        return Integer.parseInt(value);
      } catch (NumberFormatException noNumber) {
        throw new IllegalArgumentException(
            "%s=%s is no whole number".formatted(key, value), noNumber);
      }
    }

    void requireNoMore() {
      if (!values.isEmpty()) {
        throw new IllegalArgumentException(
            "it has no '%s'".formatted(values.keySet().iterator().next()));
      }
    }
  }

  /** A name, and behind it what differs from the usual. */
  private static final class Words {
    private final String name;
    private final List<String> differing = new ArrayList<>();

    Words(String name) {
      this.name = name;
    }

    Words duration(String key, long value, long usual) {
      return add(key, DurationText.of(value), value != usual);
    }

    Words count(String key, long value, long usual) {
      return add(key, Long.toString(value), value != usual);
    }

    private Words add(String key, String value, boolean differs) {
      if (differs) {
        differing.add(key + "=" + value);
      }
      return this;
    }

    @Override
    public String toString() {
      return differing.isEmpty() ? name : name + ":" + String.join(",", differing);
    }
  }
}
