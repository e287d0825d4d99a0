package dev.ringside.ext4.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.testing.Tool;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumRepairTest {
  @BeforeEach
  void needsMke2fs() {
    Tool.MKE2FS.assumePresent();
  }

  /** Otherwise damage would be found by its checksum, and nothing behind it would be tried. */
  @ParameterizedTest
  @EnumSource
  void changesNothingOfASoundImage(SeedImage seed) {
    RawImage image = seed.clean();
    byte[] repaired = image.content();
    byte[] sound = repaired.clone();
    ChecksumRepair repair = new ChecksumRepair(image);
    if (image.hasChecksums()) {
      image.structures().stream()
          .filter(structure -> structure.kind() != RawImage.Kind.JOURNAL)
          .forEach(repair::repair);
    }
    int first = Arrays.mismatch(sound, repaired);
    assertThat(first)
        .as(
            "%s",
            image.structures().stream()
                .filter(s -> s.offset() <= first && first < s.offset() + s.length())
                .toList())
        .isEqualTo(-1);
  }
}
