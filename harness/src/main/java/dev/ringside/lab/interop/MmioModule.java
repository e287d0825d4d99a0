package dev.ringside.lab.interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The guest's module that hands the registers of a PCI function to Linux's virtio_mmio driver,
 * built for the guest's kernel when it is wanted. Its source is the resource {@code
 * ringside_mmio.c}.
 */
final class MmioModule {
  private static final String NAME = "ringside_mmio";

  private MmioModule() {}

  /** Builds it in a folder below this one, in two seconds. */
  static Path build(GuestKernel kernel, Path folder) throws IOException {
    Path headers = Path.of("/lib/modules", kernel.release(), "build");
    if (!Files.isDirectory(headers)) {
      throw new MissingPackageException(headers.toString(), "linux-headers-" + kernel.release());
    }
    Path source = Files.createDirectories(folder.resolve("module"));
    try (InputStream code = MmioModule.class.getResourceAsStream(NAME + ".c")) {
      if (code == null) {
        throw new IllegalStateException("the resource " + NAME + ".c is missing");
      }
      Files.write(source.resolve(NAME + ".c"), code.readAllBytes());
    }
    Files.writeString(source.resolve("Makefile"), "obj-m := " + NAME + ".o\n");
    Process make =
        new ProcessBuilder(
                OutsideProgram.MAKE.require().toString(),
                "-s",
                "-C",
                headers.toString(),
                "M=" + source,
                "modules")
            .redirectErrorStream(true)
            .start();
    make.getOutputStream().close();
    String said = new String(make.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Path module = source.resolve(NAME + ".ko");
    if (!Files.exists(module)) {
      throw new IOException("the guest's module was not built: " + said.strip());
    }
    return module;
  }
}
