package dev.ringside.lab.interop;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * An archive that the Linux kernel unpacks into its first filesystem: format {@code newc}, as the
 * kernel's {@code Documentation/driver-api/early-userspace/buffer-format.rst} describes it. A
 * header is 110 characters; header with name, and content, are each padded to 4 bytes.
 */
final class CpioArchive implements Closeable {
  private static final int ALIGNMENT = 4;
  private static final int DIRECTORY = 0040755;
  private static final int PROGRAM = 0100755;
  private static final int CHARACTER_DEVICE = 0020600;
  private static final String END = "TRAILER!!!";

  private final OutputStream out;
  private final Set<String> names = new HashSet<>();
  private int inode;

  CpioArchive(OutputStream out) {
    this.out = out;
  }

  /** Adds a file that can be executed, unless the name is taken, and the directories above it. */
  void addFile(String name, byte[] content) throws IOException {
    if (names.add(name)) {
      addParent(name);
      entry(name, PROGRAM, 0, 0, content);
    }
  }

  /** Adds a character device, and the directories above it. */
  void addDevice(String name, int major, int minor) throws IOException {
    if (names.add(name)) {
      addParent(name);
      entry(name, CHARACTER_DEVICE, major, minor, new byte[0]);
    }
  }

  /** Adds a directory, and those above it. */
  void addDirectory(String name) throws IOException {
    if (names.add(name)) {
      addParent(name);
      entry(name, DIRECTORY, 0, 0, new byte[0]);
    }
  }

  private void addParent(String name) throws IOException {
    int slash = name.lastIndexOf('/');
    if (slash > 0) {
      addDirectory(name.substring(0, slash));
    }
  }

  private void entry(String name, int mode, int major, int minor, byte[] content)
      throws IOException {
    byte[] nameBytes = (name + '\0').getBytes(StandardCharsets.UTF_8);
    inode++;
    String header =
        String.format(
            Locale.ROOT,
            "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
            inode,
            mode,
            0,
            0,
            1,
            0,
            content.length,
            0,
            0,
            major,
            minor,
            nameBytes.length,
            0);
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    out.write(nameBytes);
    pad(header.length() + nameBytes.length);
    out.write(content);
    pad(content.length);
  }

  private void pad(int length) throws IOException {
    out.write(new byte[-length & ALIGNMENT - 1]);
  }

  /** Ends the archive. */
  @Override
  public void close() throws IOException {
    entry(END, 0, 0, 0, new byte[0]);
    out.close();
  }
}
