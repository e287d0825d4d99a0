package dev.ringside.ext4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.content.AllocateMode;
import dev.ringside.ext4.content.FileExtent;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.testing.Format;
import dev.ringside.ext4.testing.KernelMount;
import dev.ringside.ext4.testing.ScratchDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a file lies is told as the kernel tells it of the same image: FIEMAP. */
final class FileExtentsTest {
  private static final Ext4Path FILE = Ext4Path.of("/file");
  private static final int STEPS = 60;
  private static final int PLACES = 1 << 20;

  /** Prints a line for each extent: position, place, length, unwritten, last. */
  private static final String FIEMAP =
      """
      import fcntl, struct
      with open('file', 'rb') as f:
          room = 2000
          answer = bytearray(32 + 56 * room)
          struct.pack_into('=QQLLL', answer, 0, 0, 2 ** 64 - 1, 1, 0, room)
          fcntl.ioctl(f, 0xC020660B, answer)
          for i in range(struct.unpack_from('=L', answer, 20)[0]):
              at, place, length = struct.unpack_from('=QQQ', answer, 32 + 56 * i)
              flags = struct.unpack_from('=L', answer, 32 + 56 * i + 40)[0]
              print(at, place, length, flags & 0x800 != 0, flags & 1 != 0)
      """;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void areTheKernels(Format format) throws Ext4Exception {
    KernelMount.assumePossible();
    Random random = new Random(7);
    List<String> ours = new ArrayList<>();
    try (ScratchDisk disk = ScratchDisk.make(directory, format)) {
      boolean extents = format != Format.EXT2 && format != Format.EXT3;
      try (OpenFile file = disk.root().open(FILE, Set.of(OpenFlag.WRITE, OpenFlag.CREATE), 0600)) {
        for (int i = 0; i < STEPS; i++) {
          change(file, random, extents);
        }
        for (FileExtent extent : file.extents()) {
          ours.add(
              "%d %d %d %s %s"
                  .formatted(
                      extent.position(),
                      extent.diskPosition(),
                      extent.length(),
                      extent.unwritten() ? "True" : "False",
                      extent.last() ? "True" : "False"));
        }
      }
    }
    assertThat(ours).hasSizeGreaterThan(STEPS / 4);
    try (KernelMount mount = KernelMount.of(directory.resolve("image"))) {
      assertThat(ours).isEqualTo(mount.python(FIEMAP).lines().toList());
    }
  }

  private static void change(OpenFile file, Random random, boolean extents) throws Ext4Exception {
    int place = random.nextInt(PLACES);
    int length = 1 + random.nextInt(PLACES / 64);
    switch (random.nextInt(4)) {
      case 0 ->
          file.allocate(Set.of(AllocateMode.PUNCH_HOLE, AllocateMode.KEEP_SIZE), place, length);
      case 1 -> {
        if (extents) {
          file.allocate(Set.of(AllocateMode.KEEP_SIZE), place, length);
        }
      }
      case 2 -> {
        file.writeAt(place, new byte[length], 0, length);
        // So that what comes later lies elsewhere.
        file.sync();
      }
      default -> file.writeAt(place, new byte[length], 0, length);
    }
  }
}
