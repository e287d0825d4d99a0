package dev.ringside.lab.cli;

import dev.ringside.driver.BlockDeviceException;
import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.OverlayStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Mounts an image in a machine of its own for as long as something runs. What another program
 * serves, {@code vhost-user:SOCKET}, is an image like any other.
 */
final class OpenImage {
  /** What the machine's memory has room for beside the metadata. */
  private static final long PAGE_CACHE_BYTES = 24L << 20;

  private OpenImage() {}

  /** What runs while the image is mounted. */
  @FunctionalInterface
  interface Task {
    void run(Ext4 ext4) throws IOException;
  }

  /**
   * Mounts for writing, runs, unmounts: the image changes.
   *
   * @throws IOException as {@link #with}
   */
  static void writing(Path image, Task task) throws IOException {
    run(
        image,
        () -> FileStorage.openWritable(image),
        MountOptions.READ_WRITE.withPageCacheBytes(PAGE_CACHE_BYTES),
        task);
  }

  /**
   * Mounts, runs, unmounts.
   *
   * @throws IOException when the image cannot be used; the message starts with its name
   */
  static void with(Path image, Task task) throws IOException {
    run(
        image,
        () -> OverlayStorage.over(FileStorage.openReadOnly(image)),
        MountOptions.DEFAULT,
        task);
  }

  private static void run(Path image, StorageSource source, MountOptions options, Task task)
      throws IOException {
    Optional<DeviceAddress> address = DeviceAddress.in(image.toString());
    MachineSettings settings =
        address
            .map(device -> device.attachedTo(MachineSettings.DEFAULT))
            .orElse(MachineSettings.DEFAULT);
    try (Storage storage = address.isPresent() ? new NullStorage(0) : source.open();
        VirtualMachine machine =
            VirtualMachine.start(settings, storage, new RealScheduler(), EventLog.OFF);
        Ext4 ext4 = Ext4.mount(machine.disk(), options)) {
      task.run(ext4);
    } catch (Ext4Exception failure) {
      throw new IOException(image + ": " + failure.getMessage(), failure);
    } catch (BlockDeviceException broken) {
      throw new IOException(broken.getMessage(), broken);
    }
  }

  /** Opens the storage of an image that is a file. */
  @FunctionalInterface
  private interface StorageSource {
    Storage open() throws IOException;
  }
}
