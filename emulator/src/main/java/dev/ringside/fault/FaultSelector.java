package dev.ringside.fault;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * On which occasions a rule fires. {@code toString} is the words of a plan.
 *
 * @param operations what it can happen to; not empty
 * @param sectors only requests that touch these; a flush touches none
 * @param queue only this virtqueue's
 * @param tag only requests whose chain has this head descriptor or buffer id
 * @param afterNs not before this time has gone by since the plan is in force, in nanoseconds
 * @param occurrence which of the occasions that all of the above select
 * @param stream the name of the stream of random numbers that the rule draws from; without it the
 *     rule's own text is the name
 */
public record FaultSelector(
    Set<FaultOperation> operations,
    Optional<SectorRange> sectors,
    OptionalInt queue,
    OptionalInt tag,
    long afterNs,
    Occurrence occurrence,
    Optional<String> stream) {
  public FaultSelector {
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("a rule for no operation");
    }
    if (afterNs < 0) {
      throw new IllegalArgumentException("after %d ns".formatted(afterNs));
    }
    if (stream.isPresent() && !stream.get().matches("[^\\s:,#]+")) {
      throw new IllegalArgumentException(
          "stream '%s': not one word without ':', ',' and '#'".formatted(stream.get()));
    }
    // An enum set, so that they always come in the same order.
    operations = Collections.unmodifiableSet(EnumSet.copyOf(operations));
  }

  /** Every occasion of these operations. */
  public static FaultSelector of(Set<FaultOperation> operations) {
    return new FaultSelector(
        operations,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        0,
        new Occurrence.Always(),
        Optional.empty());
  }

  /** Every occasion of one operation. */
  public static FaultSelector of(FaultOperation operation) {
    return of(EnumSet.of(operation));
  }

  public FaultSelector withSectors(long first, long last) {
    return new FaultSelector(
        operations,
        Optional.of(new SectorRange(first, last)),
        queue,
        tag,
        afterNs,
        occurrence,
        stream);
  }

  public FaultSelector withQueue(int number) {
    return new FaultSelector(
        operations, sectors, OptionalInt.of(number), tag, afterNs, occurrence, stream);
  }

  public FaultSelector withTag(int number) {
    return new FaultSelector(
        operations, sectors, queue, OptionalInt.of(number), afterNs, occurrence, stream);
  }

  public FaultSelector withAfter(long nanoseconds) {
    return new FaultSelector(operations, sectors, queue, tag, nanoseconds, occurrence, stream);
  }

  public FaultSelector withOccurrence(Occurrence which) {
    return new FaultSelector(operations, sectors, queue, tag, afterNs, which, stream);
  }

  public FaultSelector withStream(String name) {
    return new FaultSelector(
        operations, sectors, queue, tag, afterNs, occurrence, Optional.of(name));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(operations.stream().map(FaultOperation::word).collect(Collectors.joining(",")));
    sectors.ifPresent(range -> text.append(" sectors ").append(range));
    queue.ifPresent(number -> text.append(" queue ").append(number));
    tag.ifPresent(number -> text.append(" tag ").append(number));
    if (afterNs > 0) {
      text.append(" after ").append(FaultTime.text(afterNs));
    }
    if (!(occurrence instanceof Occurrence.Always)) {
      text.append(' ').append(occurrence);
    }
    stream.ifPresent(name -> text.append(" stream ").append(name));
    return text.toString();
  }
}
