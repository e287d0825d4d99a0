package dev.ringside.blk;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.state.DeviceStateException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that a paused service has taken from its ring and not given back.
 *
 * @param request parsed
 * @param stage how far it has come
 */
record InFlight(BlkRequest request, Stage stage) {
  /**
   * The requests of a queue of a saved device, which the ring adopts.
   *
   * @param queue the restored ring, or null when it is not enabled
   * @throws DeviceStateException when a device could not have them
   */
  static List<InFlight> restore(
      Service service, @Nullable DeviceQueue queue, List<RequestState> saved)
      throws DeviceStateException {
    List<InFlight> requests = new ArrayList<>();
    for (RequestState state : saved) {
      BlkRequest request = new BlkRequest(service.disk(), service.function().memory());
      request.restore(state);
      requests.add(new InFlight(request, state.stage()));
    }
    require(queue != null || requests.isEmpty(), "requests of a queue that is not enabled");
    if (queue != null) {
      queue.adopt(requests.stream().map(one -> one.request().chain()).toList());
    }
    return requests;
  }

  /** How far a request has come. */
  enum Stage {
    /** Nothing has been done for it. */
    WAITING(0),

    /** A fault plan keeps it. */
    HELD(1),

    /** It was carried out, and waits for one before it to be given back (IN_ORDER). */
    DONE(2);

    private final int code;

    Stage(int code) {
      this.code = code;
    }

    /** The number in a saved state. */
    int code() {
      return code;
    }

    /** The stage of a number, or null when it has none. */
    static @Nullable Stage of(int code) {
      for (Stage stage : values()) {
        if (stage.code == code) {
          return stage;
        }
      }
      return null;
    }
  }
}
