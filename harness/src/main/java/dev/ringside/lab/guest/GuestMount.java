package dev.ringside.lab.guest;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.MountOptions;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.Storage;

/** A disk, mounted by Ringside over driver and device. */
public final class GuestMount implements AutoCloseable {
  private final VirtualMachine machine;
  private final Ext4 ext4;
  private final GuestFiles files;

  private GuestMount(VirtualMachine machine, Ext4 ext4) {
    this.machine = machine;
    this.ext4 = ext4;
    this.files = new GuestFiles(ext4);
  }

  /**
   * Puts a machine together and mounts.
   *
   * @param storage stays the caller's
   */
  public static GuestMount of(Storage storage, MountOptions options, Scheduler scheduler)
      throws Ext4Exception {
    VirtualMachine machine =
        VirtualMachine.start(MachineSettings.DEFAULT, storage, scheduler, EventLog.OFF);
    try {
      return new GuestMount(machine, Ext4.mount(machine.disk(), options));
    } catch (Ext4Exception | RuntimeException failure) {
      machine.close();
      throw failure;
    }
  }

  /** The options of mount(8) that concern the journal, in Ringside's words. */
  public static MountOptions withWords(MountOptions options, String words) {
    return switch (words) {
      case "" -> options;
      case "data=ordered" -> options.withDataMode(DataMode.ORDERED);
      case "data=writeback" -> options.withDataMode(DataMode.WRITEBACK);
      case "data=journal" -> options.withDataMode(DataMode.JOURNAL);
      default -> throw new IllegalArgumentException("mount option " + words);
    };
  }

  public Ext4 ext4() {
    return ext4;
  }

  public GuestFiles files() {
    return files;
  }

  /** Stops the machine without unmounting: what was not written is lost. */
  public void abandon() {
    machine.close();
  }

  /** Unmounts and stops the machine. */
  @Override
  public void close() throws Ext4Exception {
    try {
      ext4.close();
    } finally {
      machine.close();
    }
  }
}
