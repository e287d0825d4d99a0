package dev.ringside.storage;

/** {@link ServiceModel.Disk}: knows where the arm stands and how the platters lie. */
final class DiskTime implements ServiceTime {
  private final ServiceModel.Disk model;
  private final long trackBytes;
  private final long tracks;
  private final long turnNs;
  private long track;
  private boolean written;

  /**
   * The arm stands on the first track.
   *
   * @param capacity of the disk, in bytes
   */
  DiskTime(ServiceModel.Disk model, long capacity) {
    this.model = model;
    this.trackBytes = model.trackKib() * 1024;
    this.tracks = Math.max(1, capacity / trackBytes);
    this.turnNs = model.turnNs();
  }

  @Override
  public long next(long begin, StorageOperation operation, long position, long bytes) {
    return switch (operation) {
      case READ -> transfer(begin, position, bytes);
      case WRITE -> {
        written = true;
        yield transfer(begin, position, bytes);
      }
      case FLUSH -> {
        long turn = written ? turnNs : 0;
        written = false;
        yield model.commandNs() + turn;
      }
      case RANGE -> model.commandNs();
    };
  }

  private long transfer(long begin, long position, long bytes) {
    long target = position / trackBytes;
    long ready = model.commandNs() + seek(Math.abs(target - track));
    // How far the platters have turned since time 0, and how far they must have for the sector.
    long angle = (begin + ready) % turnNs;
    long wanted = toTime(position % trackBytes);
    long rotation = Math.floorMod(wanted - angle, turnNs);
    track = (position + bytes) / trackBytes;
    return ready + rotation + toTime(bytes);
  }

  private long seek(long distance) {
    if (distance == 0) {
      return 0;
    }
    double share = StrictMath.sqrt((double) distance / tracks);
    return model.trackSeekNs()
        + Math.round((model.fullSeekNs() - model.trackSeekNs()) * Math.min(1, share));
  }

  /** What it takes for so many bytes to pass under the head. */
  private long toTime(long bytes) {
    return Math.round((double) bytes / trackBytes * turnNs);
  }
}
