package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A raw disk image in a file, or a block device. Bytes after the last whole sector are not part of
 * the disk.
 *
 * <p>A writable image is locked against other writers while it is open. Data moves between the file
 * and guest memory by positional reads and writes; each costs a view of the memory, some 100 bytes
 * of heap.
 */
public final class FileStorage implements Storage {
  /** A view of memory cannot be larger. */
  private static final long MAX_TRANSFER = 1L << 30;

  private final Path path;
  private final FileChannel channel;
  private final long sectors;
  private final boolean readOnly;

  private FileStorage(Path path, FileChannel channel, boolean readOnly) throws IOException {
    this.path = path;
    this.channel = channel;
    this.sectors = channel.size() / SECTOR_SIZE;
    this.readOnly = readOnly;
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
    FileChannel channel =
        readOnly
            ? FileChannel.open(path, StandardOpenOption.READ)
            : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!readOnly) {
        lock(path, channel);
      }
      return new FileStorage(path, channel, readOnly);
    } catch (IOException | RuntimeException failure) {
      channel.close();
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
    return readOnly;
  }

  @Override
  public boolean discards() {
    return false;
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    long at = position;
    for (int piece = 0; piece < target.count(); piece++) {
      long length = target.length(piece);
      for (long done = 0; done < length; ) {
        ByteBuffer view = view(target.memory(), target.offset(piece) + done, length - done);
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
    long at = position;
    for (int piece = 0; piece < source.count(); piece++) {
      long length = source.length(piece);
      for (long done = 0; done < length; ) {
        ByteBuffer view = view(source.memory(), source.offset(piece) + done, length - done);
        done += channel.write(view, at + done);
      }
      at += length;
    }
  }

  private static ByteBuffer view(MemorySegment memory, long offset, long length) {
    return memory.asSlice(offset, Math.min(length, MAX_TRANSFER)).asByteBuffer();
  }

  @Override
  public void flush() throws IOException {
    channel.force(false);
  }

  @Override
  public void discard(long position, long length) throws IOException {
    throw new FileSystemException(path.toString(), null, "cannot discard");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
