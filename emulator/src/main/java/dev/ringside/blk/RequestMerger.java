package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.IoVector;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Makes one transfer of reads, or of writes, that are available together and whose sectors follow
 * each other. Requests in flight together have no order among them, so any two may be joined.
 */
final class RequestMerger {
  private final int limit;
  private final ServiceSlot[] sorted = new ServiceSlot[QueueService.BATCH];

  /** At most so many requests become one transfer. */
  RequestMerger(int limit) {
    this.limit = limit;
  }

  /**
   * Links what belongs together: behind the slot of the first sectors that of the next ones, and so
   * on.
   *
   * @param count how many slots of the batch hold a request
   */
  void link(ServiceSlot[] batch, int count) {
    int transfers = 0;
    for (int i = 0; i < count; i++) {
      if (batch[i].request().isTransfer()) {
        insert(batch[i], transfers);
        transfers++;
      }
    }
    ServiceSlot last = null;
    int length = 0;
    for (int i = 0; i < transfers; i++) {
      ServiceSlot slot = sorted[i];
      if (last != null && length < limit && last.request().isContinuedBy(slot.request())) {
        slot.follow(last);
        length++;
      } else {
        length = 1;
      }
      last = slot;
    }
  }

  /** A batch is short, and mostly in order already. */
  private void insert(ServiceSlot slot, int end) {
    int at = end;
    while (at > 0 && slot.request().comesBefore(sorted[at - 1].request())) {
      sorted[at] = sorted[at - 1];
      at--;
    }
    sorted[at] = slot;
  }

  /**
   * Carries a merged transfer out. Its requests have begun; when it succeeds, they are ended.
   *
   * @param first of the linked slots
   * @return false when it failed; then each request must be tried alone
   */
  static boolean transfer(ServiceSlot first, MemorySegment ram, EventLog.Track events) {
    IoVector all = first.vector(ram);
    for (ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      slot.request().addDataTo(all);
    }
    try {
      first.request().transfer(all);
    } catch (IOException failure) {
      return false;
    }
    for (ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      slot.request().end(events);
    }
    return true;
  }

  /** How many requests are linked from this one on. */
  static int length(@Nullable ServiceSlot first) {
    int length = 0;
    for (ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      length++;
    }
    return length;
  }
}
