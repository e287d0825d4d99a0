package dev.ringside.lab.cli;

import dev.ringside.virtio.spec.Feature;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that shape the ring between driver and device. */
final class RingOptions {
  /** Any number of descriptors is right for a packed ring. */
  enum Layout {
    SPLIT,
    PACKED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--ring",
      paramLabel = "LAYOUT",
      defaultValue = "split",
      converter = LayoutConverter.class,
      description = "How the ring is laid out: split or packed (default: ${DEFAULT-VALUE}).")
  private Layout layout = Layout.SPLIT;

  @Option(
      names = "--in-order",
      description = "Requests are given back in the order in which they were submitted (IN_ORDER).")
  private boolean inOrder;

  @Option(
      names = "--no-indirect",
      description = "A request's descriptors stand in the ring itself (without INDIRECT_DESC).")
  private boolean noIndirect;

  @Option(
      names = "--no-event-idx",
      description = "Notifications are wanted or not, but not from a place on (without EVENT_IDX).")
  private boolean noEventIdx;

  Layout layout() {
    return layout;
  }

  /** What a driver accepts that would accept these features otherwise. */
  long accepted(long features) {
    long accepted = features;
    accepted = with(accepted, Feature.RING_PACKED, layout == Layout.PACKED);
    accepted = with(accepted, Feature.IN_ORDER, inOrder);
    accepted = with(accepted, Feature.INDIRECT_DESC, !noIndirect);
    return with(accepted, Feature.EVENT_IDX, !noEventIdx);
  }

  private static long with(long features, Feature feature, boolean wanted) {
    return wanted ? features | feature.mask() : features & ~feature.mask();
  }

  static final class LayoutConverter implements ITypeConverter<Layout> {
    @Override
    public Layout convert(String value) {
      return switch (value) {
        case "split" -> Layout.SPLIT;
        case "packed" -> Layout.PACKED;
        default ->
            throw new TypeConversionException("'%s' is not split or packed".formatted(value));
      };
    }
  }
}
