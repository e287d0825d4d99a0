package dev.ringside.lab.bench.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringside.ext4.MountOptions;
import dev.ringside.machine.CostModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileSuiteTest {
  @TempDir private Path directory;

  private FileSuite.Result measure(FileSuite.Maker maker) throws IOException {
    FileSuite suite =
        new FileSuite(
            "64M", MountOptions.READ_WRITE, CostModel.ZERO, Optional.of(directory), directory);
    return suite.measure(maker, 1, 3);
  }

  private static List<String> names(Figures figures) {
    List<String> names = new ArrayList<>();
    figures.all().forEach(figure -> names.add(figure.name()));
    return names;
  }

  private void assertBothMeasured(FileSuite.Result result, String... names) throws IOException {
    assertThat(names(result.ringside())).containsExactly(names);
    assertThat(names(result.system())).containsExactly(names);
    for (String name : names) {
      assertThat(result.ringside().samples(name).median()).as(name).isPositive();
      assertThat(result.system().samples(name).median()).as(name).isPositive();
    }
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void manyFilesAreMadeFoundAndDeletedOnBothSides() throws IOException {
    assertBothMeasured(measure(FileSuite.manyFiles(300)), "create", "stat, shuffled", "delete");
  }

  @Test
  void largeFileIsWrittenAndReadOnBothSides() throws IOException {
    assumeTrue(
        Files.isWritable(Path.of("/proc/sys/vm/drop_caches")),
        "dropping the kernel's caches needs the superuser");
    assertBothMeasured(
        measure(FileSuite.stream(4 << 20)),
        "write, without the fsync",
        "write + fsync",
        "read",
        "read, cold");
  }

  @Test
  void figuresKeepTheOrderInWhichTheyCame() {
    Figures figures = new Figures();
    figures.addEach("second", 10, 1000);
    figures.addRate("first", 500, 1_000_000_000);
    figures.addEach("second", 10, 3000);

    assertThat(names(figures)).containsExactly("second", "first");
    assertThat(figures.samples("second").median()).isEqualTo(200);
    assertThat(figures.samples("first").median()).isEqualTo(500);
    assertThat(figures.samples("third").isEmpty()).isTrue();
  }
}
