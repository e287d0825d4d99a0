package dev.ringside.fault;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What goes wrong in a run, as data: a list of rules. As text, a rule is a line; empty lines and
 * what follows a {@code #} do not count:
 *
 * <pre>
 *   # the third read of this range fails, and every one after it
 *   read sectors 100-199 nth 3: io-error sticky
 *   write,discard probability 0.01 stream flaky: dropped-write
 *   kick after 5ms: lost-kick once
 *
 *   rule       = operations { clause } ":" effect [ "once" | "sticky" ]
 *   operations = "any" | operation { "," operation }
 *   operation  = "read" | "write" | "flush" | "discard" | "write-zeroes" | "secure-erase"
 *              | "other" | "kick" | "interrupt"
 *   clause     = "sectors" FIRST [ "-" LAST ] | "queue" N | "tag" N | "after" TIME
 *              | "nth" N | "every" N | "probability" P | "stream" NAME
 *   effect     = "io-error" | "latent-error" | "bit-rot" BITS | "torn-write" BYTES [ "reported" ]
 *              | "dropped-write" | "misdirected" SECTORS | "stale-read" | "lost-flush"
 *              | "early-flush" | "delay" TIME | "stuck" | "wrong-used-id" ID
 *              | "wrong-used-length" BYTES | "duplicate-used" | "lost-interrupt"
 *              | "spurious-interrupt" | "lost-kick" | "delayed-kick" TIME
 *   TIME       = a whole number and "ns", "us", "ms" or "s"
 * </pre>
 *
 * <p>{@code any} is everything that the effect can happen to. {@code toString} is a text of the
 * plan again.
 *
 * @param rules in their order; where several fire at once, all of them do
 */
public record FaultPlan(List<FaultRule> rules) {
  /** Nothing goes wrong. */
  public static final FaultPlan NONE = new FaultPlan(List.of());

  public FaultPlan {
    rules = List.copyOf(rules);
  }

  /** A plan of these rules. */
  public static FaultPlan of(FaultRule... rules) {
    return new FaultPlan(List.of(rules));
  }

  /**
   * Reads the text of a plan.
   *
   * @throws FaultPlanException when a line is no rule
   */
  public static FaultPlan parse(String text) throws FaultPlanException {
    return new FaultPlan(FaultPlanParser.parse(text));
  }

  /** Whether nothing goes wrong. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  @Override
  public String toString() {
    return rules.stream().map(rule -> rule + "\n").collect(Collectors.joining());
  }
}
