package dev.ringside.lab.bench.files;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.OpenFile;
import dev.ringside.ext4.OpenFlag;
import dev.ringside.ext4.Session;
import dev.ringside.ext4.access.Credentials;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls, answered by Ringside's ext4. */
public final class Ext4Calls implements FileCalls<Ext4Path> {
  private static final int MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;
  private static final int MOST_OPEN = 16;
  private static final int LARGEST_TRANSFER = 1 << 20;
  private static final String DIRECTORY = "/ext4test";
  private static final Set<OpenFlag> CREATE =
      EnumSet.of(OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.TRUNCATE);
  private static final Set<OpenFlag> READ = EnumSet.of(OpenFlag.READ);

  private final BlockDevice device;
  private final MountOptions options;
  private final byte[] buffer = new byte[LARGEST_TRANSFER];
  private final @Nullable OpenFile[] files = new @Nullable OpenFile[MOST_OPEN];
  private Ext4 ext4;
  private Session session;

  /** Mounts a disk, and makes the directory that the calls work in. */
  public Ext4Calls(BlockDevice device, MountOptions options) throws IOException {
    this.device = device;
    this.options = options;
    this.ext4 = Ext4.mount(device, options);
    this.session = ext4.session(Credentials.ROOT);
    session.mkdir(Ext4Path.of(DIRECTORY), DIRECTORY_MODE);
  }

  @Override
  public Ext4Path path(String relative) {
    return Ext4Path.of(DIRECTORY + "/" + relative);
  }

  private int keep(OpenFile opened) {
    for (int i = 0; i < MOST_OPEN; i++) {
      if (files[i] == null) {
        files[i] = opened;
        return i;
      }
    }
    throw new IllegalStateException("more than " + MOST_OPEN + " files are open");
  }

  private OpenFile file(int number) {
    OpenFile file = files[number];
    if (file == null) {
      throw new IllegalStateException("file " + number + " is not open");
    }
    return file;
  }

  @Override
  public int create(Ext4Path path) throws IOException {
    return keep(session.open(path, CREATE, MODE));
  }

  @Override
  public int open(Ext4Path path) throws IOException {
    return keep(session.open(path, READ, 0));
  }

  @Override
  public void write(int file, int length) throws IOException {
    if (file(file).write(buffer, 0, length) != length) {
      throw new IOException("the image is full");
    }
  }

  @Override
  public int read(int file, int length) throws IOException {
    return file(file).read(buffer, 0, length);
  }

  @Override
  public void sync(int file) throws IOException {
    file(file).sync();
  }

  @Override
  public void close(int file) throws IOException {
    file(file).close();
    files[file] = null;
  }

  @Override
  public void unlink(Ext4Path path) throws IOException {
    session.unlink(path);
  }

  @Override
  public void makeDirectory(Ext4Path path) throws IOException {
    session.mkdir(path, DIRECTORY_MODE);
  }

  @Override
  public void removeDirectory(Ext4Path path) throws IOException {
    session.rmdir(path);
  }

  @Override
  public long stat(Ext4Path path) throws IOException {
    return session.stat(path).size();
  }

  @Override
  public void dropCaches() throws IOException {
    ext4.close();
    ext4 = Ext4.mount(device, options);
    session = ext4.session(Credentials.ROOT);
  }

  @Override
  public void close() throws IOException {
    ext4.close();
  }
}
