package dev.ringside.ext4.dir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.testing.Tool;
import dev.ringside.ext4.testing.WritableImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An image with a directory whose names all lead to one file. */
final class NamedFiles implements AutoCloseable {
  static final String DIRECTORY = "/names";

  private final WritableImage image;
  private final Directory directory;
  private final InCoreInode file;

  private NamedFiles(WritableImage image) throws Ext4Exception {
    this.image = image;
    this.directory = image.directory(DIRECTORY);
    this.file = image.file("/one");
  }

  /** Makes an image with an empty directory. */
  static Path make(Path scratch, String size, String options) throws IOException {
    Path content = Files.createDirectories(scratch.resolve("content"));
    Files.createDirectories(content.resolve(DIRECTORY.substring(1)));
    Files.writeString(content.resolve("one"), "one");
    Path image = scratch.resolve("image");
    List<Object> arguments = new ArrayList<>(List.of("-q", "-F"));
    arguments.addAll(List.of((Object[]) options.split(" ", -1)));
    arguments.addAll(List.of("-d", content, image, size));
    Tool.MKE2FS.run(arguments.toArray());
    return image;
  }

  static NamedFiles of(Path image) throws Ext4Exception {
    return new NamedFiles(WritableImage.of(image));
  }

  Directory directory() {
    return directory;
  }

  InCoreInode inode() throws Ext4Exception {
    return image.file(DIRECTORY);
  }

  WritableImage image() {
    return image;
  }

  void add(String name) throws Ext4Exception {
    add(ByteString.of(name));
  }

  void add(ByteString name) throws Ext4Exception {
    try (Handle handle = image.start()) {
      directory.add(handle, name, file.number(), FileType.REGULAR);
      file.inode().setLinks(file.inode().links() + 1);
      file.changed(handle);
    }
  }

  void remove(String name) throws Ext4Exception {
    try (Handle handle = image.start()) {
      directory.remove(handle, ByteString.of(name));
      file.inode().setLinks(file.inode().links() - 1);
      file.changed(handle);
    }
  }

  /** All names but the dots, as a cursor from the start gives them. */
  List<String> list() throws Ext4Exception {
    List<DirectoryEntry> entries = new ArrayList<>();
    DirectoryCursor cursor = directory.cursor();
    while (cursor.next(entries)) {}
    List<String> names = new ArrayList<>();
    for (DirectoryEntry entry : entries) {
      names.add(entry.name().toString());
    }
    assertThat(names.remove(".")).isTrue();
    assertThat(names.remove("..")).isTrue();
    return names;
  }

  void closeSound() throws Ext4Exception {
    image.closeSound();
  }

  @Override
  public void close() throws Ext4Exception {
    image.close();
  }
}
