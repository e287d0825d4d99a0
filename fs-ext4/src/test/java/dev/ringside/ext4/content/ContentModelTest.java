package dev.ringside.ext4.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.content.ContentImage.Kind;
import dev.ringside.ext4.content.ContentImage.Model;
import dev.ringside.ext4.content.ContentImage.Mounted;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.DataMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files under random operations are what an array under the same operations is. */
final class ContentModelTest {
  private static final int FILES = 3;
  private static final int LARGEST = 400_000;
  private static final int STEPS = 600;
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120);

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void orderedData(Kind kind) throws IOException {
    run(kind, DataMode.ORDERED);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"EXTENTS_1K", "INDIRECT_4K"})
  void journaledData(Kind kind) throws IOException {
    run(kind, DataMode.JOURNAL);
  }

  private void run(Kind kind, DataMode mode) throws IOException {
    System.out.println("ContentModelTest: replay with -Dringside.seed=" + SEED);
    String[] names = {"a", "b", "c"};
    ContentImage image = ContentImage.make(directory, kind, 8, names);
    Model[] models = new Model[FILES];
    Arrays.setAll(models, i -> new Model(new byte[0]));
    Random random = new Random(SEED + kind.name().hashCode());
    try (Mounted mounted =
        image.mount(options -> options.withPageCacheBytes(100 << 10).withDataMode(mode))) {
      InCoreInode[] files = new InCoreInode[FILES];
      for (int i = 0; i < FILES; i++) {
        files[i] = mounted.file(names[i]);
      }
      for (int i = 0; i < STEPS; i++) {
        int which = random.nextInt(FILES);
        String step =
            new Step(mounted.content(), files[which], models[which], random, kind, i).perform();
        assertThat(files[which].inode().size()).as(step).isEqualTo(models[which].size());
        if (i % 20 == 0) {
          assertThat(mounted.readAll(files[which])).as(step).isEqualTo(models[which].bytes());
        }
      }
      for (int i = 0; i < FILES; i++) {
        assertThat(mounted.readAll(files[i])).isEqualTo(models[i].bytes());
      }
      mounted.sync();
    }
    image.assertSound();
    for (int i = 0; i < FILES; i++) {
      assertThat(image.dump(directory, names[i])).isEqualTo(models[i].bytes());
    }
  }

  /** One operation on a file and on its model. */
  private record Step(
      FileContent content, InCoreInode file, Model model, Random random, Kind kind, int number) {
    /** An offset that is often on or beside the edge of a block. */
    private int offset(int limit) {
      int offset = random.nextInt(limit);
      return switch (random.nextInt(4)) {
        case 0 -> offset - offset % kind.blockSize();
        case 1 -> Math.min(limit - 1, offset - offset % kind.blockSize() + 1);
        default -> offset;
      };
    }

    private int length() {
      return 1 + random.nextInt(1 << (4 + random.nextInt(13)));
    }

    String perform() throws Ext4Exception {
      return switch (random.nextInt(kind.hasExtents() ? 14 : 10)) {
        case 0, 1, 2 -> write(offset(LARGEST));
        case 3 -> write(model.size());
        case 4, 5 -> read();
        case 6 -> truncate();
        case 7, 8 -> punch();
        case 9 -> sync();
        case 10 -> allocate();
        case 11 -> zero();
        case 12 -> collapse();
        default -> insert();
      };
    }

    private String write(int position) throws Ext4Exception {
      byte[] source = ContentImage.pattern(number, length());
      assertThat(content.write(file, position, source, 0, source.length, WriteAccess.ROOT))
          .isEqualTo(source.length);
      model.write(position, source);
      return "step %d: write %d at %d".formatted(number, source.length, position);
    }

    private String read() throws Ext4Exception {
      int position = offset(LARGEST);
      byte[] target = new byte[length()];
      int count = content.read(file, position, target, 0, target.length);
      String step = "step %d: read %d at %d".formatted(number, target.length, position);
      assertThat(count).as(step).isEqualTo(Math.clamp(model.size() - position, 0, target.length));
      if (count > 0) {
        assertThat(Arrays.copyOf(target, count))
            .as(step)
            .isEqualTo(Arrays.copyOfRange(model.bytes(), position, position + count));
      }
      return step;
    }

    private String truncate() throws Ext4Exception {
      int size = offset(LARGEST);
      content.truncate(file, size, WriteAccess.ROOT);
      model.truncate(size);
      return "step %d: truncate to %d".formatted(number, size);
    }

    private String sync() throws Ext4Exception {
      if (random.nextBoolean()) {
        content.sync(file);
      } else {
        content.dataSync(file);
      }
      return "step %d: sync".formatted(number);
    }

    private String punch() throws Ext4Exception {
      int offset = offset(LARGEST);
      int length = length();
      content.allocate(
          file,
          Set.of(AllocateMode.PUNCH_HOLE, AllocateMode.KEEP_SIZE),
          offset,
          length,
          WriteAccess.ROOT);
      model.zero(offset, offset + length);
      return "step %d: punch %d at %d".formatted(number, length, offset);
    }

    private String allocate() throws Ext4Exception {
      int offset = offset(LARGEST);
      int length = length();
      boolean keep = random.nextBoolean();
      content.allocate(
          file, keep ? Set.of(AllocateMode.KEEP_SIZE) : Set.of(), offset, length, WriteAccess.ROOT);
      if (!keep) {
        model.truncate(Math.max(model.size(), offset + length));
      }
      return "step %d: allocate %d at %d, %s".formatted(number, length, offset, keep);
    }

    private String zero() throws Ext4Exception {
      int offset = offset(LARGEST);
      int length = length();
      boolean keep = random.nextBoolean();
      content.allocate(
          file,
          keep
              ? Set.of(AllocateMode.ZERO_RANGE, AllocateMode.KEEP_SIZE)
              : Set.of(AllocateMode.ZERO_RANGE),
          offset,
          length,
          WriteAccess.ROOT);
      if (!keep) {
        model.truncate(Math.max(model.size(), offset + length));
      }
      model.zero(offset, offset + length);
      return "step %d: zero %d at %d, %s".formatted(number, length, offset, keep);
    }

    private String collapse() throws Ext4Exception {
      int blocks = model.size() / kind.blockSize();
      if (blocks < 2) {
        return "nothing to collapse";
      }
      int first = random.nextInt(blocks - 1);
      int count = 1 + random.nextInt(Math.min(20, blocks - first - 1));
      int offset = first * kind.blockSize();
      int length = count * kind.blockSize();
      content.allocate(file, Set.of(AllocateMode.COLLAPSE_RANGE), offset, length, WriteAccess.ROOT);
      model.collapse(offset, length);
      return "step %d: collapse %d at %d".formatted(number, length, offset);
    }

    private String insert() throws Ext4Exception {
      int blocks = Math.ceilDiv(model.size(), kind.blockSize());
      if (blocks == 0 || model.size() > LARGEST) {
        return "no place to insert";
      }
      int offset = random.nextInt(blocks) * kind.blockSize();
      int length = (1 + random.nextInt(20)) * kind.blockSize();
      content.allocate(file, Set.of(AllocateMode.INSERT_RANGE), offset, length, WriteAccess.ROOT);
      model.insert(offset, length);
      return "step %d: insert %d at %d".formatted(number, length, offset);
    }
  }
}
