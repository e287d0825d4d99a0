package dev.ringside.driver;

import java.util.List;

/**
 * Calls on a disk that return when they have ended, for whoever writes a guest: {@link AsyncDisk},
 * and a wait after each call. One task uses a disk.
 *
 * <pre>{@code
 * Disk disk = new Disk(driver.queues().getFirst());
 * disk.write(0, "hello".getBytes(UTF_8));
 * disk.flush();
 * byte[] sector = disk.read(0, 1);
 * }</pre>
 *
 * <p>Sectors have 512 bytes. Every call throws a {@link DiskException} when the device fails it, an
 * {@link IllegalArgumentException} when the device cannot have it, and a {@link
 * BlockDeviceException} when the device is broken.
 */
public final class Disk {
  private final AsyncDisk calls;

  /**
   * Calls on a device, which nobody else uses.
   *
   * @param device whose {@link BlockDevice#close} stays the caller's
   */
  public Disk(BlockDevice device) {
    this.calls = new AsyncDisk(device);
  }

  /** The same disk, for calls that return before they end. */
  public AsyncDisk async() {
    return calls;
  }

  /** What this disk is. */
  public BlockLimits limits() {
    return calls.limits();
  }

  /** Reads into guest memory; see {@link AsyncDisk#read}. */
  public void read(long sector, List<DataSegment> into) throws DiskException {
    calls.await(calls.read(sector, into));
  }

  /** Reads so many sectors. */
  public byte[] read(long sector, int count) throws DiskException {
    return calls.await(calls.read(sector, count));
  }

  /** Writes from guest memory; see {@link AsyncDisk#write}. */
  public void write(long sector, List<DataSegment> from) throws DiskException {
    calls.await(calls.write(sector, from));
  }

  /** Writes bytes; the last sector is filled up with zeros. */
  public void write(long sector, byte[] data) throws DiskException {
    calls.await(calls.write(sector, data));
  }

  /** See {@link AsyncDisk#flush}. */
  public void flush() throws DiskException {
    calls.await(calls.flush());
  }

  /** See {@link AsyncDisk#discard}. */
  public void discard(long sector, long count) throws DiskException {
    calls.await(calls.discard(sector, count));
  }

  /** See {@link AsyncDisk#writeZeroes}. */
  public void writeZeroes(long sector, long count, boolean giveBack) throws DiskException {
    calls.await(calls.writeZeroes(sector, count, giveBack));
  }

  /** See {@link AsyncDisk#secureErase}. */
  public void secureErase(long sector, long count) throws DiskException {
    calls.await(calls.secureErase(sector, count));
  }

  /** See {@link AsyncDisk#zone}. */
  public void zone(BlockOperation operation, long zone) throws DiskException {
    calls.await(calls.zone(operation, zone));
  }

  /** See {@link AsyncDisk#zoneResetAll}. */
  public void zoneResetAll() throws DiskException {
    calls.await(calls.zoneResetAll());
  }

  /** See {@link AsyncDisk#zoneAppend}. */
  public long zoneAppend(long zone, List<DataSegment> from) throws DiskException {
    return calls.await(calls.zoneAppend(zone, from));
  }

  /** See {@link AsyncDisk#zoneReport}. */
  public ZoneReport zoneReport(long sector, int most) throws DiskException {
    return calls.await(calls.zoneReport(sector, most));
  }

  /** See {@link AsyncDisk#lifetime}. */
  public DiskLifetime lifetime() throws DiskException {
    return calls.await(calls.lifetime());
  }

  /** See {@link AsyncDisk#id}. */
  public String id() throws DiskException {
    return calls.await(calls.id());
  }
}
