package dev.ringside.lab.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GuestReportTest {
  private static final String CONSOLE =
      """
      SeaBIOS (version 1.16)\r
      [    0.55] PCI: Fatal: No config space access function found\r
      guest: started check on 6.1.0, 524288 sectors, 2 queues, cache write back\r
      [    2.31] EXT4-fs (vda): guest: sum 0a1b  file10\r
      guest: sum ff00  folder/moved\r
      guest: interrupts 24:          1          2   PCI-MSI 16384-edge      virtio0-config\r
      guest: interrupts 25:        165          0   PCI-MSI 16385-edge      virtio0-req.0\r
      guest: done\r
      [    6.30] reboot: Power down\r
      """;

  @Test
  void readsWhatTheGuestTold() {
    GuestReport report = GuestReport.of(CONSOLE);

    assertThat(report.isDone()).isTrue();
    assertThat(report.isFailed()).isFalse();
    assertThat(report.sums()).isEqualTo(Map.of("/file10", "0a1b", "/folder/moved", "ff00"));
    assertThat(report.interrupts()).isEqualTo(168);
    assertThat(report.startingWith("started "))
        .containsExactly("check on 6.1.0, 524288 sectors, 2 queues, cache write back");
  }

  @Test
  void isNotDoneBeforeTheGuestSaysSo() {
    assertThat(GuestReport.of("guest: started\nguest: verified").isDone()).isFalse();
    assertThat(GuestReport.of("guest: failed: mount").isFailed()).isTrue();
  }
}
