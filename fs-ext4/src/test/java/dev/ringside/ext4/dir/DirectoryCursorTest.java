package dev.ringside.ext4.dir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A listing goes on undisturbed while the directory changes. */
final class DirectoryCursorTest {
  private static final long SEED = Long.getLong("ringside.seed", 20_261_120L);

  @ParameterizedTest
  @CsvSource({
    "-t ext4, 0",
    "-t ext4, 20",
    "-t ext4, 2000",
    "-t ext4 -O ^dir_index, 0",
    "-t ext4 -O ^dir_index, 2000"
  })
  void whatStaysIsListedOnce(String options, int names, @TempDir Path scratch) throws IOException {
    RandomGenerator random = new RandomStreams(SEED).stream(options + names);
    Path image = NamedFiles.make(scratch, "16M", options + " -b 1024 -O ^has_journal");
    NamedFiles files = NamedFiles.of(image);
    Set<String> staying = new HashSet<>();
    List<String> leaving = new ArrayList<>();
    for (int i = 0; i < names; i++) {
      String name = "name-%d".formatted(i);
      files.add(name);
      if (random.nextBoolean()) {
        staying.add(name);
      } else {
        leaving.add(name);
      }
    }
    List<String> listed = new ArrayList<>();
    DirectoryCursor cursor = files.directory().cursor();
    List<DirectoryEntry> entries = new ArrayList<>();
    int come = 0;
    while (cursor.next(entries)) {
      entries.forEach(entry -> listed.add(entry.name().toString()));
      entries.clear();
      for (int change = 0; change < 40 && come < 4000; change++) {
        if (!leaving.isEmpty() && random.nextBoolean()) {
          files.remove(leaving.remove(random.nextInt(leaving.size())));
        } else {
          files.add("new-name-%d".formatted(come++));
        }
      }
    }
    assertThat(listed).doesNotHaveDuplicates().contains(".", "..").containsAll(staying);
    files.closeSound();
  }

  @ParameterizedTest
  @CsvSource({"-t ext4, 20", "-t ext4, 2000", "-t ext4 -O ^dir_index, 2000"})
  void aCookieLeadsBack(String options, int names, @TempDir Path scratch) throws IOException {
    Path image = NamedFiles.make(scratch, "16M", options + " -b 1024 -O ^has_journal");
    try (NamedFiles files = NamedFiles.of(image)) {
      for (int i = 0; i < names; i++) {
        files.add("name-%d".formatted(i));
      }
      List<DirectoryEntry> entries = new ArrayList<>();
      List<ByteString> all = new ArrayList<>();
      List<Long> cookies = new ArrayList<>();
      DirectoryCursor cursor = files.directory().cursor();
      while (cursor.next(entries)) {
        for (int i = 0; i < entries.size(); i++) {
          all.add(entries.get(i).name());
          cookies.add(cursor.cookie(i));
        }
        entries.clear();
      }
      long end = cursor.position();
      assertThat(all).hasSize(names + 2);
      for (int i = 0; i < all.size(); i += 7) {
        DirectoryCursor again = files.directory().cursor();
        again.seek(cookies.get(i));
        while (entries.isEmpty() && again.next(entries)) {}
        assertThat(entries.getFirst().name()).isEqualTo(all.get(i));
        entries.clear();
      }
      cursor.seek(end);
      assertThat(cursor.next(entries)).isFalse();
    }
  }
}
