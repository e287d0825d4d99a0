package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.IoVector;
import dev.ringside.storage.ServiceStation;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A place for a request that a queue's service has taken, on its way to a worker and back. */
final class ServiceSlot implements WorkerPool.Job {
  private final QueueService owner;
  private final BlkRequest request;

  /** The request of the next sectors that goes along with this one as one transfer. */
  private @Nullable ServiceSlot follower;

  /** Whether this goes along with another one. */
  private boolean follows;

  /** Written by who processes, read by the queue's own task after it has come back. */
  private boolean served;

  /** Whether it has come back from who processes; the queue's own task alone knows. */
  private boolean returned;

  /** Whether a fault plan keeps the request. */
  private boolean held;

  /** When the disk works on the transfer that begins here. */
  private final ServiceStation.Visit visit = new ServiceStation.Visit();

  /** Counts up with each request that the disk begins with. */
  private long turn;

  /** The data of a merged transfer that begins here; made when there is one. */
  private @Nullable IoVector merged;

  ServiceSlot(QueueService owner, BlkRequest request) {
    this.owner = owner;
    this.request = request;
  }

  BlkRequest request() {
    return request;
  }

  /** What {@link RequestMerger} has put behind this, or null. */
  @Nullable ServiceSlot follower() {
    return follower;
  }

  boolean follows() {
    return follows;
  }

  void follow(ServiceSlot leader) {
    follows = true;
    leader.follower = this;
  }

  /** Ends the transfer that this was part of. */
  void separate() {
    follower = null;
    follows = false;
  }

  boolean isServed() {
    return served;
  }

  void setServed(boolean now) {
    served = now;
  }

  boolean isReturned() {
    return returned;
  }

  void setReturned(boolean now) {
    returned = now;
  }

  boolean isHeld() {
    return held;
  }

  void hold() {
    held = true;
  }

  ServiceStation.Visit visit() {
    return visit;
  }

  long turn() {
    return turn;
  }

  void setTurn(long now) {
    turn = now;
  }

  /** An empty vector, for the data of a merged transfer. */
  IoVector vector(MemorySegment ram) {
    IoVector all = merged;
    if (all == null) {
      all = new IoVector(ram);
      merged = all;
    }
    all.clear();
    return all;
  }

  @Override
  public void run(EventLog.Track workerEvents) {
    owner.runOnWorker(this, workerEvents);
  }
}
