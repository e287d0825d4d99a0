package dev.ringside.lab.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpioArchiveTest {
  private static final Path CPIO = Path.of("/usr/bin/cpio");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @Test
  void isListedAndUnpackedByCpio() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(CPIO), "cpio is missing: install the package cpio");
    Path file = folder.resolve("archive");
    byte[] content = new byte[70_001];
    content[70_000] = 1;
    try (CpioArchive archive = new CpioArchive(Files.newOutputStream(file))) {
      archive.addFile("init", "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
      archive.addFile("usr/bin/program", content);
      archive.addDevice("dev/console", 5, 1);
      // The name is taken.
      archive.addFile("init", content);
    }

    assertThat(cpio("-itv", file))
        .containsPattern("crw-+ .* 5, *1 .* dev/console")
        .containsPattern("drwxr-xr-x .* usr/bin")
        .containsPattern("-rwxr-xr-x .* 10 .* init")
        .containsOnlyOnce("init");
    assertThat(cpio("-id", file, "init", "usr/bin/program")).isEmpty();
    assertThat(folder.resolve("init")).hasContent("#!/bin/sh");
    assertThat(folder.resolve("usr/bin/program")).hasBinaryContent(content);
  }

  private String cpio(String option, Path archive, String... names)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(CPIO.toString(), "--quiet", option);
    builder.command().addAll(List.of(names));
    Process process =
        builder
            .directory(folder.toFile())
            .redirectInput(archive.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
