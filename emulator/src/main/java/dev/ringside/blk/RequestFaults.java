package dev.ringside.blk;

import dev.ringside.fault.FaultOperation;
import dev.ringside.fault.Faults;
import dev.ringside.fault.Firing;
import dev.ringside.fault.RequestEffect;
import dev.ringside.fault.SectorRange;
import dev.ringside.fault.UsedEffect;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.spec.BlkRequestType;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what a plan does to the requests of one queue. Sectors are those that a request's
 * header and data say; a DISCARD and its like, which name their ranges in the data, have none here.
 */
final class RequestFaults {
  private final Faults faults;
  private final int queue;

  RequestFaults(Faults faults, int queue) {
    this.faults = faults;
    this.queue = queue;
  }

  /** Whether a request that was taken from the ring is to be kept for ever. */
  boolean holds(BlkRequest request) {
    boolean held = false;
    for (Firing<RequestEffect> firing :
        faults.onRequest(operation(request), sectors(request), queue, request.chain().head())) {
      held |=
          switch (firing.effect()) {
            case RequestEffect.Stuck() -> true;
          };
    }
    return held;
  }

  /** The calling task is about to process a request. */
  void serve(BlkRequest request) {
    faults.serve(queue, request.chain().head());
  }

  /** Gives a request back, as far as the plan has it. */
  void giveBack(DeviceQueue ring, BlkRequest request) {
    int head = request.chain().head();
    int id = head;
    long written = request.complete();
    int times = 1;
    for (Firing<UsedEffect> firing :
        faults.onUsed(operation(request), sectors(request), queue, head)) {
      switch (firing.effect()) {
        case UsedEffect.WrongUsedId(int wrong) -> id = wrong;
        case UsedEffect.WrongUsedLength(long wrong) -> written = wrong;
        case UsedEffect.DuplicateUsed() -> times++;
      }
    }
    for (int left = times; left > 0; left--) {
      ring.addUsedAs(id, request.chain(), written);
    }
  }

  private static FaultOperation operation(BlkRequest request) {
    BlkRequestType type = BlkRequestType.of(request.typeCode());
    if (type == null) {
      return FaultOperation.OTHER;
    }
    return switch (type) {
      case IN -> FaultOperation.READ;
      case OUT -> FaultOperation.WRITE;
      case FLUSH -> FaultOperation.FLUSH;
      case DISCARD -> FaultOperation.DISCARD;
      case WRITE_ZEROES -> FaultOperation.WRITE_ZEROES;
      case SECURE_ERASE -> FaultOperation.SECURE_ERASE;
      case GET_ID,
          GET_LIFETIME,
          ZONE_APPEND,
          ZONE_REPORT,
          ZONE_OPEN,
          ZONE_CLOSE,
          ZONE_FINISH,
          ZONE_RESET,
          ZONE_RESET_ALL ->
          FaultOperation.OTHER;
    };
  }

  /** What the guest says is checked only later: a request past all bounds has no sectors. */
  private static @Nullable SectorRange sectors(BlkRequest request) {
    boolean hasSectors =
        request.typeCode() == BlkRequestType.IN.code()
            || request.typeCode() == BlkRequestType.OUT.code();
    long count = request.bytes() / Storage.SECTOR_SIZE;
    long first = request.sector();
    return hasSectors && count > 0 && first >= 0 && first <= Long.MAX_VALUE - count
        ? new SectorRange(first, first + count - 1)
        : null;
  }
}
