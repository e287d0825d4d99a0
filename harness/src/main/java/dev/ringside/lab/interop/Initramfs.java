package dev.ringside.lab.interop;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tukaani.xz.XZInputStream;

/**
 * What a guest has for a filesystem before it has a disk: busybox, the kernel's modules, two
 * scripts of Ringside's, and what else a task needs with its libraries. Made from the installed
 * packages whenever a guest is started, in a tenth of a second.
 */
final class Initramfs {
  private static final int CONSOLE_MAJOR = 5;
  private static final int CONSOLE_MINOR = 1;

  /**
   * A line of ldd: {@code libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x...)}, or the loader
   * alone.
   */
  private static final Pattern LIBRARY = Pattern.compile("(?:=>\\s*|^\\s*)(/\\S+) \\(0x");

  private Initramfs() {}

  /**
   * Makes one.
   *
   * @param programs what the guest's task needs
   * @param more modules to load after the kernel's
   * @param file is written
   */
  static void write(GuestKernel kernel, List<OutsideProgram> programs, List<Path> more, Path file)
      throws IOException {
    try (CpioArchive archive =
        new CpioArchive(new BufferedOutputStream(Files.newOutputStream(file)))) {
      archive.addDevice("dev/console", CONSOLE_MAJOR, CONSOLE_MINOR);
      addProgram(archive, "bin/busybox", OutsideProgram.BUSYBOX.require());
      archive.addFile("init", resource("init"));
      archive.addFile("tasks", resource("tasks"));
      for (OutsideProgram program : programs) {
        Path path = program.require();
        addProgram(archive, path.toString().substring(1), path);
      }
      List<Path> modules = new ArrayList<>(kernel.modules());
      modules.addAll(more);
      StringBuilder order = new StringBuilder();
      for (Path module : modules) {
        String name = module.getFileName().toString().replaceFirst("\\.xz$", "");
        archive.addFile("modules/" + name, unpacked(module));
        order.append(name).append('\n');
      }
      archive.addFile("modules/order", order.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static byte[] unpacked(Path module) throws IOException {
    try (InputStream file = Files.newInputStream(module)) {
      return module.toString().endsWith(".xz")
          ? new XZInputStream(file).readAllBytes()
          : file.readAllBytes();
    }
  }

  /** A program with the libraries that it is linked with; busybox may well have none. */
  private static void addProgram(CpioArchive archive, String name, Path program)
      throws IOException {
    archive.addFile(name, Files.readAllBytes(program));
    ProcessBuilder ldd =
        new ProcessBuilder(OutsideProgram.LDD.require().toString(), program.toString());
    Process process = ldd.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String libraries = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    for (String line : libraries.split("\n", -1)) {
      Matcher library = LIBRARY.matcher(line);
      if (library.find()) {
        String file = library.group(1);
        archive.addFile(file.substring(1), Files.readAllBytes(Path.of(file)));
      }
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream content = Initramfs.class.getResourceAsStream(name)) {
      if (content == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return content.readAllBytes();
    }
  }
}
