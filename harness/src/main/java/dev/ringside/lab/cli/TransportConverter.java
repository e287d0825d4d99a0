package dev.ringside.lab.cli;

import dev.ringside.virtio.transport.Transport;
import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Transports as the command line names them: {@code mmio}, {@code pci-intx}. */
final class TransportConverter implements ITypeConverter<Transport> {
  @Override
  public Transport convert(String value) {
    return Stream.of(Transport.values())
        .filter(transport -> nameOf(transport).equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' is none of %s".formatted(value, String.join(", ", new Names()))));
  }

  private static String nameOf(Transport transport) {
    return transport.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.of(Transport.values()).map(TransportConverter::nameOf).iterator();
    }
  }
}
