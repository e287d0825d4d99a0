package dev.ringside.virtio.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.machine.pci.PciHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lspci of pciutils reads in our configuration space. */
class LspciTest {
  private static final int BYTES_PER_LINE = 16;

  @TempDir private Path directory;

  /** The space as {@code lspci -xxx} prints it, which {@code lspci -F} takes. */
  private static String dump(RawGuest guest) {
    StringBuilder text = new StringBuilder("00:00.0 device\n");
    for (int line = 0; line < PciHeader.CONVENTIONAL_SIZE; line += BYTES_PER_LINE) {
      text.append(String.format(Locale.ROOT, "%02x:", line));
      for (int i = 0; i < BYTES_PER_LINE; i++) {
        text.append(String.format(Locale.ROOT, " %02x", guest.readPci(line + i, 1)));
      }
      text.append('\n');
    }
    return text.append('\n').toString();
  }

  private String decode(RawGuest guest) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("dump"), dump(guest));
    Process lspci = start("lspci", "-F", file.toString(), "-vvnn");
    String output = new String(lspci.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(lspci.waitFor()).as(output).isZero();
    return output;
  }

  private static Process start(String... command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static boolean isInstalled() {
    try {
      start("lspci", "--version").destroy();
      return true;
    } catch (IOException missing) {
      return false;
    }
  }

  @Test
  void readsTheConfigurationSpaceAsItIsMeant() throws Exception {
    assumeTrue(isInstalled(), "lspci is missing: install pciutils");
    try (RawGuest guest = new RawGuest(Transport.PCI, new RecordingDevice())) {
      String output = decode(guest);

      assertThat(output).contains("[0180]").contains("[1af4:1042] (rev 01)");
      assertThat(output).contains("Mem+ BusMaster+").contains("Interrupt: pin A");
      assertThat(output).contains("Region 0: Memory at c0000000 (64-bit, non-prefetchable)");
      assertThat(output).contains("Region 2: Memory at c1000000 (32-bit, non-prefetchable)");
      assertThat(output).contains("MSI-X: Enable- Count=3 Masked-");
      assertThat(output).contains("Vector table: BAR=2 offset=00000000");
      assertThat(output).contains("PBA: BAR=2 offset=00000030");
      assertThat(output).contains("Root Complex Integrated Endpoint").contains("FLReset+");
      assertThat(output)
          .contains("VirtIO: CommonCfg")
          .contains("BAR=0 offset=00000000 size=00000040");
      assertThat(output).contains("VirtIO: Notify").contains("multiplier=00000004");
      assertThat(output).contains("VirtIO: ISR").contains("VirtIO: DeviceCfg");
      // The access capability, whose type lspci has no name for.
      assertThat(output).containsOnlyOnce("VirtIO: <unknown>").doesNotContain("!!!");
    }
  }
}
