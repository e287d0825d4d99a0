package dev.ringside.storage;

import dev.ringside.machine.FileSpace;
import dev.ringside.machine.IoVector;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A raw disk image in a file, or a block device. Bytes after the last whole sector are not part of
 * the disk.
 *
 * <p>A writable image is locked against other writers while it is open. Data moves between the file
 * and guest memory by positional reads and writes, without allocation. Where the file system can
 * punch holes, discards give the file's space back.
 */
public final class FileStorage implements Storage {
  /** Granularity of file systems, for the probe that must not hit a block of data. */
  private static final int PROBE_ALIGNMENT = 4096;

  private final Path path;
  private final FileChannel channel;

  /** Null when the image is read-only. */
  private final @Nullable FileSpace space;

  private final boolean punchesHoles;
  private final ThreadLocal<MemoryViews> views = ThreadLocal.withInitial(MemoryViews::new);
  private volatile long sectors;

  private FileStorage(Path path, FileChannel channel, @Nullable FileSpace space)
      throws IOException {
    this.path = path;
    this.channel = channel;
    this.space = space;
    this.sectors = channel.size() / SECTOR_SIZE;
    this.punchesHoles = space != null && punchesHoles(space, channel.size());
  }

  /** Tries it where nothing is: after the end of the file, whose size stays. */
  private static boolean punchesHoles(FileSpace space, long size) {
    try {
      return space.punchHole(Math.ceilDiv(size, PROBE_ALIGNMENT) * PROBE_ALIGNMENT, 1);
    } catch (IOException refused) {
      return false;
    }
  }

  /** Opens an image that will not be changed. */
  public static FileStorage openReadOnly(Path path) throws IOException {
    return open(path, true);
  }

  /**
   * Opens an image that will be changed.
   *
   * @throws FileSystemException when someone else has it open for writing
   */
  public static FileStorage openWritable(Path path) throws IOException {
    return open(path, false);
  }

  private static FileStorage open(Path path, boolean readOnly) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such image");
    }
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString(), null, "is a directory, not a disk image");
    }
    return readOnly
        ? new FileStorage(path, FileChannel.open(path, StandardOpenOption.READ), null)
        : openWritable(path, FileSpace.open(path));
  }

  private static FileStorage openWritable(Path path, FileSpace space) throws IOException {
    try {
      // Through the descriptor, so that both are the same file.
      FileChannel channel =
          FileChannel.open(
              space.descriptorPath(), StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        lock(path, channel);
        return new FileStorage(path, channel, space);
      } catch (IOException | RuntimeException failure) {
        channel.close();
        throw failure;
      }
    } catch (IOException | RuntimeException failure) {
      space.close();
      throw failure;
    }
  }

  /** The lock is the channel's: closing the channel gives it back. */
  private static void lock(Path path, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      lock = null;
    }
    if (lock == null) {
      throw new FileSystemException(path.toString(), null, "is open for writing elsewhere");
    }
  }

  @Override
  public long sectors() {
    return sectors;
  }

  @Override
  public boolean readOnly() {
    return space == null;
  }

  @Override
  public boolean discards() {
    return punchesHoles;
  }

  /** By overwriting in place; what a file system below keeps elsewhere is out of reach. */
  @Override
  public boolean secureErases() {
    return space != null;
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    MemoryViews memory = views.get().of(target.memory());
    long at = position;
    for (int piece = 0; piece < target.count(); piece++) {
      long length = target.length(piece);
      for (long done = 0; done < length; ) {
        ByteBuffer view = memory.view(target.offset(piece) + done, length - done);
        int count = channel.read(view, at + done);
        if (count < 0) {
          throw new EOFException(path + " has become shorter than it was when it was opened");
        }
        done += count;
      }
      at += length;
    }
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    MemoryViews memory = views.get().of(source.memory());
    long at = position;
    for (int piece = 0; piece < source.count(); piece++) {
      long length = source.length(piece);
      for (long done = 0; done < length; ) {
        done += channel.write(memory.view(source.offset(piece) + done, length - done), at + done);
      }
      at += length;
    }
  }

  @Override
  public void flush() throws IOException {
    channel.force(false);
  }

  @Override
  public void discard(long position, long length) throws IOException {
    // An empty range is no error of the driver's, but one of the system call.
    if (length > 0 && !writable().punchHole(position, length)) {
      throw new FileSystemException(path.toString(), null, "cannot discard");
    }
  }

  @Override
  public void writeZeroes(long position, long length, boolean unmap) throws IOException {
    boolean done =
        length == 0
            || (unmap && writable().punchHole(position, length))
            || writable().zero(position, length);
    if (!done) {
      Storage.super.writeZeroes(position, length, unmap);
    }
  }

  @Override
  public void secureErase(long position, long length) throws IOException {
    Storage.super.writeZeroes(position, length, false);
    flush();
  }

  @Override
  public void resize(long newSectors) throws IOException {
    writable().setSize(newSectors * SECTOR_SIZE);
    sectors = newSectors;
  }

  private FileSpace writable() throws IOException {
    if (space == null) {
      throw new FileSystemException(path.toString(), null, "is open for reading only");
    }
    return space;
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      if (space != null) {
        space.close();
      }
    }
  }
}
