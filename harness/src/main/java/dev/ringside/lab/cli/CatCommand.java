package dev.ringside.lab.cli;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ringside cat}: the content of a file of an image, byte by byte, on standard output. */
@Command(
    name = "cat",
    description = "Write the content of a file of an ext2, ext3 or ext4 image to standard output.",
    mixinStandardHelpOptions = true)
final class CatCommand implements Callable<Integer> {
  /** What one batch of requests brings. */
  private static final int PIECE = 1 << 20;

  @Mixin private final ImageArguments where = new ImageArguments();

  private final OutputStream output;

  /** Writes to standard output, past the character set that text goes through. */
  CatCommand() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  /** Writes elsewhere. */
  CatCommand(OutputStream output) {
    this.output = output;
  }

  @Override
  public Integer call() throws IOException {
    where.open(this::copy);
    return 0;
  }

  private void copy(Ext4 ext4) throws IOException {
    Ext4File file = ext4.open(where.path);
    byte[] piece = new byte[PIECE];
    long position = 0;
    for (int count = file.read(0, piece, 0, PIECE);
        count > 0 && wasTaken(piece, count);
        count = file.read(position, piece, 0, PIECE)) {
      position += count;
    }
    output.flush();
  }

  /** Whoever reads the output may have seen enough, and closed the pipe: then all is done. */
  private boolean wasTaken(byte[] piece, int count) throws IOException {
    try {
      output.write(piece, 0, count);
      return true;
    } catch (IOException failure) {
      String message = failure.getMessage();
      if (message != null && message.contains("Broken pipe")) {
        return false;
      }
      throw new IOException("standard output: " + message, failure);
    }
  }
}
