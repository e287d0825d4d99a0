package dev.ringside.lab.interop;

import java.nio.file.Path;
import java.util.List;

/** How this very program is started in another process. */
final class RingsideProcess {
  private static final String MAIN = "dev.ringside.lab.cli.Ringside";

  private RingsideProcess() {}

  /** The command up to its arguments: the same Java, flags and classes as this process has. */
  static List<String> command() {
    String root = System.getProperty("ringside.root", "");
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "@" + Path.of(root, "harness", "jvm.options"),
        "-Dringside.root=" + root,
        "-cp",
        System.getProperty("java.class.path"),
        MAIN);
  }
}
