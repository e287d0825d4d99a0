package dev.ringside.lab.cli;

import dev.ringside.lab.bench.RingLayout;
import dev.ringside.lab.vm.RingShape;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that shape the ring between driver and device. */
final class RingOptions {
  @Option(
      names = "--ring",
      paramLabel = "LAYOUT",
      defaultValue = "split",
      converter = LayoutConverter.class,
      description = "How the ring is laid out: split or packed (default: ${DEFAULT-VALUE}).")
  private RingLayout layout = RingLayout.SPLIT;

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

  RingLayout layout() {
    return layout;
  }

  /** What a driver accepts that would accept these features otherwise. */
  long accepted(long features) {
    return new RingShape(layout == RingLayout.PACKED, inOrder, !noIndirect, !noEventIdx)
        .accepted(features);
  }

  static final class LayoutConverter implements ITypeConverter<RingLayout> {
    @Override
    public RingLayout convert(String value) {
      return switch (value) {
        case "split" -> RingLayout.SPLIT;
        case "packed" -> RingLayout.PACKED;
        default ->
            throw new TypeConversionException("'%s' is not split or packed".formatted(value));
      };
    }
  }
}
