package dev.ringside.lab.live;

import dev.ringside.machine.EventType;

/**
 * Something that happened.
 *
 * @param number from 1 on, in the order of the run
 * @param timeNs when, in the run's time
 * @param track whose event it is
 * @param first as {@link EventType} says
 * @param second as {@link EventType} says
 * @param request the number of the request it is about, or -1
 * @param from where an index stood before, or -1; a cursor in a packed ring
 * @param to where it stands now, likewise
 * @param packedSize of a packed ring; 0 when it is split
 */
public record EventLine(
    long number,
    long timeNs,
    String track,
    EventType type,
    long first,
    long second,
    long request,
    int from,
    int to,
    int packedSize) {
  private static final String DRIVER = "driver";

  /** Who did it: driver, device or one of its workers. */
  public String who() {
    return track.startsWith("queue") ? "device" : track;
  }

  /** What was done. */
  public String words() {
    return switch (type) {
      case SUBMIT ->
          "writes request %d's chain, %s, %d bytes; not published yet"
              .formatted(request, head(), second);
      case PUBLISH_AVAILABLE -> "publishes %s: %s".formatted(chains(), moved());
      case KICK -> "kicks the device for %s".formatted(chains());
      case SUPPRESS_KICK -> "need not kick: the device does not want to hear of it";
      case POP -> "takes request %d, %s".formatted(request, head());
      case BEGIN_SERVICE -> "begins to serve request %d".formatted(request);
      case END_SERVICE ->
          "has served request %d%s".formatted(request, second == 0 ? "" : ", status " + second);
      case PUBLISH_USED -> "gives back %s: %s".formatted(entries(), moved());
      case INTERRUPT -> "interrupts the driver for %s".formatted(entries());
      case SUPPRESS_INTERRUPT -> "need not interrupt: the driver does not want to hear of it";
      case HOLD_INTERRUPT -> "holds the interrupt back for more";
      case REAP ->
          "reaps request %d: done%s".formatted(request, second == 0 ? "" : ", status " + second);
      case FAULT -> "fault of rule %d".formatted(first);
      case MERGE ->
          track.startsWith(DRIVER)
              ? "made %d adjacent requests into request %d".formatted(second, request)
              : "makes %d requests, from request %d on, into one transfer"
                  .formatted(second, request);
      case RING_FULL -> "finds no room in the ring, %d in flight".formatted(second);
      case DRIVER_SLEEP -> "asks for an interrupt and sleeps, %d in flight".formatted(second);
      case DRIVER_WAKE -> second == 1 ? "is woken by an interrupt" : "wakes by itself";
      case DEVICE_SLEEP -> "asks for a kick and sleeps";
      case DEVICE_WAKE -> "is woken by a kick or a worker";
      case NOTIFIED -> "is kicked, %d times".formatted(second);
      case BEGIN_CALL -> "reads %d bytes of inode %d".formatted(second, first);
      case END_CALL -> "has %d bytes of inode %d".formatted(second, first);
    };
  }

  private String chains() {
    return second == 1 ? "1 chain" : second + " chains";
  }

  private String entries() {
    return second == 1 ? "1 request" : second + " requests";
  }

  private String head() {
    return (packedSize == 0 ? "head " : "buffer id ") + first;
  }

  private String moved() {
    return packedSize == 0
        ? "idx %d → %d".formatted(from, to)
        : "descriptor %d → %d".formatted(from % packedSize, to % packedSize);
  }
}
