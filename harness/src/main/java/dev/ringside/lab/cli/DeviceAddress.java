package dev.ringside.lab.cli;

import dev.ringside.driver.ErrorHandling;
import dev.ringside.driver.RecoveryPolicy;
import dev.ringside.driver.RetryPolicy;
import dev.ringside.driver.VhostUserTarget;
import dev.ringside.lab.vm.MachineSettings;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A device of another program, as the command line names it: {@code vhost-user:SOCKET}.
 *
 * @param target where it is
 */
record DeviceAddress(VhostUserTarget target) {
  /** What the option's help says of it. */
  static final String DESCRIPTION =
      "The disk is another program's: vhost-user:SOCKET, on which a vhost-user-blk backend"
          + " listens.";

  private static final String PREFIX = "vhost-user:";

  /** A backend that is restarted is found again within this time. */
  private static final long RECONNECT_NS = 10_000_000_000L;

  /** How many backends may die of one request before it is given up. */
  private static final int REISSUES = 3;

  /** The address that a text is, if it is one. */
  static Optional<DeviceAddress> in(String text) {
    if (!text.startsWith(PREFIX) || text.length() == PREFIX.length()) {
      return Optional.empty();
    }
    Path socket = Path.of(text.substring(PREFIX.length()));
    return Optional.of(new DeviceAddress(VhostUserTarget.at(socket).withReconnectNs(RECONNECT_NS)));
  }

  /** A machine with this device, whose driver goes on with a backend that was restarted. */
  MachineSettings attachedTo(MachineSettings settings) {
    return settings
        .withDriver(
            settings
                .driver()
                .withErrors(new ErrorHandling(RetryPolicy.NEVER, true, REISSUES))
                .withRecovery(RecoveryPolicy.RESUBMIT))
        .withBackend(target);
  }

  @Override
  public String toString() {
    return PREFIX + target.socket();
  }

  static final class Converter implements ITypeConverter<DeviceAddress> {
    @Override
    public DeviceAddress convert(String value) {
      return in(value)
          .orElseThrow(
              () -> new TypeConversionException("'%s' is not vhost-user:SOCKET".formatted(value)));
    }
  }
}
