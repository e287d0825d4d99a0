package dev.ringside.ext4.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.hostile.RawImage.Structure;
import dev.ringside.ext4.testing.Tool;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
    byte[] sound = image.content().clone();
    ChecksumRepair repair = new ChecksumRepair(image);
    if (image.hasChecksums()) {
      image.structures().stream()
          .filter(structure -> structure.kind() != RawImage.Kind.JOURNAL)
          .forEach(repair::repair);
    }
    assertUnchanged(image, sound);
  }

  /** The same of a log that has to be recovered. */
  @ParameterizedTest
  @EnumSource(names = {"EXT4", "UPSTREAM", "EXT3"})
  void changesNothingOfASoundLog(SeedImage seed) {
    RawImage image = seed.dirty();
    byte[] sound = image.content().clone();
    ChecksumRepair repair = new ChecksumRepair(image);
    journal(image).forEach(repair::repair);
    assertUnchanged(image, sound);
  }

  /** Every copy in the log is changed in turn: none of them is found by its checksum. */
  @Test
  void letsDamagePastTheChecksumsOfCopies() throws Ext4Exception {
    RawImage sound = SeedImage.EXT4.dirty();
    int transactions = transactions(sound.content());
    assertThat(transactions).isPositive();
    int copies = 0;
    List<Structure> journal = journal(sound);
    for (int i = 1; i < journal.size(); i++) {
      RawImage image = sound.copy();
      int at = journal.get(i).offset();
      // Not what begins like a block of the journal's own, nor what has no transaction before it.
      if (image.u32(at) == Integer.reverseBytes(0xc03b3998) || image.u32(at) == 0) {
        continue;
      }
      image.content()[at + 900] ^= 1;
      if (isAccepted(image.content(), transactions)) {
        // Of a transaction that is home already.
        continue;
      }
      copies++;
      new ChecksumRepair(image).repair(journal.get(i));
      assertThat(isAccepted(image.content(), transactions)).as("copy at block %d", i).isTrue();
    }
    assertThat(copies).isGreaterThan(5);
  }

  private static boolean isAccepted(byte[] content, int transactions) throws Ext4Exception {
    try {
      return transactions(content) == transactions;
    } catch (Ext4CorruptedException damage) {
      // What the copy is a copy of may be found damaged once it is home.
      return !String.valueOf(damage.getMessage()).contains("checksum in its copy");
    }
  }

  private static int transactions(byte[] content) throws Ext4Exception {
    try (TestDisk disk = DamagedRun.disk(content);
        Ext4 ext4 = Ext4.mount(disk.driver())) {
      return ext4.recovered().orElseThrow().transactions();
    }
  }

  private static List<Structure> journal(RawImage image) {
    return image.structures().stream()
        .filter(structure -> structure.kind() == RawImage.Kind.JOURNAL)
        .toList();
  }

  private static void assertUnchanged(RawImage image, byte[] sound) {
    int first = Arrays.mismatch(sound, image.content());
    assertThat(first)
        .as(
            "%s",
            image.structures().stream()
                .filter(s -> s.offset() <= first && first < s.offset() + s.length())
                .toList())
        .isEqualTo(-1);
  }
}
