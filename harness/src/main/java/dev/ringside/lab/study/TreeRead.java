package dev.ringside.lab.study;

import dev.ringside.ext4.Ext4;
import dev.ringside.ext4.Ext4File;
import dev.ringside.ext4.Ext4Path;
import dev.ringside.ext4.TreeWalk;
import dev.ringside.ext4.format.FileType;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import java.io.IOException;

/** Mounts a filesystem and reads every file of it; each call is an event of the track "ext4". */
final class TreeRead {
  /** What one read asks for. */
  private static final int PIECE = 1 << 20;

  private final EventLog.Track events;
  private final byte[] piece = new byte[PIECE];

  TreeRead(EventLog log) {
    this.events = log.track("ext4");
  }

  /** Reads all, through the queue. */
  void run(MeteredQueue queue) throws IOException {
    try (Ext4 ext4 = Ext4.mount(new MeteredDisk(queue))) {
      TreeWalk walk = new TreeWalk(ext4, Ext4Path.ROOT);
      for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
        if (visit.stat().type() == FileType.REGULAR) {
          read(ext4.open(visit.path()), visit.stat().inode());
        }
      }
    }
  }

  private void read(Ext4File file, long inode) throws IOException {
    long position = 0;
    int count;
    do {
      events.record(EventType.BEGIN_CALL, inode, PIECE);
      count = file.read(position, piece, 0, PIECE);
      events.record(EventType.END_CALL, inode, Math.max(0, count));
      position += count;
    } while (count > 0);
  }
}
