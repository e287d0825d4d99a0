package dev.ringside.lab.live;

/**
 * Why a notification was sent, or not.
 *
 * @param side who decided
 * @param event number of the event
 * @param from first of what was published: an index, or a cursor in a packed ring
 * @param to first of what was not
 * @param size of the ring when it is packed, 0 when split
 * @param wish of the other side, as it was read for the decision
 * @param outcome what came of it
 */
public record Notice(
    Side side, long event, int from, int to, int size, Wish wish, Outcome outcome) {
  /** Who decides about a notification. */
  public enum Side {
    /** The driver, about a kick. */
    DRIVER("driver", "device", "kick", "avail.idx", "avail_event"),
    /** The device, about an interrupt. */
    DEVICE("device", "driver", "interrupt", "used.idx", "used_event");

    private final String who;
    private final String other;
    private final String notification;
    private final String index;
    private final String eventIndex;

    Side(String who, String other, String notification, String index, String eventIndex) {
      this.who = who;
      this.other = other;
      this.notification = notification;
      this.index = index;
      this.eventIndex = eventIndex;
    }

    /** What this side decides about: a kick or an interrupt. */
    public String notification() {
      return notification;
    }
  }

  /** What a decision can be. */
  public enum Outcome {
    /** The notification was sent. */
    SENT("sent"),
    /** The other side does not want it. */
    SUPPRESSED("suppressed"),
    /** It is wanted, and waits for more to announce. */
    HELD("held");

    private final String label;

    Outcome(String label) {
      this.label = label;
    }

    /** As messages call it. */
    public String label() {
      return label;
    }
  }

  /** The decision in words. */
  public String explanation() {
    return "%s %s%s".formatted(moved(), wished(), decided());
  }

  private String moved() {
    int modulus = size == 0 ? 1 << 16 : 2 * size;
    int last = Math.floorMod(to - 1, modulus);
    boolean one = last == from;
    String which = one ? place(from) : "%s to %s".formatted(place(from), place(last));
    return size == 0
        ? "The %s moved %s from %d to %d: new %s %s."
            .formatted(side.who, side.index, from, to, one ? "is entry" : "are entries", which)
        : "The %s made %s %s %s."
            .formatted(
                side.who,
                one ? "descriptor" : "descriptors",
                which,
                side == Side.DRIVER ? "available" : "used");
  }

  private String place(int position) {
    return String.valueOf(size != 0 && position >= size ? position - size : position);
  }

  private String wished() {
    return switch (wish) {
      case Wish.FromIndex(int index) ->
          "The %s wants to hear of entry %d (%s)".formatted(side.other, index, side.eventIndex);
      case Wish.Always(boolean wanted) ->
          "The %s's flag says that it %s".formatted(side.other, wanted ? "wants to" : "does not");
      case Wish.Suppression(int flags, int offset, int wrap) ->
          switch (flags) {
            case 1 -> "The %s's structure says DISABLE".formatted(side.other);
            case 2 ->
                "The %s's structure says DESC: descriptor %d in the lap with wrap %d"
                    .formatted(side.other, offset, wrap);
            default -> "The %s's structure says ENABLE".formatted(side.other);
          };
    };
  }

  private String decided() {
    return switch (outcome) {
      case SENT -> namesPlace() ? ", which is among them." : ".";
      case SUPPRESSED -> namesPlace() ? ", which is not among them." : ".";
      case HELD -> ". The %s is held back to announce more at once.".formatted(side.notification);
    };
  }

  private boolean namesPlace() {
    return switch (wish) {
      case Wish.FromIndex from -> true;
      case Wish.Always always -> false;
      case Wish.Suppression(int flags, _, _) -> flags == 2;
    };
  }
}
