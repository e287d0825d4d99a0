package dev.ringside.ext4.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image, byte for byte, but for the journal's own blocks, and for the time and the amount of
 * writing that every program notes in the superblock. Two are equal when no other byte differs.
 */
public final class RecoveredState {
  private static final int SUPERBLOCK = 1024;
  private static final Pattern NUMBERS = Pattern.compile("\\d+");

  private static final int S_WTIME = 0x30;
  private static final int S_KBYTES_WRITTEN = 0x178;
  private static final int S_CHECKSUM = 0x3fc;

  private final byte[] content;
  private final int blockSize;

  private RecoveredState(byte[] content, int blockSize) {
    this.content = content;
    this.blockSize = blockSize;
  }

  /** What an image has; the image is not changed. */
  public static RecoveredState of(Path image) {
    try {
      byte[] content = Files.readAllBytes(image);
      int blockSize = ImageEditor.of(image).blockSize();
      Matcher numbers = NUMBERS.matcher(Tool.DEBUGFS.run("-R", "blocks <8>", image));
      while (numbers.find()) {
        int start = Integer.parseInt(numbers.group()) * blockSize;
        Arrays.fill(content, start, start + blockSize, (byte) 0);
      }
      clear(content, S_WTIME, Integer.BYTES);
      clear(content, S_KBYTES_WRITTEN, Long.BYTES);
      clear(content, S_CHECKSUM, Integer.BYTES);
      return new RecoveredState(content, blockSize);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void clear(byte[] content, int field, int length) {
    Arrays.fill(content, SUPERBLOCK + field, SUPERBLOCK + field + length, (byte) 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecoveredState state && Arrays.equals(content, state.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /** A checksum of every block that is not empty, so that two can be told apart by eye. */
  @Override
  public String toString() {
    List<String> blocks = new ArrayList<>();
    for (int at = 0; at < content.length; at += blockSize) {
      int hash = Arrays.hashCode(Arrays.copyOfRange(content, at, at + blockSize));
      blocks.add("%d:%x".formatted(at / blockSize, hash));
    }
    return String.join(" ", blocks);
  }
}
