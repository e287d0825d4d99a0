package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.FileStat;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.InodeFlag;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * One file of an image, as the subcommands print it.
 *
 * @param path in the image
 * @param linkTarget where a symbolic link points to
 */
record FileFields(ByteString path, FileStat stat, Optional<ByteString> linkTarget) {
  private static final int SECTOR_BYTES = 512;

  /**
   * Asks the filesystem.
   *
   * @param inode that the path leads to
   */
  static FileFields of(Ext4 ext4, Ext4Path path, long inode) throws Ext4Exception {
    FileStat stat = ext4.stat(inode);
    Optional<ByteString> target =
        stat.type() == FileType.SYMLINK ? Optional.of(ext4.readlink(inode)) : Optional.empty();
    return new FileFields(path.text(), stat, target);
  }

  /** The file's fields of a JSON object, which the caller starts and ends. */
  void writeTo(JsonGenerator json) throws IOException {
    json.writeStringField("path", path.toString());
    json.writeNumberField("inode", stat.inode());
    json.writeStringField("type", stat.type().name().toLowerCase(Locale.ROOT));
    json.writeStringField("mode", "%04o".formatted(stat.permissions()));
    json.writeNumberField("links", stat.links());
    json.writeNumberField("uid", stat.uid());
    json.writeNumberField("gid", stat.gid());
    json.writeNumberField("size_bytes", stat.size());
    json.writeNumberField("allocated_bytes", stat.sectors() * SECTOR_BYTES);
    json.writeStringField("accessed", stat.accessed().toString());
    json.writeStringField("modified", stat.modified().toString());
    json.writeStringField("changed", stat.changed().toString());
    if (stat.created().isPresent()) {
      json.writeStringField("created", stat.created().get().toString());
    }
    if (linkTarget.isPresent()) {
      json.writeStringField("link_target", linkTarget.get().toString());
    }
    switch (stat.type()) {
      case BLOCK_DEVICE, CHARACTER_DEVICE -> {
        json.writeNumberField("device_major", stat.device().major());
        json.writeNumberField("device_minor", stat.device().minor());
      }
      case FIFO, DIRECTORY, REGULAR, SYMLINK, SOCKET -> {}
    }
    json.writeArrayFieldStart("flags");
    for (InodeFlag flag : stat.flags()) {
      json.writeString(flag.name().toLowerCase(Locale.ROOT));
    }
    json.writeEndArray();
  }

  /** What {@code ls} prints behind a name when the file is a link. */
  String arrow() {
    return linkTarget.map(target -> " -> " + target).orElse("");
  }
}
