package dev.ringside.lab.trace;

/** What happened to a request: the action of a blktrace record, in the order of its codes. */
public enum TraceAction {
  /** A bio arrived: what a process or filesystem asked for, before merging. */
  QUEUE(1, "Q"),
  /** A bio was appended to a request. */
  BACK_MERGE(2, "M"),
  /** A bio was put in front of a request. */
  FRONT_MERGE(3, "F"),
  /** A request was allocated. */
  GET_REQUEST(4, "G"),
  /** Nothing was free to allocate, and the process waits. */
  SLEEP(5, "S"),
  /** The driver gave the request back. */
  REQUEUE(6, "R"),
  /** The request went to the driver: what the device saw. */
  ISSUE(7, "D"),
  /** The device has ended the request. */
  COMPLETE(8, "C"),
  /** Requests are held back to gather more. */
  PLUG(9, "P"),
  /** What was held back goes on. */
  UNPLUG(10, "U"),
  /** As {@link #UNPLUG}, because time was up or the process was descheduled. */
  UNPLUG_TIMER(11, "UT"),
  /** The request went to the I/O scheduler. */
  INSERT(12, "I"),
  /** A bio was cut in two. */
  SPLIT(13, "X"),
  /** A bio's data was copied to memory that the device reaches. */
  BOUNCE(14, "B"),
  /** A bio was passed on to the device below. */
  REMAP(15, "A"),
  /** The request was given up; blkparse prints no line for it. */
  ABORT(16, ""),
  /** Data of a driver's own; blkparse prints no line for it. */
  DRIVER_DATA(17, ""),
  /** An action that this reader does not know. */
  OTHER(0, "");

  private static final TraceAction[] VALUES = values();

  private final int code;
  private final String letters;

  TraceAction(int code, String letters) {
    this.code = code;
    this.letters = letters;
  }

  /** The number in a blktrace record, without category and cgroup bits. */
  int code() {
    return code;
  }

  /** The action with that code in a blktrace record, without category and cgroup bits. */
  static TraceAction ofCode(int code) {
    for (TraceAction action : VALUES) {
      if (action.code == code) {
        return action;
      }
    }
    return OTHER;
  }

  /** The action that blkparse prints as these letters. */
  static TraceAction ofLetters(String letters) {
    for (TraceAction action : VALUES) {
      if (!letters.isEmpty() && action.letters.equals(letters)) {
        return action;
      }
    }
    return OTHER;
  }
}
