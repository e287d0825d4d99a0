package dev.ringside.lab.crash;

import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Writes down what reaches a disk. */
final class RecordingStorage implements Storage {
  private final DiskImage disk;
  private final List<DiskEvent> events = new ArrayList<>();

  RecordingStorage(DiskImage disk) {
    this.disk = disk;
  }

  void note(DiskEvent event) {
    events.add(event);
  }

  List<DiskEvent> events() {
    return events;
  }

  @Override
  public long sectors() {
    return disk.sectors();
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public boolean discards() {
    return disk.discards();
  }

  @Override
  public void read(long position, IoVector target) {
    disk.read(position, target);
  }

  @Override
  public void write(long position, IoVector source) {
    byte[] content = new byte[Math.toIntExact(source.bytes())];
    source.copyTo(MemorySegment.ofArray(content));
    note(new DiskEvent.Write(position, new DiskEvent.Content(content)));
    disk.write(position, source);
  }

  @Override
  public void flush() {
    note(new DiskEvent.Flush());
  }

  @Override
  public void discard(long position, long length) {
    byte[] zeros = new byte[Math.toIntExact(length)];
    note(new DiskEvent.Write(position, new DiskEvent.Content(zeros)));
    disk.discard(position, length);
  }

  @Override
  public void close() {}
}
