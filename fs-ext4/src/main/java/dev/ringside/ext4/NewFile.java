package dev.ringside.ext4;

import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DeviceNumber;
import dev.ringside.ext4.format.FileType;

/**
 * What a file is made as.
 *
 * @param permissions twelve bits, before the umask
 * @param device {@link DeviceNumber#NONE} for what is no device node
 * @param target of a symbolic link; empty for everything else
 */
record NewFile(FileType type, int permissions, DeviceNumber device, ByteString target) {
  private static final ByteString NO_TARGET = ByteString.of("");
  private static final int LINK_PERMISSIONS = 0777;

  /** A file that is not a symbolic link, nor a device node. */
  static NewFile of(FileType type, int permissions) {
    return new NewFile(type, permissions, DeviceNumber.NONE, NO_TARGET);
  }

  static NewFile node(FileType type, int permissions, DeviceNumber device) {
    return new NewFile(type, permissions, device, NO_TARGET);
  }

  static NewFile linkTo(ByteString target) {
    return new NewFile(FileType.SYMLINK, LINK_PERMISSIONS, DeviceNumber.NONE, target);
  }
}
