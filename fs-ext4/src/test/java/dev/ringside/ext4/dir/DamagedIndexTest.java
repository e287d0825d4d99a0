package dev.ringside.ext4.dir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.testing.ImageEditor;
import dev.ringside.ext4.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged index hides no name, and is gone after the first change. */
final class DamagedIndexTest {
  private static final int NAMES = 3000;
  private static final int ROOT_INDEX = 0x18;
  private static final int ENTRIES = 0x20;
  private static final int STRIDE = 61;

  private static List<String> names() {
    return IntStream.range(0, NAMES).mapToObj("a-name-that-is-not-short-%05d"::formatted).toList();
  }

  private static Path sound(Path scratch, String options) throws IOException {
    Path image = NamedFiles.make(scratch, "8M", options + " -b 1024 -O ^has_journal");
    NamedFiles files = NamedFiles.of(image);
    for (String name : names()) {
      files.add(name);
    }
    files.closeSound();
    return image;
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext4", "-t ext4 -O ^metadata_csum"})
  void everyNameIsListedWhateverByteOfTheIndexIsWrong(String options, @TempDir Path scratch)
      throws IOException {
    Path image = sound(scratch, options);
    ImageEditor editor = ImageEditor.of(image);
    long root = editor.fileBlock(NamedFiles.DIRECTORY, 0);
    assertThat(editor.get8(root + ROOT_INDEX + 6)).as("indirect levels").isEqualTo(1);
    long node = editor.fileBlock(NamedFiles.DIRECTORY, editor.get32(root + ENTRIES + 4));
    boolean checked = !options.contains("^metadata_csum");
    // Every byte of what a header and the first entries hold, and then some of the others.
    for (int i = 0; i < 1024; i += i < 48 ? 1 : STRIDE) {
      if (i >= ROOT_INDEX) {
        checkAllNames(editor, root + i, checked);
      }
      checkAllNames(editor, node + i, checked);
    }
  }

  /**
   * Lists a directory with one byte wrong.
   *
   * @param checked whether checksums tell that a hash is another one; otherwise a name may not be
   *     looked up where it would belong
   */
  private static void checkAllNames(ImageEditor editor, long offset, boolean checked)
      throws IOException {
    int sound = editor.get8(offset);
    editor.put8(offset, sound ^ 0x11);
    try (NamedFiles files = NamedFiles.of(editor.image())) {
      if (checked) {
        for (int i = 0; i < NAMES; i += 97) {
          assertThat(files.directory().lookup(ByteString.of(names().get(i))))
              .as("byte %d", offset)
              .isNotNull();
        }
      }
      assertThat(files.list()).as("byte %d", offset).hasSize(NAMES).doesNotHaveDuplicates();
    }
    editor.put8(offset, sound);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ext4", "-t ext4 -O ^metadata_csum"})
  void theFirstChangeTakesTheIndexAway(String options, @TempDir Path scratch) throws IOException {
    Path sound = sound(scratch, options);
    ImageEditor editor = ImageEditor.of(sound);
    long root = editor.fileBlock(NamedFiles.DIRECTORY, 0);
    long node = editor.fileBlock(NamedFiles.DIRECTORY, editor.get32(root + ENTRIES + 4));
    for (long damage :
        new long[] {root + ROOT_INDEX + 4, root + ENTRIES + 2, node + 4, node + 10}) {
      Path image = Files.copy(sound, scratch.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
      ImageEditor.of(image).flip(damage, 5);

      NamedFiles files = NamedFiles.of(image);
      files.list();
      files.add("one-more");

      assertThat(files.inode().inode().has(InodeFlag.INDEX)).isFalse();
      files.remove(names().get(17));
      assertThat(files.list()).hasSize(NAMES).contains("one-more");
      files.closeSound();
      assertThat(Tool.DEBUGFS.run("-R", "ls -p " + NamedFiles.DIRECTORY, image))
          .contains("/one-more/");
    }
  }
}
