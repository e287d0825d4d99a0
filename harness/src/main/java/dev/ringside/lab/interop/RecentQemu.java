package dev.ringside.lab.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A QEMU that has the vfio-user client, which came with version 10.1. It also looks for a
 * vhost-user backend again when that has died in the middle of the handshake; 7.2 gives up for ever
 * then.
 */
final class RecentQemu {
  private static final String FETCHED = "harness/target/qemu-backports/qemu-system-x86_64";
  private static final String DEVICE = "vfio-user-pci";

  private RecentQemu() {}

  /**
   * The one that {@code harness/interop/fetch-qemu} puts beside the build, or the system's.
   *
   * @throws MissingPackageException when neither is there
   */
  static Path require() throws IOException {
    Path fetched = Path.of(System.getProperty("ringside.root", "")).resolve(FETCHED);
    if (Files.isExecutable(fetched)) {
      return fetched;
    }
    Path installed = OutsideProgram.QEMU.find().orElse(fetched);
    if (Files.isExecutable(installed) && hasDevice(installed)) {
      return installed;
    }
    throw new MissingPackageException(
        "a QEMU with vfio-user-pci is missing: harness/interop/fetch-qemu gets qemu-system-x86 of"
            + " Debian trixie-backports");
  }

  private static boolean hasDevice(Path program) throws IOException {
    Process process =
        new ProcessBuilder(program.toString(), "-device", "help").redirectErrorStream(true).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .contains(DEVICE);
  }
}
