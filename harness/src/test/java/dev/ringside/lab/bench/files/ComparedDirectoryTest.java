package dev.ringside.lab.bench.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.lab.kernel.LoopMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ComparedDirectoryTest {
  private static final Path MOUNTS = Path.of("/proc/mounts");

  @TempDir private Path directory;

  @Test
  void madeFilesystemIsMountedAndLeavesNothing() throws IOException {
    assumeTrue(LoopMount.obstacle().isEmpty(), LoopMount::obstacle);
    Path mounted;
    try (ComparedDirectory compared = ComparedDirectory.loop(directory, "16M")) {
      mounted = compared.path().orElseThrow();
      Files.writeString(mounted.resolve("file"), "content");
      assertThat(Files.readString(MOUNTS)).contains(" " + mounted + " ext4 ");
    }
    assertThat(mounted).doesNotExist();
    assertThat(Files.readString(MOUNTS)).doesNotContain(" " + mounted + " ");
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void existingDirectoryStaysAsItIs() throws IOException {
    try (ComparedDirectory compared = ComparedDirectory.existing(directory)) {
      assertThat(compared.path()).contains(directory);
    }
    assertThat(directory).isDirectory();
  }
}
