package dev.ringside.lab.cli;

import dev.ringside.lab.interop.BackendKind;
import dev.ringside.lab.interop.Counterpart;
import dev.ringside.lab.interop.GuestSettings;
import dev.ringside.lab.interop.GuestSettings.Interrupts;
import dev.ringside.lab.interop.GuestTask;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The machine of a guest. */
final class GuestOptions {
  @Option(
      names = "--queues",
      paramLabel = "N",
      defaultValue = "1",
      description = "Queues of the disk, and processors of the guest (default: ${DEFAULT-VALUE}).")
  private int queues;

  @Option(
      names = "--interrupts",
      paramLabel = "KIND",
      defaultValue = "msix",
      converter = InterruptsConverter.class,
      description = "How a PCI disk interrupts: msix or intx (default: ${DEFAULT-VALUE}).")
  private Interrupts interrupts = Interrupts.MSIX;

  @Option(names = "--packed", description = "Packed rings, where the disk offers them.")
  private boolean packed;

  @Option(
      names = "--write-back",
      description = "Let the guest see a write cache, which it then flushes.")
  private boolean writeBack;

  @Option(
      names = "--private-memory",
      description = "Do not share the guest's memory: vfio-user then moves every byte in messages.")
  private boolean privateMemory;

  GuestSettings settings(Counterpart counterpart) {
    GuestSettings settings =
        GuestSettings.of(counterpart).withQueues(queues).withInterrupts(interrupts);
    settings = packed ? settings.withPackedRings() : settings;
    settings = writeBack ? settings.withWriteBack() : settings;
    return privateMemory ? settings.withPrivateMemory() : settings;
  }

  /** The word for one of several things, or an error that lists them. */
  private static <T extends Enum<T>> T named(Class<T> kind, String word) {
    return Arrays.stream(kind.getEnumConstants())
        .filter(value -> word(value).equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected one of %s, not '%s'"
                        .formatted(
                            Arrays.stream(kind.getEnumConstants())
                                .map(GuestOptions::word)
                                .collect(Collectors.joining(", ")),
                            word)));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static final class InterruptsConverter implements ITypeConverter<Interrupts> {
    @Override
    public Interrupts convert(String word) {
      return named(Interrupts.class, word);
    }
  }

  static final class CounterpartConverter implements ITypeConverter<Counterpart> {
    @Override
    public Counterpart convert(String word) {
      return named(Counterpart.class, word);
    }
  }

  static final class BackendConverter implements ITypeConverter<BackendKind> {
    @Override
    public BackendKind convert(String word) {
      return named(BackendKind.class, word);
    }
  }

  static final class TaskConverter implements ITypeConverter<GuestTask> {
    @Override
    public GuestTask convert(String word) {
      return named(GuestTask.class, word);
    }
  }
}
